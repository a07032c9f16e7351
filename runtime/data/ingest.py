"""Minutes that sessions heard, a JSON line each, until a sync takes them into the catalogue.

Layout   <root>/ingest/<venue>/<symbol>/<instance>-<day>.jsonl, the day that of the minutes, in UTC
Line     {"ts": 1748736000000, "open": 1.0, "high": 2.0, "low": 1.0, "close": 2.0, "volume": 3.0};
         a minute that the exchange has not is a flat one and says so: "flat": true
Writers  one for each instance, which only ever appends; each line is durable before it counts
Readers  take no lock; a line that is not whole or not a bar is counted and left out

Minutes on which two instances differ count for neither: the exchange is asked for them again.
"""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.data.checks import Checked, Rows, check_rows
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.kinds import FLAG_FLAT, SOURCE_WS, check_names
from tradec.runtime.data.manifest import Spans, join
from tradec.runtime.data.publish import make_folder, sync_folder
from tradec.runtime.data.timestamps import MINUTE_MS, moments

if TYPE_CHECKING:
    from tradec.runtime.data.catalog import Catalog, Report

FOLDER = "ingest"
HEARD_KIND = "kline_1m"
SOURCE = "ingest"
KEPT_DAYS = 2
"""A file is taken away once its minutes are in the catalogue and its day is so long past."""

Bar: TypeAlias = tuple[float, float, float, float, float]
"""Open, high, low, close and volume."""

_DAY_MS = 86_400_000
_LAST_MS = 2**53
_COLUMNS = ("open", "high", "low", "close", "volume")


class Row(NamedTuple):
    """A line that is a minute."""

    ts: int
    bar: Bar
    is_flat: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """The minutes of one symbol, in order of time, and how many lines were none."""

    bars: Checked
    flat: NDArray[np.bool_]
    damaged: int

    @property
    def spans(self) -> Spans:
        """Return the half-open spans of the minutes that are no flat ones."""
        real = self.bars.ts[~self.flat].tolist()
        return join((ts, ts + MINUTE_MS) for ts in real)


class IngestWriter:
    """Appends the minutes of one instance; `durable`: each is on the disk when `append` returns."""

    def __init__(
        self, root: Path, venue: str, symbol: str, instance: str, *, durable: bool = True
    ) -> None:
        check_names(venue, symbol)
        if not instance or instance != Path(instance).name:
            raise DataError("BAD_NAME", f"`{instance}` cannot name a file")
        self._folder = folder_of(root, venue, symbol)
        self._instance = instance
        self._durable = durable
        self._day = ""
        self._descriptor = -1

    def append(self, ts: int, bar: Bar, *, is_flat: bool = False) -> None:
        """Append the closed minute that opens at `ts`, ms UTC."""
        row = {"ts": ts, **dict(zip(_COLUMNS, bar, strict=True))}
        if is_flat:
            row["flat"] = True
        self._open(_day(ts))
        os.write(self._descriptor, json.dumps(row, separators=(",", ":")).encode() + b"\n")
        if self._durable:
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Close the file, if one is open."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._day, self._descriptor = "", -1

    def _open(self, day: str) -> None:
        if day == self._day:
            return
        self.close()
        make_folder(self._folder)
        path = self._folder / f"{self._instance}-{day}.jsonl"
        is_torn = (
            path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
        )
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._day = day
        if is_torn:  # a line that a crash cut short stays alone
            os.write(self._descriptor, b"\n")
        sync_folder(self._folder)


def folder_of(root: Path, venue: str, symbol: str) -> Path:
    """Return where the minutes of a symbol lie."""
    return root / FOLDER / venue / symbol


def read_ingest(
    root: Path, venue: str, symbol: str, start_ms: int | None = None, end_ms: int | None = None
) -> Ingest:
    """Return the minutes with start <= ts < end that the instances of a symbol heard."""
    first = "" if start_ms is None else _day(start_ms)
    last = "9" if end_ms is None else _day(end_ms)
    files = [
        path
        for path in sorted(folder_of(root, venue, symbol).glob("*.jsonl"))
        if first <= _day_of(path) <= last
    ]
    lines = [line for path in files for line in _lines(path)]
    rows = [row for line in lines if (row := _parsed(line)) is not None]
    low = 0 if start_ms is None else start_ms
    high = _LAST_MS if end_ms is None else end_ms
    inside = [row for row in rows if low <= row.ts < high]
    bars, flat = _checked(inside)
    return Ingest(bars=bars, flat=flat, damaged=len(lines) - len(rows) + bars.refused_rows)


def take_in(catalog: "Catalog", venue: str, symbol: str, now_ms: int) -> "Report | None":
    """Write what was heard into the catalogue, and take old files away; None if there is nothing.

    What the catalogue holds already stays as it is.
    """
    folder = folder_of(catalog.root, venue, symbol)
    seen = {path: path.stat().st_size for path in sorted(folder.glob("*.jsonl"))}
    if not seen:
        return None
    with catalog.writing(venue, symbol):
        heard = read_ingest(catalog.root, venue, symbol)
        report = catalog.write(venue, symbol, HEARD_KIND, _table(heard), SOURCE)
        old = _day(now_ms - KEPT_DAYS * _DAY_MS)
        for path, size in seen.items():
            if _day_of(path) < old and path.stat().st_size == size:
                path.unlink()
    return report


def _table(heard: Ingest) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - deferred: heavy

    bars = heard.bars
    columns = {name: getattr(bars, name) for name in ("ts", *_COLUMNS)}
    columns["turnover"] = np.full(len(bars.ts), np.nan)
    columns["src"] = np.full(len(bars.ts), SOURCE_WS, np.uint8)
    columns["flags"] = np.where(heard.flat, FLAG_FLAT, 0).astype(np.uint8)
    return pa.table(columns)


def _day(ts: int) -> str:
    return datetime.fromtimestamp(ts / 1000, UTC).strftime("%Y-%m-%d")


def _day_of(path: Path) -> str:
    return path.stem[-len("2025-06-29") :]


def _lines(path: Path) -> list[bytes]:
    """Return the whole lines of a file; what follows the last line break is not whole yet."""
    return [line for line in path.read_bytes().split(b"\n")[:-1] if line]


def _parsed(line: bytes) -> Row | None:
    """Return what a line says, None if that is no minute."""
    try:
        row = json.loads(line)
        ts, flat = row["ts"], row.get("flat", False)
        o, h, low, c, v = (float(row[name]) for name in _COLUMNS)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    is_minute = type(ts) is int and 0 <= ts < _LAST_MS and type(flat) is bool
    return Row(ts, (o, h, low, c, v), flat) if is_minute else None


def _checked(rows: list[Row]) -> tuple[Checked, NDArray[np.bool_]]:
    """Return the usable rows in order of time, and which of them are flat.

    Of a time a real minute counts more than a flat one.
    """
    real = {row.ts for row in rows if not row.is_flat}
    kept = [row for row in rows if not row.is_flat or row.ts not in real]
    columns = np.array([row.bar for row in kept], np.float64).reshape(len(kept), 5).T
    times = np.array([row.ts for row in kept], np.int64)
    o, h, low, c, v = columns
    bars = check_rows(
        Rows(
            times=moments(times),
            open=o,
            high=h,
            low=low,
            close=c,
            volume=v,
            turnover=np.full(len(kept), np.nan),
        ),
        MINUTE_MS,
    )
    return bars, ~np.isin(bars.ts, np.array(sorted(real), np.int64))
