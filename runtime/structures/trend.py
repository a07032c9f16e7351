"""Trend: the direction of the legs between swings, from higher and lower highs and lows.

ends       the last wave_history_size + 1 leg ends; wave k is ends[k], k >= 1
compare    sign(level - level of the end two back), none without one
D(k)     = sign(compare[k] + compare[k-1]),  none counts 0
direction  D(last); the side of the last end while there is one wave
wave_count consecutive pairs (last, last-1), (last-2, last-3).. of waves with D == direction != 0
strength = min(2, wave_count),  0 while there is one wave

Shapes   the legs of a swing in, per closed bar of the structure's own timeframe
Units    counts and directions
Empty    0, none, false
Errors   wave_history_size outside 2..64
Cost     O(1) time, O(size) on a pivot; 100 bytes and two rings of size+1
Source   structures.md 2
"""

from typing import NamedTuple

from tradec.runtime import outputs as out
from tradec.runtime.spec import Anchored, Ring, Spec, integer
from tradec.runtime.structures.swing import HIGH, Leg, Swing

SPEC = Spec(
    kind="structure",
    title="Trend of the legs between swings",
    inputs=(),
    params=(integer("wave_history_size", 4, low=2, high=64),),
    outputs=(
        out.sign("direction"),
        out.counter("strength", "count", "strength <= wave_count", high=2),
        out.counter("bars_in_trend", "bars"),
        out.counter("wave_count", "count"),
        out.word("last_wave_direction", out.DIRECTIONS),
        out.truth("last_hh", "not (last_hh and last_lh)"),
        out.truth("last_hl", "not (last_hl and last_ll)"),
        out.truth("last_lh"),
        out.truth("last_ll"),
        out.version("version"),
    ),
    first_valid="swing_first_valid",
    memory=Anchored(
        event="wave_history_size+2 alternations", bars_required="swing_first_valid + 1"
    ),
    rings=(
        Ring(name="levels", size="wave_history_size + 1"),
        Ring(name="compares", size="wave_history_size + 1", kind="int64"),
    ),
    needs=("swing",),
    reference="structures.md 2",
    cost="O(1), O(wave_history_size) on a pivot",
)


class _End(NamedTuple):
    side: int
    level: float
    compare: int | None


class Trend:
    """The reference of the kernel in `trend.pxd`."""

    __slots__ = (
        "_ends",
        "_highs",
        "_lows",
        "_now",
        "_since",
        "_size",
        "_strength",
        "_version",
        "_wave",
        "_waves",
        "direction",
    )

    def __init__(self, *, wave_history_size: int) -> None:
        self._size = wave_history_size
        self._ends: list[_End] = []
        self._highs = 0  # the last known compare of a high end
        self._lows = 0
        self.direction = self._strength = self._waves = self._wave = 0
        self._now = self._since = self._version = 0

    def step(self, swing: Swing) -> tuple[int | bool, ...]:
        """Return every output after the closed bar."""
        before = self.direction
        for leg in swing.legs:
            self._push(leg)
            self._classify()
        if self.direction != before:
            self._version += 1
            self._since = self._now
        bars = self._now - self._since
        self._now += 1
        return (
            *(self.direction, self._strength, bars, self._waves, self._wave),
            *(self._highs > 0, self._lows > 0, self._highs < 0, self._lows < 0),
            self._version,
        )

    def _push(self, leg: Leg) -> None:
        if leg.extends:
            self._ends.pop()
        compare = None
        if len(self._ends) >= 2:
            earlier = self._ends[-2].level
            compare = (leg.level > earlier) - (leg.level < earlier)
            if leg.side == HIGH:
                self._highs = compare
            else:
                self._lows = compare
        self._ends = [*self._ends, _End(leg.side, leg.level, compare)][-self._size - 1 :]

    def _classify(self) -> None:
        last = len(self._ends) - 1
        if last < 1:
            return
        self._wave = self._ends[last].side
        if last == 1:
            self.direction, self._strength, self._waves = self._wave, 0, 1
            return
        self.direction = self._agreement(last)
        self._waves = 0
        while self.direction and last >= 2 and self._agreement(last) == self.direction:
            self._waves += 1
            last -= 2
        self._strength = min(2, self._waves)

    def _agreement(self, k: int) -> int:
        total = (self._ends[k].compare or 0) + (self._ends[k - 1].compare or 0)
        return (total > 0) - (total < 0)
