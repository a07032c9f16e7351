"""Rate of change in percent over `length` bars.

y[t] = 100 * (x[t] / x[t-length] - 1)

Shapes   one scalar in, one scalar out, per closed bar of the feature's own timeframe
Units    percent
Empty    NaN before bar length and where x[t-length] is 0; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) time, 24 bytes and a ring of `length` doubles
Source   TA-Lib's ROC, which gives 0 where the base is 0
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.lag import Lag
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Rate of change",
    inputs=("source",),
    params=(integer("length", 10),),
    outputs=(Output(name="value", unit="percent", low=-100, slack=0, given="source >= 0"),),
    primary="value",
    first_valid="length",
    memory=Finite(window="length + 1"),
    rings=(Ring(name="past", size="length"),),
    reference="TA-Lib ROC",
)


class Roc:
    """The reference of the kernel in `roc.pxd`."""

    __slots__ = ("_past",)

    def __init__(self, *, length: int) -> None:
        self._past = Lag(length)

    def step(self, x: float) -> tuple[float]:
        """Return the change from `length` bars ago to the closed bar `x`."""
        if math.isnan(x):
            return (NAN,)
        base = self._past.step(x)
        return (NAN if base == 0.0 else 100.0 * (x / base - 1.0),)
