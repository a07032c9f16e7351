"""Weighted moving average: weights 1 to `length`, the newest counts most.

y = W / (length * (length + 1) / 2)        kernels/weighted.py: W of the last `length` inputs

Shapes   one scalar in, one scalar out, per closed bar of the feature's own timeframe
Units    same as the source
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) time, 88 bytes and a ring of `length` doubles
Source   TA-Lib's WMA, without its drift. Laps of the ring as in kernels/rolling.py (rulings A5)
"""

from tradec.runtime.kernels.weighted import WeightedSum
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Weighted moving average",
    inputs=("source", "bar_number"),
    params=(integer("length", 20),),
    outputs=(
        Output(
            name="value", relations=("min(source, length) <= value", "value <= max(source, length)")
        ),
    ),
    primary="value",
    first_valid="length - 1",
    memory=Finite(window="length"),
    rings=(Ring(name="window", size="length"),),
    reference="TA-Lib WMA",
)


class Wma:
    """The reference of the kernel in `wma.pxd`."""

    __slots__ = ("_length", "_sum")

    def __init__(self, *, length: int) -> None:
        self._length = length
        self._sum = WeightedSum(length)

    def step(self, x: float, bar_number: int) -> tuple[float]:
        """Return the weighted mean of the last `length` inputs."""
        weighted, _ = self._sum.step(x, bar_number)
        return (weighted / (self._length * (self._length + 1) / 2),)
