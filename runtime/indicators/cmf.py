"""Chaikin money flow: volume weighted by where the close lies in its bar, over the volume.

m = ((c - l) - (h - c)) / (h - l) * v,  0 where h == l
M, V = sums of m and v over `length` bars                kernels/rolling.py
y = M / V held within -1..1,  0 unless V > 0

Shapes   high, low, close, volume in; one scalar out, per closed bar of the feature's own timeframe
Units    a ratio, -1..1
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 1..5000
Cost     O(1) time, 130 bytes and two rings of `length` doubles
Source   M. Chaikin; TradingView's and pandas-ta's definition
"""

import math

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.rolling import RollingSum
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Chaikin money flow",
    inputs=("high", "low", "close", "volume", "bar_number"),
    params=(integer("length", 20),),
    outputs=(Output(name="value", unit="ratio", low=-1, high=1),),
    primary="value",
    first_valid="length - 1",
    memory=Finite(window="length"),
    rings=(Ring(name="flows", size="length"), Ring(name="volumes", size="length")),
    reference="TradingView Chaikin Money Flow",
)


class Cmf:
    """The reference of the kernel in `cmf.pxd`."""

    __slots__ = ("_flow", "_volume")

    def __init__(self, *, length: int) -> None:
        self._flow = RollingSum(length)
        self._volume = RollingSum(length)

    def step(
        self, high: float, low: float, close: float, volume: float, bar_number: int
    ) -> tuple[float]:
        """Return the money flow after the closed bar."""
        if any(map(math.isnan, (high, low, close, volume))):
            return (NAN,)
        flow = 0.0
        if high != low:
            flow = ((close - low) - (high - close)) / (high - low) * volume
        flows = self._flow.step(flow, bar_number)
        volumes = self._volume.step(volume, bar_number)
        if math.isnan(volumes):
            return (NAN,)
        return (min(max(flows / volumes, -1.0), 1.0) if volumes > 0.0 else 0.0,)
