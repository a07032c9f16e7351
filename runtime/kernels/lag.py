"""The input of `length` inputs ago.

y[k] = x[k - length]

Empty    NaN for the first `length` inputs; the caller keeps NaN away
Cost     O(1) time, a ring of `length` doubles
Source   indicators.md 0.1, LAG(n), with the newest value outside the ring
"""

from collections import deque

from tradec.runtime.kernels.arith import NAN


class Lag:
    """The delay line."""

    __slots__ = ("_line",)

    def __init__(self, length: int) -> None:
        self._line = deque([NAN] * length)

    def step(self, x: float) -> float:
        """Return the input that `x` displaces."""
        self._line.append(x)
        return self._line.popleft()
