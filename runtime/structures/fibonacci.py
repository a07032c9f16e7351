"""Fibonacci levels: shares of the range between two swings.

anchor         the current pair;  with use_trend_anchor the newest pair of the trend's direction,
               none while that is 0;  unpaired the newest high and low, where the high is higher
R = high - low of the anchor;  level[r], for a bullish anchor or one without direction:
retracement    high - r R      bearish: low + r R       0 is the end of the leg, 1 its start
extension      high + r R      bearish: low - r R
extension_up   high + r R;     extension_down   low - r R

Shapes   the pairs of a swing, with use_trend_anchor the direction of a trend in, per closed bar of
         the structure's own timeframe
Units    levels are prices
Empty    NaN, 0, none; without an anchor the levels of the last one are held
Errors   levels empty, not finite or twice the same; extension without a direction; use_trend_anchor
         without a trend
Cost     O(1) time, O(levels) when the anchor changes; 72 bytes and two rings of levels
Source   structures.md 4
"""

from typing import NamedTuple

from tradec.runtime import outputs as out
from tradec.runtime.kernels.arith import NAN
from tradec.runtime.spec import Anchored, Family, Output, Ring, Spec, choice, flag, numbers
from tradec.runtime.structures.swing import Swing
from tradec.runtime.structures.trend import Trend

_LAG = "swing_lag"

SPEC = Spec(
    kind="structure",
    title="Fibonacci levels of a range of swings",
    inputs=(),
    params=(
        numbers("levels"),
        choice(
            "mode",
            ("retracement", "extension", "extension_up", "extension_down"),
            "retracement",
        ),
        flag("use_paired_anchor", default=True),
        flag("use_trend_anchor", default=False),
    ),
    outputs=(
        out.level("anchor_high", "anchor_low < anchor_high", lag=_LAG),
        out.level("anchor_low", lag=_LAG),
        Output(name="range", unit="price-difference", low=0, slack=0, lag=_LAG),
        out.word("anchor_direction", out.UNNAMED_DIRECTIONS),
        out.version("anchor_hash"),
        out.sign("anchor_trend_direction"),
    ),
    families=(
        Family(name="level", over="levels", ring="level", outputs=(out.level("", lag=_LAG),)),
    ),
    first_valid="swing_first_valid",
    memory=Anchored(event="the pair used", bars_required="swing_first_valid + 1"),
    rings=(Ring(name="levels", size="len(levels)"), Ring(name="level", size="len(levels)")),
    needs=("swing",),
    optional=("trend",),
    constraints=(
        (
            "mode != 'extension' or use_paired_anchor or use_trend_anchor",
            "an extension needs the direction of a pair",
        ),
    ),
    use_rules=(("not use_trend_anchor or uses_trend", "`use_trend_anchor: true` needs a trend"),),
    reference="structures.md 4",
    cost="O(1), O(levels) on a new anchor",
)


class _Anchor(NamedTuple):
    high: float
    low: float
    direction: int
    version: int
    trend: int


class Fibonacci:
    """The reference of the kernel in `fibonacci.pxd`."""

    __slots__ = ("_anchor", "_by_trend", "_mode", "_paired", "_prices", "_ratios")

    def __init__(
        self,
        *,
        levels: tuple[float, ...],
        mode: str,
        use_paired_anchor: bool,
        use_trend_anchor: bool,
    ) -> None:
        self._ratios = levels
        self._mode = mode
        self._paired, self._by_trend = use_paired_anchor, use_trend_anchor
        self._anchor: _Anchor | None = None
        self._prices = (NAN,) * len(levels)

    def step(self, swing: Swing, trend: Trend | None) -> tuple[float | int, ...]:
        """Return every output after the closed bar."""
        anchor = self._anchor_of(swing, trend)
        if anchor is not None and anchor != self._anchor:
            self._anchor = anchor
            self._prices = tuple(self._price(anchor, ratio) for ratio in self._ratios)
        if self._anchor is None:
            return (NAN, NAN, NAN, 0, 0, 0, *self._prices)
        high, low, *rest = self._anchor
        return (high, low, high - low, *rest, *self._prices)

    def _anchor_of(self, swing: Swing, trend: Trend | None) -> _Anchor | None:
        if self._by_trend:
            assert trend is not None
            pair = swing.pair_of(trend.direction)
            return _Anchor(*pair, trend.direction) if pair else None
        if self._paired:
            return _Anchor(*swing.pair, 0) if swing.pair else None
        high, low = swing.newest.high, swing.newest.low
        return _Anchor(high, low, 0, 0, 0) if high > low else None

    def _price(self, anchor: _Anchor, ratio: float) -> float:
        span = anchor.high - anchor.low
        is_bearish = anchor.direction < 0
        match self._mode:
            case "retracement":
                return anchor.low + ratio * span if is_bearish else anchor.high - ratio * span
            case "extension" if is_bearish:
                return anchor.low - ratio * span
            case "extension_down":
                return anchor.low - ratio * span
            case _:
                return anchor.high + ratio * span
