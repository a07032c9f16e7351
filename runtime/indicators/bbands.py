"""Bollinger bands: a simple average and a multiple of the deviation around it.

middle    = S / n                                     n = length; S, a, b as in kernels/rolling.py
variance  = max(0, (b - a * a * (1 / n)) * (1 / (n - ddof))),  0 once n equal inputs ran together
width     = std * sqrt(variance)
lower     = middle - width
upper     = middle + width
bandwidth = 100 * (upper - lower) / middle,           NaN if middle == 0
percent_b = (x - lower) / (upper - lower),            0.5 if upper == lower

Shapes   one scalar in, five out, per closed bar of the feature's own timeframe
Units    same as the source; bandwidth in percent, percent_b a ratio
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 2..5000, std not above 0, ddof other than 0 or 1
Cost     O(1) time, 160 bytes and a ring of `length` doubles
Source   J. Bollinger 2001; TA-Lib's BBANDS and TradingView's ta.bb at ddof 0
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.rolling import RollingMean, ShiftedMoments
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer, number

SPEC = Spec(
    kind="indicator",
    title="Bollinger bands",
    inputs=("source", "bar_number"),
    params=(
        integer("length", 20, low=2),
        number("std", 2.0, low=0, low_exclusive=True),
        integer("ddof", 0, low=0, high=1),
    ),
    outputs=(
        Output(name="lower", relations=("lower <= middle", "lower <= upper")),
        Output(
            name="middle",
            relations=(
                "middle <= upper",
                "min(source, length) <= middle",
                "middle <= max(source, length)",
            ),
        ),
        Output(name="upper"),
        Output(name="bandwidth", unit="percent", low=0, given="source >= 0"),
        Output(
            name="percent_b",
            unit="ratio",
            low="0.5 - sqrt(length - 1) / (2 * std)",
            high="0.5 + sqrt(length - 1) / (2 * std)",
            given="ddof == 0",
        ),
    ),
    together=(("lower", "middle", "upper"),),
    primary="middle",
    first_valid="length - 1",
    memory=Finite(window="length"),
    rings=(Ring(name="window", size="length"),),
    reference="TA-Lib BBANDS",
)


class Bbands:
    """The reference of the kernel in `bbands.pxd`."""

    __slots__ = ("_ddof", "_last", "_length", "_mean", "_moments", "_run", "_std")

    def __init__(self, *, length: int, std: float, ddof: int) -> None:
        self._length = length
        self._std = std
        self._ddof = ddof
        self._mean = RollingMean(length)
        self._moments = ShiftedMoments(length)
        self._last: float | None = None
        self._run = 0

    def step(self, x: float, bar_number: int) -> tuple[float, float, float, float, float]:
        """Return lower, middle, upper, bandwidth and percent_b after the closed bar `x`."""
        middle = self._mean.step(x, bar_number)
        if math.isnan(x):
            return NAN, NAN, NAN, NAN, NAN
        width = self._std * math.sqrt(self._variance(x, bar_number))
        lower = middle - width
        upper = middle + width
        span = upper - lower
        bandwidth = NAN if middle == 0.0 else 100.0 * span / middle
        percent_b = 0.5 if upper == lower else (x - lower) / span
        return lower, middle, upper, bandwidth, percent_b

    def _variance(self, x: float, bar_number: int) -> float:
        first, second = self._moments.step(x, bar_number)
        self._run = self._run + 1 if x == self._last else 1
        self._last = x
        if self._run >= self._length:
            return 0.0
        square = first * first * (1.0 / self._length)
        return max(0.0, (second - square) * (1.0 / (self._length - self._ddof)))
