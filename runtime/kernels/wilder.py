"""Wilder's recursion, seeded with the mean of its first `length` inputs.

total[k] = total[k-1] + x[k],  total[-1] = 0                 k = 0 .. length-1
y[length-1] = total[length-1] / length
y[k] = y[k-1] + rate * (x[k] - y[k-1]),  rate = 1 / length   k >= length
y[k] = x[k]                                                  length == 1

Empty    NaN for the first length-1 inputs; NaN in -> NaN out, state kept
Cost     O(1) time, 32 bytes
Source   indicators.md 0.1, RMA(n)
"""

from tradec.runtime.kernels.expavg import ExpAvg


class Wilder(ExpAvg):
    """The exponential recursion at Wilder's rate."""

    __slots__ = ()

    def __init__(self, length: int) -> None:
        super().__init__(length, 1.0 / length)
