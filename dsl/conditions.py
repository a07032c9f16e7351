"""Conditions in lists and mappings, and the strings that stand for them."""

from functools import partial

from tradec.dsl import nodes
from tradec.dsl.bind import join_path, report_unknown
from tradec.dsl.context import Context
from tradec.dsl.forms import OPERATORS_RENAMED, FaultError, all_of, any_of, truth
from tradec.dsl.marked import Mapping, Marked, Scalar, Sequence
from tradec.dsl.operand_values import ARITHMETIC
from tradec.dsl.operands import simple_operand
from tradec.dsl.predicates import OPERATORS, Parts, read_predicate
from tradec.dsl.scalars import locate
from tradec.dsl.sections_rules import CONDITION, WINDOWS
from tradec.dsl.values import read_scalar
from tradec.dsl.windows import read_window

_BLOCKS = ("all", "any", "not", "setup", *WINDOWS)
_PREDICATE = ("lhs", "op", "rhs", "tolerance")


def read_condition(value: Marked, path: str, cx: Context) -> nodes.Condition | None:
    """Return a condition in any of its forms; what is wrong is reported, and None returned."""
    try:
        match value:
            case Scalar():
                return _read_text(value, path, cx)
            case Sequence():
                return _read_list(value, path, cx)
            case Mapping():
                return _read_mapping(value, path, cx)
    except FaultError as fault:
        cx.report(fault.code, fault.span, fault.message, *fault.helps)
        return None


def _read_text(value: Scalar, path: str, cx: Context) -> nodes.Condition | None:
    if not value.text.strip():
        cx.wrong_type(path, "a condition", value)
        return None
    scalar = cx.expression(value)
    if scalar is None:
        return None
    simple = simple_operand(scalar.text, partial(locate, scalar))
    if simple is not None:
        return truth(simple)
    # Lark costs more to import than most plays to read, and most plays have no expression.
    from tradec.dsl.expr import parse_condition  # noqa: PLC0415

    return parse_condition(scalar, cx.variables)


def _read_list(value: Sequence, path: str, cx: Context) -> nodes.Condition | None:
    if not value.items:
        raise FaultError("E603", value.span, f"`{path}` has no conditions")
    if _is_predicate(value):
        return _read_parts(value, path, cx)
    return _read_members(value, path, cx, is_any=False)


def _is_predicate(value: Sequence) -> bool:
    """Whether a list is one condition and not a list of conditions."""
    if len(value.items) < 2 or not isinstance(value.items[1], Scalar):
        return False
    word = value.items[1].text
    if word in OPERATORS or word in OPERATORS_RENAMED:
        return True
    first_is_name = isinstance(value.items[0], Scalar)
    if word in ARITHMETIC:
        return True
    # A lone word between two others was meant to be an operator.
    return first_is_name and len(value.items) in (3, 4) and word.isidentifier()


def _read_members(
    value: Sequence, path: str, cx: Context, *, is_any: bool
) -> nodes.Condition | None:
    members = [
        read_condition(item, f"{path}[{index}]" if len(value.items) > 1 else path, cx)
        for index, item in enumerate(value.items)
    ]
    read = [member for member in members if member is not None]
    if len(read) < len(members):
        return None
    return any_of(read, value.span) if is_any else all_of(read, value.span)


def _read_parts(value: Sequence, path: str, cx: Context) -> nodes.Condition | None:
    left, op, *rest = value.items
    if not rest or len(rest) > 2:
        text = "a condition is [left, operator, right]"
        raise FaultError("E502", value.span, f"{text}, received {len(value.items)} elements")
    tolerance = rest[1] if len(rest) == 2 else None
    return read_predicate(Parts(path, value.span, left, op, rest[0], tolerance), cx)


def _read_mapping(value: Mapping, path: str, cx: Context) -> nodes.Condition | None:
    unknown = [key for key, _ in value.entries if key.text not in CONDITION.by_name]
    for key in unknown:
        report_unknown(CONDITION, key, path, cx)
    if unknown:
        return None
    blocks = [(key, inner) for key, inner in value.entries if key.text in _BLOCKS]
    if not blocks:
        return _read_sides(value, path, cx)
    if len(value.entries) > 1:
        others = [key for key, _ in value.entries if key is not blocks[0][0]]
        _refuse_neighbors(blocks[0][0], others[0])
    return _read_block(*blocks[0], path, cx)


def _refuse_neighbors(first: Scalar, second: Scalar) -> None:
    raise FaultError(
        "E502",
        second.span,
        f"`{second.text}` stands beside `{first.text}` in one mapping",
        f"make a list with `{first.text}` and `{second.text}` as members",
    )


def _read_block(key: Scalar, value: Marked, path: str, cx: Context) -> nodes.Condition | None:
    path = join_path(path, key.text)
    match key.text:
        case "not":
            operand = read_condition(value, path, cx)
            span = key.span.to(value.span)
            return None if operand is None else nodes.Not(operand=operand, span=span)
        case "all" | "any":
            if not isinstance(value, Sequence):
                cx.wrong_type(path, "a list of conditions", value, "write `- ` before it")
                return None
            if not value.items:
                raise FaultError("E603", key.span, f"`{path}` has no conditions")
            return _read_members(value, path, cx, is_any=key.text == "any")
        case "setup":
            return _read_setup(value, path, cx)
        case _:
            return _read_window(key, value, path, cx)


def _read_setup(value: Marked, path: str, cx: Context) -> nodes.Condition | None:
    scalar = read_scalar(value, path, cx, "the name of a setup")
    return None if scalar is None else nodes.SetupRef(name=scalar.text.strip(), span=value.span)


def _read_window(key: Scalar, value: Marked, path: str, cx: Context) -> nodes.Condition | None:
    parts = read_window(key, value, path, cx)
    if parts is None:
        return None
    operand = read_condition(parts.expr, join_path(path, "expr"), cx)
    if operand is None:
        return None
    return nodes.Window(
        kind=parts.kind,
        length=parts.length,
        operand=operand,
        least=parts.least,
        every=parts.every,
        span=key.span.to(value.span),
    )


def _read_sides(value: Mapping, path: str, cx: Context) -> nodes.Condition | None:
    found = {key.text: inner for key, inner in value.entries}
    missing = [name for name in _PREDICATE[:3] if name not in found]
    if not value.entries:
        raise FaultError("E603", value.span, f"`{path}` has no conditions")
    for name in missing:
        at = value.entries[0][0].span
        cx.report("E102", at, f"`{join_path(path, name)}` is missing")
    if missing:
        return None
    parts = (found["lhs"], found["op"], found["rhs"], found.get("tolerance"))
    return read_predicate(Parts(path, value.span, *parts), cx)
