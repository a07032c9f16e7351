"""Stochastic oscillator: where the close stands in the range of the last bars, smoothed twice.

H, L = max(high), min(low) of the last `k` bars       kernels/monotone.py
fast = 100 * ((close - L) / (H - L)),                 50 if H == L
k    = mean(smooth_k)(fast)                           kernels/rolling.py, from the first fast
d    = mean(d)(k)                                     from the first k; both shown from then on

Shapes   high, low, close in; two scalars out, per closed bar of the feature's own timeframe
Units    0..100
Empty    NaN before bar k+smooth_k+d-3; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) amortised time, 192 bytes, two rings of `k` and one each of `smooth_k` and `d`
Source   G. Lane; TA-Lib's STOCH with simple averages, which gives 0 where the range is 0
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.monotone import Monotone
from tradec.runtime.kernels.rolling import RollingMean
from tradec.runtime.spec import NEARLY, Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Stochastic oscillator",
    inputs=("high", "low", "close", "bar_number"),
    params=(integer("k", 14), integer("smooth_k", 3), integer("d", 3)),
    outputs=(
        Output(name="k", unit="bounded oscillator", low=0, high=100, slack=NEARLY),
        Output(name="d", unit="bounded oscillator", low=0, high=100, slack=NEARLY),
    ),
    together=(("k", "d"),),
    primary="k",
    first_valid="k + smooth_k + d - 3",
    memory=Finite(window="k + smooth_k + d - 2"),
    rings=(
        Ring(name="lows", size="k"),
        Ring(name="highs", size="k"),
        Ring(name="places", size="smooth_k"),
        Ring(name="smooth", size="d"),
    ),
    reference="TA-Lib STOCH with SMA, 50 on a zero range",
    cost="O(1) amortised",
)


class Stoch:
    """The reference of the kernel in `stoch.pxd`."""

    __slots__ = ("_d", "_highest", "_k", "_lowest")

    def __init__(self, *, k: int, smooth_k: int, d: int) -> None:
        self._highest = Monotone(k, highest=True)
        self._lowest = Monotone(k, highest=False)
        self._k = RollingMean(smooth_k)
        self._d = RollingMean(d)

    def step(self, high: float, low: float, close: float, bar_number: int) -> tuple[float, float]:
        """Return k and d after the closed bar."""
        if math.isnan(high) or math.isnan(low) or math.isnan(close):
            return NAN, NAN
        highest, lowest = self._highest.step(high), self._lowest.step(low)
        fast = 50.0
        if highest != lowest:
            fast = 100.0 * ((close - lowest) / (highest - lowest))
        k = self._k.step(fast, bar_number)
        d = self._d.step(k, bar_number)
        return NAN if math.isnan(d) else k, d
