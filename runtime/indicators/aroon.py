"""Aroon: how lately price was at its extremes.

up   = 100 * (length - bars since the highest high) / length       over length + 1 bars;
down = 100 * (length - bars since the lowest low) / length         of equals the newest counts
osc  = up - down

Shapes   high and low in, three scalars out, per closed bar of the feature's own timeframe
Units    up and down 0..100, osc -100..100
Empty    NaN before bar length; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) amortised time, 104 bytes and two rings of length+1 for each side
Source   T. Chande 1995; TA-Lib's AROON
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.monotone import Monotone
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Aroon",
    inputs=("high", "low"),
    params=(integer("length", 25),),
    outputs=(
        Output(name="up", unit="bounded oscillator", low=0, high=100, slack=0),
        Output(name="down", unit="bounded oscillator", low=0, high=100, slack=0),
        Output(
            name="osc",
            unit="bounded oscillator",
            low=-100,
            high=100,
            slack=0,
            relations=("osc == up - down",),
        ),
    ),
    together=(("up", "down", "osc"),),
    primary="osc",
    first_valid="length",
    memory=Finite(window="length + 1"),
    rings=(
        Ring(name="highs", size="length + 1"),
        Ring(name="high_indices", size="length + 1", kind="int64"),
        Ring(name="lows", size="length + 1"),
        Ring(name="low_indices", size="length + 1", kind="int64"),
    ),
    reference="TA-Lib AROON",
    cost="O(1) amortised",
)


class Aroon:
    """The reference of the kernel in `aroon.pxd`."""

    __slots__ = ("_highest", "_length", "_lowest")

    def __init__(self, *, length: int) -> None:
        self._length = length
        self._highest = Monotone(length + 1, highest=True)
        self._lowest = Monotone(length + 1, highest=False)

    def step(self, high: float, low: float) -> tuple[float, float, float]:
        """Return up, down and osc after the closed bar."""
        if math.isnan(high) or math.isnan(low):
            return NAN, NAN, NAN
        highest, lowest = self._highest.step(high), self._lowest.step(low)
        if math.isnan(highest) or math.isnan(lowest):
            return NAN, NAN, NAN
        up, down = self._nearness(self._highest.age), self._nearness(self._lowest.age)
        return up, down, up - down

    def _nearness(self, bars: int) -> float:
        return 100.0 * (self._length - bars) / self._length
