"""Sees the rules at a past instant, from what the slots of a play showed at some base bars.

What a rule remembers is nothing but what it saw at earlier ticks of its clock, so no state is
kept: a crossing reads its two steps, a window its samples, each where it lies. A place is the base
bar that closes at an instant; before the first tick of a clock there is none, and everything is
missing.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tradec.compiler import ir
from tradec.compiler.clocks import Clock, clock_of
from tradec.compiler.evaluate import Raw, Truth, double, is_missing, missing, number, truth
from tradec.compiler.reads import slots
from tradec.compiler.settings import setting
from tradec.compiler.types import Kind
from tradec.runtime.kernels.arith import NAN

NEVER = -1
"""The place before the first tick."""


class Rows(Protocol):
    """What the slots showed."""

    def row(self, place: int) -> Sequence[float]:
        """Return every slot at the close of one base bar."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that were looked up before, by their places."""

    rows: Mapping[int, Sequence[float]]

    def row(self, place: int) -> Sequence[float]:
        """Return every slot at the close of one base bar."""
        return self.rows[place]


class _Asked:
    """Keeps the places that are asked for, and shows nothing."""

    def __init__(self, width: int) -> None:
        self.places: set[int] = set()
        self._nothing = [NAN] * width

    def row(self, place: int) -> Sequence[float]:
        self.places.add(place)
        return self._nothing


class Past:
    """A play with the values of its variables; `closes` are the places that close an exec bar."""

    def __init__(
        self, play: ir.Play, values: Mapping[str, int | float], closes: Sequence[int], rows: Rows
    ) -> None:
        self.play, self.values, self.rows = play, values, rows
        self.slots = {read: number for number, read in enumerate(slots(play))}
        self._closes = closes

    def at(self, place: int) -> "At":
        """Return the view at the close of a base bar."""
        return At(self, place)

    def tick(self, node: ir.Cell, place: int, steps: int) -> int:
        """Return the tick of a memory so many steps before its last one at `place`, or NEVER."""
        if place < 0:
            return NEVER
        if clock_of(node, self.play) is Clock.MINUTE:
            return max(place - steps, NEVER)
        found = bisect_right(self._closes, place) - 1 - steps
        return self._closes[found] if found >= 0 else NEVER


def places_of(
    play: ir.Play, values: Mapping[str, int | float], closes: Sequence[int], place: int
) -> list[int]:
    """Return the places whose rows are needed to see every rule at `place`, in order of time."""
    asked = _Asked(len(slots(play)))
    view = Past(play, values, closes, asked).at(place)
    asked.row(place)
    for block in play.blocks:
        for case in block.cases:
            truth(case.when, view)
    return sorted(asked.places)


class At:
    """The view of one instant, as `evaluate` takes it."""

    def __init__(self, past: Past, place: int) -> None:
        self.past, self.place = past, place

    def read(self, node: ir.Read) -> Raw:
        """Return what a read showed."""
        if self.place < 0:
            return missing(node.type.kind)
        value = float(self.past.rows.row(self.place)[self.past.slots[node]])
        if is_missing(value):
            return missing(node.type.kind)
        return value if node.type.kind is Kind.FLOAT else int(value)

    def param(self, name: str) -> Raw:
        """Return the value of a variable in the run."""
        return self.past.values[name]

    def cross(self, node: ir.Cross) -> tuple[float, float, float, float]:
        """Return left and right at the step before, then left and right at the last one."""
        before, now = self.steps(node)
        return (*before.pair(node), *now.pair(node))

    def changed(self, node: ir.Changed) -> tuple[Raw, Raw]:
        """Return the operand at the step before, and at the last one."""
        before, now = self.steps(node)
        return before.value(node.operand), now.value(node.operand)

    def window(self, node: ir.Window) -> list[Truth]:
        """Return what the condition of a window was at its samples, the present one first."""
        return [
            truth(node.operand, view) if view.place >= 0 else None for view in self.samples(node)
        ]

    def steps(self, node: ir.Cross | ir.Changed) -> tuple["At", "At"]:
        """Return the views of a memory's step before, and of its last one."""
        before, now = (self.past.tick(node, self.place, steps) for steps in (1, 0))
        return At(self.past, before), At(self.past, now)

    def samples(self, node: ir.Window) -> list["At"]:
        """Return the views of a window's samples, the present one first."""
        count = int(setting(node.samples, self.past.values))
        ticks = (self.past.tick(node, self.place, k * node.stride) for k in range(count))
        return [At(self.past, tick) for tick in ticks]

    def value(self, node: ir.Number) -> Raw:
        """Return a number of the rules, missing before the first tick."""
        return number(node, self) if self.place >= 0 else missing(node.type.kind)

    def pair(self, node: ir.Cross) -> tuple[float, float]:
        """Return the two sides of a crossing."""
        return double(self.value(node.left)), double(self.value(node.right))
