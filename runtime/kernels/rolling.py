"""Running sums over the last `n` inputs that are replaced by exact ones once per lap of the ring.

The ring's head starts at `bar_number mod n` (floored) with the first input, so that laps begin on
the same bars whatever the first bar of the data; a lap that began partial replaces nothing.

head == 0:    F = f1 = f2 = 0, KF = x
first input:  K = x
full:         S += x - old
              a += (x - K) - (old - K)
              b += (x - K) * (x - K) - (old - K) * (old - K)
not full:     S += x,  a += x - K,  b += (x - K) * (x - K)
always:       F += x,  f1 += x - KF,  f2 += (x - KF) * (x - KF)
end of a lap that began at head 0:  S = F,  K = KF,  a = f1,  b = f2
no input of the window differs from 0:  S = 0
mean = S / n

Empty    NaN until n inputs; NaN in -> NaN out, state kept
Cost     O(1) time, a ring of n doubles; two starts agree bit for bit from bar 2n-1 on
Source   indicators.md 0.1, ROLL(n); rulings A5
"""

import math
from collections import deque

from tradec.runtime.kernels.arith import NAN


class Laps:
    """Where the ring's head stands; tells when a lap begins and when a whole one ends."""

    __slots__ = ("_head", "_length", "_whole")

    def __init__(self, length: int) -> None:
        self._length = length
        self._head: int | None = None
        self._whole = False

    def begin(self, bar_number: int) -> bool:
        """Return whether this input is the first of a lap."""
        if self._head is None:
            self._head = bar_number % self._length
        self._whole = self._whole or self._head == 0
        return self._head == 0

    def end(self) -> bool:
        """Return whether this input is the last of a whole lap."""
        assert self._head is not None
        self._head = (self._head + 1) % self._length
        return self._head == 0 and self._whole


class RollingSum:
    """The sum of the last `length` inputs."""

    __slots__ = ("_fresh", "_laps", "_length", "_total", "_window")

    def __init__(self, length: int) -> None:
        self._length = length
        self._laps = Laps(length)
        self._window: deque[float] = deque()
        self._total = 0.0
        self._fresh = 0.0

    def step(self, x: float, bar_number: int) -> float:
        """Return the sum after `x`."""
        if math.isnan(x):
            return NAN
        if self._laps.begin(bar_number):
            self._fresh = 0.0
        full = len(self._window) == self._length
        self._total += x - self._window.popleft() if full else x
        self._window.append(x)
        self._fresh += x
        if self._laps.end():
            self._total = self._fresh
        if not any(self._window):
            self._total = 0.0
        return self._total if len(self._window) == self._length else NAN


class RollingMean(RollingSum):
    """The mean of the last `length` inputs."""

    __slots__ = ()

    def step(self, x: float, bar_number: int) -> float:
        """Return the mean after `x`."""
        return super().step(x, bar_number) / self._length


class ShiftedMoments:
    """The sums of x - K and of its square over the last `length` inputs, a and b above."""

    __slots__ = ("_fresh", "_fresh_shift", "_laps", "_length", "_shift", "_sums", "_window")

    def __init__(self, length: int) -> None:
        self._length = length
        self._laps = Laps(length)
        self._window: deque[float] = deque()
        self._shift = self._fresh_shift = NAN
        self._sums = self._fresh = (0.0, 0.0)

    def step(self, x: float, bar_number: int) -> tuple[float, float]:
        """Return the two sums after a finite `x`."""
        if not self._window:
            self._shift = x
        if self._laps.begin(bar_number):
            self._fresh, self._fresh_shift = (0.0, 0.0), x
        shifted = x - self._shift
        change, change2 = shifted, shifted * shifted
        if len(self._window) == self._length:
            left = self._window.popleft() - self._shift
            change, change2 = shifted - left, shifted * shifted - left * left
        self._window.append(x)
        self._sums = (self._sums[0] + change, self._sums[1] + change2)
        shifted = x - self._fresh_shift
        self._fresh = (self._fresh[0] + shifted, self._fresh[1] + shifted * shifted)
        if self._laps.end():
            self._sums, self._shift = self._fresh, self._fresh_shift
        return self._sums
