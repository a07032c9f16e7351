"""Positive formulas over facts about numbers: what it takes for a condition to be True, or False.

A literal says that one number lies at most so far above another, that two differ, or that one has
no value, and why. Numbers are the ids that `terms` gives them; ZERO is the number 0.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tradec.compiler import ir

ZERO = 0
STRICTLY = -1


@dataclass(frozen=True, slots=True)
class Asked:
    """A part of a condition asks for it."""

    node: ir.Condition


@dataclass(frozen=True, slots=True)
class Fact:
    """It is known of the numbers `terms`, which stand for the `{}` of the sentence."""

    sentence: str
    terms: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Derived:
    """It follows from other bounds by arithmetic; `fact` says what."""

    premises: tuple["Bound | Differ", ...]
    fact: Fact | None = None


Reason: TypeAlias = Asked | Fact | Derived


@dataclass(frozen=True, slots=True)
class Bound:
    """`high - low <= limit`, or `<` where `strict` is STRICTLY: so bounds of a path add up.

    A `rounded` fact holds but for the rounding of the last digits.
    """

    high: int
    low: int
    limit: float
    strict: int
    reason: Reason
    rounded: bool = False


@dataclass(frozen=True, slots=True)
class Differ:
    """`one - two` is not `distance`."""

    one: int
    two: int
    distance: float
    reason: Reason
    rounded: bool = False


@dataclass(frozen=True, slots=True)
class Absent:
    """A number has no value."""

    term: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Marked:
    """A condition that is not looked into, at some step, is True, or False."""

    node: ir.Condition
    steps: int
    value: bool
    reason: Reason


Literal: TypeAlias = Bound | Differ | Absent | Marked


@dataclass(frozen=True, slots=True)
class Both:
    """All of the parts hold."""

    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of the parts holds."""

    parts: tuple["Formula", ...]


Formula: TypeAlias = Literal | Both | Either

TRUE = Both(())
FALSE = Either(())


def both(parts: Iterable[Formula]) -> Formula:
    """Return the conjunction of `parts`, flat."""
    found: list[Formula] = []
    for part in parts:
        if part == FALSE:
            return FALSE
        if isinstance(part, Both):
            found.extend(part.parts)
        else:
            found.append(part)
    return found[0] if len(found) == 1 else Both(tuple(found))


def either(parts: Iterable[Formula]) -> Formula:
    """Return the disjunction of `parts`, flat."""
    found: list[Formula] = []
    for part in parts:
        if part == TRUE:
            return TRUE
        if isinstance(part, Either):
            found.extend(part.parts)
        else:
            found.append(part)
    return found[0] if len(found) == 1 else Either(tuple(found))


def literals(formula: Formula) -> Iterator[Literal]:
    """Yield every literal of a formula."""
    match formula:
        case Both(parts=parts) | Either(parts=parts):
            for part in parts:
                yield from literals(part)
        case literal:
            yield literal


def terms_of(literal: Literal) -> tuple[int, ...]:
    """Return the numbers that have a value where a literal holds."""
    match literal:
        case Bound(high=one, low=two) | Differ(one=one, two=two):
            return (one, two)
        case Absent() | Marked():
            return ()


def unfolded(reasons: Iterable[Reason]) -> Iterator[Asked | Fact]:
    """Yield what reasons rest on, premises before what follows from them; some may come again.

    What follows from something asked is no fact, and is left out.
    """
    for reason in reasons:
        match reason:
            case Derived(premises=premises, fact=fact):
                inner = list(unfolded(premise.reason for premise in premises))
                yield from inner
                if fact is not None and not any(isinstance(one, Asked) for one in inner):
                    yield fact
            case plain:
                yield plain
