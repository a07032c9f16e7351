"""Linear regression: where the least-squares line through the last bars ends.

y = 3 * (W / (length * (length + 1) / 2)) - 2 * (S / length)        kernels/weighted.py: W, S

Shapes   one scalar in, one scalar out, per closed bar of the feature's own timeframe
Units    same as the source; it leaves the source's own range where the line is steep
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 2..5000
Cost     O(1) time, 88 bytes and a ring of `length` doubles
Source   TA-Lib's LINEARREG, TradingView's ta.linreg at offset 0; the end of the line is three
         times the weighted mean less twice the plain one
"""

from tradec.runtime.kernels.weighted import WeightedSum
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Linear regression, end of the line",
    inputs=("source", "bar_number"),
    params=(integer("length", 14, low=2),),
    outputs=(Output(name="value"),),
    primary="value",
    first_valid="length - 1",
    memory=Finite(window="length"),
    rings=(Ring(name="window", size="length"),),
    reference="TA-Lib LINEARREG",
)


class Linreg:
    """The reference of the kernel in `linreg.pxd`."""

    __slots__ = ("_length", "_sum")

    def __init__(self, *, length: int) -> None:
        self._length = length
        self._sum = WeightedSum(length)

    def step(self, x: float, bar_number: int) -> tuple[float]:
        """Return the end of the line through the last `length` inputs."""
        weighted, plain = self._sum.step(x, bar_number)
        mean = weighted / (self._length * (self._length + 1) / 2)
        return (3.0 * mean - 2.0 * (plain / self._length),)
