"""Kaufman's adaptive moving average: quick while price goes somewhere, slow while it wanders.

net, path = efficiency(length)(x)          kernels/efficiency.py
er = 1                                     path == 0 or path <= net * (1 + 1e-12)
   = min(1, |net / path|)                  else
sc = (er * (f - s) + s) ** 2               f = 2 / (fast + 1), s = 2 / (slow + 1)
y[length-1] = x[length-1]                  the seed, not shown
y[t] = y[t-1] + sc * (x[t] - y[t-1])

Shapes   one scalar in, one scalar out, per closed bar of the feature's own timeframe
Units    same as the source
Empty    NaN before bar length; NaN in -> NaN out, state kept (a step of the path spans the hole)
Errors   a length outside 1..5000; fast not below slow
Cost     O(1) time, 128 bytes and two rings of `length` doubles
Source   P. Kaufman 1995; TA-Lib's KAMA at fast 2 and slow 30
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.efficiency import Efficiency
from tradec.runtime.spec import Fading, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Kaufman's adaptive moving average",
    inputs=("source", "bar_number"),
    params=(integer("length", 10), integer("fast", 2), integer("slow", 30)),
    outputs=(Output(name="value", relations=("min(source) <= value", "value <= max(source)")),),
    primary="value",
    first_valid="length",
    memory=Fading(decay="1 - (2 / (slow + 1)) ** 2", window="length"),
    rings=(Ring(name="past", size="length"), Ring(name="steps", size="length")),
    constraints=(("fast < slow", "fast must be shorter than slow"),),
    reference="TA-Lib KAMA at fast 2, slow 30",
)


class Kama:
    """The reference of the kernel in `kama.pxd`."""

    __slots__ = ("_efficiency", "_fast", "_slow", "_value")

    def __init__(self, *, length: int, fast: int, slow: int) -> None:
        self._efficiency = Efficiency(length)
        self._fast, self._slow = 2.0 / (fast + 1), 2.0 / (slow + 1)
        self._value = NAN

    def step(self, x: float, bar_number: int) -> tuple[float]:
        """Return the average after the closed bar `x`."""
        if math.isnan(x):
            return (NAN,)
        net, path = self._efficiency.step(x, bar_number)
        if math.isnan(path):
            self._value = x
            return (NAN,)
        straight = path == 0.0 or path <= net * (1.0 + 1e-12)
        ratio = 1.0 if straight else min(1.0, abs(net / path))
        root = ratio * (self._fast - self._slow) + self._slow
        self._value += root * root * (x - self._value)
        return (self._value,)
