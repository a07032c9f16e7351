"""Timeframes: their names, their lengths and where their bars begin, in UTC.

Every timeframe up to a day counts from the epoch, weeks from Monday, months by the calendar.
`clock.pxd` holds the same arithmetic in C; a test compares the two.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

MINUTE_MS = 60_000
DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
MONDAY_MS = 4 * DAY_MS
"""1970-01-05, the first Monday after the epoch."""


@dataclass(frozen=True, slots=True)
class Timeframe:
    """A timeframe; `minutes` is 0 for the calendar month, which has no fixed length."""

    name: str
    minutes: int

    def bar_number(self, ts_ms: int) -> int:
        """Return the number, since the epoch, of the bar that contains the instant `ts_ms`."""
        if self.minutes == 0:
            date = datetime.fromtimestamp(ts_ms // 1000, UTC)
            return (date.year - 1970) * 12 + date.month - 1
        if self.minutes == 10_080:
            return (ts_ms - MONDAY_MS) // WEEK_MS
        return ts_ms // (self.minutes * MINUTE_MS)

    def open_of(self, number: int) -> int:
        """Return the opening time of bar `number`, in ms since the epoch."""
        if self.minutes == 0:
            year, month = divmod(number, 12)
            return int(datetime(1970 + year, month + 1, 1, tzinfo=UTC).timestamp()) * 1000
        if self.minutes == 10_080:
            return number * WEEK_MS + MONDAY_MS
        return number * self.minutes * MINUTE_MS

    def close_after(self, ts_ms: int) -> int:
        """Return the closing time of the bar that contains the instant `ts_ms`."""
        return self.open_of(self.bar_number(ts_ms) + 1)


TIMEFRAMES: dict[str, Timeframe] = {
    name: Timeframe(name, minutes)
    for name, minutes in (
        ("1m", 1),
        ("3m", 3),
        ("5m", 5),
        ("15m", 15),
        ("30m", 30),
        ("1h", 60),
        ("2h", 120),
        ("4h", 240),
        ("6h", 360),
        ("12h", 720),
        ("D", 1440),
        ("W", 10_080),
        ("M", 0),
    )
}
"""Every legal timeframe, fastest first."""

ORDER: tuple[str, ...] = tuple(TIMEFRAMES)

_PERIODS = {"day": 1440, "week": 10_080, "month": 44_640}


def bars_per_period(name: str) -> dict[str, int]:
    """Return how many bars of a timeframe begin within a day, a week, a month, at the most.

    Under the names that the formulas of a SPEC have for them; at least 1.
    """
    minutes = TIMEFRAMES[name].minutes or _PERIODS["month"]
    return {f"bars_per_{period}": -(-whole // minutes) for period, whole in _PERIODS.items()}


def slower_or_equal(left: str, right: str) -> bool:
    """Return whether a bar of `left` lasts at least as long as one of `right`."""
    return ORDER.index(left) >= ORDER.index(right)
