"""Average true range: Wilder's average of how far price moved, gaps included.

T                                          kernels/truerange.py: from the first bar on
y = wilder(length)(T)                      kernels/wilder.py: y += 1 / length * (T - y)

Shapes   high, low, close in; one scalar out, per closed bar of the feature's own timeframe
Units    a difference of prices, never negative
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) time, 40 bytes
Source   J. W. Wilder 1978; TradingView's ta.atr. TA-Lib's ATR leaves out T[0]
"""

from tradec.runtime.kernels.truerange import TrueRange
from tradec.runtime.kernels.wilder import Wilder
from tradec.runtime.spec import Fading, Output, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Average true range",
    inputs=("high", "low", "close"),
    params=(integer("length", 14),),
    outputs=(Output(name="value", unit="price-difference", low=0, slack=0),),
    primary="value",
    first_valid="length - 1",
    memory=Fading(decay="(length - 1) / length", window="2"),
    provides=("average_true_range",),
    reference="TradingView ta.atr",
)


class Atr:
    """The reference of the kernel in `atr.pxd`."""

    __slots__ = ("_average", "_range")

    def __init__(self, *, length: int) -> None:
        self._range = TrueRange()
        self._average = Wilder(length)

    def step(self, high: float, low: float, close: float) -> tuple[float]:
        """Return the average after the closed bar."""
        return (self._average.step(self._range.step(high, low, close)),)
