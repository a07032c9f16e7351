"""Keltner channel: an exponential average of the close and of the true range around it.

basis = expavg(length)(close)              kernels/expavg.py: y += 2 / (length + 1) * (x - y)
width = scalar * expavg(length)(T)         kernels/truerange.py: T from the first bar on
lower = basis - width
upper = basis + width

Shapes   high, low, close in; three scalars out, per closed bar of the feature's own timeframe
Units    price
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 1..5000, scalar not above 0
Cost     O(1) time, 80 bytes
Source   C. Keltner 1960, L. Raschke; TradingView's ta.kc
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.expavg import ExpAvg
from tradec.runtime.kernels.truerange import TrueRange
from tradec.runtime.spec import Fading, Output, Spec, integer, number

SPEC = Spec(
    kind="indicator",
    title="Keltner channel",
    inputs=("high", "low", "close"),
    params=(integer("length", 20), number("scalar", 2.0, low=0, low_exclusive=True)),
    outputs=(
        Output(name="lower", unit="price", relations=("lower <= basis", "lower <= upper")),
        Output(
            name="basis",
            unit="price",
            relations=("basis <= upper", "min(close) <= basis", "basis <= max(close)"),
        ),
        Output(name="upper", unit="price"),
    ),
    together=(("lower", "basis", "upper"),),
    primary="basis",
    first_valid="length - 1",
    memory=Fading(decay="(length - 1) / (length + 1)", window="2"),
    reference="TradingView ta.kc",
)


class Kc:
    """The reference of the kernel in `kc.pxd`."""

    __slots__ = ("_basis", "_range", "_scalar", "_width")

    def __init__(self, *, length: int, scalar: float) -> None:
        self._range = TrueRange()
        self._basis = ExpAvg(length)
        self._width = ExpAvg(length)
        self._scalar = scalar

    def step(self, high: float, low: float, close: float) -> tuple[float, float, float]:
        """Return lower, basis and upper after the closed bar."""
        true_range = self._range.step(high, low, close)
        if math.isnan(true_range):
            return NAN, NAN, NAN
        basis = self._basis.step(close)
        width = self._scalar * self._width.step(true_range)
        return basis - width, basis, basis + width
