"""Directional movement of Wilder, and the sums that he smooths it with.

rise = h[t] - h[t-1],  fall = l[t-1] - l[t]                        t >= 1
plus  = rise if rise > fall and rise > 0, else 0
minus = fall if fall > rise and fall > 0, else 0

S[k] = S[k-1] + x[k],  S[0] = 0                                    k = 1 .. length-1
S[k] = (S[k-1] - S[k-1] / length) + x[k]                           k >= length

Empty    the first bar has no movement; the caller keeps NaN away
Cost     O(1) time, 16 bytes for the movement and 8 for each sum
Source   J. W. Wilder 1978; TA-Lib's PLUS_DM and MINUS_DM
"""


class Movement:
    """The movement from one bar to the next."""

    __slots__ = ("_high", "_low")

    def __init__(self) -> None:
        self._high: float | None = None
        self._low = 0.0

    def step(self, high: float, low: float) -> tuple[float, float] | None:
        """Return plus and minus, or None on the first bar."""
        before_high, before_low = self._high, self._low
        self._high, self._low = high, low
        if before_high is None:
            return None
        rise, fall = high - before_high, before_low - low
        return (
            rise if rise > fall and rise > 0.0 else 0.0,
            fall if fall > rise and fall > 0.0 else 0.0,
        )


class WilderSum:
    """A sum of about the last `length` values, as Wilder keeps it."""

    __slots__ = ("_count", "_length", "_total")

    def __init__(self, length: int) -> None:
        self._length = length
        self._count = 0
        self._total = 0.0

    def step(self, x: float) -> float:
        """Return the sum after `x`; the first length - 1 are plain sums."""
        self._count += 1
        if self._count >= self._length:
            self._total -= self._total / self._length
        self._total += x
        return self._total
