"""Bars in files as people have them: Parquet and CSV, plain or compressed.

Columns are found by name, without regard to case: ts | ts_open | timestamp | open_time | time |
date, open, high, low, close, volume | o h l c v, and turnover where there is one. Text is read as
text and converted here, so that one bad cell is one refused row and not a file of another type.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.data.checks import Rows
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.query import connect, literal_path
from tradec.runtime.data.timestamps import Moments, moments

ALIASES: MappingProxyType[str, tuple[str, ...]] = MappingProxyType(
    {
        "ts": ("ts", "ts_open", "timestamp", "open_time", "time", "date"),
        "open": ("open", "o"),
        "high": ("high", "h"),
        "low": ("low", "l"),
        "close": ("close", "c"),
        "volume": ("volume", "v"),
        "turnover": ("turnover",),
    }
)
_OPTIONAL = frozenset({"turnover"})
_READERS = {
    ".parquet": "read_parquet(?)",
    ".csv": "read_csv(?, header = true, all_varchar = true, null_padding = true)",
}
_INTEGERS = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
)


def read_rows(path: Path, mapping: Mapping[str, str] | None = None) -> Rows:
    """Return the rows of a file, or a DataError that says why it is none of ours."""
    import duckdb  # noqa: PLC0415 - deferred: heavy

    reader = _reader(path)
    try:
        with connect() as connection:
            source = [literal_path(path)]
            header = connection.execute(f"DESCRIBE FROM {reader}", source).fetchall()
            types = {str(name): str(kind) for name, kind, *_ in header}
            chosen = _choose(path, tuple(types), mapping or {})
            query = f"SELECT {_expressions(chosen, types)} FROM {reader}"  # noqa: S608 - quoted
            table = connection.execute(query, source).fetchnumpy()
    except duckdb.Error as error:
        reason = str(error).strip().split("\n", maxsplit=1)[0]
        raise DataError("FILE_UNREADABLE", f"{path.name} cannot be read: {reason}") from error
    return _rows(table)


def _reader(path: Path) -> str:
    """Return the DuckDB table function for a file, judging it by its name."""
    if not path.is_file():
        raise DataError("FILE_UNREADABLE", f"there is no file {path}")
    if not path.stat().st_size:
        raise DataError("FILE_UNREADABLE", f"{path.name} is empty")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in {".gz", ".zst"}:
        suffixes.pop()
        if suffixes and suffixes[-1] != ".csv":
            suffixes.clear()
    reader = _READERS.get(suffixes[-1]) if suffixes else None
    if reader is None:
        raise DataError("FILE_UNREADABLE", f"{path.name} is neither .parquet nor .csv nor .csv.gz")
    return reader


def _choose(path: Path, columns: tuple[str, ...], mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the file's column for each of ours."""
    by_name = {name.strip().lower(): name for name in reversed(columns)}
    unknown = sorted(mapping.keys() - ALIASES.keys())
    if unknown:
        raise DataError("BAD_PARAMETER", f"`{unknown[0]}` is not a column: {', '.join(ALIASES)}")
    chosen = {}
    for ours, aliases in ALIASES.items():
        wanted = (mapping[ours].strip().lower(),) if ours in mapping else aliases
        found = next((by_name[alias] for alias in wanted if alias in by_name), None)
        if found is not None:
            chosen[ours] = found
    absent = [ours for ours in ALIASES if ours not in chosen and ours not in _OPTIONAL]
    if absent:
        what = f"{path.name} has no column {', '.join(absent)}; it has {', '.join(columns)}"
        raise DataError("COLUMNS_MISSING", what, {"missing": absent, "columns": list(columns)})
    return chosen


def _expressions(chosen: Mapping[str, str], types: Mapping[str, str]) -> str:
    times = _time_expressions(_quoted(chosen["ts"]), types[chosen["ts"]])
    numbers = [
        f"TRY_CAST({_quoted(name)} AS DOUBLE) AS {ours}"
        for ours, name in chosen.items()
        if ours != "ts"
    ]
    return ", ".join((*times, *numbers))


def _time_expressions(column: str, kind: str) -> tuple[str, str, str]:
    """Return a time as an integer, a decimal or microseconds of a moment, whichever it is.

    TIMESTAMPTZ, not TIMESTAMP: a cast to the latter drops the offset of an ISO string.
    """
    whole = fraction = moment = "NULL"
    if kind == "VARCHAR":
        is_whole = f"regexp_full_match(trim({column}), '[0-9]+')"
        whole = f"CASE WHEN {is_whole} THEN TRY_CAST({column} AS BIGINT) END"
        fraction = f"TRY_CAST({column} AS DOUBLE)"
        moment = f"epoch_us(TRY_CAST({column} AS TIMESTAMPTZ))"
    elif kind in _INTEGERS:
        whole = f"TRY_CAST({column} AS BIGINT)"
    elif kind.startswith(("TIMESTAMP", "DATE")):
        moment = f"epoch_us({column}::TIMESTAMPTZ)"
    else:
        fraction = f"TRY_CAST({column} AS DOUBLE)"
    return (
        f"CAST({whole} AS BIGINT) AS ts_whole",
        f"CAST({fraction} AS DOUBLE) AS ts_fraction",
        f"CAST({moment} AS BIGINT) AS ts_moment",
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _rows(table: Mapping[str, Any]) -> Rows:
    columns = {
        name: np.ma.filled(table[name].astype(np.float64), np.nan)
        for name in ("open", "high", "low", "close", "volume")
    }
    turnover = table.get("turnover")
    unknown = np.full(len(columns["open"]), np.nan)
    return Rows(
        times=_times(table),
        turnover=unknown if turnover is None else np.ma.filled(turnover, np.nan),
        **columns,
    )


def _times(table: Mapping[str, Any]) -> Moments:
    """Return each row's time from the first of its three forms that it has."""
    whole, fraction, moment = (table[f"ts_{form}"] for form in ("whole", "fraction", "moment"))
    no_whole, no_moment = np.ma.getmaskarray(whole), np.ma.getmaskarray(moment)
    numbers = moments(np.ma.filled(whole, 0))
    decimals = moments(np.where(no_whole, np.ma.filled(fraction, np.nan), np.nan))
    dated = np.asarray(np.ma.filled(moment, 0), np.int64)
    by_number = ~no_whole
    by_moment = no_whole & ~no_moment
    return Moments(
        ms=_pick(by_number, by_moment, (numbers.ms, dated // 1000, decimals.ms)),
        valid=_pick(by_number, by_moment, (numbers.valid, ~no_moment, decimals.valid)),
        whole=_pick(by_number, by_moment, (numbers.whole, dated % 1000 == 0, decimals.whole)),
    )


def _pick(
    by_number: NDArray[np.bool_], by_moment: NDArray[np.bool_], forms: tuple[Any, Any, Any]
) -> Any:
    return np.where(by_number, forms[0], np.where(by_moment, forms[1], forms[2]))
