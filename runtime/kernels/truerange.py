"""How far price moved during a bar, the gap before it included.

T[0] = h[0] - l[0]
T[t] = max(h[t] - l[t], |h[t] - c[t-1]|, |l[t] - c[t-1]|)

Shapes   high, low, close in; one difference of prices out, never negative
Empty    NaN in -> NaN out, state kept
Cost     O(1) time, 8 bytes
Source   J. W. Wilder 1978; indicators.md 0.1, TR
"""

import math

from tradec.runtime.kernels.arith import NAN


class TrueRange:
    """The range with the close that it needs."""

    __slots__ = ("_close",)

    def __init__(self) -> None:
        self._close: float | None = None

    def step(self, high: float, low: float, close: float) -> float:
        """Return the true range of the closed bar."""
        if math.isnan(high) or math.isnan(low) or math.isnan(close):
            return NAN
        before, self._close = self._close, close
        if before is None:
            return high - low
        return max(high - low, abs(high - before), abs(low - before))
