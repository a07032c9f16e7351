"""Supertrend: a trailing band of average true ranges that price has to break to turn the trend.

a = atr(length),  q = (high + low) / 2                   atr.py
bu = q + multiplier * a,  bl = q - multiplier * a
first a:  U = bu,  L = bl,  direction = -1
then      L = bl if bl > L or c[t-1] < L,  U = bu if bu < U or c[t-1] > U,  else kept
          direction -1 becomes 1 where c > U,  1 becomes -1 where c < L       both of this bar
trend = L where direction is 1, else U;  long, short = trend of the one direction

Shapes   high, low, close in; four scalars out, per closed bar of the feature's own timeframe
Units    prices; direction 1 up, -1 down
Empty    NaN and missing before bar length-1; of long and short the other one always is;
         NaN in -> missing out, state kept
Errors   a length outside 1..5000, multiplier not above 0
Cost     O(1) time, 80 bytes
Source   O. Seban; TradingView's ta.supertrend with the sign of direction flipped
"""

import math

from tradec.runtime.indicators.atr import Atr
from tradec.runtime.kernels.arith import MISSING, NAN
from tradec.runtime.spec import Anchored, Output, Spec, integer, number

UP, DOWN = 1, -1

SPEC = Spec(
    kind="indicator",
    title="Supertrend",
    inputs=("high", "low", "close"),
    params=(integer("length", 10), number("multiplier", 3.0, low=0, low_exclusive=True)),
    outputs=(
        Output(name="trend", unit="price"),
        Output(name="direction", kind="int", unit="enum", low=-1, high=1, meaning="1 up, -1 down"),
        Output(
            name="long",
            unit="price",
            exclusive=True,
            relations=(
                "long == trend",
                "direction == 1 or not present(long)",
                "not (present(long) and present(short))",
            ),
        ),
        Output(
            name="short",
            unit="price",
            exclusive=True,
            relations=("short == trend", "direction == -1 or not present(short)"),
        ),
    ),
    primary="trend",
    first_valid="length - 1",
    memory=Anchored(
        event="last direction change (bands ratchet), and fading((n-1)/n) inside",
        bars_required="length",
    ),
    reference="TradingView ta.supertrend",
)


class Supertrend:
    """The reference of the kernel in `supertrend.pxd`."""

    __slots__ = ("_atr", "_close", "_direction", "_lower", "_multiplier", "_upper")

    def __init__(self, *, length: int, multiplier: float) -> None:
        self._atr = Atr(length=length)
        self._multiplier = multiplier
        self._direction = 0
        self._upper = self._lower = self._close = NAN

    def step(self, high: float, low: float, close: float) -> tuple[float, int, float, float]:
        """Return trend, direction, long and short after the closed bar."""
        (atr,) = self._atr.step(high, low, close)
        before = self._close
        if not math.isnan(high + low + close):
            self._close = close
        if math.isnan(atr):
            return NAN, MISSING, NAN, NAN
        middle, width = (high + low) / 2.0, self._multiplier * atr
        self._move(middle - width, middle + width, before, close)
        if self._direction == UP:
            return self._lower, UP, self._lower, NAN
        return self._upper, DOWN, NAN, self._upper

    def _move(self, lower: float, upper: float, before: float, close: float) -> None:
        if self._direction == 0:
            self._lower, self._upper, self._direction = lower, upper, DOWN
            return
        if lower > self._lower or before < self._lower:
            self._lower = lower
        if upper < self._upper or before > self._upper:
            self._upper = upper
        if self._direction == DOWN and close > self._upper:
            self._direction = UP
        elif self._direction == UP and close < self._lower:
            self._direction = DOWN
