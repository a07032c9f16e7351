"""The catalogue of market data: Parquet files, one manifest per series (rulings D1).

Layout   <root>/<venue>/<symbol>/<kind>/manifest.json and <period>.<first 8 of sha256>.parquet
Writers  hold the symbol's lock; data files first, then the manifest, whose rename is the commit
Readers  take no lock: they read one manifest and the immutable files that it names
"""

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from tradec.runtime.data import manifest as manifests
from tradec.runtime.data.bars import Bars, Hole
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.ingest import read_ingest
from tradec.runtime.data.kinds import check_names, conform, kind_named
from tradec.runtime.data.locking import symbol_lock
from tradec.runtime.data.manifest import Manifest, Spans
from tradec.runtime.data.merging import OnConflict
from tradec.runtime.data.reading import read_table, read_window
from tradec.runtime.data.storing import collect, remove, store

DEFAULT_VENUE = "bybit-linear"
LOCK_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a write did, in rows; `files` are the data files it published."""

    written: int
    replaced: int
    unchanged: int
    kept: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesStatus:
    """One series at a glance; `last` is the opening time of its last row, ages are in ms."""

    venue: str
    symbol: str
    kind: str
    rows: int
    first: int
    last: int
    holes: tuple[Hole, ...]
    flat: int
    bytes: int
    age_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """A file of the catalogue that is not what its manifest says."""

    venue: str
    symbol: str
    kind: str
    file: str
    problem: str


def default_root() -> Path:
    """Return TRADEC_DATA_DIR, else the user's data folder for tradec."""
    import platformdirs  # noqa: PLC0415 - deferred: only where no folder is named

    named = os.environ.get("TRADEC_DATA_DIR")
    return Path(named) if named else Path(platformdirs.user_data_dir("tradec")) / "data"


def wall_ms() -> int:
    """Return the time of the system's clock in ms UTC."""
    return time.time_ns() // 1_000_000


