"""Triple exponential moving average: the lag of one average taken off with two more.

e1 = expavg(length)(x)                     kernels/expavg.py, each with its own seed
e2 = expavg(length)(e1)
e3 = expavg(length)(e2)
y  = 3 * (e1 - e2) + e3

Shapes   one scalar in, one scalar out, per closed bar of the feature's own timeframe
Units    same as the source; it may overshoot the source's own range
Empty    NaN before bar 3*length-3; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) time, 96 bytes
Source   P. Mulloy 1994; TA-Lib's TEMA
"""

from tradec.runtime.kernels.expavg import ExpAvg
from tradec.runtime.spec import Fading, Output, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Triple exponential moving average",
    inputs=("source",),
    params=(integer("length", 20),),
    outputs=(Output(name="value"),),
    primary="value",
    first_valid="3 * length - 3",
    memory=Fading(decay="(length - 1) / (length + 1)", order=3),
    reference="TA-Lib TEMA",
)


class Tema:
    """The reference of the kernel in `tema.pxd`."""

    __slots__ = ("_averages",)

    def __init__(self, *, length: int) -> None:
        self._averages = tuple(ExpAvg(length) for _ in range(3))

    def step(self, x: float) -> tuple[float]:
        """Return the average after the closed bar `x`."""
        chained = []
        for average in self._averages:
            x = average.step(x)
            chained.append(x)
        return (3.0 * (chained[0] - chained[1]) + chained[2],)
