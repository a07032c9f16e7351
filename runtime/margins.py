"""How close decisions were: the decision margin of rulings B7.

The margin of a decision is the smallest |lhs - rhs| over the comparisons whose flip alone changes
it, in the unit of that comparison. A `between` and a crossing are two comparisons each, `near` is
one of the distance with the tolerance, and a window has those of its condition at each of its
samples. Words, directions and the like, and an equality that holds, have no distance; what is
missing cannot flip.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from tradec.runtime.logic import (
    FALSE,
    TRUE,
    UNKNOWN,
    Array,
    Asked,
    Judge,
    Rows,
    Ticks,
    compared,
    crossing,
    joined,
    tallied,
)

Flip: TypeAlias = tuple[int, Array, Array]
"""The atom with the comparison, how far that is from its flip (inf: it cannot), what then is."""

PRICE = "price"


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """One row per decision.

    `value` is the margin (NaN: none) and `atom` whose it is (-1: none), `price` the smallest of the
    price comparisons alone, `word` the decision that the rules come to.
    """

    value: Array
    atom: Array
    price: Array
    word: Array


def instants_of(logic: Mapping[str, Any], ticks: Ticks, at: Array) -> Array:
    """Return the base bars that must be looked at again to judge the decisions at bars `at`."""
    asked = Asked()
    Judge(logic, ticks, asked).decision(at, np.zeros(at.shape, np.int64))
    return asked.places()


def margins_of(
    logic: Mapping[str, Any], ticks: Ticks, rows: Rows, at: Array, side: Array
) -> Margins:
    """Return the margins of decisions at the close of bars `at`, in positions of `side`."""
    with np.errstate(invalid="ignore", over="ignore"):  # an infinity less itself is no distance
        return _margins(Judge(logic, ticks, rows), _outermost(logic), at, side)


def _margins(judge: Judge, atoms: list[int], at: Array, side: Array) -> Margins:
    word = judge.decision(at, side)
    value, price = np.full(at.shape, np.inf), np.full(at.shape, np.inf)
    atom = np.full(at.shape, -1, np.int64)
    for number in atoms:
        for leaf, distance, flipped in flips(judge, number, at):
            changes = judge.decision(at, side, {number: flipped}) != word
            near = np.where(changes, distance, np.inf)
            atom = np.where(near < value, leaf, atom)
            value = np.minimum(near, value)
            if judge.atoms[leaf]["unit"] == PRICE:
                price = np.minimum(near, price)
    return Margins(value=_finite(value), atom=atom, price=_finite(price), word=word)


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, np.nan)


def _outermost(logic: Mapping[str, Any]) -> list[int]:
    """Return the atoms of the rules that are not only inside of a window."""
    conditions = [case["when"] for block in logic["blocks"] for case in block["cases"]]
    return sorted({number for one in conditions for number in atoms_in(one)})


def atoms_in(node: Any) -> Iterator[int]:
    """Yield the atoms of a condition, those inside of windows left out."""
    match node:
        case ["atom", number]:
            yield number
        case ["all" | "any" | "not", *operands]:
            for one in operands:
                yield from atoms_in(one)


def flips(judge: Judge, number: int, at: Array) -> Iterator[Flip]:
    """Yield every comparison of an atom, how far it is from its flip, and what the atom then is."""
    atom = judge.atoms[number]
    match atom["form"]:
        case "compare" if atom["unit"] is not None:
            left, right = judge.operands(atom, at)
            truth = judge.atom(number, at)
            holds = TRUE if atom["op"] == "==" else FALSE if atom["op"] == "!=" else None
            distance = np.where(truth == holds, np.inf, np.abs(left - right))
            yield number, _within(distance), TRUE - truth
        case "between" if atom["unit"] is not None:
            operand, low, high = judge.operands(atom, at)
            sides = (low, operand), (operand, high)
            yield from _pair(number, [compared("<=", *one) for one in sides], sides)
        case "near" if atom["unit"] is not None:
            far, bound = judge.nearness(atom, at)
            yield number, _within(np.abs(far - bound)), TRUE - judge.atom(number, at)
        case "cross" if atom["unit"] is not None:
            samples = judge.samples_of_cross(atom, at)
            truths = crossing(samples, above=atom["above"])
            yield from _pair(number, truths, (samples[:2], samples[2:]))
        case "window":
            yield from _of_window(judge, atom, judge.samples_of_window(atom, at))


def _pair(number: int, truths: Any, sides: Any) -> Iterator[Flip]:
    """Yield the flips of an atom that is two comparisons, both of which must hold."""
    first, second = truths
    known = joined(first, second) != UNKNOWN
    for place, (left, right) in enumerate(sides):
        pair = (TRUE - first, second) if place == 0 else (first, TRUE - second)
        yield number, np.where(known, _within(np.abs(left - right)), np.inf), joined(*pair)


def _of_window(judge: Judge, atom: Mapping[str, Any], at: Array) -> Iterator[Flip]:
    """Yield the nearest flip among the samples, for each comparison and what the window then is."""
    before = judge.window_truths(atom, at)
    trues = (before == TRUE).sum(-1, keepdims=True)
    falses = (before == FALSE).sum(-1, keepdims=True)
    for number in sorted(set(atoms_in(atom["of"]))):
        for leaf, distance, flipped in flips(judge, number, at):
            after = judge.window_truths(atom, at, {number: flipped})
            window = tallied(
                trues - (before == TRUE) + (after == TRUE),
                falses - (before == FALSE) + (after == FALSE),
                atom["samples"],
                atom["least"],
            )
            for truth in (FALSE, UNKNOWN, TRUE):
                nearest = np.where(window == truth, distance, np.inf).min(-1)
                if np.isfinite(nearest).any():
                    yield leaf, nearest, np.full(nearest.shape, truth, np.int8)


def _within(distance: Array) -> Array:
    """Return a distance, inf where a side is missing."""
    return np.where(np.isnan(distance), np.inf, distance)
