"""A sum that keeps what rounding takes from it, so that adding and taking away again is exact.

s = S + x
b = s - S
e = (S - (s - b)) + (x - b)                the exact error of S + x
S = s,  E += e
value = S + E

Within about 106 bits between the largest and the smallest of all terms S + E is the sum itself,
and its value does not depend on the order in which the terms came and went.

Empty    0 at first; the caller keeps NaN away
Cost     O(1) time, 16 bytes
Source   D. Knuth's two-sum; A. Neumaier 1974; indicators.md 2.18
"""


class CompensatedSum:
    """The sum with its error."""

    __slots__ = ("error", "total")

    def __init__(self, total: float = 0.0, error: float = 0.0) -> None:
        self.total = total
        self.error = error

    def add(self, x: float) -> None:
        """Add one term."""
        total = self.total + x
        part = total - self.total
        self.error += (self.total - (total - part)) + (x - part)
        self.total = total

    def merge(self, other: "CompensatedSum") -> None:
        """Add another sum."""
        self.add(other.total)
        self.error += other.error

    @property
    def value(self) -> float:
        """The sum as one number."""
        return self.total + self.error
