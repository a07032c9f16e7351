"""Commodity channel index: how many mean deviations the typical price stands off its average.

p = (high + low + close) / 3
m = mean(length)(p)                        kernels/rolling.py; slot i of its ring holds p[i]
D = ((d0 + d1) + (d2 + d3)) / length       dj the sum of |p[i] - m| over the slots i = j mod 4
y = (p - m) / (0.015 * D),                 0 if D == 0 or the last `length` inputs are equal

Shapes   high, low, close in; one scalar out, per closed bar of the feature's own timeframe
Units    a number without a bound; -length / 0.03 .. length / 0.03
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 2..5000
Cost     O(length) time: the mean deviation is summed anew on each bar; 88 bytes and a ring
Source   D. Lambert 1980; TA-Lib's CCI. Laps of the ring as in kernels/rolling.py (rulings A5)
"""

import math
from collections import deque

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.rolling import RollingMean
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Commodity channel index",
    inputs=("high", "low", "close", "bar_number"),
    params=(integer("length", 14, low=2),),
    outputs=(Output(name="value", unit="oscillator", low="-length / 0.03", high="length / 0.03"),),
    primary="value",
    first_valid="length - 1",
    memory=Finite(window="length"),
    rings=(Ring(name="window", size="length"),),
    reference="TA-Lib CCI, exactly 0 on a constant window",
    cost="O(length)",
)


class Cci:
    """The reference of the kernel in `cci.pxd`."""

    __slots__ = ("_length", "_mean", "_slot", "_window")

    def __init__(self, *, length: int) -> None:
        self._length = length
        self._mean = RollingMean(length)
        self._window: deque[float] = deque(maxlen=length)
        self._slot: int | None = None  # of the oldest input

    def step(self, high: float, low: float, close: float, bar_number: int) -> tuple[float]:
        """Return the index after the closed bar."""
        price = (high + low + close) / 3.0
        if math.isnan(price):
            return (NAN,)
        if self._slot is None:
            self._slot = bar_number % self._length
        elif len(self._window) == self._length:
            self._slot = (self._slot + 1) % self._length
        self._window.append(price)
        mean = self._mean.step(price, bar_number)
        if math.isnan(mean):
            return (NAN,)
        deviation = self._deviation(mean)
        if deviation == 0.0 or len(set(self._window)) == 1:
            return (0.0,)
        return ((price - mean) / (0.015 * deviation),)

    def _deviation(self, mean: float) -> float:
        assert self._slot is not None
        partial = [0.0, 0.0, 0.0, 0.0]
        first = self._length - self._slot  # the age of what lies in slot 0
        for slot in range(self._length):
            partial[slot % 4] += abs(self._window[(first + slot) % self._length] - mean)
        return ((partial[0] + partial[1]) + (partial[2] + partial[3])) / self._length
