"""What a derivative has beside its trades: mark-price bars, funding, open interest."""

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.data.errors import DataError

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]

MARK_PRICES = ("open", "high", "low", "close")
PUBLISHED_AFTER_MS = 60_000
"""How long after its time a value of the open interest is known (rulings B10)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mark:
    """Mark-price bars on the grid of the base bars they belong to; NaN where one is absent."""

    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray

    def __post_init__(self) -> None:
        for name in MARK_PRICES:
            column = getattr(self, name)
            fits = column.dtype == np.float64 and column.flags.c_contiguous
            if not fits or column.shape != self.open.shape:
                raise DataError("BAD_PARAMETER", f"the mark's `{name}` is not a float64 row")

    @property
    def absent(self) -> int:
        """Return the number of bars without a mark price."""
        return int(np.isnan(self.close).sum())

    def slice(self, start: int, stop: int) -> "Mark":
        """Return the bars start..stop-1 as views of the same memory."""
        return Mark(**{name: getattr(self, name)[start:stop] for name in MARK_PRICES})

    def roll_up(self, lead: int, count: int, per: int) -> "Mark":
        """Return `count` buckets of `per` bars after the first `lead`; absent bars do not count."""
        table = {
            name: getattr(self, name)[lead : lead + count * per].reshape(count, per)
            for name in MARK_PRICES
        }
        present = ~np.isnan(table["close"])
        rows = np.arange(count)
        first, last = present.argmax(axis=1), per - 1 - present[:, ::-1].argmax(axis=1)
        return Mark(
            open=table["open"][rows, first],
            high=np.fmax.reduce(table["high"], axis=1),
            low=np.fmin.reduce(table["low"], axis=1),
            close=table["close"][rows, last],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Funding:
    """Settlements in order of time: `ts` in ms UTC, `rate` as paid by longs to shorts.

    `before` is the rate of the last settlement before them, NaN where none is known.
    """

    ts: IntArray
    rate: FloatArray
    before: float = math.nan

    def __post_init__(self) -> None:
        if self.ts.dtype != np.int64 or self.rate.dtype != np.float64:
            raise DataError("BAD_PARAMETER", "funding is an int64 and a float64 row")
        if self.ts.shape != self.rate.shape or not np.isfinite(self.rate).all():
            raise DataError("DATA_QUALITY_ISSUE", "funding has a time without a rate")
        if (np.diff(self.ts) <= 0).any():
            raise DataError("DATA_QUALITY_ISSUE", "times of funding do not increase strictly")

    def between(self, start: int, end: int) -> "Funding":
        """Return the settlements in [start, end)."""
        first, last = np.searchsorted(self.ts, (start, end))
        before = float(self.rate[first - 1]) if first else self.before
        return replace(self, ts=self.ts[first:last], rate=self.rate[first:last], before=before)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenInterest:
    """Published values in order of time: `ts` in ms UTC, `value` in units of the base currency.

    `before` is the last value before them, NaN where none is known.
    """

    ts: IntArray
    value: FloatArray
    before: float = math.nan

    def __post_init__(self) -> None:
        if self.ts.dtype != np.int64 or self.value.dtype != np.float64:
            raise DataError("BAD_PARAMETER", "open interest is an int64 and a float64 row")
        if self.ts.shape != self.value.shape or (np.diff(self.ts) <= 0).any():
            raise DataError("DATA_QUALITY_ISSUE", "times of open interest do not increase strictly")

    def between(self, start: int, end: int) -> "OpenInterest":
        """Return the values in [start, end)."""
        first, last = np.searchsorted(self.ts, (start, end))
        before = float(self.value[first - 1]) if first else self.before
        return replace(self, ts=self.ts[first:last], value=self.value[first:last], before=before)


def last_seen(
    ts0: int, base_ms: int, n: int, ts: IntArray, values: FloatArray, before: float
) -> FloatArray:
    """Return the last value at or before the close of each bar of a grid."""
    closes = ts0 + base_ms * np.arange(1, n + 1, dtype=np.int64)
    place = np.searchsorted(ts, closes, side="right")
    return np.concatenate(([before], values))[place]


def mark_on_grid(ts0: int, base_ms: int, n: int, ts: IntArray, prices: FloatArray) -> Mark:
    """Return mark bars, rows of open, high, low, close at `ts`, on a grid; NaN where there is none.

    Rows beside the grid, or outside of it, are refused and left out.
    """
    if ((ts - ts0) % base_ms).any():
        raise DataError("DATA_QUALITY_ISSUE", "mark prices are not on the grid of the bars")
    place = (ts - ts0) // base_ms
    inside = (place >= 0) & (place < n)
    table = np.full((4, n), np.nan)
    table[:, place[inside]] = prices[inside].T
    return Mark(**dict(zip(MARK_PRICES, table, strict=True)))
