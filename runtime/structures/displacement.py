"""Displacement: a candle with a large body and little wick.

body = |close - open|,  b = body / volatility,  w = (high - max(o, c) + min(o, c) - low) / body
event  b >= body_atr_min and w <= wick_ratio_max;   direction = sign(close - open)

Shapes   open, high, low, close and volatility in, per closed bar of the structure's own timeframe
Units    ratios; indices count this timeframe's bars from the first one fed
Empty    NaN, 0, false without volatility > 0; a body of zero: b = 0, w = inf (NaN without range)
Errors   no volatility; thresholds below 0, or body_atr_min of 0
Cost     O(1) time, 48 bytes
Source   structures.md 8; the volatility is that of the same bar
"""

import math
from typing import NamedTuple

from tradec.runtime import outputs as out
from tradec.runtime.kernels.arith import NAN
from tradec.runtime.spec import Anchored, Finite, Output, Spec, number, volatility_params

_LAST = Anchored(event="last displacement", bars_required="volatility_first_valid + 1")

SPEC = Spec(
    kind="structure",
    title="Candle of displacement",
    inputs=("open", "high", "low", "close", "volatility"),
    params=(
        number("body_atr_min", 1.5, low=0, low_exclusive=True),
        number("wick_ratio_max", 0.4, low=0),
        *volatility_params(),
    ),
    outputs=(
        out.event("is_displacement", "is_displacement == (direction != 0)"),
        out.sign("direction"),
        Output(name="body_atr_ratio", unit="ratio", low=0, slack=0),
        Output(name="wick_ratio", unit="ratio", low=0, slack=0),
        out.index("last_idx", memory=_LAST),
        out.sign("last_direction", memory=_LAST),
        out.version("version", memory=_LAST),
    ),
    first_valid="volatility_first_valid",
    memory=Finite(window="1"),
    reference="structures.md 8",
)


class Judged(NamedTuple):
    """One candle: `direction` is that of a displacement, else 0."""

    direction: int
    body: float
    wicks: float


class Displacement:
    """The reference of the kernel in `displacement.pxd`; `direction` is this bar's."""

    __slots__ = ("_last", "_now", "_thresholds", "_version", "direction")

    def __init__(
        self,
        *,
        body_atr_min: float,
        wick_ratio_max: float,
        atr_key: None = None,  # noqa: ARG002  comes as the input `volatility`
        atr_length: int | None = None,  # noqa: ARG002  comes as the input `volatility`
    ) -> None:
        self._thresholds = (body_atr_min, wick_ratio_max)
        self._now = self._version = 0
        self._last = (-1, 0)
        self.direction = 0

    def step(
        self, open_: float, high: float, low: float, close: float, volatility: float
    ) -> tuple[bool, int, float, float, int, int, int]:
        """Return every output after the closed bar."""
        candle = judge((open_, high, low, close), volatility, self._thresholds)
        self.direction = candle.direction
        if candle.direction:
            self._last = (self._now, candle.direction)
            self._version += 1
        self._now += 1
        return (bool(candle.direction), *candle, *self._last, self._version)


def judge(
    bar: tuple[float, float, float, float], volatility: float, thresholds: tuple[float, float]
) -> Judged:
    """Return what a bar (open, high, low, close) is worth against (b at least, w at most)."""
    if not volatility > 0.0:
        return Judged(0, NAN, NAN)
    open_, high, low, close = bar
    body = abs(close - open_)
    if body == 0.0:
        return Judged(0, 0.0, math.inf if high > low else NAN)
    b = body / volatility
    w = ((high - max(open_, close)) + (min(open_, close) - low)) / body
    found = b >= thresholds[0] and w <= thresholds[1]
    return Judged((close > open_) - (close < open_) if found else 0, b, w)
