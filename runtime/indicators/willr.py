"""Williams %R: where the close stands below the highest high, in percent of the range.

H, L = max(high), min(low) of the last `length` bars             kernels/monotone.py
y = 100 * ((close - H) / (H - L)),         -50 if H == L

Shapes   high, low, close in; one scalar out, per closed bar of the feature's own timeframe
Units    -100..0
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) amortised time, 64 bytes and two rings of `length`
Source   L. Williams 1979; TA-Lib's WILLR, which gives 0 where the range is 0
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.monotone import Monotone
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Williams %R",
    inputs=("high", "low", "close"),
    params=(integer("length", 14),),
    outputs=(Output(name="value", unit="bounded oscillator", low=-100, high=0, slack=0),),
    primary="value",
    first_valid="length - 1",
    memory=Finite(window="length"),
    rings=(
        Ring(name="lows", size="length"),
        Ring(name="highs", size="length"),
    ),
    reference="TA-Lib WILLR, -50 on a zero range",
    cost="O(1) amortised",
)


class Willr:
    """The reference of the kernel in `willr.pxd`."""

    __slots__ = ("_highest", "_lowest")

    def __init__(self, *, length: int) -> None:
        self._highest = Monotone(length, highest=True)
        self._lowest = Monotone(length, highest=False)

    def step(self, high: float, low: float, close: float) -> tuple[float]:
        """Return where the closed bar stands in the range."""
        if math.isnan(high) or math.isnan(low) or math.isnan(close):
            return (NAN,)
        highest, lowest = self._highest.step(high), self._lowest.step(low)
        if highest == lowest:
            return (-50.0,)
        return (100.0 * ((close - highest) / (highest - lowest)),)
