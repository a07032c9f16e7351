"""What both forms of a condition share: how its nodes are made, and what cannot be made."""

from collections.abc import Iterable

from tradec.dsl import nodes
from tradec.dsl.span import Span
from tradec.dsl.words import number_text

MAX_OFFSET = 500
MIRRORED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!="}
"""The comparisons, and what each becomes when its sides change places."""

OPERATORS_RENAMED = {
    "gt": ">",
    "lt": "<",
    "gte": ">=",
    "lte": "<=",
    "ge": ">=",
    "le": "<=",
    "eq": "==",
    "ne": "!=",
    "=": "==",
    "=>": ">=",
    "=<": "<=",
    "<>": "!=",
    "approx_eq": "near_pct",
    "crosses_above": "cross_above",
    "crossover": "cross_above",
    "cross_over": "cross_above",
    "crosses_over": "cross_above",
    "crosses_below": "cross_below",
    "crossunder": "cross_below",
    "cross_under": "cross_below",
    "crosses_under": "cross_below",
}
"""Operators of older forms of the language and of its neighbors."""


class FaultError(Exception):
    """What stops the reading of one condition."""

    def __init__(self, code: str, span: Span, message: str, *helps: str) -> None:
        super().__init__(message)
        self.code = code
        self.span = span
        self.message = message
        self.helps = helps


def compare(op: str, left: nodes.Operand, right: nodes.Operand, span: Span) -> nodes.Compare:
    """Return a comparison with a literal on the right."""
    left, right, swapped = _literal_last(left, right, span)
    return nodes.Compare(op=MIRRORED[op] if swapped else op, left=left, right=right, span=span)


def cross(*, above: bool, left: nodes.Operand, right: nodes.Operand, span: Span) -> nodes.Cross:
    """Return a crossover with a literal on the right."""
    _check_numbers(left, right)
    left, right, swapped = _literal_last(left, right, span)
    return nodes.Cross(above=above != swapped, left=left, right=right, span=span)


def between(
    operand: nodes.Operand, low: nodes.Operand, high: nodes.Operand, span: Span
) -> nodes.Between:
    """Return a range test whose bounds are in order."""
    _check_numbers(operand, low, high)
    if isinstance(operand, nodes.Literal):
        raise FaultError("E506", operand.span, "a literal is always or never between two bounds")
    first, last = _number(low), _number(high)
    if first is not None and last is not None and first > last:
        text = f"{number_text(first)} is above {number_text(last)}, so nothing is between them"
        raise FaultError("E104", low.span.to(high.span), text, "write the lower bound first")
    return nodes.Between(operand=operand, low=low, high=high, span=span)


def near(
    left: nodes.Operand, right: nodes.Operand, tolerance: nodes.Value, span: Span, *, relative: bool
) -> nodes.Near:
    """Return a nearness test; only an absolute one may change its sides."""
    _check_numbers(left, right)
    first, last, swapped = _literal_last(left, right, span)
    if swapped and relative:
        text = "a literal cannot stand on the left of a nearness in percent"
        help_ = "the tolerance is in percent of the right operand: change the sides"
        raise FaultError("E506", left.span, text, help_)
    return nodes.Near(relative=relative, left=first, right=last, tolerance=tolerance, span=span)


def member_of(
    operand: nodes.Operand, members: Iterable[nodes.Operand], span: Span, *, negated: bool = False
) -> nodes.Condition:
    """Return a test of membership; `not in` is the opposite of `in`."""
    if isinstance(operand, nodes.Literal):
        raise FaultError("E506", operand.span, "a literal is always or never one of others")
    found = nodes.In(operand=operand, members=tuple(map(_member, members)), span=span)
    return nodes.Not(operand=found, span=span) if negated else found


def _member(operand: nodes.Operand) -> nodes.Literal | nodes.VarRef | nodes.Ref:
    """Return one of the things that `in` may name: a literal, a variable or an enum's word."""
    match operand:
        case nodes.Literal() | nodes.VarRef():
            return operand
        case nodes.Ref(qualifier=None, segments=(nodes.Segment(indexes=()),)):
            return operand
        case _:
            text = "`in` takes whole numbers, truths and words"
            help_ = "compare with `==` and join the comparisons with `or`"
            raise FaultError("E506", operand.span, text, help_)


