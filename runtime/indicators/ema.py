"""Exponential moving average, seeded with the mean of the first `length` values.

y = expavg(length)(x)                      kernels/expavg.py: y += 2 / (length + 1) * (x - y)

Shapes   one scalar in, one scalar out, per closed bar of the feature's own timeframe
Units    same as the source
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) time, 32 bytes
Source   J. Hunter 1986; seed as TA-Lib's EMA. Differs from ewm(adjust=False), which seeds with x[0]
"""

from tradec.runtime.kernels.expavg import ExpAvg
from tradec.runtime.spec import Fading, Output, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Exponential moving average",
    inputs=("source",),
    params=(integer("length", 20),),
    outputs=(Output(name="value", relations=("min(source) <= value", "value <= max(source)")),),
    primary="value",
    first_valid="length - 1",
    memory=Fading(decay="(length - 1) / (length + 1)"),
    reference="TA-Lib EMA",
)


class Ema:
    """The reference of the kernel in `ema.pxd`."""

    __slots__ = ("_average",)

    def __init__(self, *, length: int) -> None:
        self._average = ExpAvg(length)

    def step(self, x: float) -> tuple[float]:
        """Return the average after the closed bar `x`."""
        return (self._average.step(x),)
