"""Files into the catalogue, and files as they are: what is taken and what is refused."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.data.bars import Bars, Hole, from_columns
from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog, Report
from tradec.runtime.data.checks import REASONS, Checked, Refused, Rows, check_rows
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.files import read_rows
from tradec.runtime.data.formats import Hints, read_format
from tradec.runtime.data.kinds import FLAG_FLAT, SOURCE_REST, check_names
from tradec.runtime.data.merging import OnConflict
from tradec.runtime.data.snapshots import latest
from tradec.runtime.data.timestamps import (
    MINUTE_MS,
    TIMEFRAMES,
    is_timeframe,
    iso,
    timeframe_name,
)

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with a stage (`read`, `check`, `write`), how much of it is done, and how much there is."""


_DAY_MS = 86_400_000

MAX_DISAGREE = 0.001
"""Share of the minutes that Bybit has told itself which a file may contradict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import read, did and found; rows are the file's, `filled` are flat minutes added.

    `kept` rows differ from those that are there, which stayed. `holes` are too long to be filled.
    `overlap` minutes were there from Bybit itself, of which `disagree` differ by over a tick.
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
    form: str
    first_row: str
    overlap: int
    disagree: int


def import_file(  # noqa: PLR0913 - what a user can say of a file
    path: Path | str,
    catalog: Catalog,
    symbol: str,
    *,
    venue: str = DEFAULT_VENUE,
    hints: Hints | None = None,
    on_conflict: OnConflict = "keep",
    max_refused: float = 0.0,
    dry: bool = False,
    progress: Progress = lambda _stage, _done, _total: None,
) -> ImportReport:
    """Put the minutes of a file into the catalogue; on any error, nothing.

    More than the share `max_refused` of bad rows refuses the file; 1.0 takes every good row. One
    bar of a recording that has not closed yet is left out and told.
    A file that contradicts what Bybit has said of the same minutes is refused, unless it is to
    replace it. With `dry` nothing is written.
    """
    check_names(venue, symbol)
    path = Path(path)
    progress("read", 0, path.stat().st_size if path.is_file() else 0)
    found = read_format(path, hints or Hints(symbol=symbol))
    rows = found.rows
    progress("check", 0, rows.n)
    checked = check_rows(rows, MINUTE_MS, _closed_by(rows, catalog.now_ms()))
    _refuse_coarse(path, checked.ts)
    _refuse_bad(path, checked, rows.n, max_refused, told=int(checked.has_open_bar))
    progress("write", 0, rows.n)
    bars, table = _minutes(checked, f"import:{path.name}", found.src)
    overlap = _overlap(catalog, venue, symbol, checked)
    if on_conflict != "replace":
        _refuse_contradiction(path, overlap)
    report = Report(written=0, replaced=0, unchanged=0, kept=0, files=())
    if not dry:
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
        form=found.form,
        first_row=found.first,
        overlap=overlap[0],
        disagree=overlap[1],
    )


def _overlap(catalog: Catalog, venue: str, symbol: str, checked: Checked) -> tuple[int, int]:
    """Return how many minutes the catalogue has from Bybit itself, and how many contradict it.

    A close that is more than a tick away contradicts.
    """
    first, last = int(checked.ts[0]), int(checked.ts[-1]) + MINUTE_MS
    there = catalog.read_rows(venue, symbol, "kline_1m", first, last)
    own = (there["src"].to_numpy() == SOURCE_REST) & (there["flags"].to_numpy() & FLAG_FLAT == 0)
    ts, close = there["ts"].to_numpy()[own], there["close"].to_numpy()[own]
    _, ours, theirs = np.intersect1d(checked.ts, ts, assume_unique=True, return_indices=True)
    if not len(ours):
        return 0, 0
    found = latest(catalog, venue, symbol, "instrument")
    tick = float(found[0]["tick"]) if found else 10.0 ** (np.floor(np.log10(close[0])) - 5)
    apart = np.abs(checked.close[ours] - close[theirs]) > tick * 1.000001
    return len(ours), int(apart.sum())


def _refuse_contradiction(path: Path, overlap: tuple[int, int]) -> None:
    both, apart = overlap
    if apart > MAX_DISAGREE * both:
        what = (
            f"{path.name} differs from what Bybit itself has said in {apart} of {both} minutes "
            "that both have: its clock or its symbol is another one"
        )
        raise DataError("CONFLICTING_ROWS", what, {"overlap": both, "disagree": apart})


def read_file(
    path: Path | str, mapping: Mapping[str, str] | None = None, *, now_ms: int | None = None
) -> Bars:
    """Return the bars of a file of any one timeframe up to a day; any bad row refuses it.

    So does a bar of a recording that has not closed by `now_ms`.
    """
    path = Path(path)
    rows = read_rows(path, mapping)
    base_ms = infer_base(path, rows.times.ms[rows.times.valid])
    checked = check_rows(rows, base_ms, _closed_by(rows, now_ms))
    _refuse_bad(path, checked, rows.n, 0.0)
    bars, _ = _grid(checked, base_ms, f"file:{path.name}")
    return bars


def _closed_by(rows: Rows, now_ms: int | None) -> int | None:
    """Return by when every bar has to have closed, None for a market of the future.

    No clock is wrong by a day: what lies further ahead was drawn, not recorded.
    """
    last = int(rows.times.ms[rows.times.valid].max(initial=0))
    return now_ms if now_ms is not None and last < now_ms + _DAY_MS else None


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


def _minutes(checked: Checked, source: str, src: int) -> tuple[Bars, Any]:
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
        "src": np.full(bars.n, src, np.uint8),
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


def _refuse_bad(path: Path, checked: Checked, read: int, max_refused: float, told: int = 0) -> None:
    """Refuse a file with no usable row, or with more bad ones than are allowed and `told`."""
    bad = checked.refused_rows
    if read and len(checked.ts) and bad - told <= max_refused * read:
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
