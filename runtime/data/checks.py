"""Quality of bars as they come: which rows can be used, which are refused and why.

Order of the checks, the first that fails names the row:
time, grid, values present, finite, positive, low <= min(o, c) <= max(o, c) <= high, volume, closed,
twice

Rows in another order are sorted and counted. Equal rows of one time are merged and counted; rows
of one time that differ are all refused, for none of them is known to be right. A bar that has not
closed by now is refused; whether the last one had closed when it was recorded no file can say.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.data.timestamps import Moments

FloatArray: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
Reason: TypeAlias = Literal[
    "bad_timestamp",
    "misaligned",
    "no_value",
    "infinite",
    "not_positive",
    "ohlc_order",
    "negative_volume",
    "not_closed",
    "conflicting_duplicate",
]

REASONS: MappingProxyType[Reason, str] = MappingProxyType(
    {
        "bad_timestamp": "the time is absent, unreadable or of another unit than the rest",
        "misaligned": "the time is not on the grid of the bars",
        "no_value": "a price or the volume is absent or not a number",
        "infinite": "a price or the volume is infinite",
        "not_positive": "a price is zero or negative",
        "ohlc_order": "low <= min(open, close) <= max(open, close) <= high does not hold",
        "negative_volume": "the volume is negative",
        "not_closed": "the bar had not closed yet",
        "conflicting_duplicate": "several rows of one time differ",
    }
)

_EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Bars as a file has them, in its order; absent and unreadable values are NaN."""

    times: Moments
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    turnover: FloatArray

    @property
    def n(self) -> int:
        """Return the number of rows."""
        return len(self.open)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One refused row: its number, from 1, its time where it has one, and why."""

    row: int
    ts: int | None
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """All rows refused for one reason: how many, and the first few."""

    reason: Reason
    count: int
    examples: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The rows that can be used, strictly increasing in time, and what happened to the rest."""

    ts: NDArray[np.int64]
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    turnover: FloatArray
    merged: int
    reordered: int
    refused: tuple[Refused, ...]

    @property
    def refused_rows(self) -> int:
        """Return the number of rows refused for whatever reason."""
        return sum(group.count for group in self.refused)

    @property
    def has_open_bar(self) -> bool:
        """Tell whether one bar, and no more, had not closed: the last of a recording."""
        return any(group.reason == "not_closed" and group.count == 1 for group in self.refused)


def check_rows(rows: Rows, base_ms: int, now_ms: int | None = None) -> Checked:
    """Return the rows sorted into those that make bars of `base_ms` and those that are refused.

    Without `now_ms` every bar counts as closed.
    """
    verdicts = _verdicts(rows, base_ms, now_ms)
    bad = np.zeros(rows.n, np.bool_)
    groups: list[Refused] = []
    for reason, mask in verdicts:
        groups += _group(rows.times, reason, np.flatnonzero(mask & ~bad))
        bad |= mask
    usable = np.flatnonzero(~bad)
    ts = rows.times.ms[usable]
    reordered = int((ts[1:] < np.maximum.accumulate(ts)[:-1]).sum())
    usable = usable[np.argsort(ts, kind="stable")]
    first, conflicting = _duplicates(rows, usable)
    groups += _group(rows.times, "conflicting_duplicate", np.sort(usable[conflicting]))
    chosen = usable[first & ~conflicting]
    return Checked(
        ts=rows.times.ms[chosen],
        open=rows.open[chosen],
        high=rows.high[chosen],
        low=rows.low[chosen],
        close=rows.close[chosen],
        volume=rows.volume[chosen],
        turnover=rows.turnover[chosen],
        merged=int((~first & ~conflicting).sum()),
        reordered=reordered,
        refused=tuple(groups),
    )


def _verdicts(rows: Rows, base_ms: int, now_ms: int | None) -> tuple[tuple[Reason, Mask], ...]:
    """Return which rows fail each check; NaN compares false, so it fails only its own."""
    o, h, low, c, v = rows.open, rows.high, rows.low, rows.close, rows.volume
    prices = np.stack((o, h, low, c))
    everything = np.stack((*prices, v))
    off_grid: Mask = ~rows.times.whole | (rows.times.ms % base_ms != 0)
    disordered: Mask = (low > np.minimum(o, c)) | (np.maximum(o, c) > h)
    negative: Mask = v < 0
    open_: Mask = rows.times.ms > (2**62 if now_ms is None else now_ms - base_ms)
    priceless: Mask = np.any(prices <= 0, axis=0)
    return (
        ("bad_timestamp", ~rows.times.valid),
        ("misaligned", off_grid),
        ("no_value", np.isnan(everything).any(axis=0)),
        ("infinite", np.isinf(everything).any(axis=0)),
        ("not_positive", priceless),
        ("ohlc_order", disordered),
        ("negative_volume", negative),
        ("not_closed", open_),
    )


def _duplicates(rows: Rows, order: NDArray[np.int64]) -> tuple[Mask, Mask]:
    """Return, in order of time, which rows are the first of theirs and which are in conflict."""
    ts = rows.times.ms[order]
    again = np.zeros(len(order), np.bool_)
    again[1:] = ts[1:] == ts[:-1]
    differs = np.zeros(len(order), np.bool_)
    for column in (rows.open, rows.high, rows.low, rows.close, rows.volume):
        values = column[order]
        differs[1:] |= again[1:] & (values[1:] != values[:-1])
    group = np.cumsum(~again) - 1
    in_conflict = np.bincount(group, weights=differs) > 0 if len(group) else differs
    return ~again, in_conflict[group]


def _group(times: Moments, reason: Reason, rows: NDArray[np.int64]) -> list[Refused]:
    if not len(rows):
        return []
    examples = tuple(
        Refusal(row=row + 1, ts=int(times.ms[row]) if times.valid[row] else None, reason=reason)
        for row in rows[:_EXAMPLES].tolist()
    )
    return [Refused(reason=reason, count=len(rows), examples=examples)]
