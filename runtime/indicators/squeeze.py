"""Squeeze: whether Bollinger bands lie inside a Keltner channel, and smoothed momentum.

m[t] = close[t] - close[t-mom_length]                    t >= mom_length
sqz  = S / mom_smooth                                    kernels/rolling.py: S of m
b    = bbands(bb_length, bb_std, ddof 0)(close)          bbands.py
k    = kc(kc_length, kc_scalar)                          kc.py
on   = b.lower > k.lower and b.upper < k.upper
off  = b.lower < k.lower and b.upper > k.upper
no_sqz = neither

Shapes   high, low, close in; four scalars out, per closed bar of the feature's own timeframe
Units    sqz a difference of prices, the others 0 or 1
Empty    sqz NaN before bar mom_length+mom_smooth-1, the flags missing before all three are there;
         NaN in -> missing out, state kept
Errors   a length outside its bounds, a multiple not above 0
Cost     O(1) time, 340 bytes and rings of bb_length, mom_length and mom_smooth doubles
Source   J. Carter's TTM squeeze as pandas-ta has it, with Bollinger's own deviation
"""

import math

from tradec.runtime.indicators.bbands import Bbands
from tradec.runtime.indicators.kc import Kc
from tradec.runtime.kernels.arith import MISSING, NAN
from tradec.runtime.kernels.lag import Lag
from tradec.runtime.kernels.rolling import RollingMean
from tradec.runtime.spec import Fading, Finite, Output, Ring, Spec, integer, number

_READY = "max(max(bb_length, kc_length), mom_length + mom_smooth) - 1"


def _flag(name: str, *relations: str) -> Output:
    return Output(
        name=name,
        kind="int",
        unit="enum",
        low=0,
        high=1,
        first_valid=_READY,
        relations=relations,
    )


SPEC = Spec(
    kind="indicator",
    title="Squeeze",
    inputs=("high", "low", "close", "bar_number"),
    params=(
        integer("bb_length", 20, low=2),
        number("bb_std", 2.0, low=0, low_exclusive=True),
        integer("kc_length", 20),
        number("kc_scalar", 1.5, low=0, low_exclusive=True),
        integer("mom_length", 12),
        integer("mom_smooth", 6),
    ),
    outputs=(
        Output(
            name="sqz",
            unit="price-difference",
            memory=Finite(window="mom_length + mom_smooth"),
        ),
        _flag("on", "on + off + no_sqz == 1"),
        _flag("off"),
        _flag("no_sqz"),
    ),
    primary="sqz",
    first_valid="mom_length + mom_smooth - 1",
    memory=Fading(decay="(kc_length - 1) / (kc_length + 1)", window="bb_length"),
    rings=(
        Ring(name="window", size="bb_length"),
        Ring(name="past", size="mom_length"),
        Ring(name="momenta", size="mom_smooth"),
    ),
    reference="pandas-ta squeeze at ddof 0",
)


class Squeeze:
    """The reference of the kernel in `squeeze.pxd`."""

    __slots__ = ("_bands", "_channel", "_mean", "_past")

    def __init__(
        self,
        *,
        bb_length: int,
        bb_std: float,
        kc_length: int,
        kc_scalar: float,
        mom_length: int,
        mom_smooth: int,
    ) -> None:
        self._bands = Bbands(length=bb_length, std=bb_std, ddof=0)
        self._channel = Kc(length=kc_length, scalar=kc_scalar)
        self._past = Lag(mom_length)
        self._mean = RollingMean(mom_smooth)

    def step(
        self, high: float, low: float, close: float, bar_number: int
    ) -> tuple[float, int, int, int]:
        """Return sqz, on, off and no_sqz after the closed bar."""
        if math.isnan(high) or math.isnan(low) or math.isnan(close):
            return NAN, MISSING, MISSING, MISSING
        sqz = self._mean.step(close - self._past.step(close), bar_number)
        inner_low, _, inner_high, _, _ = self._bands.step(close, bar_number)
        outer_low, _, outer_high = self._channel.step(high, low, close)
        if math.isnan(sqz) or math.isnan(inner_low) or math.isnan(outer_low):
            return sqz, MISSING, MISSING, MISSING
        on = inner_low > outer_low and inner_high < outer_high
        off = inner_low < outer_low and inner_high > outer_high
        return sqz, int(on), int(off), int(not on and not off)
