"""Average directional index: how strong a trend is, whatever its direction.

plus, minus                                kernels/directional.py, from the second bar on
T                                          kernels/truerange.py, from the second bar on
P, M, R = S(plus), S(minus), S(T)          kernels/directional.py: Wilder's sums, n = length
dmp  = 100 * (P / R),  dmn = 100 * (M / R) from bar n on; 0 if R == 0
dx   = 100 * (|dmp - dmn| / (dmp + dmn))   none if R == 0 or P + M == 0
adx  = the mean of n dx, none counting 0; then adx += 1 / n * (dx - adx), kept where there is none
adxr = (adx[t] + adx[t-(n-1)]) / 2

Shapes   high, low, close in; four scalars out, per closed bar of the feature's own timeframe
Units    0..100
Empty    dmp, dmn NaN before bar n, adx before 2n-1, adxr before 3n-2; NaN in -> NaN out, state kept
Errors   a length outside 2..5000
Cost     O(1) time, 128 bytes and a ring of length-1 doubles
Source   J. W. Wilder 1978; TA-Lib's ADX, PLUS_DI, MINUS_DI and ADXR
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.directional import Movement, WilderSum
from tradec.runtime.kernels.lag import Lag
from tradec.runtime.kernels.truerange import TrueRange
from tradec.runtime.kernels.wilder import Wilder
from tradec.runtime.spec import Fading, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Average directional index",
    inputs=("high", "low", "close"),
    params=(integer("length", 14, low=2),),
    outputs=(
        Output(name="adx", unit="bounded oscillator", low=0, high=100),
        Output(name="dmp", unit="bounded oscillator", low=0, high=100, first_valid="length"),
        Output(name="dmn", unit="bounded oscillator", low=0, high=100, first_valid="length"),
        Output(
            name="adxr",
            unit="bounded oscillator",
            low=0,
            high=100,
            first_valid="3 * length - 2",
        ),
    ),
    together=(("dmp", "dmn"),),
    primary="adx",
    first_valid="2 * length - 1",
    memory=Fading(decay="(length - 1) / length", order=2, window="length"),
    rings=(Ring(name="past", size="length - 1"),),
    reference="TA-Lib ADX, PLUS_DI, MINUS_DI and ADXR",
)

_Four = tuple[float, float, float, float]


class Adx:
    """The reference of the kernel in `adx.pxd`."""

    __slots__ = (
        "_average",
        "_bars",
        "_length",
        "_minus",
        "_movement",
        "_past",
        "_plus",
        "_range",
        "_strength",
        "_true_range",
    )

    def __init__(self, *, length: int) -> None:
        self._length = length
        self._movement = Movement()
        self._plus = WilderSum(length)
        self._minus = WilderSum(length)
        self._range = WilderSum(length)
        self._average = Wilder(length)
        self._strength = NAN  # the last adx
        self._past = Lag(length - 1)
        self._true_range = TrueRange()
        self._bars = 0

    def step(self, high: float, low: float, close: float) -> _Four:
        """Return adx, dmp, dmn and adxr after the closed bar."""
        if math.isnan(high) or math.isnan(low) or math.isnan(close):
            return NAN, NAN, NAN, NAN
        moved = self._movement.step(high, low)
        true_range = self._true_range.step(high, low, close)
        self._bars += 1
        if moved is None:
            return NAN, NAN, NAN, NAN
        plus, minus = self._plus.step(moved[0]), self._minus.step(moved[1])
        total = self._range.step(true_range)
        if self._bars <= self._length:
            return NAN, NAN, NAN, NAN
        if total == 0.0:
            return self._with_strength(0.0, 0.0, is_known=False)
        dmp, dmn = 100.0 * (plus / total), 100.0 * (minus / total)
        return self._with_strength(dmp, dmn, is_known=plus + minus > 0.0)

    def _with_strength(self, dmp: float, dmn: float, *, is_known: bool) -> _Four:
        if is_known:
            self._strength = self._average.step(100.0 * (abs(dmp - dmn) / (dmp + dmn)))
        elif math.isnan(self._strength):
            self._strength = self._average.step(0.0)
        adx = self._strength
        if math.isnan(adx):
            return NAN, dmp, dmn, NAN
        return adx, dmp, dmn, (adx + self._past.step(adx)) / 2.0
