"""Swing highs and lows, and the alternating legs and pairs they form.

candidates, fractal     p = t - right, t >= left + right
    high at p   H[p] >= max(H[p-left..p-1])  and  H[p] > max(H[p+1..t]);   low mirrored
candidates, atr_zigzag  th = volatility * atr_multiplier, NaN unless volatility > 0
    turn down   L[t] < hx - th, hx the high of the up leg, L[t] the lowest since;  up mirrored
leg          = level - opposite (high),  opposite - level (low)
rejected       leg < volatility * min_atr_move,   100 * leg / |opposite| < min_pct_move
significance = max(0, leg) / volatility,  NaN without volatility > 0 and an opposite

Shapes   open, high, low, close and volatility in (NaN: none), per closed bar of its own timeframe
Units    levels are prices, indices count this timeframe's bars from the first one fed
Empty    NaN for levels and significance, -1 for indices, 0 for the rest
Errors   left, right outside 1..500 or absent for fractal; thresholds not above 0
Cost     O(1) amortised time, 450 bytes and four rings of left+right+1
Source   structures.md 1; ties as TradingView's ta.pivothigh: the last bar of a plateau
"""

import math
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from tradec.runtime import outputs as out
from tradec.runtime.kernels.arith import NAN
from tradec.runtime.spec import (
    Anchored,
    Output,
    Ring,
    Spec,
    choice,
    flag,
    integer,
    number,
    volatility_params,
)

HIGH, LOW = 1, -1

_PIVOTS = (("", 0), ("high", HIGH), ("low", LOW))
_LAG = "right if mode == 'fractal' else data_dependent"
_FIRST = "left + right if mode == 'fractal' else max(1, volatility_first_valid)"
_SPAN = "left + right + 1 if mode == 'fractal' else 0"


SPEC = Spec(
    kind="structure",
    title="Swing highs and lows",
    inputs=("open", "high", "low", "close", "volatility"),
    params=(
        choice("mode", ("fractal", "atr_zigzag"), "fractal"),
        integer("left", high=500, required=False, required_if="mode == 'fractal'"),
        integer("right", high=500, required=False, required_if="mode == 'fractal'"),
        number("atr_multiplier", 2.0, low=0, low_exclusive=True),
        number("major_threshold", 1.5, low=0, low_exclusive=True),
        number("min_atr_move", low=0, low_exclusive=True, required=False),
        number("min_pct_move", low=0, low_exclusive=True, required=False),
        flag("strict_alternation", default=False),
        *volatility_params(None, needed="mode == 'atr_zigzag' or min_atr_move != None"),
    ),
    outputs=(
        out.level("high_level", lag=_LAG),
        out.level("low_level", lag=_LAG),
        out.index("high_idx", _LAG),
        out.index("low_idx", _LAG),
        out.version("version", "version == high_version + low_version"),
        out.version("high_version", "high_version <= version"),
        out.version("low_version", "low_version <= version"),
        out.index("last_confirmed_pivot_idx", _LAG),
        out.word("last_confirmed_pivot_type", _PIVOTS),
        Output(name="high_significance", unit="ratio", low=0, slack=0, lag=_LAG),
        Output(name="low_significance", unit="ratio", low=0, slack=0, lag=_LAG),
        out.truth("high_is_major"),
        out.truth("low_is_major"),
        out.event("high_accepted"),
        out.event("low_accepted"),
        out.event("high_replaced_pending"),
        out.event("low_replaced_pending"),
        out.level("pair_high_level", lag=_LAG),
        out.level("pair_low_level", "pair_low_level < pair_high_level", lag=_LAG),
        out.index("pair_high_idx", _LAG),
        out.index("pair_low_idx", _LAG),
        out.word("pair_direction", out.UNNAMED_DIRECTIONS),
        out.version("pair_version"),
        out.version("pair_anchor_hash", "pair_anchor_hash == pair_version"),
    ),
    first_valid=_FIRST,
    memory=Anchored(
        event="last pivot of each side; pair: last two alternations",
        bars_required=f"({_FIRST}) + 1",
    ),
    rings=(
        Ring(name="highs", size=_SPAN),
        Ring(name="high_indices", size=_SPAN, kind="int64"),
        Ring(name="lows", size=_SPAN),
        Ring(name="low_indices", size=_SPAN, kind="int64"),
    ),
    provides=("pivots",),
    reference="structures.md 1",
    cost="O(1) amortised",
)


class Pivot(NamedTuple):
    """A swing high or low: `side` is HIGH or LOW."""

    side: int
    level: float
    bar: int


class Leg(NamedTuple):
    """A move of the pairs: a new end, or one that replaces the last (`extends`)."""

    side: int
    level: float
    extends: bool


