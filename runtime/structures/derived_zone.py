"""Derived zones: bands around the Fibonacci levels of each new range, until price breaks them.

drawn    when the pair (the newest high and low without use_paired_source) changes, one zone for
         each level c > 0, the last level in slot 0:  [c - h, c + h],  h = c * width_pct / 2
         side = sign(close - c), at c that of the leg (retracement) or against it (extension)
touched  low <= upper and high >= lower (wick),  lower <= close <= upper (close)
broken   close < lower (1 - break_tolerance_pct) of a zone below price (side 1),
         close > upper (1 + break_tolerance_pct) of one above it (-1), not on its first bar
slots    newest first; a broken zone stays for the bar on which it breaks, beyond max_active the
         oldest leave

Shapes   the pair and the levels of a swing, high, low and close in, per closed bar of its timeframe
Units    edges are prices, ages are bars, indices count this timeframe's bars from the first one fed
Empty    NaN, -1, 0, none, false
Errors   levels empty, not finite or twice the same; max_active outside 1..64; widths outside of
         their bounds
Cost     O(max_active) time; 70 bytes, a ring of levels and one of max_active slots of 104 bytes
Source   structures.md 7; the formulas of the levels are those of fibonacci.py
"""

from dataclasses import dataclass

from tradec.runtime import outputs as out
from tradec.runtime.kernels.arith import NAN
from tradec.runtime.spec import (
    Anchored,
    Family,
    Output,
    Ring,
    Spec,
    choice,
    flag,
    integer,
    number,
    numbers,
)
from tradec.runtime.structures.swing import Pair, Swing

_LAG = "swing_lag"
_NONE, _ACTIVE, _BROKEN = 0, 1, 2


def _bars(name: str) -> Output:
    return Output(name=name, kind="int", unit="bars", low=-1, empty=-1)


def _slot(name: str) -> Output:
    return Output(name=name, kind="int", unit="slot", low=-1, empty=-1)


SPEC = Spec(
    kind="structure",
    title="Zones around Fibonacci levels",
    inputs=("high", "low", "close"),
    params=(
        numbers("levels"),
        integer("max_active", high=64),
        choice("mode", ("retracement", "extension"), "retracement"),
        number("width_pct", 0.002, low=0, low_exclusive=True, high=0.5),
        flag("use_paired_source", default=True),
        number("break_tolerance_pct", 0.001, low=0, high=0.5),
        choice("touch", ("wick", "close"), "wick"),
    ),
    outputs=(
        out.counter("active_count", "count", "active_count <= max_active"),
        out.truth("any_active", "any_active == (active_count > 0)"),
        out.truth("any_touched", "any_active or not any_touched"),
        out.truth("any_inside", "any_touched or not any_inside"),
        out.level("first_active_lower", "first_active_lower <= first_active_upper", lag=_LAG),
        out.level("first_active_upper", lag=_LAG),
        _slot("first_active_idx"),
        _slot("newest_active_idx"),
        out.version("source_version"),
        out.event("any_broken_this_bar"),
    ),
    families=(
        Family(
            name="zone",
            over="max_active",
            ring="zone",
            outputs=(
                out.level("lower", "lower <= upper", lag=_LAG),
                out.level("upper", lag=_LAG),
                out.word("state", (("none", _NONE), ("active", _ACTIVE), ("broken", _BROKEN))),
                out.index("anchor_idx"),
                _bars("age_bars"),
                out.event("touched_this_bar"),
                out.counter("touch_count", "count"),
                _bars("last_touch_age"),
                out.truth("inside", "touched_this_bar or not inside"),
                out.counter("instance_id", "id"),
                out.counter("entry_count", "count", "entry_count <= touch_count"),
                out.sign("side"),
            ),
        ),
    ),
    first_valid="swing_first_valid",
    memory=Anchored(event="pairs that made the live zones", bars_required="swing_first_valid + 1"),
    rings=(
        Ring(name="levels", size="len(levels)"),
        Ring(name="zone", size="max_active", kind="DerivedZoneSlot"),
    ),
    needs=("swing",),
    warnings=(
        (
            "max_active >= len(levels)",
            "`max_active` is less than the number of levels, of which the first never get a slot",
        ),
    ),
    reference="structures.md 7",
    cost="O(max_active)",
)


