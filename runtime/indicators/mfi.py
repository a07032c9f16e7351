"""Money flow index: the share of the money that flowed in on rising bars.

p = (h + l + c) / 3,  f = p * v            added from left to right
P, M = sums of f over the last `length` changes of p: P of those that rose, M of those that fell
y = 100 * (P / (P + M)),  50 if P + M == 0               kernels/rolling.py; P, M no less than 0

Shapes   high, low, close, volume in; one scalar out, per closed bar of the feature's own timeframe
Units    0..100
Empty    NaN before bar length; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) time, 140 bytes and two rings of `length` doubles
Source   G. Quong and A. Soudack 1989; TradingView's ta.mfi(hlc3). TA-Lib gives 0 where P + M < 1
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.rolling import RollingSum
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Money flow index",
    inputs=("high", "low", "close", "volume", "bar_number"),
    params=(integer("length", 14),),
    outputs=(Output(name="value", unit="bounded oscillator", low=0, high=100),),
    primary="value",
    first_valid="length",
    memory=Finite(window="length + 1"),
    rings=(Ring(name="inflows", size="length"), Ring(name="outflows", size="length")),
    reference="TradingView ta.mfi(hlc3)",
)


class Mfi:
    """The reference of the kernel in `mfi.pxd`."""

    __slots__ = ("_in", "_out", "_price")

    def __init__(self, *, length: int) -> None:
        self._in = RollingSum(length)
        self._out = RollingSum(length)
        self._price = NAN

    def step(
        self, high: float, low: float, close: float, volume: float, bar_number: int
    ) -> tuple[float]:
        """Return the index after the closed bar."""
        price = (high + low + close) / 3.0
        if math.isnan(price) or math.isnan(volume):
            return (NAN,)
        before, self._price = self._price, price
        if math.isnan(before):
            return (NAN,)
        flow = price * volume
        inflow = max(self._in.step(flow if price > before else 0.0, bar_number), 0.0)
        outflow = max(self._out.step(flow if price < before else 0.0, bar_number), 0.0)
        total = inflow + outflow
        return (50.0 if total == 0.0 else 100.0 * (inflow / total),)
