"""A volume-weighted mean of prices since an anchor, summed about its first price.

anchor:  S = V = 0,  K = p                 p the price, v the volume of the bar
always:  S += (p - K) * v,  V += v
mean = K + S / V

Empty    NaN while V is 0; the caller keeps NaN away
Cost     O(1) time, 24 bytes
Source   indicators.md 2.25
"""

from tradec.runtime.kernels.arith import NAN


class AnchoredMean:
    """The mean with its sums."""

    __slots__ = ("_first", "_total", "_volume")

    def __init__(self) -> None:
        self._first: float | None = None
        self._total = self._volume = 0.0

    def restart(self) -> None:
        """Forget everything: the next bar is the first."""
        self._first = None

    def step(self, price: float, volume: float) -> float:
        """Return the mean with this bar."""
        if self._first is None:
            self._first, self._total, self._volume = price, 0.0, 0.0
        self._total += (price - self._first) * volume
        self._volume += volume
        return NAN if self._volume == 0.0 else self._first + self._total / self._volume
