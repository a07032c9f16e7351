"""Stochastic RSI: where the relative strength index stands in its own range, smoothed twice.

r    = rsi(rsi_length)(x)                             indicators/rsi.py
H, L = max(r), min(r) of the last `length` values     kernels/monotone.py
fast = 100 * ((r - L) / (H - L)),                     50 if H - L <= 1e-8
k    = mean(k)(fast)                                  kernels/rolling.py, from the first fast
d    = mean(d)(k)                                     from the first k; both shown from then on

The 1e-8 is in points of the index, which has no scale: on a flat stretch it is a constant whose
rounding must not be blown up to 0..100.

Shapes   one scalar in, two out, per closed bar of the feature's own timeframe
Units    0..100
Empty    NaN before bar rsi_length+length+k+d-3; NaN in -> NaN out, state kept
Errors   a length outside 1..5000, an rsi_length outside 2..5000
Cost     O(1) amortised time, 240 bytes, two rings of `length` and one each of `k` and `d`
Source   T. Chande, S. Kroll 1994; TradingView's Stoch RSI, not TA-Lib's STOCHRSI
"""

import math

from tradec.runtime.indicators.rsi import Rsi
from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.monotone import Monotone
from tradec.runtime.kernels.rolling import RollingMean
from tradec.runtime.spec import NEARLY, Fading, Output, Ring, Spec, integer

FLAT = 1e-8

SPEC = Spec(
    kind="indicator",
    title="Stochastic RSI",
    inputs=("source", "bar_number"),
    params=(
        integer("length", 14),
        integer("rsi_length", 14, low=2),
        integer("k", 3),
        integer("d", 3),
    ),
    outputs=(
        Output(name="k", unit="bounded oscillator", low=0, high=100, slack=NEARLY),
        Output(name="d", unit="bounded oscillator", low=0, high=100, slack=NEARLY),
    ),
    together=(("k", "d"),),
    primary="k",
    first_valid="rsi_length + length + k + d - 3",
    memory=Fading(decay="(rsi_length - 1) / rsi_length", window="length + k + d - 2"),
    rings=(
        Ring(name="lows", size="length"),
        Ring(name="highs", size="length"),
        Ring(name="places", size="k"),
        Ring(name="smooth", size="d"),
    ),
    reference="TradingView Stoch RSI",
    cost="O(1) amortised",
)


class Stochrsi:
    """The reference of the kernel in `stochrsi.pxd`."""

    __slots__ = ("_d", "_highest", "_k", "_lowest", "_strength")

    def __init__(self, *, length: int, rsi_length: int, k: int, d: int) -> None:
        self._strength = Rsi(length=rsi_length)
        self._highest = Monotone(length, highest=True)
        self._lowest = Monotone(length, highest=False)
        self._k = RollingMean(k)
        self._d = RollingMean(d)

    def step(self, x: float, bar_number: int) -> tuple[float, float]:
        """Return k and d after the closed bar `x`."""
        (strength,) = self._strength.step(x)
        if math.isnan(strength):
            return NAN, NAN
        lowest = self._lowest.step(strength)
        span = self._highest.step(strength) - lowest
        fast = 50.0 if span <= FLAT else 100.0 * ((strength - lowest) / span)
        k = self._k.step(fast, bar_number)
        d = self._d.step(k, bar_number)
        return NAN if math.isnan(d) else k, d
