"""Average true range: Wilder's average of how far price moved, gaps included.

T[0] = h[0] - l[0]
T[t] = max(h[t] - l[t], |h[t] - c[t-1]|, |l[t] - c[t-1]|)
y = wilder(length)(T)                      kernels/wilder.py: y += 1 / length * (T - y)

Shapes   high, low, close in; one scalar out, per closed bar of the feature's own timeframe
Units    a difference of prices, never negative
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) time, 40 bytes
Source   J. W. Wilder 1978; TradingView's ta.atr. TA-Lib's ATR leaves out T[0]
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.wilder import Wilder
from tradec.runtime.spec import Fading, Output, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Average true range",
    inputs=("high", "low", "close"),
    params=(integer("length", 14),),
    outputs=(Output(name="value", unit="price-difference", low=0),),
    primary="value",
    first_valid="length - 1",
    memory=Fading(decay="(length - 1) / length", window="2"),
    provides=("average_true_range",),
    reference="TradingView ta.atr",
)


class Atr:
    """The reference of the kernel in `atr.pxd`."""

    __slots__ = ("_average", "_close")

    def __init__(self, *, length: int) -> None:
        self._average = Wilder(length)
        self._close: float | None = None

    def step(self, high: float, low: float, close: float) -> tuple[float]:
        """Return the average after the closed bar."""
        if math.isnan(high) or math.isnan(low) or math.isnan(close):
            return (NAN,)
        true_range = high - low
        if self._close is not None:
            true_range = max(true_range, abs(high - self._close), abs(low - self._close))
        self._close = close
        return (self._average.step(true_range),)
