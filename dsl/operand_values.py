"""Operands in lists and mappings, and the strings that stand for them."""

from dataclasses import replace
from functools import partial

from tradec.dsl import nodes
from tradec.dsl.bind import bind
from tradec.dsl.context import Context
from tradec.dsl.forms import FaultError, arithmetic, check_offset
from tradec.dsl.legacy import modern_field, modernize
from tradec.dsl.marked import Mapping, Marked, Scalar, Sequence, kind_of
from tradec.dsl.operands import reference, simple_operand, split_reference
from tradec.dsl.scalars import locate
from tradec.dsl.sections_rules import OPERAND
from tradec.dsl.span import Span

ARITHMETIC = ("+", "-", "*", "/", "%")
"""The operators of arithmetic."""


def read_operand(value: Marked, path: str, cx: Context) -> nodes.Operand | None:
    """Return an operand; None if what is wrong was reported; raises FaultError."""
    match value:
        case Scalar():
            return _read_text(value, path, cx)
        case Sequence(items=items):
            if len(items) != 3:
                text = "arithmetic is [left, operator, right]"
                message = f"{text}, received {len(items)} elements"
                raise FaultError("E502", value.span, message)
            return _arithmetic((items[0], items[1], items[2]), value.span, path, cx)
        case Mapping(entries=entries) if len(entries) == 1 and entries[0][0].text in ARITHMETIC:
            op, sides = entries[0]
            if not isinstance(sides, Sequence) or len(sides.items) != 2:
                message = f"`{op.text}` takes a list of two operands, received {kind_of(sides)}"
                raise FaultError("E502", sides.span, message)
            return _arithmetic((sides.items[0], op, sides.items[1]), value.span, path, cx)
        case Mapping():
            return _read_reference(value, path, cx)


def read_reference(value: Marked, path: str, cx: Context, takes: str) -> nodes.Ref | None:
    """Return an operand that is a reference; what is wrong is reported, and None returned."""
    try:
        operand = read_operand(value, path, cx)
    except FaultError as fault:
        cx.report(fault.code, fault.span, fault.message, *fault.helps)
        return None
    if operand is None or isinstance(operand, nodes.Ref):
        return operand
    cx.wrong_type(path, takes, value)
    return None


def _read_text(value: Scalar, path: str, cx: Context) -> nodes.Operand | None:
    if not value.text.strip():
        cx.wrong_type(path, "an operand", value)
        return None
    variable = cx.variables.whole(value)
    if variable is not None and variable.number is not None:
        variable.uses.add("operand")
        return nodes.VarRef(name=variable.name, span=value.span)
    scalar = cx.expression(value)
    if scalar is None:
        return None
    scalar = modernize(scalar, cx)
    simple = simple_operand(scalar.text, partial(locate, scalar))
    if simple is not None:
        return simple
    # Lark costs more to import than most plays to read, and most plays have no expression.
    from tradec.dsl.expr import parse_operand  # noqa: PLC0415

    return parse_operand(scalar, cx.variables)


def _arithmetic(
    parts: tuple[Marked, Marked, Marked], span: Span, path: str, cx: Context
) -> nodes.Operand | None:
    left, op, right = parts
    if not isinstance(op, Scalar) or op.text not in ARITHMETIC:
        help_ = f"the operators of arithmetic are {' '.join(ARITHMETIC)}"
        raise FaultError("E502", op.span, f"{kind_of(op)} is not an operator of arithmetic", help_)
    operands = read_operand(left, path, cx), read_operand(right, path, cx)
    if operands[0] is None or operands[1] is None:
        return None
    return arithmetic(op.text, operands[0], operands[1], span)


def _read_reference(value: Mapping, path: str, cx: Context) -> nodes.Operand | None:
    bound = bind(OPERAND, value, path, value.span, cx)
    feature, field, offset = map(bound.literal, ("feature_id", "field", "offset"))
    absent = {"feature_id", "field", "offset"} & bound.keys.keys() - bound.values.keys()
    if feature is None or absent or len(bound.keys) < len(value.entries):
        return None
    timeframe, segments = _names(feature)
    if field is not None:
        qualifier, inner = _names(_modern(field, cx))
        if qualifier is not None:
            raise FaultError("E502", field.span, f"`{field.value}` is not the name of a field")
        segments += inner
    if offset is not None:
        assert isinstance(offset.value, int)
        check_offset(offset.value, offset.span)
        last = segments[-1]
        segments = (*segments[:-1], replace(last, indexes=(*last.indexes, offset.value)))
    return reference(timeframe, segments, value.span)


def _names(literal: nodes.Literal) -> tuple[str | None, tuple[nodes.Segment, ...]]:
    parts = split_reference(str(literal.value), lambda _start, _end: literal.span)
    if parts is None:
        raise FaultError("E502", literal.span, f"`{literal.value}` is not a name")
    return parts


def _modern(field: nodes.Literal, cx: Context) -> nodes.Literal:
    modern = modern_field(str(field.value))
    if modern is None:
        return field
    message = f"`{field.value}` is a deprecated way to write a field"
    cx.report("W105", field.span, message, f"write `{modern}`")
    return replace(field, value=modern)
