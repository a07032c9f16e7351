"""Reading a window of minutes out of a series' folder, without a lock."""

import bisect
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.data import manifest as manifests
from tradec.runtime.data.bars import Bars, from_columns
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.ingest import Ingest
from tradec.runtime.data.kinds import FLAG_FLAT, Kind, conform, empty_table
from tradec.runtime.data.manifest import Spans
from tradec.runtime.data.timestamps import MINUTE_MS, iso

_TRIES = 3

FloatArray: TypeAlias = NDArray[np.float64]


class Columns(NamedTuple):
    """Bars in order of time."""

    ts: NDArray[np.int64]
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray


def read_window(
    folder: Path,
    source: str,
    start_ms: int | None,
    end_ms: int | None,
    heard: Ingest | None = None,
) -> Bars:
    """Return the bars of [start, end) as one manifest of the folder names them.

    Minutes that sessions `heard` stand where the manifest has none.
    """
    for _ in range(_TRIES):
        manifest = manifests.load(folder)
        known = manifest.coverage if manifest else ()
        coverage = manifests.join((*known, *heard.spans)) if heard else known
        if not coverage:
            raise _absent(folder)
        start, end = _window(coverage, start_ms, end_ms)
        first, last = _anchors(coverage, start, end)
        named = manifest.files if manifest else ()
        files = [file for file in named if file.last >= first and file.first <= last]
        try:
            columns = _select([folder / file.name for file in files], first, last, source)
        except FileNotFoundError:
            continue  # collected meanwhile: a newer manifest names others
        if heard:
            columns = _with_heard(columns, heard, first, last)
        bars, _ = from_columns(*columns, base_ms=MINUTE_MS, source=source)
        return bars.slice(bars.position(start), bars.position(end))
    raise DataError("CATALOG_CORRUPT", f"a file that the manifest of {source} names is absent")


def read_table(folder: Path, kind: Kind, start_ms: int | None, end_ms: int | None) -> Any:
    """Return the rows with start <= ts < end as one manifest of the folder names them."""
    import pyarrow.compute as pc  # noqa: PLC0415 - deferred: heavy

    start = -(2**63) if start_ms is None else start_ms
    end = 2**63 - 1 if end_ms is None else end_ms
    for _ in range(_TRIES):
        manifest = manifests.load(folder)
        files = manifest.files if manifest else ()
        chosen = [file.name for file in files if file.last >= start and file.first < end]
        try:
            tables = [_table_of(folder / name) for name in chosen]
        except FileNotFoundError:
            continue  # collected meanwhile: a newer manifest names others
        table = conform(_joined(tables), kind) if tables else empty_table(kind)
        inside = pc.and_(pc.greater_equal(table["ts"], start), pc.less(table["ts"], end))
        return table.filter(inside).combine_chunks()
    where = "/".join(folder.parts[-3:])
    raise DataError("CATALOG_CORRUPT", f"a file that the manifest of {where} names is absent")


def _select(paths: list[Path], first: int, last: int, source: str) -> Columns:
    """Return the real bars that open in [first, last].

    Read by pyarrow in one thread: half the CPU of a query, most of it for what is not imported.
    """
    import pyarrow as pa  # noqa: PLC0415 - deferred: heavy

    names = [*Columns._fields, "flags"]
    try:
        tables = [_table_of(path, names) for path in paths]
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise DataError("CATALOG_CORRUPT", f"the files of {source} are unreadable") from error
    if not tables:
        return Columns(np.empty(0, np.int64), *np.empty((5, 0)))
    columns = [np.concatenate([table[name].to_numpy() for table in tables]) for name in names]
    ts, flags = columns[0], columns[-1]
    inside = (first <= ts) & (ts <= last) & ((flags & FLAG_FLAT) == 0)
    chosen = columns[:-1] if inside.all() else [column[inside] for column in columns[:-1]]
    return Columns(*chosen)


def _table_of(path: Path, names: list[str] | None = None) -> Any:
    import pyarrow.parquet as pq  # noqa: PLC0415 - deferred: heavy

    with pq.ParquetFile(path) as file:  # read_table would import what datasets need
        return file.read(names, use_threads=False)


def _with_heard(columns: Columns, heard: Ingest, first: int, last: int) -> Columns:
    """Return the bars with those that were heard of minutes in [first, last] that are not there."""
    ts = heard.bars.ts
    more = ~heard.flat & (first <= ts) & (ts <= last) & ~np.isin(ts, columns[0])
    extra = [getattr(heard.bars, name)[more] for name in Columns._fields]
    joined = [np.concatenate(pair) for pair in zip(columns, extra, strict=True)]
    order = np.argsort(joined[0], kind="stable")
    return Columns(*(column[order] for column in joined))


def _joined(tables: list[Any]) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - deferred: heavy

    return pa.concat_tables(tables)


def _window(coverage: Spans, start_ms: int | None, end_ms: int | None) -> tuple[int, int]:
    """Return the whole minutes of the window, refusing one that the data do not cover."""
    begins, ends = coverage[0][0], coverage[-1][1]
    start = begins if start_ms is None else -(-start_ms // MINUTE_MS) * MINUTE_MS
    end = ends if end_ms is None else end_ms // MINUTE_MS * MINUTE_MS
    if start_ms is not None and end_ms is not None and end <= start:
        raise DataError(
            "BAD_WINDOW", f"the window {iso(start_ms)} to {iso(end_ms)} holds no minute"
        )
    if start < begins or end > ends or end <= start:
        span = f"{iso(begins)} to {iso(ends)}"
        raise DataError(
            "INSUFFICIENT_COVERAGE",
            f"the data cover {span}, the window is {iso(start)} to {iso(end)}",
            {"first": begins, "end": ends, "start": start, "stop": end},
        )
    return start, end


def _anchors(coverage: Spans, start: int, end: int) -> tuple[int, int]:
    """Return the last bar at or before the first minute, and the first one from the last minute on.

    A window may begin or end within a hole, whose flat bars need the close before it.
    """
    begins = [span[0] for span in coverage]
    at = bisect.bisect_right(begins, start) - 1
    first = min(start, coverage[at][1] - MINUTE_MS)
    final = end - MINUTE_MS
    ends = [span[1] for span in coverage]
    after = bisect.bisect_right(ends, final)
    return first, max(final, coverage[after][0])


def _absent(folder: Path) -> DataError:
    venue, symbol, kind = folder.parts[-3:]
    return DataError(
        "HISTORY_UNAVAILABLE",
        f"there is no {kind} of {symbol} on {venue}",
        {"venue": venue, "symbol": symbol, "kind": kind},
    )
