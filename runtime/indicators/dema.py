"""Double exponential moving average: the lag of one average taken off with a second one.

e1 = expavg(length)(x)                     kernels/expavg.py, each with its own seed
e2 = expavg(length)(e1)
y  = 2 * e1 - e2

Shapes   one scalar in, one scalar out, per closed bar of the feature's own timeframe
Units    same as the source; it may overshoot the source's own range
Empty    NaN before bar 2*length-2; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) time, 64 bytes
Source   P. Mulloy 1994; TA-Lib's DEMA
"""

from tradec.runtime.kernels.expavg import ExpAvg
from tradec.runtime.spec import Fading, Output, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Double exponential moving average",
    inputs=("source",),
    params=(integer("length", 20),),
    outputs=(Output(name="value"),),
    primary="value",
    first_valid="2 * length - 2",
    memory=Fading(decay="(length - 1) / (length + 1)", order=2),
    reference="TA-Lib DEMA",
)


class Dema:
    """The reference of the kernel in `dema.pxd`."""

    __slots__ = ("_first", "_second")

    def __init__(self, *, length: int) -> None:
        self._first = ExpAvg(length)
        self._second = ExpAvg(length)

    def step(self, x: float) -> tuple[float]:
        """Return the average after the closed bar `x`."""
        first = self._first.step(x)
        return (2.0 * first - self._second.step(first),)
