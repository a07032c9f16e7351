"""Bars: a contiguous grid of base bars as columns, the only form in which data reach the engine.

Grid     bar i opens at ts0 + i * base_ms; there are no missing bars (rulings B1)
Holes    absent bars are flat at the previous close, volume 0, flag 1; runs longer than `max_hole`
         are also listed in `holes`, and `require_whole` refuses them
Numbers  float64, C-contiguous, finite; no NaN
Beside   mark-price bars on the same grid, settlements of funding, and open interest, where they
         are known
"""

import hashlib
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.data.errors import DataError
from tradec.runtime.data.marks import (
    MARK_PRICES,
    PUBLISHED_AFTER_MS,
    Funding,
    Mark,
    OpenInterest,
    last_seen,
)
from tradec.runtime.data.timestamps import iso, timeframe_name

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
FlagArray: TypeAlias = NDArray[np.uint8]

FLAT = 1
"""The flag of a synthetic flat bar: no trade happened in it as far as the data know."""

MAX_HOLE = 3
MAX_BARS = 20_000_000
"""Longest grid that is built: 38 years of minutes. A longer span means broken timestamps."""

_PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """Absent bars, as the half-open span [start, end) in ms UTC."""

    start: int
    end: int


Holes: TypeAlias = tuple[Hole, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bars:
    """A contiguous grid of base bars; `ts0` is the opening time of the first, in ms UTC."""

    ts0: int
    base_ms: int
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    flags: FlagArray
    source: str
    holes: Holes = ()
    mark: Mark | None = None
    funding: Funding | None = None
    open_interest: OpenInterest | None = None

    def __post_init__(self) -> None:
        for name in (*_PRICES, "volume"):
            column = getattr(self, name)
            fits = column.dtype == np.float64 and column.flags.c_contiguous
            if not fits or column.shape != self.flags.shape:
                raise DataError(
                    "BAD_PARAMETER", f"column `{name}` is not a float64 row of the grid"
                )
        if self.mark is not None and self.mark.open.shape != self.flags.shape:
            raise DataError("BAD_PARAMETER", "the mark prices are not on the grid of the bars")

    @property
    def n(self) -> int:
        """Return the number of bars."""
        return len(self.flags)

    @property
    def end(self) -> int:
        """Return the closing time of the last bar, or `ts0` when there is none."""
        return self.ts0 + self.n * self.base_ms

    @property
    def filled(self) -> int:
        """Return the number of flat bars that stand for absent ones."""
        return int((self.flags & FLAT).sum())

    @property
    def data_hash(self) -> str:
        """Return the sha256 over the grid, the columns and the flags, in little-endian bytes."""
        digest = hashlib.sha256(np.array([self.ts0, self.base_ms, self.n], "<i8").tobytes())
        for name in (*_PRICES, "volume"):
            digest.update(np.ascontiguousarray(getattr(self, name), "<f8").data)
        digest.update(np.ascontiguousarray(self.flags).data)
        if self.mark is not None:
            digest.update(b"mark")
            for name in MARK_PRICES:
                digest.update(np.ascontiguousarray(getattr(self.mark, name), "<f8").data)
        if self.funding is not None:
            digest.update(b"funding")
            digest.update(np.ascontiguousarray(self.funding.ts, "<i8").data)
            digest.update(np.ascontiguousarray(self.funding.rate, "<f8").data)
        if self.open_interest is not None:
            digest.update(b"open_interest")
            digest.update(np.ascontiguousarray(self.open_interest.ts, "<i8").data)
            digest.update(np.ascontiguousarray(self.open_interest.value, "<f8").data)
        return digest.hexdigest()

    def ts_open(self, i: int) -> int:
        """Return the opening time of bar `i`."""
        return self.ts0 + i * self.base_ms

    def ts_close(self, i: int) -> int:
        """Return the closing time of bar `i`."""
        return self.ts0 + (i + 1) * self.base_ms

    def position(self, ts: int) -> int:
        """Return the number of bars that open before `ts`: the index of the first not before it."""
        return min(max(-((self.ts0 - ts) // self.base_ms), 0), self.n)

    def slice(self, start: int, stop: int) -> "Bars":
        """Return the bars start..stop-1 as views of the same memory."""
        start, stop, _ = slice(start, stop).indices(self.n)
        part = slice(start, max(start, stop))
        ts0 = self.ts0 + start * self.base_ms
        end = ts0 + max(stop - start, 0) * self.base_ms
        return replace(
            self,
            ts0=ts0,
            open=self.open[part],
            high=self.high[part],
            low=self.low[part],
            close=self.close[part],
            volume=self.volume[part],
            flags=self.flags[part],
            holes=_clip(self.holes, ts0, end),
            mark=self.mark and self.mark.slice(start, max(start, stop)),
            funding=self.funding and self.funding.between(ts0, end),
            open_interest=self.open_interest and self.open_interest.between(ts0, end),
        )

    def seen(self, column: str) -> FloatArray:
        """Return `funding_seen` or `open_interest_seen` of a feed: NaN where nothing is known."""
        grid = (self.ts0, self.base_ms, self.n)
        if column == "funding_seen" and (found := self.funding) is not None:
            return last_seen(*grid, found.ts, found.rate, found.before)
        if column == "open_interest_seen" and (read := self.open_interest) is not None:
            return last_seen(*grid, read.ts + PUBLISHED_AFTER_MS, read.value, read.before)
        return np.full(self.n, np.nan)

    def roll_up(self, minutes: int) -> "Bars":
        """Return the whole buckets of so many minutes, anchored in UTC.

        Partial buckets at the ends are dropped. A bucket is flat only if all of its bars are;
        its volume is the sum in bar order.
        """
        return _roll_up(self, minutes * 60_000)


def require_whole(bars: Bars) -> None:
    """Refuse bars with a hole too long to be filled silently (DATA_QUALITY_ISSUE)."""
    if not bars.holes:
        return
    first = bars.holes[0]
    absent = (first.end - first.start) // bars.base_ms
    rest = f" and {len(bars.holes) - 1} more holes" if len(bars.holes) > 1 else ""
    raise DataError(
        "DATA_QUALITY_ISSUE",
        f"{bars.source} lacks {absent} bars from {iso(first.start)} to {iso(first.end)}{rest}",
        {"holes": [[hole.start, hole.end] for hole in bars.holes], "source": bars.source},
    )


def from_columns(  # noqa: PLR0913, PLR0917 - one argument per column
    ts: IntArray,
    open_: FloatArray,
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    volume: FloatArray,
    base_ms: int,
    max_hole: int = MAX_HOLE,
    *,
    source: str = "columns",
) -> tuple[Bars, Holes]:
    """Return the grid over strictly increasing, aligned opening times, and its long holes."""
    rank, absent = _grid(np.asarray(ts, np.int64), base_ms)
    closes = np.asarray(close, np.float64)[rank]

    def price(column: FloatArray) -> FloatArray:
        return np.where(absent, closes, np.asarray(column, np.float64)[rank])

    ts0 = int(ts[0])
    holes = _long_holes(absent, ts0, base_ms, max_hole)
    bars = Bars(
        ts0=ts0,
        base_ms=base_ms,
        open=price(open_),
        high=price(high),
        low=price(low),
        close=closes,
        volume=np.where(absent, 0.0, np.asarray(volume, np.float64)[rank]),
        flags=np.where(absent, FLAT, 0).astype(np.uint8),
        source=source,
        holes=holes,
    )
    return bars, holes


def _grid(ts: IntArray, base_ms: int) -> tuple[IntArray, NDArray[np.bool_]]:
    """Return, per bar of the grid, the row at or before it and whether it is absent."""
    if not len(ts):
        raise DataError("INSUFFICIENT_COVERAGE", "there are no bars")
    steps = np.diff(ts)
    if (steps <= 0).any() or (ts % base_ms).any():
        what = f"increase strictly on the {timeframe_name(base_ms)} grid"
        raise DataError("DATA_QUALITY_ISSUE", f"opening times do not {what}")
    n = int((ts[-1] - ts[0]) // base_ms) + 1
    if n > MAX_BARS:
        span = f"{iso(int(ts[0]))} to {iso(int(ts[-1]))}"
        raise DataError("DATA_QUALITY_ISSUE", f"the span {span} is {n} bars long", {"bars": n})
    present = np.zeros(n, np.bool_)
    present[(ts - ts[0]) // base_ms] = True
    return np.cumsum(present) - 1, ~present


def runs(mask: NDArray[np.bool_]) -> tuple[IntArray, IntArray]:
    """Return first and one-past-last positions of each run of True."""
    edges = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def _long_holes(absent: NDArray[np.bool_], ts0: int, base_ms: int, max_hole: int) -> Holes:
    first, last = runs(absent)
    long = last - first > max_hole
    spans = zip(first[long].tolist(), last[long].tolist(), strict=True)
    return tuple(Hole(start=ts0 + a * base_ms, end=ts0 + b * base_ms) for a, b in spans)


def _clip(holes: Holes, start: int, end: int) -> Holes:
    """Return the holes that reach into [start, end), cut to it."""
    return tuple(
        Hole(start=max(hole.start, start), end=min(hole.end, end))
        for hole in holes
        if hole.start < end and hole.end > start
    )


def _roll_up(bars: Bars, bucket_ms: int) -> Bars:
    if bucket_ms < bars.base_ms or bucket_ms % bars.base_ms or 86_400_000 % bucket_ms:
        what = f"{timeframe_name(bars.base_ms)} bars do not roll up to {timeframe_name(bucket_ms)}"
        raise DataError("BAD_PARAMETER", what)
    per = bucket_ms // bars.base_ms
    lead = (-bars.ts0 % bucket_ms) // bars.base_ms
    count = max(bars.n - lead, 0) // per
    if not count:
        what = f"{bars.n} bars hold no whole {timeframe_name(bucket_ms)} bar"
        raise DataError("INSUFFICIENT_COVERAGE", what)
    part = slice(lead, lead + count * per)
    volume = bars.volume[part].reshape(count, per)
    total = volume[:, 0].copy()
    for column in range(1, per):  # in bar order, as the clock of a strategy adds: never pairwise
        total += volume[:, column]
    flags = bars.flags[part].reshape(count, per)
    common = np.bitwise_and.reduce(flags, axis=1) & FLAT
    ts0 = bars.ts0 + lead * bars.base_ms
    return replace(
        bars,
        ts0=ts0,
        base_ms=bucket_ms,
        open=bars.open[part][::per].copy(),
        high=bars.high[part].reshape(count, per).max(axis=1),
        low=bars.low[part].reshape(count, per).min(axis=1),
        close=bars.close[part][per - 1 :: per].copy(),
        volume=total,
        flags=common | np.bitwise_or.reduce(flags, axis=1) & ~np.uint8(FLAT),
        holes=_clip(bars.holes, ts0, ts0 + count * bucket_ms),
        mark=bars.mark and bars.mark.roll_up(lead, count, per),
    )
