"""Liquidity zones: pools of stops beyond equal swing highs or lows, until they are swept.

tol, x   = tolerance_atr * volatility, sweep_atr * volatility
pivot    joins the history of its side; cluster = its members within tol of it, itself included
zone     of min_touches members: far = their outermost; the first zone of the side within tol of far
         moves outward to it and takes the larger count of touches, else a new one is made
taken(v) high > v + x (highs),  low < v - x (lows): zones and members of the history leave
sweep    a side of which zones were taken; level and touches are those of the outermost one;
         both sides: the candle's body decides, a doji has no direction
rejected the close is back inside of the swept level

Shapes   the pivots of a swing, open, high, low, close and volatility in, per closed bar of its own
         timeframe
Units    levels are prices
Empty    NaN, 0, false; without volatility nothing happens, and pivots of such bars are ignored
Errors   no volatility; max_swing_history below min_touches; bounds as below
Cost     O(max_active) time, O(max_swing_history) on a pivot or when one is taken; 190 bytes, two
         rings of max_swing_history prices and two of max_active zones
Source   structures.md 11
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

from tradec.runtime import outputs as out
from tradec.runtime.kernels.arith import NAN
from tradec.runtime.spec import Anchored, Ring, Spec, integer, number, volatility_params
from tradec.runtime.structures.swing import HIGH, LOW, Swing

_LAG = "swing_lag"
_SPACING = "(min(swing_left, swing_right) + 1 if swing_mode == 'fractal' else 2)"
_FIRST = f"max(swing_first_valid, volatility_first_valid) + (min_touches - 1) * {_SPACING}"

SPEC = Spec(
    kind="structure",
    title="Liquidity beyond equal highs and lows",
    inputs=("open", "high", "low", "close", "volatility"),
    params=(
        number("tolerance_atr", 0.3, low=0),
        number("sweep_atr", 0.1, low=0),
        integer("min_touches", 2, high=20),
        integer("max_active", 5, high=64),
        integer("max_swing_history", 20, high=500),
        *volatility_params(),
    ),
    outputs=(
        out.event("new_zone_this_bar"),
        out.event(
            "sweep_this_bar", "sweep_this_bar == (high_swept_this_bar or low_swept_this_bar)"
        ),
        out.sign("sweep_direction"),
        out.level("swept_level", lag=_LAG),
        out.level("nearest_high_level", lag=_LAG),
        out.level("nearest_low_level", lag=_LAG),
        out.counter("nearest_high_touches", "count"),
        out.counter("nearest_low_touches", "count"),
        out.version("version"),
        out.event("high_swept_this_bar"),
        out.event("low_swept_this_bar"),
        out.level("swept_high_level", "high > swept_high_level", lag=_LAG),
        out.level("swept_low_level", "low < swept_low_level", lag=_LAG),
        out.counter("swept_touches", "count"),
        out.event("sweep_rejected_this_bar"),
    ),
    first_valid=_FIRST,
    memory=Anchored(event="live pivots", bars_required=f"{_FIRST} + 1"),
    rings=(
        Ring(name="highs", size="max_swing_history"),
        Ring(name="lows", size="max_swing_history"),
        Ring(name="high_zones", size="max_active", kind="Pool"),
        Ring(name="low_zones", size="max_active", kind="Pool"),
    ),
    needs=("swing",),
    constraints=(("max_swing_history >= min_touches", "the history must hold min_touches pivots"),),
    reference="structures.md 11",
    cost="O(max_active), O(max_swing_history) on a pivot",
)


@dataclass(slots=True)
class _Zone:
    level: float
    touches: int


class _Swept(NamedTuple):
    """The outermost of the zones that one side lost on one bar."""

    side: int
    level: float
    touches: int

    def is_rejected(self, close: float) -> bool:
        return self.side * close < self.side * self.level


_NOTHING = _Swept(0, NAN, 0)


class _Side:
    """The pivots and the zones of the highs, or of the lows."""

    __slots__ = ("history", "side", "zones")

    def __init__(self, side: int) -> None:
        self.side = side
        self.history: list[float] = []
        self.zones: list[_Zone] = []  # in the order of their creation

    def outermost(self, levels: list[float]) -> float:
        return max(levels) if self.side == HIGH else min(levels)

    def nearest(self, close: float) -> _Zone:
        return min(self.zones, key=lambda zone: abs(zone.level - close), default=_Zone(NAN, 0))


class LiquidityZones:
    """The reference of the kernel in `liquidity_zones.pxd`."""

    __slots__ = (
        "_history",
        "_is_new",
        "_max_active",
        "_min_touches",
        "_sides",
        "_sweep",
        "_tolerance",
        "_version",
    )

    def __init__(  # noqa: PLR0913  the parameters are those of the play
        self,
        *,
        tolerance_atr: float,
        sweep_atr: float,
        min_touches: int,
        max_active: int,
        max_swing_history: int,
        atr_key: None = None,  # noqa: ARG002  comes as the input `volatility`
        atr_length: int | None = None,  # noqa: ARG002  comes as the input `volatility`
    ) -> None:
        self._tolerance, self._sweep = tolerance_atr, sweep_atr
        self._min_touches = min_touches
        self._max_active, self._history = max_active, max_swing_history
        self._sides = {HIGH: _Side(HIGH), LOW: _Side(LOW)}
        self._version = 0
        self._is_new = False

    def step(
        self,
        swing: Swing,
        open_: float,
        high: float,
        low: float,
        close: float,
        volatility: float,
    ) -> tuple[float | int | bool, ...]:
        """Return every output after the closed bar."""
        self._is_new = False
        swept = {HIGH: _NOTHING, LOW: _NOTHING}
        if not math.isnan(volatility):
            for side, level, _ in swing.pivots:
                self._take_in(self._sides[side], level, self._tolerance * volatility)
            beyond = self._sweep * volatility
            for side, price in ((HIGH, high), (LOW, low)):
                swept[side] = self._let_go(self._sides[side], price, beyond)
        shown = _decisive(swept[HIGH], swept[LOW], close - open_)
        return self._outputs(swept, shown, close)

    def _take_in(self, mine: _Side, level: float, tolerance: float) -> None:
        mine.history = [*mine.history, level][-self._history :]
        cluster = [other for other in mine.history if abs(other - level) <= tolerance]
        if len(cluster) < self._min_touches:
            return
        far = mine.outermost(cluster)
        zone = next((z for z in mine.zones if abs(z.level - far) <= tolerance), None)
        if zone is None:
            mine.zones = [*mine.zones, _Zone(far, len(cluster))][-self._max_active :]
            self._is_new = True
            self._version += 1
            return
        before = (zone.level, zone.touches)
        zone.level = mine.outermost([zone.level, far])
        zone.touches = max(zone.touches, len(cluster))
        self._version += (zone.level, zone.touches) != before

    def _let_go(self, mine: _Side, price: float, beyond: float) -> _Swept:
        def is_taken(level: float) -> bool:
            return price > level + beyond if mine.side == HIGH else price < level - beyond

        taken = [zone for zone in mine.zones if is_taken(zone.level)]
        mine.zones = [zone for zone in mine.zones if not is_taken(zone.level)]
        mine.history = [level for level in mine.history if not is_taken(level)]
        self._version += len(taken)
        if not taken:
            return _NOTHING
        farthest = mine.outermost([zone.level for zone in taken])
        first = next(zone for zone in taken if zone.level == farthest)
        return _Swept(mine.side, first.level, first.touches)

    def _outputs(
        self, swept: dict[int, _Swept], shown: _Swept, close: float
    ) -> tuple[float | int | bool, ...]:
        high, low = self._sides[HIGH].nearest(close), self._sides[LOW].nearest(close)
        highs, lows = swept[HIGH], swept[LOW]
        return (
            self._is_new,
            bool(highs.side or lows.side),
            *(shown.side, shown.level),
            *(high.level, low.level, high.touches, low.touches),
            self._version,
            *(bool(highs.side), bool(lows.side)),
            *(highs.level, lows.level),
            shown.touches,
            shown.is_rejected(close),
        )


def _decisive(highs: _Swept, lows: _Swept, body: float) -> _Swept:
    """Return the side that a bar tells about."""
    if highs.side and lows.side:
        return highs if body < 0.0 else lows if body > 0.0 else _NOTHING
    return highs if highs.side else lows
