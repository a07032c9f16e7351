"""Where an axis is labelled: round numbers, round instants."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

_MINUTE = 60_000
_HOUR, _DAY = 60 * _MINUTE, 1440 * _MINUTE
_STEPS = (
    *(m * _MINUTE for m in (1, 5, 15, 30)),
    *(h * _HOUR for h in (1, 3, 6, 12)),
    *(d * _DAY for d in (1, 2, 4, 7, 14)),
)
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)


def number_ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most `most` + 1 multiples of 1, 2 or 5 times a power of ten inside [low, high]."""
    if not high > low:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= rough)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [k * step for k in range(first, last + 1)]


def time_ticks(start: int, end: int, most: int) -> list[tuple[int, str]]:
    """Return at most `most` + 1 round instants (ms UTC) of [start, end], with their labels."""
    step = next((one for one in _STEPS if (end - start) / one <= most), None)
    if step is None:
        return list(_months(start, end, most))
    first = -(-start // step) * step
    ticks = range(first, end + 1, step)
    return [(ts, _label(ts, of_day=step < _DAY)) for ts in ticks]


def _months(start: int, end: int, most: int) -> Iterator[tuple[int, str]]:
    first, last = _month(start), _month(end)
    step = next((one for one in _MONTH_STEPS if last - first <= most * one), _MONTH_STEPS[-1])
    number = -(-first // step) * step
    while True:
        moment = datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
        ts = int(moment.timestamp() * 1000)
        if ts > end:
            return
        if ts >= start:
            yield ts, f"{moment:%Y}" if moment.month == 1 else f"{moment:%b %Y}"
        number += step


def _label(ts: int, *, of_day: bool) -> str:
    moment = _moment(ts)
    if of_day and ts % _DAY:
        return f"{moment:%H:%M}"
    return f"{moment:%d %b}"


def _month(ts: int) -> int:
    """Return the number of the month, since year 0, that contains an instant."""
    moment = _moment(ts)
    return moment.year * 12 + moment.month - 1


def _moment(ts: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ts)
