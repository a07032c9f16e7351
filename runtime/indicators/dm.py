"""Directional movement: Wilder's average of how far the highs rise and the lows fall.

plus, minus                                kernels/directional.py, from the second bar on
dmp = S(plus) / length                     kernels/directional.py: Wilder's sums
dmn = S(minus) / length

Shapes   high and low in, two scalars out, per closed bar of the feature's own timeframe
Units    a difference of prices, never negative
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 2..5000
Cost     O(1) time, 56 bytes
Source   J. W. Wilder 1978; TA-Lib's PLUS_DM and MINUS_DM, divided by the length
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.directional import Movement, WilderSum
from tradec.runtime.spec import Fading, Output, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Directional movement",
    inputs=("high", "low"),
    params=(integer("length", 14, low=2),),
    outputs=(
        Output(name="dmp", unit="price-difference", low=0, slack=0, meaning="upward"),
        Output(name="dmn", unit="price-difference", low=0, slack=0, meaning="downward"),
    ),
    together=(("dmp", "dmn"),),
    primary="dmp",
    first_valid="length - 1",
    memory=Fading(decay="(length - 1) / length", window="2"),
    reference="TA-Lib PLUS_DM and MINUS_DM over the length",
)


class Dm:
    """The reference of the kernel in `dm.pxd`."""

    __slots__ = ("_bars", "_length", "_minus", "_movement", "_plus")

    def __init__(self, *, length: int) -> None:
        self._length = length
        self._movement = Movement()
        self._plus = WilderSum(length)
        self._minus = WilderSum(length)
        self._bars = 0

    def step(self, high: float, low: float) -> tuple[float, float]:
        """Return dmp and dmn after the closed bar."""
        if math.isnan(high) or math.isnan(low):
            return NAN, NAN
        self._bars += 1
        moved = self._movement.step(high, low)
        if moved is None:
            return NAN, NAN
        plus, minus = self._plus.step(moved[0]), self._minus.step(moved[1])
        if self._bars < self._length:
            return NAN, NAN
        return plus / self._length, minus / self._length
