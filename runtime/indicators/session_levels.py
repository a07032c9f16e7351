"""Session levels: the extremes of this UTC day, of the last one and of the last week.

a bar in a later day:   prev_day = current_day,  current_day = high and low of the bar
any other bar:          current_day_high = max(current_day_high, high), and the low likewise
weeks, from Monday, likewise; days and weeks without bars do not exist

Shapes   high, low and the opening time in; six scalars out, per closed bar of the feature's own
         timeframe
Units    prices
Empty    prev_day NaN until the second day begins, prev_week until the second week;
         NaN in -> NaN out, state kept
Errors   none
Cost     O(1) time, 80 bytes
Source   indicators.md 2.47. If data begin within a day, that first day is a partial one
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.spec import Anchored, Output, Spec
from tradec.runtime.timeframe import TIMEFRAMES, Timeframe


def _past(name: str, other: str = "") -> Output:
    period = name.split("_")[1]
    return Output(
        name=name,
        unit="price",
        first_valid=f"bars_per_{period}",
        memory=Anchored(event=f"previous UTC {period}", bars_required=f"2 * bars_per_{period}"),
        relations=(f"{name} >= {other}",) if other else (),
    )


def _present(name: str, *relations: str) -> Output:
    memory = Anchored(event="beginning of the UTC day", bars_required="bars_per_day")
    return Output(name=name, unit="price", memory=memory, relations=relations)


SPEC = Spec(
    kind="indicator",
    title="Session levels",
    inputs=("high", "low", "ts_open"),
    outputs=(
        _past("prev_day_high", "prev_day_low"),
        _past("prev_day_low"),
        _present("current_day_high", "current_day_high >= high"),
        _present(
            "current_day_low", "current_day_low <= low", "current_day_low <= current_day_high"
        ),
        _past("prev_week_high", "prev_week_low"),
        _past("prev_week_low"),
    ),
    primary="prev_day_high",
    first_valid="0",
    memory=Anchored(event="previous UTC day / week", bars_required="bars_per_day"),
    reference="TradingView request.security of D and W",
)


class _Period:
    """The extremes of the present period and of the one before."""

    __slots__ = ("_number", "_timeframe", "last", "present")

    def __init__(self, timeframe: Timeframe) -> None:
        self._timeframe = timeframe
        self._number: int | None = None
        self.last = self.present = (NAN, NAN)

    def step(self, high: float, low: float, ts_open: int) -> None:
        number = self._timeframe.bar_number(ts_open)
        if number != self._number:
            self._number, self.last, self.present = number, self.present, (high, low)
        else:
            self.present = (max(self.present[0], high), min(self.present[1], low))


class SessionLevels:
    """The reference of the kernel in `session_levels.pxd`."""

    __slots__ = ("_day", "_week")

    def __init__(self) -> None:
        self._day = _Period(TIMEFRAMES["D"])
        self._week = _Period(TIMEFRAMES["W"])

    def step(self, high: float, low: float, ts_open: int) -> tuple[float, ...]:
        """Return every level after the closed bar."""
        if math.isnan(high) or math.isnan(low):
            return (NAN,) * 6
        self._day.step(high, low, ts_open)
        self._week.step(high, low, ts_open)
        return (*self._day.last, *self._day.present, *self._week.last)
