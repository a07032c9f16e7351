"""Arnaud Legoux moving average: weights of a bell whose center stands near the newest bar.

m    = offset * (length - 1),              rounded down if `floor`
z[i] = |i - m| * (sigma / length)          i = 0 oldest .. length-1 newest; z the least of them
g[i] = exp((z - z[i]) * (z + z[i]) * 0.5)  kernels/elementary.py
w[i] = g[i] / (g[0] + g[1] + ...)          in this order
y    = (y0 + y1) + (y2 + y3)               yj the sum of w[i] * x[i] over the ages i = j mod 4

g[i] is exp(-z[i] ** 2 / 2) but for a factor, so that one weight is always 1 and never all vanish.

Shapes   one scalar in, one scalar out, per closed bar of the feature's own timeframe
Units    same as the source
Empty    NaN before bar length-1; NaN in -> NaN out, state kept
Errors   a length outside 1..5000, sigma not above 0, an offset outside 0..1
Cost     O(length) time; 48 bytes, a ring of 2 * `length` doubles (each input stands in it twice, so
         that every window is one stretch) and one of `length`
Source   A. Legoux, D. Kouzis-Loukas 2009; TradingView's ta.alma
"""

import math
from collections import deque

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.elementary import exp
from tradec.runtime.spec import Finite, Output, Ring, Spec, flag, integer, number

SPEC = Spec(
    kind="indicator",
    title="Arnaud Legoux moving average",
    inputs=("source",),
    params=(
        integer("length", 10),
        number("sigma", 6.0, low=0, low_exclusive=True),
        number("offset", 0.85, low=0, high=1),
        flag("floor", default=False),
    ),
    outputs=(
        Output(
            name="value", relations=("min(source, length) <= value", "value <= max(source, length)")
        ),
    ),
    primary="value",
    first_valid="length - 1",
    memory=Finite(window="length"),
    rings=(Ring(name="window", size="2 * length"), Ring(name="weights", size="length")),
    reference="TradingView ta.alma",
    cost="O(length)",
)


class Alma:
    """The reference of the kernel in `alma.pxd`."""

    __slots__ = ("_weights", "_window")

    def __init__(self, *, length: int, sigma: float, offset: float, floor: bool) -> None:
        center = offset * (length - 1)
        center = float(math.floor(center)) if floor else center
        distances = [abs(i - center) * (sigma / length) for i in range(length)]
        least = min(distances)
        bell = [exp((least - z) * (least + z) * 0.5) for z in distances]
        total = 0.0
        for height in bell:
            total += height
        self._weights = [height / total for height in bell]
        self._window: deque[float] = deque(maxlen=length)

    def step(self, x: float) -> tuple[float]:
        """Return the average of the last `length` inputs."""
        if math.isnan(x):
            return (NAN,)
        self._window.append(x)
        if len(self._window) < len(self._weights):
            return (NAN,)
        partial = [0.0, 0.0, 0.0, 0.0]
        for age, (weight, value) in enumerate(zip(self._weights, self._window, strict=True)):
            partial[age % 4] += weight * value
        return ((partial[0] + partial[1]) + (partial[2] + partial[3]),)
