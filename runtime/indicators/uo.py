"""Ultimate oscillator: how much of its true range price kept as buying pressure, on three windows.

low  = min(l[t], c[t-1]),  high = max(h[t], c[t-1])              t >= 1
A(n) = max(0, min(1, sum of c - low / sum of high - low)),       over n bars, 0 if the latter is 0
y    = 100 * ((4 * A(p1) + 2 * A(p2) + A(p3)) / 7)               p1 <= p2 <= p3 the three periods
Sums as in kernels/rolling.py.

Shapes   high, low, close in; one scalar out, per closed bar of the feature's own timeframe
Units    0..100
Empty    NaN before bar max(fast, medium, slow); NaN in -> NaN out, state kept
Errors   a period outside 1..5000
Cost     O(1) time, 392 bytes and two rings of each period
Source   L. Williams 1985; TA-Lib's ULTOSC
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.rolling import RollingSum
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

_LONGEST = "max(fast, medium, slow)"
_SHORTEST = "min(fast, medium, slow)"
_BETWEEN = f"fast + medium + slow - {_LONGEST} - {_SHORTEST}"

SPEC = Spec(
    kind="indicator",
    title="Ultimate oscillator",
    inputs=("high", "low", "close", "bar_number"),
    params=(integer("fast", 7), integer("medium", 14), integer("slow", 28)),
    outputs=(Output(name="value", unit="bounded oscillator", low=0, high=100, slack=0),),
    primary="value",
    first_valid=_LONGEST,
    memory=Finite(window=f"{_LONGEST} + 1"),
    rings=(
        Ring(name="pressures_1", size=_SHORTEST),
        Ring(name="ranges_1", size=_SHORTEST),
        Ring(name="pressures_2", size=_BETWEEN),
        Ring(name="ranges_2", size=_BETWEEN),
        Ring(name="pressures_3", size=_LONGEST),
        Ring(name="ranges_3", size=_LONGEST),
    ),
    reference="TA-Lib ULTOSC",
)


class Uo:
    """The reference of the kernel in `uo.pxd`."""

    __slots__ = ("_close", "_sums")

    def __init__(self, *, fast: int, medium: int, slow: int) -> None:
        periods = sorted((fast, medium, slow))
        self._sums = [(RollingSum(n), RollingSum(n)) for n in periods]
        self._close: float | None = None

    def step(self, high: float, low: float, close: float, bar_number: int) -> tuple[float]:
        """Return the oscillator after the closed bar."""
        if math.isnan(high) or math.isnan(low) or math.isnan(close):
            return (NAN,)
        before, self._close = self._close, close
        if before is None:
            return (NAN,)
        bottom = min(low, before)
        pressure, span = close - bottom, max(high, before) - bottom
        short, middle, long = (
            _share(pressures.step(pressure, bar_number), spans.step(span, bar_number))
            for pressures, spans in self._sums
        )
        return (100.0 * ((4.0 * short + 2.0 * middle + long) / 7.0),)


def _share(pressure: float, span: float) -> float:
    if math.isnan(span):
        return NAN
    return 0.0 if span == 0.0 else max(0.0, min(1.0, pressure / span))
