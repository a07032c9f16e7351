"""Average price of a bar.

y = (open + high + low + close) / 4        added from left to right

Shapes   open, high, low, close in; one scalar out, per closed bar of the feature's own timeframe
Units    price
Empty    never; NaN in -> NaN out
Errors   none
Cost     O(1) time, no state
Source   TA-Lib's AVGPRICE; the same numbers as the price `ohlc4` of the language
"""

from tradec.runtime.spec import Finite, Output, Spec

SPEC = Spec(
    kind="indicator",
    title="Average price of a bar",
    inputs=("open", "high", "low", "close"),
    outputs=(
        Output(
            name="value", unit="price", relations=("min(low, 1) <= value", "value <= max(high, 1)")
        ),
    ),
    primary="value",
    first_valid="0",
    memory=Finite(window="1"),
    reference="TA-Lib AVGPRICE",
)


class Ohlc4:
    """The reference of the kernel in `ohlc4.pxd`."""

    __slots__ = ()

    def step(self, open_: float, high: float, low: float, close: float) -> tuple[float]:
        """Return the average of the closed bar."""
        return ((open_ + high + low + close) / 4.0,)
