"""Files as Bybit and others publish them, read as minutes.

bybit-mt4          no header: `YYYY.MM.DD HH:MM,open,high,low,close,volume`, on a clock of UTC+3
bybit-trades       `timestamp,symbol,side,size,price,...,trdMatchID,...`: trades of a contract
bybit-spot-trades  `id,timestamp,price,volume,side`: trades, times in ms
bybit-rest-json    saved answers of /v5/market/kline: rows of seven strings, newest first
trade-duckdb       a database of TRADE: table `ohlcv_<environment>`, of which the 1m rows are taken
csv, parquet       columns found by name (files.py)

Trades are put in order of time and of the file, each id once, and summed to minutes: the first and
last price, the extremes, the sum of sizes. A minute without a trade is absent.
Sources: Bybit's public data site and its V5 documentation; the clock of the MetaTrader files as
reported by several independent loaders.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np

from tradec.runtime.data.checks import Rows
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.files import read_rows
from tradec.runtime.data.kinds import SOURCE_DUMP_KLINE, SOURCE_DUMP_TRADE, SOURCE_IMPORT
from tradec.runtime.data.query import connect, literal_path
from tradec.runtime.data.timestamps import Moments, iso, moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

Format: TypeAlias = Literal[
    "bybit-mt4", "bybit-trades", "bybit-spot-trades", "bybit-rest-json", "trade-duckdb", "columns"
]
FORMATS: tuple[Format, ...] = get_args(Format)

MT4_OFFSET_MS = 3 * 3_600_000
_MT4_LINE = re.compile(r"\d{4}\.\d{2}\.\d{2} \d{2}:\d{2},")
_TRADES, _SPOT = {"symbol", "size", "price"}, {"id", "price", "volume"}
_HEAD_BYTES = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The minutes of a file, where they came from (`src`), and how its first row was understood."""

    rows: Rows
    src: int
    form: Format
    first: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What a user may say of a file: its format, its clock's offset, column names, the symbol."""

    symbol: str
    form: Format | None = None
    offset_ms: int | None = None
    mapping: Mapping[str, str] | None = None


def read_format(path: Path, hints: Hints) -> Found:
    """Return the minutes of a file in whichever format it is."""
    if not path.is_file():
        raise DataError("FILE_UNREADABLE", f"there is no file {path}")
    form = hints.form or detect(path)
    if hints.offset_ms is not None and form != "bybit-mt4":
        what = f"a clock of its own has only bybit-mt4, and {path.name} is {form}"
        raise DataError("BAD_PARAMETER", what)
    return _READERS[form](path, hints)


def detect(path: Path) -> Format:
    """Return the format of a file, judged by its name and its first line."""
    names = [suffix.lower() for suffix in path.suffixes]
    if {".duckdb", ".db"} & set(names[-1:]):
        return "trade-duckdb"
    if names[-1:] == [".json"]:
        return "bybit-rest-json"
    if ".csv" not in names:
        return "columns"
    line = _first_line(path)
    if _MT4_LINE.match(line):
        return "bybit-mt4"
    columns = {name.strip().lower() for name in line.split(",")}
    if columns >= _TRADES | {"timestamp"}:
        return "bybit-trades"
    return "bybit-spot-trades" if columns >= _SPOT | {"timestamp"} else "columns"


def _first_line(path: Path) -> str:
    import gzip  # noqa: PLC0415 - deferred: only for dumps

    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            head: bytes = file.read(_HEAD_BYTES)
    except (OSError, EOFError) as error:
        raise DataError("FILE_UNREADABLE", f"{path.name} cannot be read: {error}") from error
    return head.decode("utf-8", "replace").split("\n", maxsplit=1)[0].strip()


def _columns(path: Path, hints: Hints) -> Found:
    rows = read_rows(path, hints.mapping)
    return _found(rows, SOURCE_IMPORT, "columns", "")


def _mt4(path: Path, hints: Hints) -> Found:
    offset = MT4_OFFSET_MS if hints.offset_ms is None else hints.offset_ms
    query = (
        "SELECT CAST(epoch_ms(try_strptime(column0, '%Y.%m.%d %H:%M')) AS BIGINT) AS ts, "
        "TRY_CAST(column1 AS DOUBLE) AS open, TRY_CAST(column2 AS DOUBLE) AS high, "
        "TRY_CAST(column3 AS DOUBLE) AS low, TRY_CAST(column4 AS DOUBLE) AS close, "
        "TRY_CAST(column5 AS DOUBLE) AS volume, CAST(NULL AS DOUBLE) AS turnover "
        "FROM read_csv(?, header = false, all_varchar = true, null_padding = true)"
    )
    rows = _rows(_asked(path, query), shift_ms=-offset)
    text = _first_line(path).split(",", maxsplit=1)[0]
    return _found(rows, SOURCE_DUMP_KLINE, "bybit-mt4", text)


