"""Triangular moving average: a simple average of simple averages, the middle counts most.

inner = (length + 1) // 2                  inner + outer = length + 1: the window is `length`
outer = length // 2 + 1
y = mean(outer)(mean(inner)(x))            kernels/rolling.py

Shapes   one scalar in, one scalar out, per closed bar of the feature's own timeframe
Units    same as the source
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) time, 128 bytes and two rings with `length` + 1 doubles
Source   TA-Lib's TRIMA, without its drift. Laps of the rings as in kernels/rolling.py (rulings A5)
"""

from tradec.runtime.kernels.rolling import RollingMean
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Triangular moving average",
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
    rings=(
        Ring(name="window", size="(length + 1) // 2"),
        Ring(name="means", size="length // 2 + 1"),
    ),
    reference="TA-Lib TRIMA",
)


class Trima:
    """The reference of the kernel in `trima.pxd`."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, *, length: int) -> None:
        self._inner = RollingMean((length + 1) // 2)
        self._outer = RollingMean(length // 2 + 1)

    def step(self, x: float, bar_number: int) -> tuple[float]:
        """Return the triangular mean of the last `length` inputs."""
        return (self._outer.step(self._inner.step(x, bar_number), bar_number),)
