"""Simple moving average over a ring, with a running sum that cannot drift.

y = S / length                             kernels/rolling.py: S of the last `length` inputs

Shapes   one scalar in, one scalar out, per closed bar of the feature's own timeframe
Units    same as the source
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) time, 64 bytes and a ring of `length` doubles
Source   TA-Lib's SMA. Laps of the ring begin where bar_number mod length is 0 (rulings A5)
"""

from tradec.runtime.kernels.rolling import RollingMean
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Simple moving average",
    inputs=("source", "bar_number"),
    params=(integer("length", 20),),
    outputs=(
        Output(
            name="value",
            relations=("min(source, length) <= value", "value <= max(source, length)"),
        ),
    ),
    primary="value",
    first_valid="length - 1",
    memory=Finite(window="length"),
    rings=(Ring(name="window", size="length"),),
    reference="TA-Lib SMA",
)


class Sma:
    """The reference of the kernel in `sma.pxd`."""

    __slots__ = ("_mean",)

    def __init__(self, *, length: int) -> None:
        self._mean = RollingMean(length)

    def step(self, x: float, bar_number: int) -> tuple[float]:
        """Return the mean of the last `length` inputs."""
        return (self._mean.step(x, bar_number),)
