"""Questions to the catalogue in SQL: each series of a symbol is a table, minutes roll up.

Tables are named by kind (`kline_1m`, `mark_1m`, `funding`, ...) and hold the rows of one manifest.
A bar of a slower timeframe exists only where all of its minutes do, on UTC boundaries, weeks from
Monday; its volume is a compensated sum, so it does not depend on how the work was split.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.kinds import KINDS
from tradec.runtime.data.query import connect, literal_path
from tradec.runtime.data.timestamps import MINUTE_MS, TIMEFRAMES

if TYPE_CHECKING:
    import duckdb

_MONDAY_MS = 4 * 86_400_000  # 1970-01-05 was a Monday
_WEEK_MINUTES = 10_080


def ask(catalog: Catalog, venue: str, symbol: str, sql: str) -> Any:
    """Return the answer to a question about one symbol as an Arrow table."""
    import duckdb  # noqa: PLC0415 - deferred: heavy

    with connect() as connection:
        _make_tables(connection, catalog, venue, symbol)
        try:
            found = connection.sql(sql)
            if found is None:
                raise DataError("BAD_PARAMETER", "the question cannot be answered: it asks nothing")
            return found.to_arrow_table()
        except duckdb.Error as error:
            reason = str(error).strip().split("\n", maxsplit=1)[0]
            raise DataError("BAD_PARAMETER", f"the question cannot be answered: {reason}") from None


def rolled_up(timeframe: str) -> str:
    """Return the SQL whose rows are the whole bars of a timeframe, from `kline_1m`."""
    opens, minutes = _bucket(timeframe)
    return (
        f"SELECT {opens} AS ts, arg_min(open, ts) AS open, max(high) AS high, "  # noqa: S608
        "min(low) AS low, arg_max(close, ts) AS close, fsum(volume) AS volume "
        f"FROM kline_1m GROUP BY 1 HAVING count(*) = {minutes} ORDER BY 1"
    )


def _bucket(timeframe: str) -> tuple[str, str]:
    """Return the opening time of the bar that a minute belongs to, and its number of minutes."""
    if timeframe == "W":
        length = _WEEK_MINUTES * MINUTE_MS
        return f"(kline_1m.ts - {_MONDAY_MS}) // {length} * {length} + {_MONDAY_MS}", str(
            _WEEK_MINUTES
        )
    if timeframe == "M":
        month = "date_trunc('month', make_timestamp(kline_1m.ts * 1000))"
        days = f"date_diff('day', any_value({month}), any_value({month}) + INTERVAL 1 MONTH)"
        return f"epoch_ms({month})", f"1440 * {days}"
    if timeframe not in TIMEFRAMES:
        known = ", ".join((*TIMEFRAMES, "W", "M"))
        raise DataError("BAD_PARAMETER", f"`{timeframe}` is not a timeframe: {known}")
    length = TIMEFRAMES[timeframe] * MINUTE_MS
    return f"kline_1m.ts // {length} * {length}", str(TIMEFRAMES[timeframe])


def window(sql: str, start: int | None, end: int | None, limit: int | None) -> str:
    """Return the SQL of rows with start <= ts < end, at most the last `limit`."""
    bounds = [f"ts >= {start}"] * (start is not None) + [f"ts < {end}"] * (end is not None)
    where = f" WHERE {' AND '.join(bounds)}" if bounds else ""
    text = f"SELECT * FROM ({sql}) AS rows{where} ORDER BY ts"  # noqa: S608 - whole numbers
    if limit is None:
        return text
    return f"SELECT * FROM (SELECT * FROM ({text}) ORDER BY ts DESC LIMIT {limit}) ORDER BY ts"  # noqa: S608


def _make_tables(
    connection: "duckdb.DuckDBPyConnection", catalog: Catalog, venue: str, symbol: str
) -> None:
    found = 0
    for kind in KINDS:
        files = catalog.files(venue, symbol, kind)
        if files:
            _make_table(connection, kind, files)
            found += 1
    if not found:
        raise DataError(
            "HISTORY_UNAVAILABLE",
            f"the catalogue holds nothing of {symbol} on {venue}",
            {"venue": venue, "symbol": symbol},
        )


def _make_table(
    connection: "duckdb.DuckDBPyConnection", kind: str, files: tuple[Path, ...]
) -> None:
    listed = ", ".join("'" + literal_path(file).replace("'", "''") + "'" for file in files)
    connection.execute(f"CREATE VIEW {kind} AS SELECT * FROM read_parquet([{listed}])")  # noqa: S608
