"""Volume-weighted average price since the beginning of the day, week or month.

p = (h + l + c) / 3                        added from left to right
y = the mean of p weighted by volume       kernels/anchored.py, anchored on the first bar of each
                                           UTC day, week (from Monday) or month; null: once

Shapes   high, low, close, volume and the opening time in; one scalar out, per closed bar of the
         feature's own timeframe
Units    price
Empty    NaN until a bar since the anchor has volume; NaN in -> NaN out, state kept
Errors   an anchor other than D, W, M or null
Cost     O(1) time, 40 bytes
Source   TradingView's ta.vwap(hlc3). Trusted once a beginning of its period has surely been seen
"""

import math

from tradec.runtime.kernels.anchored import AnchoredMean
from tradec.runtime.kernels.arith import NAN
from tradec.runtime.spec import Anchored, Output, Spec, choice
from tradec.runtime.timeframe import TIMEFRAMES

SPEC = Spec(
    kind="indicator",
    title="Volume-weighted average price",
    inputs=("high", "low", "close", "volume", "ts_open"),
    params=(choice("anchor", ("D", "W", "M", "null"), "D"),),
    outputs=(
        Output(name="value", unit="price", relations=("min(low) <= value", "value <= max(high)")),
    ),
    primary="value",
    first_valid="0",
    memory=Anchored(
        event="session start (null: first bar)",
        bars_required="1 if anchor == 'null' else bars_per_day if anchor == 'D'"
        " else bars_per_week if anchor == 'W' else bars_per_month",
    ),
    reference="TradingView ta.vwap(hlc3)",
)


class Vwap:
    """The reference of the kernel in `vwap.pxd`."""

    __slots__ = ("_anchor", "_mean", "_period")

    def __init__(self, *, anchor: str) -> None:
        self._anchor = TIMEFRAMES.get(anchor)
        self._period: int | None = None
        self._mean = AnchoredMean()

    def step(
        self, high: float, low: float, close: float, volume: float, ts_open: int
    ) -> tuple[float]:
        """Return the mean price after the closed bar."""
        price = (high + low + close) / 3.0
        if math.isnan(price) or math.isnan(volume):
            return (NAN,)
        if self._anchor is not None:
            period = self._anchor.bar_number(ts_open)
            if period != self._period:
                self._mean.restart()
            self._period = period
        return (self._mean.step(price, volume),)
