"""Vortex: how far the highs rise over the lows before, and the lows fall under the highs before.

up   = |h[t] - l[t-1]|,  down = |l[t] - h[t-1]|,  T      t >= 1; T: kernels/truerange.py
U, D, R = sums of up, down and T over `length` bars      kernels/rolling.py
vip = U / R,  vim = D / R                                0 unless R > 0; no less than 0

Shapes   high, low, close in; two scalars out, per closed bar of the feature's own timeframe
Units    ratios, never negative
Empty    NaN before bar length; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) time, 240 bytes and three rings of `length` doubles
Source   E. Botes and D. Siepman 2010; TradingView's Vortex Indicator
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.rolling import RollingSum
from tradec.runtime.kernels.truerange import TrueRange
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Vortex",
    inputs=("high", "low", "close", "bar_number"),
    params=(integer("length", 14),),
    outputs=(
        Output(name="vip", unit="ratio", low=0),
        Output(name="vim", unit="ratio", low=0),
    ),
    together=(("vip", "vim"),),
    primary="vip",
    first_valid="length",
    memory=Finite(window="length + 1"),
    rings=(
        Ring(name="ups", size="length"),
        Ring(name="downs", size="length"),
        Ring(name="ranges", size="length"),
    ),
    reference="TradingView Vortex Indicator",
)


class Vortex:
    """The reference of the kernel in `vortex.pxd`."""

    __slots__ = ("_before", "_down", "_range", "_ranges", "_up")

    def __init__(self, *, length: int) -> None:
        self._up = RollingSum(length)
        self._down = RollingSum(length)
        self._ranges = RollingSum(length)
        self._range = TrueRange()
        self._before: tuple[float, float] | None = None

    def step(self, high: float, low: float, close: float, bar_number: int) -> tuple[float, float]:
        """Return vip and vim after the closed bar."""
        true_range = self._range.step(high, low, close)
        if math.isnan(true_range):
            return NAN, NAN
        before, self._before = self._before, (high, low)
        if before is None:
            return NAN, NAN
        up = self._up.step(abs(high - before[1]), bar_number)
        down = self._down.step(abs(low - before[0]), bar_number)
        total = self._ranges.step(true_range, bar_number)
        if math.isnan(total):
            return NAN, NAN
        return (max(up, 0.0) / total, max(down, 0.0) / total) if total > 0.0 else (0.0, 0.0)
