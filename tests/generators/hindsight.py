"""Decision margins by brute force: flip each comparison alone, and walk the rules again."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isnan
from typing import Any, TypeAlias

from tradec.compiler import ir
from tradec.compiler.decide import decide
from tradec.compiler.evaluate import (
    Truth,
    compare,
    conjunction,
    counted,
    disjunction,
    double,
    truth,
)
from tradec.compiler.hindsight import At
from tradec.compiler.logic_of import unit_of
from tradec.compiler.reads import rule_conditions
from tradec.compiler.settings import setting

Path: TypeAlias = tuple[tuple[ir.Window, int], ...]
Key: TypeAlias = tuple[Path, ir.Condition, int]
"""Where a comparison stands: the samples that lead to it, the condition, its number in that."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison that can flip, and how far its sides are from each other."""

    key: Key
    distance: float
    unit: str


def decided(
    one: ir.Play,
    at: At,
    side: int,
    flip: Key | None = None,
    *,
    may_enter: bool = True,
    may_exit: bool = True,
) -> int:
    """Return the word of the decision in a position of `side`, one comparison flipped."""
    return decide(
        one,
        is_true=lambda condition: judged(condition, at, flip) is True,
        percent=lambda node: float(setting(node, at.past.values)),
        side=side,
        may_enter=may_enter,
        may_exit=may_exit,
    ).word


def judged(node: ir.Condition, at: At, flip: Key | None, path: Path = ()) -> Truth:
    """Return what a condition is, one comparison flipped."""
    match node:
        case ir.Not(operand=operand):
            found = judged(operand, at, flip, path)
            return None if found is None else not found
        case ir.All(operands=operands):
            return conjunction([judged(one, at, flip, path) for one in operands])
        case ir.Any(operands=operands):
            return disjunction([judged(one, at, flip, path) for one in operands])
        case ir.Window(least=least):
            samples = [
                judged(node.operand, view, flip, (*path, (node, number)))
                if view.place >= 0
                else None
                for number, view in enumerate(at.samples(node))
            ]
            return counted(samples, int(setting(least, at.past.values)))
        case _:
            return _atom(node, at, flip, path)


def _atom(node: ir.Condition, at: At, flip: Key | None, path: Path) -> Truth:
    pairs = _pairs(node, at)
    if not pairs or flip is None or flip[:2] != (path, node):
        return truth(node, at)
    truths = [compare(op, left, right) for op, left, right in pairs]
    if None in truths:
        return None
    return all(not t if number == flip[2] else t for number, t in enumerate(truths))


def _pairs(node: ir.Condition, at: At) -> list[tuple[str, Any, Any]]:
    """Return the comparisons that an atom is made of."""
    match node:
        case ir.Compare(op=op, left=left, right=right):
            return [(op, at.value(left), at.value(right))]
        case ir.Between(operand=operand, low=low, high=high):
            value = at.value(operand)
            return [("<=", at.value(low), value), ("<=", value, at.value(high))]
        case ir.Near():
            near, far = double(at.value(node.left)), double(at.value(node.right))
            bound = double(at.value(node.tolerance))
            if node.relative:
                bound = bound * abs(far) if far != 0.0 else float("nan")
            return [("<=", abs(near - far), bound)]
        case ir.Cross(above=above):
            samples = at.cross(node)
            ops = ("<=", ">") if above else (">=", "<")
            return [(ops[0], samples[0], samples[1]), (ops[1], samples[2], samples[3])]
        case _:
            return []


def _unit(node: ir.Condition) -> str | None:
    match node:
        case ir.Compare(left=left, right=right) | ir.Near(left=left, right=right):
            return unit_of(left, right)
        case ir.Cross(left=left, right=right):
            return unit_of(left, right)
        case ir.Between(operand=operand, low=low, high=high):
            return unit_of(operand, low, high)
        case _:
            return None


def comparisons(one: ir.Play, at: At) -> Iterator[Comparison]:
    """Yield every comparison that the rules look at."""
    for condition in rule_conditions(one):
        yield from _inside(condition, at, ())


def _inside(node: ir.Condition, at: At, path: Path) -> Iterator[Comparison]:
    match node:
        case ir.Not(operand=operand):
            yield from _inside(operand, at, path)
        case ir.All(operands=operands) | ir.Any(operands=operands):
            for inner in operands:
                yield from _inside(inner, at, path)
        case ir.Window(operand=operand):
            for number, view in enumerate(at.samples(node)):
                if view.place >= 0:
                    yield from _inside(operand, view, (*path, (node, number)))
        case _ if (unit := _unit(node)) is not None:
            for number, (op, left, right) in enumerate(_pairs(node, at)):
                distance = abs(double(left) - double(right))
                if not (isnan(distance) or (distance == 0.0 and op in {"==", "!="})):
                    yield Comparison((path, node, number), distance, unit)


def smallest(one: ir.Play, at: At, side: int) -> dict[str | None, float]:
    """Return the decision margin over everything (None), and that of each unit."""
    base = decided(one, at, side)
    found: dict[str | None, float] = {None: inf}
    for comparison in comparisons(one, at):
        if decided(one, at, side, comparison.key) != base:
            for unit in (None, comparison.unit):
                found[unit] = min(found.get(unit, inf), comparison.distance)
    return found
