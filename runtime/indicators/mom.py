"""Momentum: the change over `length` bars.

y[t] = x[t] - x[t-length]

Shapes   one scalar in, one scalar out, per closed bar of the feature's own timeframe
Units    a difference in the unit of the source
Empty    NaN before bar length; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) time, 24 bytes and a ring of `length` doubles
Source   TA-Lib's MOM
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.lag import Lag
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Momentum",
    inputs=("source",),
    params=(integer("length", 10),),
    outputs=(Output(name="value", unit="source-difference"),),
    primary="value",
    first_valid="length",
    memory=Finite(window="length + 1"),
    rings=(Ring(name="past", size="length"),),
    reference="TA-Lib MOM",
)


class Mom:
    """The reference of the kernel in `mom.pxd`."""

    __slots__ = ("_past",)

    def __init__(self, *, length: int) -> None:
        self._past = Lag(length)

    def step(self, x: float) -> tuple[float]:
        """Return the change from `length` bars ago to the closed bar `x`."""
        return (NAN if math.isnan(x) else x - self._past.step(x),)
