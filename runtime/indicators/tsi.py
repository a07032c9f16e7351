"""True strength index: doubly smoothed changes against doubly smoothed sizes of changes.

d[t]   = x[t] - x[t-1]
n      = expavg(fast)(expavg(slow)(d))     t >= 1; kernels/expavg.py, each with its own seed
m      = expavg(fast)(expavg(slow)(|d|))
tsi    = 100 * (n / m),                    0 if m == 0
signal = expavg(signal)(tsi)               counts from the first tsi

Shapes   one scalar in, two out, per closed bar of the feature's own timeframe
Units    -100..100
Empty    tsi NaN before bar slow+fast-1, signal before slow+fast+signal-2; NaN in -> NaN out, state
         kept (d then spans the hole)
Errors   a length outside 1..5000
Cost     O(1) time, 168 bytes
Source   W. Blau 1991; 100 times TradingView's ta.tsi
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.expavg import ExpAvg
from tradec.runtime.spec import Fading, Output, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="True strength index",
    inputs=("source",),
    params=(integer("fast", 13), integer("slow", 25), integer("signal", 13)),
    outputs=(
        Output(
            name="tsi",
            unit="bounded oscillator",
            low=-100,
            high=100,
            first_valid="slow + fast - 1",
        ),
        Output(name="signal", unit="bounded oscillator", low=-100, high=100),
    ),
    primary="tsi",
    first_valid="slow + fast + signal - 2",
    memory=Fading(
        decay=(
            "max((slow - 1) / (slow + 1), (fast - 1) / (fast + 1), (signal - 1) / (signal + 1))"
        ),
        order=3,
    ),
    reference="100 * TradingView ta.tsi",
)


class Tsi:
    """The reference of the kernel in `tsi.pxd`."""

    __slots__ = ("_changes", "_last", "_signal", "_sizes")

    def __init__(self, *, fast: int, slow: int, signal: int) -> None:
        self._changes = (ExpAvg(slow), ExpAvg(fast))
        self._sizes = (ExpAvg(slow), ExpAvg(fast))
        self._signal = ExpAvg(signal)
        self._last: float | None = None

    def step(self, x: float) -> tuple[float, float]:
        """Return tsi and signal after the closed bar `x`."""
        if math.isnan(x):
            return NAN, NAN
        last, self._last = self._last, x
        if last is None:
            return NAN, NAN
        change, size = x - last, abs(x - last)
        for average in self._changes:
            change = average.step(change)
        for average in self._sizes:
            size = average.step(size)
        tsi = 0.0 if size == 0.0 else 100.0 * (change / size)
        return tsi, self._signal.step(tsi)
