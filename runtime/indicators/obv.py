"""On-balance volume: the volume of rising bars less that of falling ones.

o = v[0] + sum of sign(c[t] - c[t-1]) * v[t]      kernels/compensated.py

Shapes   close and volume in, one scalar out, per closed bar of the feature's own timeframe
Units    volume, up to a constant: only differences mean anything
Empty    never; NaN in -> NaN out, state kept
Errors   none
Cost     O(1) time, 24 bytes
Source   J. Granville 1963; TA-Lib's OBV
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.compensated import CompensatedSum
from tradec.runtime.spec import Integral, Output, Spec

SPEC = Spec(
    kind="indicator",
    title="On-balance volume",
    inputs=("close", "volume"),
    outputs=(Output(name="value", unit="volume", meaning="up to a constant"),),
    primary="value",
    first_valid="0",
    memory=Integral(),
    reference="TA-Lib OBV",
)


class Obv:
    """The reference of the kernel in `obv.pxd`."""

    __slots__ = ("_close", "_sum")

    def __init__(self) -> None:
        self._close: float | None = None
        self._sum = CompensatedSum()

    def step(self, close: float, volume: float) -> tuple[float]:
        """Return the balance after the closed bar."""
        if math.isnan(close) or math.isnan(volume):
            return (NAN,)
        before, self._close = self._close, close
        if before is None or close > before:
            self._sum.add(volume)
        elif close < before:
            self._sum.add(-volume)
        return (self._sum.value,)
