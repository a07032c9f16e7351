"""Relative strength index: the share of rises in Wilder's averages of rises and falls.

d[t] = x[t] - x[t-1]
u[t] = max(0, d[t]),   w[t] = max(0, -d[t])
U, W = wilder(length)(u), wilder(length)(w)           t >= 1; kernels/wilder.py
y = 100 * (U / (U + W)),   50 if U + W == 0

Shapes   one scalar in, one scalar out, per closed bar of the feature's own timeframe
Units    0..100
Empty    NaN before bar length; NaN in -> NaN out, state kept (d then spans the hole)
Errors   a length outside 2..5000
Cost     O(1) time, 48 bytes
Source   J. W. Wilder 1978; TA-Lib's RSI except for a flat start, which is 50 and not 0
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.wilder import Wilder
from tradec.runtime.spec import Fading, Output, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Relative strength index",
    inputs=("source",),
    params=(integer("length", 14, low=2),),
    outputs=(Output(name="value", unit="bounded oscillator", low=0, high=100, slack=0),),
    primary="value",
    first_valid="length",
    memory=Fading(decay="(length - 1) / length", window="2"),
    reference="TA-Lib RSI",
)


class Rsi:
    """The reference of the kernel in `rsi.pxd`."""

    __slots__ = ("_falls", "_last", "_rises")

    def __init__(self, *, length: int) -> None:
        self._rises = Wilder(length)
        self._falls = Wilder(length)
        self._last: float | None = None

    def step(self, x: float) -> tuple[float]:
        """Return the index after the closed bar `x`."""
        if math.isnan(x):
            return (NAN,)
        last, self._last = self._last, x
        if last is None:
            return (NAN,)
        change = x - last
        rises = self._rises.step(max(0.0, change))
        falls = self._falls.step(max(0.0, -change))
        total = rises + falls
        return (50.0 if total == 0.0 else 100.0 * (rises / total),)
