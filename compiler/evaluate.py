"""Evaluates numbers and conditions at one instant, with missing values (play-language.md 9.5).

A number is a float, where NaN is missing, or an int, where MISSING is. A condition is True,
False or None, which is Unknown.
"""

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any, Protocol, assert_never

from tradec.compiler import ir
from tradec.compiler.types import Kind
from tradec.runtime.kernels.arith import (
    MISSING,
    NAN,
    abs_i64,
    add_i64,
    div_true,
    f64,
    finite,
    max_f64,
    max_i64,
    min_f64,
    min_i64,
    mod_floor,
    mod_i64,
    mul_i64,
    neg_i64,
    sub_i64,
)

Raw = int | float
Truth = bool | None

_INTEGER: dict[str, Callable[[int, int], int]] = {
    "+": add_i64,
    "-": sub_i64,
    "*": mul_i64,
    "%": mod_i64,
}
_FLOAT: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: finite(a + b),
    "-": lambda a, b: finite(a - b),
    "*": lambda a, b: finite(a * b),
    "/": div_true,
    "%": mod_floor,
}
_PICK_INTEGER = {"min": min_i64, "max": max_i64}
_PICK_FLOAT = {"min": min_f64, "max": max_f64}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


class View(Protocol):
    """What can be seen at an instant."""

    def read(self, node: ir.Read) -> Raw:
        """Return the value that `node` reads."""

    def param(self, name: str) -> Raw:
        """Return the value of a variable."""

    def cross(self, node: ir.Cross) -> tuple[float, float, float, float]:
        """Return left and right at the step before, then left and right now."""

    def changed(self, node: ir.Changed) -> tuple[Raw, Raw]:
        """Return the operand at the step before, and now."""

    def window(self, node: ir.Window) -> Sequence[Truth]:
        """Return what the operand was at each sample."""


def missing(kind: Kind) -> Raw:
    """Return the missing value of `kind`."""
    return NAN if kind is Kind.FLOAT else MISSING


def is_missing(value: Raw) -> bool:
    """Return whether `value` is the missing value of its kind."""
    return value == MISSING if isinstance(value, int) else math.isnan(value)


def number(node: ir.Number, view: View) -> Raw:
    """Return the value of `node`: a float if its kind is FLOAT, else an int."""
    match node:
        case ir.Const(value=value):
            return of_kind(value, node.type.kind)
        case ir.Param(name=name):
            return of_kind(view.param(name), node.type.kind)
        case ir.Read():
            return view.read(node)
        case ir.Negate(operand=operand):
            value = number(operand, view)
            return neg_i64(value) if isinstance(value, int) else -value
        case ir.Arithmetic(op=op, left=left, right=right):
            return arithmetic(op, number(left, view), number(right, view))
        case ir.Function(name=name, operands=operands):
            return function(name, [number(operand, view) for operand in operands])
        case _:
            assert_never(node)


def of_kind(value: Raw, kind: Kind) -> Raw:
    """Return a present `value` as `kind` holds it."""
    return float(value) if kind is Kind.FLOAT else int(value)


def double(value: Raw) -> float:
    """Return `value` as a float."""
    return f64(value) if isinstance(value, int) else value


def arithmetic(op: str, left: Raw, right: Raw) -> Raw:
    """Return `left op right` by the language's arithmetic."""
    if op != "/" and isinstance(left, int) and isinstance(right, int):
        return _INTEGER[op](left, right)
    return _FLOAT[op](double(left), double(right))


def function(name: str, operands: Sequence[Raw]) -> Raw:
    """Return `abs` of one value, or the `min` or `max` of several."""
    whole = [value for value in operands if isinstance(value, int)]
    if name == "abs":
        return abs_i64(whole[0]) if whole else abs(operands[0])
    if len(whole) == len(operands):
        return reduce(_PICK_INTEGER[name], whole)
    return reduce(_PICK_FLOAT[name], map(double, operands))


def truth(node: ir.Condition, view: View) -> Truth:
    """Return what `node` is at the instant."""
    match node:
        case ir.Not(operand=operand):
            return negation(truth(operand, view))
        case ir.All(operands=operands):
            return conjunction([truth(operand, view) for operand in operands])
        case ir.Any(operands=operands):
            return disjunction([truth(operand, view) for operand in operands])
        case ir.Cross(above=above):
            return crossed(*view.cross(node), above=above)
        case ir.Changed():
            return negation(compare("==", *view.changed(node)))
        case ir.Window(least=least):
            return counted(view.window(node), int(number(least, view)))
        case _:
            return _atom(node, view)


Atom = ir.Compare | ir.Between | ir.Near | ir.In | ir.Known


def _atom(node: Atom, view: View) -> Truth:
    match node:
        case ir.Known(value=value):
            return value
        case ir.Compare(op=op, left=left, right=right):
            return compare(op, number(left, view), number(right, view))
        case ir.Between(operand=operand, low=low, high=high):
            return between(number(operand, view), number(low, view), number(high, view))
        case ir.Near(relative=relative):
            sides = (node.left, node.right, node.tolerance)
            return near(*(double(number(side, view)) for side in sides), relative=relative)
        case ir.In(operand=operand, members=members):
            value_ = number(operand, view)
            return disjunction([compare("==", value_, number(one, view)) for one in members])
        case _:
            assert_never(node)


def compare(op: str, left: Raw, right: Raw) -> Truth:
    """Return `left op right`: between two ints as ints, else as floats."""
    if is_missing(left) or is_missing(right):
        return None
    if isinstance(left, int) and isinstance(right, int):
        return _COMPARE[op](left, right)
    return _COMPARE[op](double(left), double(right))


def between(operand: Raw, low: Raw, high: Raw) -> Truth:
    """Return whether `low <= operand <= high`; Unknown if any of the three is missing."""
    sides = (compare("<=", low, operand), compare("<=", operand, high))
    return None if None in sides else all(sides)


def near(left: float, right: float, tolerance: float, *, relative: bool) -> Truth:
    """Return whether `left` is within `tolerance` of `right`."""
    if relative and right == 0.0:
        return None
    distance = abs(left - right)
    bound = tolerance * abs(right) if relative else tolerance
    return None if math.isnan(distance) or math.isnan(bound) else distance <= bound


def crossed(*samples: float, above: bool) -> Truth:
    """Return whether left passed right between two steps (play-language.md 9.4)."""
    if any(map(math.isnan, samples)):
        return None
    left_before, right_before, left, right = samples
    if above:
        return left_before <= right_before and left > right
    return left_before >= right_before and left < right


def counted(samples: Sequence[Truth], least: int) -> Truth:
    """Return whether `least` of the samples are True, Unknown as long as it may still be."""
    trues, falses = samples.count(True), samples.count(False)
    if trues >= least:
        return True
    return False if len(samples) - falses < least else None


def negation(operand: Truth) -> Truth:
    """Return strong Kleene `not`."""
    return None if operand is None else not operand


def conjunction(operands: Iterable[Truth]) -> Truth:
    """Return strong Kleene `all`: False if any is False, else Unknown if any is."""
    found = set(operands)
    if False in found:
        return False
    return None if None in found else True


def disjunction(operands: Iterable[Truth]) -> Truth:
    """Return strong Kleene `any`: True if any is True, else Unknown if any is."""
    found = set(operands)
    if True in found:
        return True
    return None if None in found else False
