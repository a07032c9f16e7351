"""Fisher transform: the place of the mid price in its range, smoothed and stretched to a bell.

p   = (high + low) / 2
M, m = max(p), min(p) of the last `length` bars       kernels/monotone.py
pos = (p - m) / (M - m) - 0.5,                        0 if M == m
v   = 0.66 * pos + 0.67 * v[t-1],                     0.999 with its sign if |v| > 0.99
fisher = 0.5 * ln((1 + v) / (1 - v)) + 0.5 * fisher[t-1]         kernels/elementary.py
signal = fisher[t-signal]
v and fisher are 0 before the first full window.

Shapes   high and low in, two scalars out, per closed bar of the feature's own timeframe
Units    a number within 7.601 of 0
Empty    fisher NaN before bar length-1, signal before length-1+signal; NaN in -> NaN out
Errors   a length outside 1..5000
Cost     O(1) amortised time, 104 bytes, two rings of `length` and one of `signal`
Source   J. Ehlers 2002; TradingView's Fisher Transform
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.elementary import ln
from tradec.runtime.kernels.lag import Lag
from tradec.runtime.kernels.monotone import Monotone
from tradec.runtime.spec import Fading, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Fisher transform",
    inputs=("high", "low"),
    params=(integer("length", 9), integer("signal", 1)),
    outputs=(
        Output(
            name="fisher",
            unit="bounded oscillator",
            low=-7.601,
            high=7.601,
            slack=0,
            first_valid="length - 1",
        ),
        Output(name="signal", unit="bounded oscillator", low=-7.601, high=7.601, slack=0),
    ),
    primary="fisher",
    first_valid="length - 1 + signal",
    memory=Fading(decay="0.67", order=2, window="length"),
    rings=(
        Ring(name="lows", size="length"),
        Ring(name="highs", size="length"),
        Ring(name="past", size="signal"),
    ),
    reference="TradingView Fisher Transform",
    cost="O(1) amortised",
)


class Fisher:
    """The reference of the kernel in `fisher.pxd`."""

    __slots__ = ("_fisher", "_highest", "_lowest", "_past", "_place")

    def __init__(self, *, length: int, signal: int) -> None:
        self._highest = Monotone(length, highest=True)
        self._lowest = Monotone(length, highest=False)
        self._past = Lag(signal)
        self._place = self._fisher = 0.0

    def step(self, high: float, low: float) -> tuple[float, float]:
        """Return fisher and signal after the closed bar."""
        price = (high + low) / 2.0
        if math.isnan(price):
            return NAN, NAN
        highest, lowest = self._highest.step(price), self._lowest.step(price)
        if math.isnan(highest):
            return NAN, NAN
        position = 0.0 if highest == lowest else (price - lowest) / (highest - lowest) - 0.5
        place = 0.66 * position + 0.67 * self._place
        if abs(place) > 0.99:
            place = math.copysign(0.999, place)
        self._place = place
        self._fisher = 0.5 * ln((1.0 + place) / (1.0 - place)) + 0.5 * self._fisher
        return self._fisher, self._past.step(self._fisher)