class Pair(NamedTuple):
    """The range between two leg ends: `direction` is the side of the later one."""

    high: float
    low: float
    direction: int
    version: int


class _Side:
    """What is known of the highs, or of the lows."""

    __slots__ = ("accepted", "level", "major", "replaced", "significance", "version", "where")

    def __init__(self) -> None:
        self.level = self.significance = NAN
        self.where = -1
        self.version = 0
        self.major = self.accepted = self.replaced = False


class _Fractal:
    """Finds the bars that stand out from `left` bars before and `right` bars after."""

    __slots__ = ("_highs", "_left", "_lows", "_right")

    def __init__(self, left: int, right: int) -> None:
        self._left, self._right = left, right
        self._highs: deque[float] = deque(maxlen=left + right + 1)
        self._lows: deque[float] = deque(maxlen=left + right + 1)

    def step(self, now: int, high: float, low: float, _threshold: float) -> list[Pivot]:
        self._highs.append(high)
        self._lows.append(low)
        if now < self._left + self._right:
            return []
        highs, lows, pivot = list(self._highs), list(self._lows), now - self._right
        found = []
        if self._stands_out(highs):
            found.append(Pivot(HIGH, highs[self._left], pivot))
        if self._stands_out([-x for x in lows]):
            found.append(Pivot(LOW, lows[self._left], pivot))
        return found

    def _stands_out(self, window: Sequence[float]) -> bool:
        left = self._left
        return max(window[:left]) <= window[left] > max(window[left + 1 :])


class _Zigzag:
    """Follows a leg to its extreme until price turns by the threshold."""

    __slots__ = ("_direction", "_high", "_higher_since", "_low", "_lower_since")

    def __init__(self) -> None:
        self._direction = 0
        self._high: tuple[float, int] | None = None
        self._low: tuple[float, int] | None = None
        self._lower_since: tuple[float, int] | None = None  # lowest since the high
        self._higher_since: tuple[float, int] | None = None  # highest since the low

    def step(self, now: int, high: float, low: float, threshold: float) -> list[Pivot]:
        down = self._direction >= 0 and self._turns_down(now, high, low, threshold)
        up = self._direction <= 0 and self._turns_up(now, high, low, threshold)
        if self._high and self._low and down and up:
            down, up = self._high[1] > self._low[1], self._low[1] > self._high[1]
        if self._high and down:
            self._direction, self._low, self._higher_since = -1, (low, now), None
            return [Pivot(HIGH, *self._high)]
        if self._low and up:
            self._direction, self._high, self._lower_since = 1, (high, now), None
            return [Pivot(LOW, *self._low)]
        return []

    def _turns_down(self, now: int, high: float, low: float, threshold: float) -> bool:
        if self._high is None or high >= self._high[0]:
            self._high, self._lower_since = (high, now), None
            return False
        if self._lower_since is None or low <= self._lower_since[0]:
            self._lower_since = (low, now)
        return self._lower_since[1] == now and low < self._high[0] - threshold

    def _turns_up(self, now: int, high: float, low: float, threshold: float) -> bool:
        if self._low is None or low <= self._low[0]:
            self._low, self._higher_since = (low, now), None
            return False
        if self._higher_since is None or high >= self._higher_since[0]:
            self._higher_since = (high, now)
        return self._higher_since[1] == now and high > self._low[0] + threshold


