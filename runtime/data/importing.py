"""Files into the catalogue, and files as they are: what is taken and what is refused."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.data.bars import Bars, Hole, from_columns
from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog
from tradec.runtime.data.checks import REASONS, Checked, Refused, check_rows
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.files import read_rows
from tradec.runtime.data.kinds import SOURCE_IMPORT, check_names
from tradec.runtime.data.merging import OnConflict
from tradec.runtime.data.timestamps import (
    MINUTE_MS,
    TIMEFRAMES,
    is_timeframe,
    iso,
    timeframe_name,
)

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with a stage (`read`, `check`, `write`), how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import read, did and found; rows are the file's, `filled` are flat minutes added.

    `kept` rows differ from those that are there, which stayed. `holes` are too long to be filled.
    """

    symbol: str
    venue: str
    source: str
    first: int
    last: int
    read: int
    written: int
    replaced: int
    unchanged: int
    kept: int
    merged: int
    reordered: int
    filled: int
    refused: tuple[Refused, ...]
    holes: tuple[Hole, ...]
    files: tuple[str, ...]


def import_file(  # noqa: PLR0913 - what a user can say of a file
    path: Path | str,
    catalog: Catalog,
    symbol: str,
    *,
    venue: str = DEFAULT_VENUE,
    mapping: Mapping[str, str] | None = None,
    on_conflict: OnConflict = "keep",
    max_refused: float = 0.0,
    progress: Progress = lambda _stage, _done, _total: None,
) -> ImportReport:
    """Put the minutes of a Parquet or CSV file into the catalogue; on any error, nothing.

    More than the share `max_refused` of bad rows refuses the file; 1.0 takes every good row.
    """
    check_names(venue, symbol)
    path = Path(path)
    progress("read", 0, path.stat().st_size if path.is_file() else 0)
    rows = read_rows(path, mapping)
    progress("check", 0, rows.n)
    checked = check_rows(rows, MINUTE_MS)
    _refuse_coarse(path, checked.ts)
    _refuse_bad(path, checked, rows.n, max_refused)
    progress("write", 0, rows.n)
    bars, table = _minutes(checked, f"import:{path.name}")
    report = catalog.write(venue, symbol, "kline_1m", table, bars.source, on_conflict)
    progress("write", rows.n, rows.n)
    return ImportReport(
        symbol=symbol,
        venue=venue,
        source=bars.source,
        first=int(checked.ts[0]),
        last=int(checked.ts[-1]),
        read=rows.n,
        written=report.written,
        replaced=report.replaced,
        unchanged=report.unchanged,
        kept=report.kept,
        merged=checked.merged,
        reordered=checked.reordered,
        filled=len(table) - len(checked.ts),
        refused=checked.refused,
        holes=bars.holes,
        files=report.files,
    )


def read_file(path: Path | str, mapping: Mapping[str, str] | None = None) -> Bars:
    """Return the bars of a file of any one timeframe up to a day; any bad row refuses it."""
    path = Path(path)
    rows = read_rows(path, mapping)
    base_ms = infer_base(path, rows.times.ms[rows.times.valid])
    checked = check_rows(rows, base_ms)
    _refuse_bad(path, checked, rows.n, 0.0)
    bars, _ = _grid(checked, base_ms, f"file:{path.name}")
    return bars


def infer_base(path: Path, ts: NDArray[np.int64]) -> int:
    """Return the length of a file's bars: the smallest step, else the commonest, in known ones."""
    steps = np.diff(np.unique(ts))
    if not len(steps):
        what = f"the timeframe of {path.name} cannot be told from {len(ts)} rows"
        raise DataError("TIMEFRAME_MISMATCH", what)
    lengths, counts = np.unique(steps, return_counts=True)
    for length in (int(lengths[0]), int(lengths[np.argmax(counts)])):
        if is_timeframe(length):
            return length
    what = f"bars of {timeframe_name(int(lengths[0]))} in {path.name} are no base timeframe"
    raise DataError("TIMEFRAME_MISMATCH", f"{what}: {', '.join(TIMEFRAMES)}")


def _grid(checked: Checked, base_ms: int, source: str) -> tuple[Bars, tuple[Hole, ...]]:
    columns = (checked.open, checked.high, checked.low, checked.close, checked.volume)
    return from_columns(checked.ts, *columns, base_ms=base_ms, source=source)


def _minutes(checked: Checked, source: str) -> tuple[Bars, Any]:
    """Return the grid, and the rows to be stored: the file's, and flat ones in its short holes."""
    import pyarrow as pa  # noqa: PLC0415 - deferred: heavy

    bars, holes = _grid(checked, MINUTE_MS, source)
    ts = bars.ts0 + MINUTE_MS * np.arange(bars.n, dtype=np.int64)
    stored = np.ones(bars.n, np.bool_)
    for hole in holes:
        stored[bars.position(hole.start) : bars.position(hole.end)] = False
    turnover = np.zeros(bars.n)
    turnover[(checked.ts - bars.ts0) // MINUTE_MS] = checked.turnover
    columns: dict[str, NDArray[Any]] = {
        "ts": ts,
        "open": bars.open,
        "high": bars.high,
        "low": bars.low,
        "close": bars.close,
        "volume": bars.volume,
        "turnover": turnover,
        "src": np.full(bars.n, SOURCE_IMPORT, np.uint8),
        "flags": bars.flags,
    }
    return bars, pa.table({name: column[stored] for name, column in columns.items()})


def _refuse_coarse(path: Path, ts: NDArray[np.int64]) -> None:
    """Refuse bars of a coarser timeframe, which have no minutes in them.

    Their commonest step is also their smallest, and all of them are on its grid. Sparse minutes
    are not so, but for two rows it cannot be told.
    """
    lengths, counts = np.unique(np.diff(ts), return_counts=True)
    if len(ts) < 3 or int(np.argmax(counts)) or lengths[0] == MINUTE_MS:
        return
    length = int(lengths[0])
    if counts[0] > 1 and is_timeframe(length) and not (ts % length).any():
        name = timeframe_name(length)
        what = f"{path.name} holds {name} bars; only 1m bars are imported, and it has no minutes"
        raise DataError("TIMEFRAME_MISMATCH", what, {"timeframe": name})


def _refuse_bad(path: Path, checked: Checked, read: int, max_refused: float) -> None:
    """Refuse a file with no usable row, or with more bad ones than are allowed."""
    bad = checked.refused_rows
    if read and len(checked.ts) and bad <= max_refused * read:
        return
    if not read:
        raise DataError("FILE_UNREADABLE", f"{path.name} holds no rows")
    what = f"{bad} of {read} rows of {path.name} are refused: {describe(checked.refused)}"
    groups = [asdict(group) for group in checked.refused]
    raise DataError("DATA_QUALITY_ISSUE", what, {"read": read, "refused": groups})


def describe(refused: tuple[Refused, ...]) -> str:
    """Return the refusals in words: per reason how many, and where the first is."""
    texts = []
    for group in refused:
        first = group.examples[0]
        when = "" if first.ts is None else f", {iso(first.ts)}"
        texts.append(f"{group.count} {REASONS[group.reason]} (first in row {first.row}{when})")
    return "; ".join(texts)