_MINUTES = """
    WITH given AS ({given}),
    once AS (
        SELECT * FROM given WHERE ts IS NOT NULL AND price > 0 AND size > 0
        QUALIFY id IS NULL OR row_number() OVER (PARTITION BY id ORDER BY place) = 1
    ),
    placed AS (SELECT *, row_number() OVER (ORDER BY ts, place) AS number FROM once)
    SELECT CAST(ts // 60000 * 60000 AS BIGINT) AS ts, arg_min(price, number) AS open,
        max(price) AS high, min(price) AS low, arg_max(price, number) AS close,
        fsum(size) AS volume, fsum(size * price) AS turnover
    FROM placed GROUP BY 1 ORDER BY 1
"""
_CSV = "read_csv(?, header = true, all_varchar = true, null_padding = true)"


def _trades(path: Path, hints: Hints) -> Found:
    """Return minutes of a contract's trades; times are seconds with a fraction, or ms."""
    columns = {name.strip() for name in _first_line(path).split(",")}
    one_id = "trdMatchID" if "trdMatchID" in columns else "NULL"
    given = (
        "SELECT CASE WHEN TRY_CAST(timestamp AS DOUBLE) < 1e11 "  # noqa: S608 - our words
        "THEN CAST(floor(TRY_CAST(timestamp AS DECIMAL(24, 9)) * 1000) AS BIGINT) "
        "ELSE CAST(floor(TRY_CAST(timestamp AS DOUBLE)) AS BIGINT) END AS ts, "
        "TRY_CAST(price AS DOUBLE) AS price, TRY_CAST(size AS DOUBLE) AS size, "
        f"{one_id} AS id, row_number() OVER () AS place FROM {_CSV}"
    )
    if "symbol" in columns:
        _refuse_other_symbol(path, hints.symbol)
    rows = _rows(_asked(path, _MINUTES.format(given=given)))
    return _found(rows, SOURCE_DUMP_TRADE, "bybit-trades", "")


def _spot_trades(path: Path, hints: Hints) -> Found:
    del hints
    given = (
        "SELECT TRY_CAST(timestamp AS BIGINT) AS ts, "  # noqa: S608 - our words
        "TRY_CAST(price AS DOUBLE) AS price, "
        "TRY_CAST(volume AS DOUBLE) AS size, id, row_number() OVER () AS place "
        f"FROM {_CSV}"
    )
    rows = _rows(_asked(path, _MINUTES.format(given=given)))
    return _found(rows, SOURCE_DUMP_TRADE, "bybit-spot-trades", "")


def _refuse_other_symbol(path: Path, symbol: str) -> None:
    query = f"SELECT DISTINCT symbol AS name FROM {_CSV} LIMIT 3"  # noqa: S608
    names = [str(name) for name in _asked(path, query)["name"]]
    if names != [symbol]:
        what = f"{path.name} holds trades of {', '.join(names)}, not only of {symbol}"
        raise DataError("BAD_PARAMETER", what)