class Swing:
    """The reference of the kernel in `swing.pxd`; `pivots` and `legs` are this bar's."""

    __slots__ = (
        "_finder",
        "_last",
        "_major_threshold",
        "_min_atr_move",
        "_min_pct_move",
        "_multiplier",
        "_now",
        "_pair",
        "_pair_version",
        "_pairs",
        "_pending",
        "_sides",
        "_strict",
        "legs",
        "pivots",
    )

    def __init__(  # noqa: PLR0913  the parameters are those of the play
        self,
        *,
        mode: str,
        left: int | None,
        right: int | None,
        atr_multiplier: float,
        major_threshold: float,
        min_atr_move: float | None,
        min_pct_move: float | None,
        strict_alternation: bool,
        atr_key: None = None,  # noqa: ARG002  comes as the input `volatility`
        atr_length: int | None = None,  # noqa: ARG002  comes as the input `volatility`
    ) -> None:
        self._finder = _Zigzag() if left is None or right is None else _Fractal(left, right)
        if mode == "atr_zigzag":
            self._finder = _Zigzag()
        self._multiplier = atr_multiplier
        self._major_threshold = major_threshold
        self._min_atr_move = min_atr_move
        self._min_pct_move = min_pct_move
        self._strict = strict_alternation
        self._now = 0
        self._sides = {HIGH: _Side(), LOW: _Side()}
        self._last = Pivot(0, NAN, -1)
        self._pending: Pivot | None = None  # the newest end of the alternating sequence
        self._pair: dict[int, Pivot] = {}
        self._pair_version = 0
        self._pairs: dict[int, Pair] = {}  # the newest of each direction
        self.pivots: list[Pivot] = []
        self.legs: list[Leg] = []

    def step(
        self, open_: float, high: float, low: float, close: float, volatility: float
    ) -> tuple[float | int | bool, ...]:
        """Return every output after the closed bar."""
        self.pivots, self.legs = [], []
        for side in self._sides.values():
            side.accepted = side.replaced = False
        atr = volatility if volatility > 0.0 else NAN
        first = self._last.side or (LOW if close > open_ else HIGH)
        found = self._finder.step(self._now, high, low, atr * self._multiplier)
        for pivot in sorted(found, key=lambda pivot: pivot.side != first):
            if self._accept(pivot, atr):
                self.pivots.append(pivot)
                self._pair_up(pivot)
        self._remember_pair()
        self._now += 1
        return self._outputs()

    @property
    def pair(self) -> Pair | None:
        """The current pair."""
        return self._pairs.get(self._pending.side) if self._pending else None

    def pair_of(self, direction: int) -> Pair | None:
        """Return the newest pair of one direction with which a bar ended."""
        return self._pairs.get(direction)

    @property
    def newest(self) -> Pair:
        """The newest high and low, whatever is between them; NaN where there is none."""
        high, low = self._sides[HIGH], self._sides[LOW]
        return Pair(high.level, low.level, self._last.side, high.version + low.version)

    def _accept(self, pivot: Pivot, atr: float) -> bool:
        mine, opposite = self._sides[pivot.side], self._sides[-pivot.side].level
        leg = pivot.level - opposite if pivot.side == HIGH else opposite - pivot.level
        if self._is_small(leg, opposite, atr):
            return False
        again = self._strict and pivot.side == self._last.side
        if again and not _reaches(pivot, mine.level):
            return False
        mine.significance = NAN if math.isnan(leg) or math.isnan(atr) else max(0.0, leg) / atr
        mine.major = mine.significance >= self._major_threshold
        mine.level, mine.where = pivot.level, pivot.bar
        mine.version += 1
        mine.accepted, mine.replaced = True, again
        self._last = pivot
        return True

    def _is_small(self, leg: float, opposite: float, atr: float) -> bool:
        if self._min_atr_move is not None and leg < atr * self._min_atr_move:
            return True
        if self._min_pct_move is None or math.isnan(opposite) or opposite == 0.0:
            return False
        return 100.0 * leg / abs(opposite) < self._min_pct_move

    def _pair_up(self, pivot: Pivot) -> None:
        pending = self._pending
        if pending is None:
            self.legs.append(Leg(pivot.side, pivot.level, extends=False))
        elif pending.side == pivot.side:
            if not _reaches(pivot, pending.level):
                return
            self.legs.append(Leg(pivot.side, pivot.level, extends=True))
            if self._pair:
                self._pair = {**self._pair, pivot.side: pivot}
                self._pair_version += 1
        else:
            if not _reaches(pivot, pending.level) or pivot.level == pending.level:
                return
            self.legs.append(Leg(pivot.side, pivot.level, extends=False))
            self._pair = {pending.side: pending, pivot.side: pivot}
            self._pair_version += 1
        self._pending = pivot

    def _remember_pair(self) -> None:
        if self._pair and self._pending:
            high, low = self._pair[HIGH].level, self._pair[LOW].level
            side = self._pending.side
            self._pairs[side] = Pair(high, low, side, self._pair_version)

    def _outputs(self) -> tuple[float | int | bool, ...]:
        highs, lows = self._sides[HIGH], self._sides[LOW]
        none = Pivot(0, NAN, -1)
        high, low = self._pair.get(HIGH, none), self._pair.get(LOW, none)
        direction = self._pending.side if self._pending and self._pair else 0
        return (
            *(highs.level, lows.level, highs.where, lows.where),
            *(highs.version + lows.version, highs.version, lows.version),
            *(self._last.bar, self._last.side),
            *(highs.significance, lows.significance, highs.major, lows.major),
            *(highs.accepted, lows.accepted, highs.replaced, lows.replaced),
            *(high.level, low.level, high.bar, low.bar),
            *(direction, self._pair_version, self._pair_version),
        )


def _reaches(pivot: Pivot, level: float) -> bool:
    """Return whether `pivot` is at least as extreme as `level`."""
    return pivot.level >= level if pivot.side == HIGH else pivot.level <= level
