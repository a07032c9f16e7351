"""Conditions in the form of lists and mappings, and how these are laid out in YAML."""

from collections.abc import Iterator
from typing import TypeAlias, assert_never

from tradec.dsl import nodes
from tradec.dsl.print_expr import (
    Predicate,
    literal_text,
    print_condition,
    print_operand,
    ref_text,
    shortest,
)
from tradec.dsl.quoting import string_text

Written: TypeAlias = str | int | float | bool | list["Written"] | dict[str, "Written"]
"""A value of YAML: a str is text, whatever it looks like."""

_STEP = 2
_GROUPS = ("all", "any")


def condition_lists(node: nodes.Condition) -> Written:
    """Return a condition as lists and mappings that read back as the same node."""
    match node:
        case nodes.All(operands=operands):
            return {"all": [condition_lists(one) for one in operands]}
        case nodes.Any(operands=operands):
            return {"any": [condition_lists(one) for one in operands]}
        case nodes.Not(operand=operand):
            return {"not": condition_lists(operand)}
        case nodes.Truth(operand=operand):
            return operand_lists(operand)
        case nodes.SetupRef(name=name):
            return {"setup": name}
        case nodes.Changed():
            return print_condition(node)
        case nodes.Window():
            return _window(node)
        case _:
            return _predicate(node)


_WINDOWS = {"holds": "holds_for", "occurred": "occurred_within", "count": "count_true"}


def _window(node: nodes.Window) -> Written:
    match node.length:
        case nodes.Literal(value=str(duration)):
            name, inner = f"{_WINDOWS[node.kind]}_duration", _entries(duration=duration)
        case length:
            name, inner = _WINDOWS[node.kind], _entries(bars=operand_lists(length))
    if node.least:
        inner["min_true"] = operand_lists(node.least)
    if node.every:
        inner["anchor_tf"] = str(node.every.value)
    return {name: {**inner, "expr": condition_lists(node.operand)}}


def _entries(**entries: Written) -> dict[str, Written]:
    return entries


def _predicate(node: Predicate) -> Written:
    match node:
        case nodes.Compare(op=op, left=left, right=right):
            return [operand_lists(left), op, operand_lists(right)]
        case nodes.Cross(above=above, left=left, right=right):
            op = "cross_above" if above else "cross_below"
            return [operand_lists(left), op, operand_lists(right)]
        case nodes.Between(operand=operand, low=low, high=high):
            return [operand_lists(operand), "between", [operand_lists(low), operand_lists(high)]]
        case nodes.Near(relative=relative, left=left, right=right, tolerance=tolerance):
            op = "near_pct" if relative else "near_abs"
            return [
                operand_lists(left),
                op,
                operand_lists(right),
                operand_lists(shortest(tolerance)),
            ]
        case nodes.In(operand=operand, members=members):
            return [operand_lists(operand), "in", [operand_lists(member) for member in members]]
        case _:
            assert_never(node)


def operand_lists(node: nodes.Operand) -> Written:
    """Return an operand; a negative or a call has no form of its own and stays an expression."""
    match node:
        case nodes.Literal(value=value):
            return value
        case nodes.Ref():
            return ref_text(node)
        case nodes.Arithmetic(op=op, left=left, right=right):
            return [operand_lists(left), op, operand_lists(right)]
        case nodes.VarRef() | nodes.Negate() | nodes.Call():
            return print_operand(node)
        case _:
            assert_never(node)


def flow_text(value: Written, *, flow: bool = True) -> str:
    """Return a value on one line; `flow` says that it stands inside of brackets."""
    match value:
        case str():
            return string_text(value, flow=flow)
        case list():
            return f"[{', '.join(map(flow_text, value))}]"
        case dict():
            entries = (f"{key}: {flow_text(inner)}" for key, inner in value.items())
            return f"{{{', '.join(entries)}}}"
        case _:
            return literal_text(value)


def block_lines(value: Written, indent: int) -> Iterator[str]:
    """Yield the lines of a value that stands below its key, `indent` columns in."""
    blank = " " * indent
    match value:
        case dict():
            for key, inner in value.items():
                yield from _entry(f"{blank}{key}:", key, inner, indent)
        case _:
            yield f"{blank}{flow_text(value, flow=False)}"


def _entry(head: str, key: str, value: Written, indent: int) -> Iterator[str]:
    match value:
        case list() if key in _GROUPS:
            yield head
            for item in value:
                first, *rest = block_lines(item, indent + 2 * _STEP)
                yield f"{' ' * (indent + _STEP)}- {first.lstrip()}"
                yield from rest
        case dict():
            yield head
            yield from block_lines(value, indent + _STEP)
        case _:
            yield f"{head} {flow_text(value, flow=False)}"