class Catalog:
    """The catalogue under one folder, which need not exist before the first write."""

    def __init__(
        self,
        root: Path | str | None = None,
        *,
        clock: Callable[[], int] = wall_ms,
        lock_timeout: float = LOCK_SECONDS,
    ) -> None:
        self.root = default_root() if root is None else Path(root)
        self._clock = clock
        self._lock_timeout = lock_timeout
        self._held: set[tuple[int, Path]] = set()

    def now_ms(self) -> int:
        """Return the time of the catalogue's clock in ms UTC."""
        return self._clock()

    def write(  # noqa: PLR0913  what a write is made of
        self,
        venue: str,
        symbol: str,
        kind: str,
        table: Any,
        source: str,
        on_conflict: OnConflict = "keep",
        *,
        checked: tuple[int, int] | None = None,
    ) -> Report:
        """Put the rows of an Arrow table into a series; all of them or, on any error, none.

        `checked` is the half-open span that the source was asked for and answered in full: what is
        absent in it need not be asked for again.
        """
        check_names(venue, symbol)
        described = kind_named(kind)
        rows = conform(table, described)
        folder = self._folder(venue, symbol, kind)
        empty = Manifest(venue=venue, symbol=symbol, kind=kind)
        try:
            with self.writing(venue, symbol):
                old = manifests.load(folder) or empty
                stored = store(
                    folder,
                    old,
                    described,
                    rows,
                    source=source,
                    on_conflict=on_conflict,
                    now_ms=self._clock(),
                    checked=checked,
                )
                collect(folder, stored.manifest, self._clock())
        except OSError as error:
            what = f"{venue}/{symbol}/{kind} cannot be written: {error.strerror or error}"
            raise DataError("WRITE_FAILED", what, {"errno": error.errno}) from error
        return Report(
            written=sum(part.written for part in stored.parts),
            replaced=sum(part.replaced for part in stored.parts),
            unchanged=sum(part.unchanged for part in stored.parts),
            kept=sum(part.kept for part in stored.parts),
            files=stored.files,
        )

    def remove(self, venue: str, symbol: str, kind: str, spans: Spans) -> int:
        """Take the rows of half-open spans out of a series; return how many there were.

        They count as never asked for, so that the next sync gets them again.
        """
        check_names(venue, symbol)
        described, folder = kind_named(kind), self._folder(venue, symbol, kind)
        with self.writing(venue, symbol):
            manifest = manifests.load(folder)
            if manifest is None:
                return 0
            changed, removed = remove(folder, manifest, described, spans, now_ms=self._clock())
            collect(folder, changed, self._clock())
        return removed

    @contextmanager
    def writing(self, venue: str, symbol: str) -> Iterator[None]:
        """Hold the lock of a symbol over several writes of this thread; LockHeld otherwise."""
        folder = self.root / venue / symbol
        mine = (threading.get_ident(), folder)
        if mine in self._held:
            yield
            return
        with symbol_lock(folder, self._clock(), self._lock_timeout):
            self._held.add(mine)
            try:
                yield
            finally:
                self._held.discard(mine)

    def manifest(self, venue: str, symbol: str, kind: str) -> Manifest:
        """Return the manifest of a series, empty where there is none."""
        check_names(venue, symbol)
        empty = Manifest(venue=venue, symbol=symbol, kind=kind_named(kind).name)
        return manifests.load(self._folder(venue, symbol, kind)) or empty

    def files(self, venue: str, symbol: str, kind: str) -> tuple[Path, ...]:
        """Return the files that the manifest of a series names, in order of time."""
        folder = self._folder(venue, symbol, kind)
        return tuple(folder / file.name for file in self.manifest(venue, symbol, kind).files)

    def read_rows(
        self,
        venue: str,
        symbol: str,
        kind: str,
        start_ms: int | None = None,
        end_ms: int | None = None,
    ) -> Any:
        """Return the rows of a series with start <= ts < end as an Arrow table, perhaps empty."""
        check_names(venue, symbol)
        return read_table(self._folder(venue, symbol, kind), kind_named(kind), start_ms, end_ms)

    def read_bars(
        self,
        venue: str,
        symbol: str,
        start_ms: int | None = None,
        end_ms: int | None = None,
        *,
        with_heard: bool = False,
    ) -> Bars:
        """Return the minutes that lie whole in [start, end); None is where the data begin or end.

        Data that do not reach so far are refused (INSUFFICIENT_COVERAGE); long holes are listed.
        `with_heard` adds what sessions heard and no sync has taken in yet (ingest.py).
        """
        check_names(venue, symbol)
        folder = self._folder(venue, symbol, "kline_1m")
        heard = read_ingest(self.root, venue, symbol) if with_heard else None
        source = f"catalogue:{venue}/{symbol}/kline_1m"
        return read_window(folder, source, start_ms, end_ms, heard)

    def status(self) -> list[SeriesStatus]:
        """Return every series that holds rows, by venue, symbol and kind."""
        now = self._clock()
        return [_status(manifest, now) for _, manifest in self._series() if manifest.files]

    def verify(
        self, venue: str | None = None, symbol: str | None = None, kind: str | None = None
    ) -> list[Defect]:
        """Return every file that is absent or differs from its manifest's size, hash or rows."""
        wanted = (venue, symbol, kind)
        return [
            Defect(
                venue=manifest.venue,
                symbol=manifest.symbol,
                kind=manifest.kind,
                file=file.name,
                problem=problem,
            )
            for folder, manifest in self._series()
            if all(
                one in {None, other}
                for one, other in zip(
                    wanted, (manifest.venue, manifest.symbol, manifest.kind), strict=True
                )
            )
            for file in manifest.files
            if (problem := _problem(folder / file.name, file))
        ]

    def _folder(self, venue: str, symbol: str, kind: str) -> Path:
        return self.root / venue / symbol / kind

    def _series(self) -> Iterator[tuple[Path, Manifest]]:
        for path in sorted(self.root.glob(f"*/*/*/{manifests.FILE_NAME}")):
            manifest = manifests.load(path.parent)
            if manifest is not None:
                yield path.parent, manifest


def _status(manifest: Manifest, now_ms: int) -> SeriesStatus:
    coverage = manifest.coverage
    step = kind_named(manifest.kind).step_ms or 0
    last = manifest.files[-1].last
    return SeriesStatus(
        venue=manifest.venue,
        symbol=manifest.symbol,
        kind=manifest.kind,
        rows=sum(file.rows for file in manifest.files),
        first=manifest.files[0].first,
        last=last,
        holes=tuple(Hole(start=before[1], end=after[0]) for before, after in pairwise(coverage)),
        flat=sum((end - start) // step for start, end in manifest.known_gaps) if step else 0,
        bytes=sum(file.bytes for file in manifest.files),
        age_ms=now_ms - last - step,
    )


def _problem(path: Path, file: manifests.DataFile) -> str | None:
    """Return what is wrong with a data file, if anything."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - deferred: heavy

    try:
        payload = path.read_bytes()
    except FileNotFoundError:
        return "the file is absent"
    if len(payload) != file.bytes:
        return f"{len(payload)} bytes, the manifest says {file.bytes}"
    if hashlib.sha256(payload).hexdigest() != file.sha256:
        return "the content differs from its hash"
    ts = pq.read_table(path, columns=["ts"])["ts"].to_numpy()
    if (
        len(ts) != file.rows
        or ts[0] != file.first
        or ts[-1] != file.last
        or np.diff(ts).min(initial=1) <= 0
    ):
        return "the rows are not those of the manifest"
    return None
