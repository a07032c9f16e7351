"""Putting rows into a series' folder: one immutable file per touched period, then the manifest."""

import hashlib
import io
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.data import manifest as manifests
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.kinds import FLAG_FLAT, Kind
from tradec.runtime.data.manifest import GRACE_MS, DataFile, Manifest, Spans
from tradec.runtime.data.merging import Merged, OnConflict, merge
from tradec.runtime.data.publish import TEMPORARY, make_folder, publish

_UNITS = {"month": "datetime64[M]", "year": "datetime64[Y]"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The manifest after a write, its parts by period, and the files that it published."""

    manifest: Manifest
    parts: tuple[Merged, ...]
    files: tuple[str, ...]


def store(  # noqa: PLR0913 - one write, under the lock
    folder: Path,
    manifest: Manifest,
    kind: Kind,
    rows: Any,
    *,
    source: str,
    on_conflict: OnConflict,
    now_ms: int,
    checked: tuple[int, int] | None = None,
) -> Stored:
    """Merge rows into the series and commit; the manifest stays where nothing changed.

    `checked` is the span that the source was asked for: it is committed with its rows.
    """
    merged = {
        period: merge(_existing(folder, manifest, period, rows), part, kind, on_conflict)
        for period, part in _periods(rows, kind)
    }
    parts = tuple(merged.values())
    changed = {period: part for period, part in merged.items() if part.changed}
    known = manifest.with_checked(checked)
    if not changed and known == manifest:
        return Stored(manifest=manifest, parts=parts, files=())
    make_folder(folder)
    fresh = tuple(
        _write(folder, kind, period, part.table, (source, now_ms))
        for period, part in changed.items()
    )
    manifest = known.with_files(fresh, now_ms)
    manifests.commit(folder, manifest)
    return Stored(manifest=manifest, parts=parts, files=tuple(file.name for file in fresh))


def collect(folder: Path, manifest: Manifest, now_ms: int) -> None:
    """Delete files that nothing has named for ten minutes: replaced ones, and those of a crash."""
    expired = {name for name, since in manifest.retired if now_ms - since > GRACE_MS}
    known = {file.name for file in manifest.files} | {name for name, _ in manifest.retired}
    for path in (*folder.glob("*.parquet"), *folder.glob(f".*{TEMPORARY}")):
        age_ms = now_ms - path.stat().st_mtime_ns // 1_000_000
        if path.name in expired or (path.name not in known and age_ms > GRACE_MS):
            path.unlink()
    if expired:
        manifests.commit(folder, manifest.without(frozenset(expired)))


def _periods(rows: Any, kind: Kind) -> list[tuple[str, Any]]:
    """Return the rows of each month or year, in order."""
    if not len(rows):
        return []
    marks = rows["ts"].to_numpy().astype("datetime64[ms]").astype(_UNITS[kind.period])
    begins = [0, *(np.flatnonzero(marks[1:] != marks[:-1]) + 1).tolist(), len(marks)]
    return [(str(marks[begin]), rows.slice(begin, end - begin)) for begin, end in pairwise(begins)]


def _existing(folder: Path, manifest: Manifest, period: str, rows: Any) -> Any:
    """Return the rows that a period holds, none where it has no file.

    Damage is found here, for a merge would give it a hash of its own.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - deferred: heavy

    file = manifest.file_of(period)
    if file is None:
        return rows.slice(0, 0)
    path = folder / file.name
    payload = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(payload).hexdigest() != file.sha256:
        what = f"{file.name} of {manifest.symbol} is absent or damaged"
        raise DataError("CATALOG_CORRUPT", what, {"file": str(path)})
    return pq.read_table(io.BytesIO(payload)).cast(rows.schema)


def _write(folder: Path, kind: Kind, period: str, table: Any, origin: tuple[str, int]) -> DataFile:
    payload = _encode(table)
    sha256 = hashlib.sha256(payload).hexdigest()
    name = f"{period}.{sha256[:8]}.parquet"
    publish(folder / name, payload)
    ts = table["ts"].to_numpy()
    flat = (
        (table["flags"].to_numpy() & FLAG_FLAT != 0) if kind.has_flags else np.zeros(len(ts), bool)
    )
    return DataFile(
        name=name,
        period=period,
        rows=len(ts),
        first=int(ts[0]),
        last=int(ts[-1]),
        bytes=len(payload),
        sha256=sha256,
        source=origin[0],
        written_ms=origin[1],
        coverage=_spans(ts[~flat], kind.step_ms),
        known_gaps=_spans(ts[flat], kind.step_ms),
    )


def _encode(table: Any) -> bytes:
    """Return the table as Parquet bytes, the same for the same rows."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - deferred: heavy

    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", use_dictionary=False)
    return buffer.getvalue()


def _spans(ts: NDArray[np.int64], step_ms: int | None) -> Spans:
    """Return the runs of consecutive bars as half-open spans; none for a series without a step."""
    if step_ms is None or not len(ts):
        return ()
    breaks = np.flatnonzero(np.diff(ts) != step_ms)
    starts = ts[np.concatenate(([0], breaks + 1))]
    ends = ts[np.concatenate((breaks, [len(ts) - 1]))] + step_ms
    return tuple(zip(starts.tolist(), ends.tolist(), strict=True))


def remove(
    folder: Path, manifest: Manifest, kind: Kind, spans: Spans, *, now_ms: int
) -> tuple[Manifest, int]:
    """Take the rows that lie in the spans out of the series, and forget that they were asked for.

    A file that is damaged goes whole where a span touches it: none of its rows can be trusted.
    """
    import pyarrow as pa  # noqa: PLC0415 - deferred: heavy

    fresh: list[DataFile] = []
    emptied: set[str] = set()
    removed = 0
    for file in manifest.files:
        touched = [span for span in spans if span[0] <= file.last and span[1] > file.first]
        if not touched:
            continue
        table = _readable(folder, file)
        keep = np.zeros(0, np.bool_) if table is None else ~_inside(table["ts"].to_numpy(), touched)
        removed += file.rows - int(keep.sum())
        if table is None or not keep.any():
            emptied.add(file.period)
        elif not keep.all():
            rest = table.filter(pa.array(keep)).combine_chunks()
            fresh.append(_write(folder, kind, file.period, rest, (file.source, now_ms)))
    changed = manifest.with_files(tuple(fresh), now_ms).emptied(frozenset(emptied), now_ms)
    changed = changed.unchecked(spans)
    if changed != manifest:
        manifests.commit(folder, changed)
    return changed, removed


def _inside(ts: NDArray[np.int64], spans: list[tuple[int, int]]) -> NDArray[np.bool_]:
    inside = np.zeros(len(ts), np.bool_)
    for start, end in spans:
        inside |= (ts >= start) & (ts < end)
    return inside


def _readable(folder: Path, file: DataFile) -> Any | None:
    """Return the rows of a file, None where it is absent or differs from its hash."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - deferred: heavy

    path = folder / file.name
    payload = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(payload).hexdigest() != file.sha256:
        return None
    return pq.read_table(io.BytesIO(payload))
