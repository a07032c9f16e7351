"""Exponential recursion, seeded with the mean of its first `length` inputs.

total[k] = total[k-1] + x[k],  total[-1] = 0                       k = 0 .. length-1
y[length-1] = total[length-1] / length
y[k] = y[k-1] + rate * (x[k] - y[k-1]),  rate = 2 / (length + 1)   k >= length
y[k] = x[k]                                                        length == 1

Empty    NaN for the first length-1 inputs; NaN in -> NaN out, state kept
Cost     O(1) time, 32 bytes
Source   indicators.md 0.1, EMA(n)
"""

import math

from tradec.runtime.kernels.arith import NAN


class ExpAvg:
    """The recursion with its state."""

    __slots__ = ("_count", "_length", "_mean", "_rate", "_total")

    def __init__(self, length: int, rate: float | None = None) -> None:
        self._length = length
        self._rate = 2.0 / (length + 1) if rate is None else rate
        self._count = 0
        self._total = 0.0
        self._mean = NAN

    def step(self, x: float) -> float:
        """Return the average after `x`."""
        if math.isnan(x) or self._length == 1:
            return x
        self._count += 1
        if self._count <= self._length:
            self._total += x
            if self._count == self._length:
                self._mean = self._total / self._length
        else:
            self._mean += self._rate * (x - self._mean)
        return self._mean
