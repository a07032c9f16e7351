"""Linearly weighted running sum of the last `n` inputs, weights 1 (oldest) to n, without drift.

Laps of the ring as in rolling.py; the head h is the slot of this input.

h == 0:       F = G = 0
full:         W += n * x - S,          S += x - old      in this order
not full:     W += (count + 1) * x,    S += x            count = inputs before this one
always:       F += x,  G += (h + 1) * x
end of a lap that began at head 0:  S = F,  W = G
no input of the window differs from 0:  S = W = 0

Empty    NaN until n inputs; NaN in -> NaN out, state kept
Cost     O(1) time, a ring of n doubles; two starts agree bit for bit from bar 2n-1 on
Source   indicators.md 0.1, ROLL(n); rulings A5
"""

import math
from collections import deque

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.rolling import Laps


class WeightedSum:
    """The sums of the last `length` inputs, weighted and plain."""

    __slots__ = ("_fresh", "_inputs", "_laps", "_length", "_plain", "_weighted", "_window")

    def __init__(self, length: int) -> None:
        self._length = length
        self._laps = Laps(length)
        self._window: deque[float] = deque()
        self._inputs = 0  # of this lap
        self._fresh = (0.0, 0.0)
        self._weighted = self._plain = 0.0

    def step(self, x: float, bar_number: int) -> tuple[float, float]:
        """Return the weighted and the plain sum after `x`."""
        if math.isnan(x):
            return NAN, NAN
        if self._laps.begin(bar_number):
            self._inputs, self._fresh = 0, (0.0, 0.0)
        if len(self._window) == self._length:
            self._weighted += self._length * x - self._plain
            self._plain += x - self._window.popleft()
        else:
            self._weighted += (len(self._window) + 1) * x
            self._plain += x
        self._window.append(x)
        self._inputs += 1
        self._fresh = (self._fresh[0] + self._inputs * x, self._fresh[1] + x)
        if self._laps.end():
            self._weighted, self._plain = self._fresh
        if not any(self._window):
            self._weighted = self._plain = 0.0
        if len(self._window) < self._length:
            return NAN, NAN
        return self._weighted, self._plain