@dataclass(slots=True)
class _Zone:
    lower: float
    upper: float
    born: int
    number: int
    side: int
    is_broken: bool = False
    is_touched: bool = False
    is_inside: bool = False
    touches: int = 0
    entries: int = 0
    touched_at: int | None = None

    def outputs(self, now: int) -> tuple[float | int | bool, ...]:
        since = -1 if self.touched_at is None else now - self.touched_at
        return (
            *(self.lower, self.upper, _BROKEN if self.is_broken else _ACTIVE),
            *(self.born, now - self.born, self.is_touched, self.touches, since),
            *(self.is_inside, self.number, self.entries, self.side),
        )


_EMPTY = (NAN, NAN, _NONE, -1, -1, False, 0, -1, False, 0, 0, 0)


class DerivedZone:
    """The reference of the kernel in `derived_zone.pxd`."""

    __slots__ = (
        "_capacity",
        "_count",
        "_is_retracement",
        "_now",
        "_paired",
        "_ratios",
        "_tolerance",
        "_touch",
        "_version",
        "_width",
        "_zones",
    )

    def __init__(  # noqa: PLR0913  the parameters are those of the play
        self,
        *,
        levels: tuple[float, ...],
        max_active: int,
        mode: str,
        width_pct: float,
        use_paired_source: bool,
        break_tolerance_pct: float,
        touch: str,
    ) -> None:
        self._ratios, self._capacity = levels, max_active
        self._is_retracement = mode == "retracement"
        self._width, self._tolerance = width_pct, break_tolerance_pct
        self._paired, self._touch = use_paired_source, touch
        self._zones: list[_Zone] = []  # newest first
        self._now = self._count = self._version = 0

    def step(
        self, swing: Swing, high: float, low: float, close: float
    ) -> tuple[float | int | bool, ...]:
        """Return every output after the closed bar."""
        self._zones = [zone for zone in self._zones if not zone.is_broken]
        source = swing.pair if self._paired else swing.newest
        if source is not None and source.version != self._version:
            self._version = source.version
            if source.high > source.low:
                self._draw(source, close)
        for zone in self._zones:
            self._follow(zone, high, low, close)
        outputs = self._outputs()
        self._now += 1
        return outputs

    def _draw(self, source: Pair, close: float) -> None:
        for ratio in self._ratios:
            center = self._center(source, ratio)
            if center <= 0.0:
                continue
            half = center * self._width / 2.0
            at_center = source.direction if self._is_retracement else -source.direction
            side = (close > center) - (close < center) or at_center
            self._count += 1
            zone = _Zone(center - half, center + half, self._now, self._count, side)
            self._zones.insert(0, zone)
        del self._zones[self._capacity :]

    def _center(self, source: Pair, ratio: float) -> float:
        span = source.high - source.low
        if self._is_retracement:
            return source.high - ratio * span if source.direction > 0 else source.low + ratio * span
        return source.high + ratio * span if source.direction > 0 else source.low - ratio * span

    def _follow(self, zone: _Zone, high: float, low: float, close: float) -> None:
        was_touched = zone.is_touched
        zone.is_inside = zone.lower <= close <= zone.upper
        overlaps = low <= zone.upper and high >= zone.lower
        zone.is_touched = zone.is_inside if self._touch == "close" else overlaps
        if zone.is_touched:
            zone.touches += 1
            zone.touched_at = self._now
            zone.entries += not was_touched
        if zone.side > 0:
            is_beyond = close < zone.lower * (1.0 - self._tolerance)
        else:
            is_beyond = close > zone.upper * (1.0 + self._tolerance)
        zone.is_broken = is_beyond and zone.born < self._now

    def _outputs(self) -> tuple[float | int | bool, ...]:
        active = [(k, zone) for k, zone in enumerate(self._zones) if not zone.is_broken]
        first, lower, upper = -1, NAN, NAN
        if active:
            first, lower, upper = active[0][0], active[0][1].lower, active[0][1].upper
        slots = [zone.outputs(self._now) for zone in self._zones]
        slots += [_EMPTY] * (self._capacity - len(slots))
        return (
            *(len(active), bool(active)),
            any(zone.is_touched for _, zone in active),
            any(zone.is_inside for _, zone in active),
            *(lower, upper, first, first, self._version),
            any(zone.is_broken for zone in self._zones),
            *(value for slot in slots for value in slot),
        )
