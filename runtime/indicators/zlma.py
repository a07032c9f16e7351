"""Zero lag moving average: an exponential average of a series led ahead by its own change.

lag  = (length - 1) // 2
a[t] = 2 * x[t] - x[t-lag]
y    = expavg(length)(a)                   counts from the first a; kernels/expavg.py

Shapes   one scalar in, one scalar out, per closed bar of the feature's own timeframe
Units    same as the source; it may overshoot the source's own range
Empty    NaN before bar lag+length-1; NaN in -> NaN out, state kept
Errors   a length outside 3..5000
Cost     O(1) time, 56 bytes and a ring of `lag` doubles
Source   J. Ehlers, R. Way 2010; pandas-ta-classic's zlma with TA-Lib's EMA
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.expavg import ExpAvg
from tradec.runtime.kernels.lag import Lag
from tradec.runtime.spec import Fading, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Zero lag moving average",
    inputs=("source",),
    params=(integer("length", 20, low=3),),
    outputs=(Output(name="value"),),
    primary="value",
    first_valid="(length - 1) // 2 + length - 1",
    memory=Fading(decay="(length - 1) / (length + 1)", window="(length - 1) // 2"),
    rings=(Ring(name="past", size="(length - 1) // 2"),),
    reference="TA-Lib EMA of twice the source less its lagged value",
)


class Zlma:
    """The reference of the kernel in `zlma.pxd`."""

    __slots__ = ("_average", "_past")

    def __init__(self, *, length: int) -> None:
        self._past = Lag((length - 1) // 2)
        self._average = ExpAvg(length)

    def step(self, x: float) -> tuple[float]:
        """Return the average after the closed bar `x`."""
        if math.isnan(x):
            return (NAN,)
        return (self._average.step(2.0 * x - self._past.step(x)),)
