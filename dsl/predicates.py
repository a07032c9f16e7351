"""One condition in list or mapping form: a left side, an operator, a right side."""

from dataclasses import dataclass

from tradec.dsl import nodes
from tradec.dsl.bind import bind
from tradec.dsl.context import Context
from tradec.dsl.forms import (
    MIRRORED,
    OPERATORS_RENAMED,
    FaultError,
    between,
    check_tolerance,
    compare,
    cross,
    member_of,
    near,
)
from tradec.dsl.marked import Mapping, Marked, Scalar, Sequence, kind_of
from tradec.dsl.operand_values import ARITHMETIC, read_operand
from tradec.dsl.schema import Number
from tradec.dsl.sections_rules import RANGE
from tradec.dsl.span import Span
from tradec.dsl.values import read_number
from tradec.dsl.words import closest, join_words

_CROSSES = ("cross_above", "cross_below")
_NEARNESS = ("near_abs", "near_pct")
_MEMBERSHIP = ("in", "not in", "not_in")
OPERATORS = (*MIRRORED, *_CROSSES, "between", *_NEARNESS, *_MEMBERSHIP)
"""Every operator of the language's list form."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one condition; `path` is what it is called in messages."""

    path: str
    span: Span
    left: Marked
    op: Marked
    right: Marked
    tolerance: Marked | None


def read_predicate(parts: Parts, cx: Context) -> nodes.Condition | None:
    """Return a condition; None if what is wrong was reported; raises FaultError."""
    op = _operator(parts.op)
    if parts.tolerance is not None and op not in _NEARNESS:
        message = f"`{op}` takes no tolerance"
        raise FaultError("E502", parts.tolerance.span, message, "use `near_abs` or `near_pct`")
    left = read_operand(parts.left, parts.path, cx)
    if isinstance(left, nodes.Literal):
        message = "a literal cannot stand on the left of a condition"
        raise FaultError("E502", left.span, message, "change the sides")
    if op == "between":
        return _between(left, parts, cx)
    if op in _MEMBERSHIP:
        return _membership(op, left, parts, cx)
    right = read_operand(parts.right, parts.path, cx)
    tolerance = _tolerance(op, parts, cx) if op in _NEARNESS else None
    if left is None or right is None:
        return None
    if op in MIRRORED:
        return compare(op, left, right, parts.span)
    if op in _CROSSES:
        return cross(above=op == "cross_above", left=left, right=right, span=parts.span)
    if tolerance is None:
        return None
    return near(left, right, tolerance, parts.span, relative=op == "near_pct")


def _operator(value: Marked) -> str:
    if not isinstance(value, Scalar):
        message = f"{kind_of(value)} stands where an operator should stand"
        raise FaultError("E502", value.span, message)
    word = value.text
    if word in OPERATORS:
        return word
    if word in ARITHMETIC:
        message = f"arithmetic with `{word}` is a number, not a condition"
        raise FaultError("E502", value.span, message, "compare it with something")
    known = [name for name in OPERATORS if name != "not_in"]
    near_words = closest(word, known, OPERATORS_RENAMED)
    help_ = f"write {join_words(near_words[:1] if word in OPERATORS_RENAMED else near_words)}"
    helps = (help_,) if near_words else (f"the operators are {', '.join(known)}",)
    raise FaultError("E502", value.span, f"`{word}` is not an operator", *helps)


def _between(left: nodes.Operand | None, parts: Parts, cx: Context) -> nodes.Condition | None:
    match parts.right:
        case Sequence(items=(low, high)):
            bounds = (low, high)
        case Mapping():
            bound = bind(RANGE, parts.right, parts.path, parts.right.span, cx)
            if len(bound.special) < 2 or len(parts.right.entries) > 2:
                return None
            bounds = (bound.special["low"], bound.special["high"])
        case _:
            message = f"`between` takes [low, high], received {kind_of(parts.right)}"
            raise FaultError("E502", parts.right.span, message)
    read = tuple(read_operand(value, parts.path, cx) for value in bounds)
    if left is None or read[0] is None or read[1] is None:
        return None
    return between(left, read[0], read[1], parts.span)


def _membership(
    op: str, left: nodes.Operand | None, parts: Parts, cx: Context
) -> nodes.Condition | None:
    members = _members(parts, cx)
    if left is None or members is None:
        return None
    return member_of(left, members, parts.span, negated=op != "in")


def _members(parts: Parts, cx: Context) -> tuple[nodes.Operand, ...] | None:
    match parts.right:
        case Scalar() as scalar if (variable := cx.variables.whole(scalar)) is not None:
            if isinstance(variable.value, tuple):
                return variable.value
        case Sequence(items=items) if items:
            read = [read_operand(item, parts.path, cx) for item in items]
            found = tuple(member for member in read if member is not None)
            return found if len(found) == len(read) else None
        case Sequence():
            raise FaultError("E502", parts.right.span, "`in` takes a list that is not empty")
        case _:
            pass
    text = f"`in` takes a list of values, received {kind_of(parts.right)}"
    raise FaultError("E502", parts.right.span, text, "write `[x, in, [1, 2]]`")


def _tolerance(op: str, parts: Parts, cx: Context) -> nodes.Value | None:
    if parts.tolerance is None:
        help_ = "add it as the fourth element"
        raise FaultError("E503", parts.op.span, f"`{op}` does not say how near", help_)
    value = read_number(Number(), parts.tolerance, f"{op} tolerance", cx)
    check_tolerance(cx.variables.number(value), parts.tolerance.span)
    return value