def _rest_json(path: Path, hints: Hints) -> Found:
    """Return the rows of one saved answer, of a list of them, or of a bare list of rows."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise DataError("FILE_UNREADABLE", f"{path.name} is no JSON: {error}") from error
    rows = [row for part in _answers(content, hints.symbol, path) for row in part]
    try:
        table = np.array([[float(text) for text in row[:7]] for row in rows], np.float64)
    except (TypeError, ValueError) as error:
        raise DataError("FILE_UNREADABLE", f"{path.name} has a row of another form") from error
    if table.ndim != 2 or table.shape[1] != 7:
        raise DataError("FILE_UNREADABLE", f"{path.name} holds no rows of seven figures")
    names = ("open", "high", "low", "close", "volume", "turnover")
    columns = {name: table[:, place + 1].copy() for place, name in enumerate(names)}
    found = Rows(times=moments(table[:, 0].astype(np.int64)), **columns)
    return _found(found, SOURCE_IMPORT, "bybit-rest-json", "")


def _answers(content: Any, symbol: str, path: Path) -> list[list[Any]]:
    if isinstance(content, dict):
        result = content.get("result", content)
        if not isinstance(result, dict) or not isinstance(result.get("list"), list):
            raise DataError("FILE_UNREADABLE", f"{path.name} is no answer of /v5/market/kline")
        if result.get("symbol", symbol) != symbol:
            what = f"{path.name} answers for {result['symbol']}, not for {symbol}"
            raise DataError("BAD_PARAMETER", what)
        return [result["list"]]
    if isinstance(content, list) and content and isinstance(content[0], dict):
        return [part for one in content for part in _answers(one, symbol, path)]
    return [content] if isinstance(content, list) else []


def _trade_database(path: Path, hints: Hints) -> Found:
    import duckdb  # noqa: PLC0415 - deferred: heavy

    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = [
                str(name)
                for (name,) in connection.execute(
                    "SELECT table_name FROM information_schema.tables "
                    "WHERE table_name LIKE 'ohlcv\\_%' ESCAPE '\\' ORDER BY table_name"
                ).fetchall()
            ]
            table = _minute_table(connection, tables, hints.symbol, path)
            got = connection.execute(
                "SELECT CAST(epoch_ms(timestamp) AS BIGINT) AS ts, open, high, low, close, volume, "  # noqa: S608
                f'CAST(NULL AS DOUBLE) AS turnover FROM "{table}" '
                "WHERE symbol = ? AND timeframe = '1m' ORDER BY timestamp",
                [hints.symbol],
            ).fetchnumpy()
    except duckdb.Error as error:
        reason = str(error).strip().split("\n", maxsplit=1)[0]
        raise DataError("FILE_UNREADABLE", f"{path.name} cannot be read: {reason}") from error
    return _found(_rows(got), SOURCE_IMPORT, "trade-duckdb", table)


def _minute_table(connection: Any, tables: list[str], symbol: str, path: Path) -> str:
    """Return the one table that has minutes of the symbol."""
    found = [
        name
        for name in tables
        if connection.execute(
            f"SELECT 1 FROM \"{name}\" WHERE symbol = ? AND timeframe = '1m' LIMIT 1",  # noqa: S608
            [symbol],
        ).fetchone()
    ]
    if len(found) != 1:
        what = f"{path.name} has minutes of {symbol} in {', '.join(found) or 'no table'}"
        raise DataError("FILE_UNREADABLE", what, {"tables": tables})
    return found[0]


def _asked(path: Path, query: str) -> dict[str, Any]:
    import duckdb  # noqa: PLC0415 - deferred: heavy

    try:
        with connect() as connection:
            answer: dict[str, Any] = connection.execute(query, [literal_path(path)]).fetchnumpy()
    except duckdb.Error as error:
        reason = str(error).strip().split("\n", maxsplit=1)[0]
        raise DataError("FILE_UNREADABLE", f"{path.name} cannot be read: {reason}") from error
    return answer


def _rows(got: Mapping[str, Any], shift_ms: int = 0) -> Rows:
    """Return an answer with columns ts (ms), open ... turnover as rows; absent values are NaN."""
    ts = got["ts"]
    absent = np.ma.getmaskarray(ts)
    ms = np.asarray(np.ma.filled(ts, 0), np.int64)
    names = ("open", "high", "low", "close", "volume", "turnover")
    columns: dict[str, NDArray[np.float64]] = {
        name: np.ma.filled(np.ma.asarray(got[name], np.float64), np.nan) for name in names
    }
    times = Moments(ms=ms + shift_ms, valid=~absent, whole=np.ones(len(ms), np.bool_))
    return Rows(times=times, **columns)


def _found(rows: Rows, src: int, form: Format, text: str) -> Found:
    first = iso(int(rows.times.ms[0])) if rows.n and rows.times.valid[0] else "no time"
    return Found(rows=rows, src=src, form=form, first=f"{text} read as {first}" if text else first)


_READERS: Mapping[Format, Callable[[Path, Hints], Found]] = MappingProxyType(
    {
        "bybit-mt4": _mt4,
        "bybit-trades": _trades,
        "bybit-spot-trades": _spot_trades,
        "bybit-rest-json": _rest_json,
        "trade-duckdb": _trade_database,
        "columns": _columns,
    }
)
