"""Donchian channel: the lowest low and the highest high of the last bars.

lower  = min(low[t-lower_length+1..t])                kernels/monotone.py
upper  = max(high[t-upper_length+1..t])
middle = (upper + lower) / 2

Shapes   high and low in, three scalars out, per closed bar of the feature's own timeframe
Units    price
Empty    NaN until both windows are full; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) amortised time, 64 bytes and a ring for each window
Source   R. Donchian; TA-Lib's MIN and MAX
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.monotone import Monotone
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Donchian channel",
    inputs=("high", "low"),
    params=(integer("lower_length", 20), integer("upper_length", 20)),
    outputs=(
        Output(
            name="lower",
            unit="price",
            relations=("lower <= middle", "lower <= upper", "lower == min(low, lower_length)"),
        ),
        Output(name="middle", unit="price", relations=("middle <= upper",)),
        Output(name="upper", unit="price", relations=("upper == max(high, upper_length)",)),
    ),
    together=(("lower", "middle", "upper"),),
    primary="middle",
    first_valid="max(lower_length, upper_length) - 1",
    memory=Finite(window="max(lower_length, upper_length)"),
    rings=(
        Ring(name="lows", size="lower_length"),
        Ring(name="highs", size="upper_length"),
    ),
    reference="TA-Lib MIN and MAX",
    cost="O(1) amortised",
)


class Donchian:
    """The reference of the kernel in `donchian.pxd`."""

    __slots__ = ("_lower", "_upper")

    def __init__(self, *, lower_length: int, upper_length: int) -> None:
        self._lower = Monotone(lower_length, highest=False)
        self._upper = Monotone(upper_length, highest=True)

    def step(self, high: float, low: float) -> tuple[float, float, float]:
        """Return lower, middle and upper after the closed bar."""
        if math.isnan(high) or math.isnan(low):
            return NAN, NAN, NAN
        lower, upper = self._lower.step(low), self._upper.step(high)
        if math.isnan(lower) or math.isnan(upper):
            return NAN, NAN, NAN
        return lower, (upper + lower) / 2.0, upper
