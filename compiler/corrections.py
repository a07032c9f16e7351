"""The smallest sets of conditions whose flip makes a rule fire: minimal corrections, exact.

A goal is a formula over wants: of a condition to be True, False, not True or not False. A leaf is
any condition but `all`, `any`, `not` and a literal; equal leaves are one. Flipping a leaf that is
True makes it False, one that is False True, and one that is Unknown either.

Sets are looked for by size, so that the first found are the smallest. Each step takes the first
part of the goal that does not hold: every set that reaches the goal has a leaf among those that may
mend this part, so that trying these, and no others, misses none. `BUDGET` bounds the steps.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from tradec.compiler import ir
from tradec.compiler.evaluate import Truth, conjunction, disjunction, negation

BUDGET = 20_000
"""The most steps of one search."""

MOST_SETS = 5
"""The most sets of one size that are told."""


class Want(Enum):
    """What a condition is to be."""

    TRUE = "true"
    FALSE = "false"
    NOT_TRUE = "not true"
    NOT_FALSE = "not false"

    @property
    def opposite(self) -> "Want":
        """Return what `not` of the condition is then to be wanted as."""
        return _OPPOSITE[self]


_OPPOSITE = {
    Want.TRUE: Want.FALSE,
    Want.FALSE: Want.TRUE,
    Want.NOT_TRUE: Want.NOT_FALSE,
    Want.NOT_FALSE: Want.NOT_TRUE,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A condition, and what it is to be."""

    condition: ir.Condition
    want: Want


@dataclass(frozen=True, slots=True)
class Both:
    """Every part of it holds."""

    parts: tuple["Goal", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Some part of it holds."""

    parts: tuple["Goal", ...]


Goal: TypeAlias = Wanted | Both | Either
Flips: TypeAlias = Mapping[ir.Condition, bool]
"""Leaves with the truth that they are flipped to, in the order they were found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """The smallest sets that reach a goal, at most MOST_SETS.

    Without sets, and `is_exact`, nothing that can flip reaches it. Where the budget ran out there
    are none, and every set has at least `least` leaves.
    """

    sets: tuple[Flips, ...]
    least: int
    is_exact: bool


class _SpentError(Exception):
    """The budget is used up."""


def corrections(
    goal: Goal, truth_of: Callable[[ir.Condition], Truth], budget: int = BUDGET
) -> Corrections:
    """Return the smallest sets of leaves whose flip reaches `goal`, from what leaves are now."""
    search = _Search(truth_of, budget)
    size = 0
    try:
        while True:
            sets = search.sets(goal, size)
            if sets or not search.was_cut:
                return Corrections(sets=sets[:MOST_SETS], least=size, is_exact=True)
            size += 1
    except _SpentError:
        return Corrections(sets=(), least=size, is_exact=False)


def holds(goal: Goal, truth_of: Callable[[ir.Condition], Truth]) -> bool:
    """Return whether a goal is reached as leaves are."""
    match goal:
        case Both(parts=parts):
            return all(holds(part, truth_of) for part in parts)
        case Either(parts=parts):
            return any(holds(part, truth_of) for part in parts)
        case Wanted(condition=condition, want=want):
            found = judged(condition, truth_of)
            return _is(found, want)


def _is(truth: Truth, want: Want) -> bool:
    match want:
        case Want.TRUE:
            return truth is True
        case Want.FALSE:
            return truth is False
        case Want.NOT_TRUE:
            return truth is not True
        case Want.NOT_FALSE:
            return truth is not False


def judged(node: ir.Condition, truth_of: Callable[[ir.Condition], Truth]) -> Truth:
    """Return what a condition is, by what its leaves are."""
    match node:
        case ir.Known(value=value):
            return value
        case ir.Not(operand=operand):
            return negation(judged(operand, truth_of))
        case ir.All(operands=operands):
            return conjunction([judged(one, truth_of) for one in operands])
        case ir.Any(operands=operands):
            return disjunction([judged(one, truth_of) for one in operands])
        case _:
            return truth_of(node)


def leaves(node: ir.Condition) -> Iterator[ir.Condition]:
    """Yield the leaves of a condition, in the order written."""
    match node:
        case ir.Known():
            return
        case ir.Not(operand=operand):
            yield from leaves(operand)
        case ir.All(operands=operands) | ir.Any(operands=operands):
            for one in operands:
                yield from leaves(one)
        case _:
            yield node


class _Search:
    """Looks for the sets of one size after the other; `was_cut`: larger ones may exist."""

    def __init__(self, truth_of: Callable[[ir.Condition], Truth], budget: int) -> None:
        self._now, self._left = truth_of, budget
        self._flips: dict[ir.Condition, bool] = {}
        self._seen: set[frozenset[tuple[ir.Condition, bool]]] = set()
        self._found: dict[frozenset[tuple[ir.Condition, bool]], Flips] = {}
        self.was_cut = False

    def sets(self, goal: Goal, size: int) -> tuple[Flips, ...]:
        """Return the sets of at most `size` leaves that reach the goal."""
        self.was_cut = False
        self._seen.clear()
        self._try(goal, size)
        return tuple(self._found.values())

    def _truth(self, leaf: ir.Condition) -> Truth:
        return self._flips[leaf] if leaf in self._flips else self._now(leaf)

    def _try(self, goal: Goal, left: int) -> None:
        key = frozenset(self._flips.items())
        if key in self._seen:
            return
        self._seen.add(key)
        self._left -= 1
        if self._left < 0:
            raise _SpentError
        if holds(goal, self._truth):
            self._found[key] = dict(self._flips)
            return
        for leaf, value in self._mends(goal):
            if leaf in self._flips:
                continue
            if left == 0:
                self.was_cut = True
                return
            self._flips[leaf] = value
            self._try(goal, left - 1)
            del self._flips[leaf]

    def _mends(self, goal: Goal) -> Iterator[tuple[ir.Condition, bool]]:
        """Yield the flips of which any set that reaches a goal, not yet reached, has one."""
        match goal:
            case Both(parts=parts):
                first = next(part for part in parts if not holds(part, self._truth))
                yield from self._mends(first)
            case Either(parts=parts):
                for part in parts:
                    yield from self._mends(part)
            case Wanted(condition=condition, want=want):
                yield from self._mends_condition(condition, want)

    def _mends_condition(
        self, node: ir.Condition, want: Want
    ) -> Iterator[tuple[ir.Condition, bool]]:
        match node:
            case ir.Known():
                return
            case ir.Not(operand=operand):
                yield from self._mends_condition(operand, want.opposite)
            case ir.All(operands=operands) | ir.Any(operands=operands):
                wants_all = isinstance(node, ir.All) == (want in {Want.TRUE, Want.NOT_FALSE})
                unmet = [one for one in operands if not _is(judged(one, self._truth), want)]
                for one in unmet[:1] if wants_all else unmet:
                    yield from self._mends_condition(one, want)
            case _:
                yield node, want in {Want.TRUE, Want.NOT_FALSE}
