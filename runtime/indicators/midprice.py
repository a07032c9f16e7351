"""Midprice: the middle between the highest high and the lowest low of a window.

y = (H + L) / 2                            kernels/monotone.py: H = max(high), L = min(low),
                                           both over the last `length` bars
Shapes   high and low in, one scalar out, per closed bar of the feature's own timeframe
Units    price
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) amortised time, 64 bytes and a ring for each side
Source   TA-Lib's MIDPRICE
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.monotone import Monotone
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Midprice",
    inputs=("high", "low"),
    params=(integer("length", 14),),
    outputs=(
        Output(
            name="value",
            unit="price",
            relations=("min(low, length) <= value", "value <= max(high, length)"),
        ),
    ),
    primary="value",
    first_valid="length - 1",
    memory=Finite(window="length"),
    rings=(
        Ring(name="highs", size="length"),
        Ring(name="lows", size="length"),
    ),
    reference="TA-Lib MIDPRICE",
    cost="O(1) amortised",
)


class Midprice:
    """The reference of the kernel in `midprice.pxd`."""

    __slots__ = ("_highest", "_lowest")

    def __init__(self, *, length: int) -> None:
        self._highest = Monotone(length, highest=True)
        self._lowest = Monotone(length, highest=False)

    def step(self, high: float, low: float) -> tuple[float]:
        """Return the middle of the range of the last `length` bars."""
        if math.isnan(high) or math.isnan(low):
            return (NAN,)
        return ((self._highest.step(high) + self._lowest.step(low)) / 2.0,)
