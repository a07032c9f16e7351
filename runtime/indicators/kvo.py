"""Klinger volume oscillator: a fast less a slow average of volume signed by the change of price.

p = (h + l + c) / 3                        added from left to right
x = v where p rose, -v where it fell, 0 where it stayed                t >= 1
kvo = expavg(fast)(x) - expavg(slow)(x)    kernels/expavg.py, each with its own seed
signal = expavg(signal)(kvo)               counts from the first kvo

Shapes   high, low, close, volume in; two scalars out, per closed bar of the feature's own timeframe
Units    volume
Empty    kvo NaN before bar max(fast, slow), signal before max(fast, slow)+signal-1;
         NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) time, 104 bytes
Source   pandas-ta's kvo: the common short form, not S. Klinger's volume force of 1997
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.expavg import ExpAvg
from tradec.runtime.spec import Fading, Output, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Klinger volume oscillator",
    inputs=("high", "low", "close", "volume"),
    params=(integer("fast", 34), integer("slow", 55), integer("signal", 13)),
    outputs=(
        Output(name="kvo", unit="volume", first_valid="max(fast, slow)"),
        Output(name="signal", unit="volume"),
    ),
    primary="kvo",
    first_valid="max(fast, slow) + signal - 1",
    memory=Fading(
        decay="max(max((slow - 1) / (slow + 1), (fast - 1) / (fast + 1)),"
        " (signal - 1) / (signal + 1))",
        order=2,
    ),
    reference="pandas-ta kvo",
)


class Kvo:
    """The reference of the kernel in `kvo.pxd`."""

    __slots__ = ("_fast", "_price", "_signal", "_slow")

    def __init__(self, *, fast: int, slow: int, signal: int) -> None:
        self._fast = ExpAvg(fast)
        self._slow = ExpAvg(slow)
        self._signal = ExpAvg(signal)
        self._price = NAN

    def step(self, high: float, low: float, close: float, volume: float) -> tuple[float, float]:
        """Return kvo and signal after the closed bar."""
        price = (high + low + close) / 3.0
        if math.isnan(price) or math.isnan(volume):
            return NAN, NAN
        before, self._price = self._price, price
        if math.isnan(before):
            return NAN, NAN
        sign = (price > before) - (price < before)
        kvo = self._fast.step(sign * volume) - self._slow.step(sign * volume)
        return kvo, self._signal.step(kvo)
