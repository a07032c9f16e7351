"""Normalized average true range: the average true range in percent of the close.

y = 100 * (atr(length) / close),           NaN if close == 0        indicators/atr.py

Shapes   high, low, close in; one scalar out, per closed bar of the feature's own timeframe
Units    percent
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) time, 40 bytes
Source   J. Forman 2006, on TradingView's ta.atr. TA-Lib's NATR leaves out the first true range
"""

from tradec.runtime.indicators.atr import Atr
from tradec.runtime.kernels.arith import NAN
from tradec.runtime.spec import Fading, Output, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Normalized average true range",
    inputs=("high", "low", "close"),
    params=(integer("length", 14),),
    outputs=(Output(name="value", unit="percent", low=0, slack=0),),
    primary="value",
    first_valid="length - 1",
    memory=Fading(decay="(length - 1) / length", window="2"),
    reference="100 * TradingView ta.atr / close",
)


class Natr:
    """The reference of the kernel in `natr.pxd`."""

    __slots__ = ("_range",)

    def __init__(self, *, length: int) -> None:
        self._range = Atr(length=length)

    def step(self, high: float, low: float, close: float) -> tuple[float]:
        """Return the average in percent after the closed bar."""
        (average,) = self._range.step(high, low, close)
        return (NAN if close == 0.0 else 100.0 * (average / close),)