def all_of(conditions: Iterable[nodes.Condition], span: Span) -> nodes.Condition:
    """Return the conjunction, flat; one condition stands for itself."""
    flat: list[nodes.Condition] = []
    for condition in conditions:
        flat.extend(condition.operands if isinstance(condition, nodes.All) else (condition,))
    return flat[0] if len(flat) == 1 else nodes.All(operands=tuple(flat), span=span)


def any_of(conditions: Iterable[nodes.Condition], span: Span) -> nodes.Condition:
    """Return the disjunction, flat; one condition stands for itself."""
    flat: list[nodes.Condition] = []
    for condition in conditions:
        flat.extend(condition.operands if isinstance(condition, nodes.Any) else (condition,))
    return flat[0] if len(flat) == 1 else nodes.Any(operands=tuple(flat), span=span)


def arithmetic(op: str, left: nodes.Operand, right: nodes.Operand, span: Span) -> nodes.Arithmetic:
    """Return arithmetic on two numbers."""
    _check_numbers(left, right)
    return nodes.Arithmetic(op=op, left=left, right=right, span=span)


def call(function: str, operands: Iterable[nodes.Operand], span: Span) -> nodes.Call:
    """Return `abs` of a number, or the `min` or `max` of several."""
    given = tuple(operands)
    _check_numbers(*given)
    if function == "abs" and len(given) != 1:
        raise FaultError("E506", span, f"`abs` takes one number, received {len(given)}")
    if function != "abs" and len(given) < 2:
        raise FaultError("E506", span, f"`{function}` takes at least two numbers, received one")
    return nodes.Call(function=function, operands=given, span=span)


def negate(operand: nodes.Operand, span: Span) -> nodes.Operand:
    """Return the negative; that of a literal is a literal."""
    _check_numbers(operand)
    if isinstance(operand, nodes.Literal):
        assert not isinstance(operand.value, bool | str)
        return nodes.Literal(value=-operand.value, span=span)
    return nodes.Negate(operand=operand, span=span)


def truth(operand: nodes.Operand) -> nodes.Truth:
    """Return an operand as a condition; a number is none."""
    match operand:
        case nodes.Ref() | nodes.Literal(value=bool()):
            return nodes.Truth(operand=operand, span=operand.span)
        case _:
            help_ = "compare it with something"
            raise FaultError("E506", operand.span, "a number is not a condition", help_)


def check_offset(value: float, span: Span) -> None:
    """Refuse an offset that is not a whole number from 0 to 500."""
    if isinstance(value, float) or not 0 <= value <= MAX_OFFSET:
        text = f"the offset {value} is not a whole number from 0 to {MAX_OFFSET}"
        raise FaultError("E507", span, text)


def check_tolerance(value: float | None, span: Span) -> None:
    """Refuse a negative tolerance."""
    if value is not None and value < 0:
        text = f"the tolerance {number_text(value)} is negative"
        raise FaultError("E503", span, text, "write a distance or a percentage of at least 0")


def _check_numbers(*operands: nodes.Operand) -> None:
    for operand in operands:
        if isinstance(operand, nodes.Literal) and isinstance(operand.value, bool):
            word = str(operand.value).lower()
            raise FaultError("E506", operand.span, f"`{word}` is not a number")


def _literal_last(
    left: nodes.Operand, right: nodes.Operand, span: Span
) -> tuple[nodes.Operand, nodes.Operand, bool]:
    if isinstance(left, nodes.Literal) and isinstance(right, nodes.Literal):
        raise FaultError("E506", span, "both sides are literals", "name a feature on one side")
    if isinstance(left, nodes.Literal):
        return right, left, True
    if isinstance(left, nodes.VarRef) and not isinstance(right, nodes.Literal | nodes.VarRef):
        return right, left, True
    return left, right, False


def _number(operand: nodes.Operand) -> float | None:
    if isinstance(operand, nodes.Literal) and not isinstance(operand.value, bool | str):
        return operand.value
    return None
