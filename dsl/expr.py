"""Expressions of a play as nodes: one LALR grammar, then numbers and conditions told apart."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from lark import Token, Tree

from tradec.dsl import nodes
from tradec.dsl.calls import Calls, is_count
from tradec.dsl.forms import (
    FaultError,
    all_of,
    any_of,
    arithmetic,
    between,
    check_tolerance,
    compare,
    cross,
    member_of,
    near,
    negate,
    truth,
)
from tradec.dsl.grammar import parse, tokens, trees, value_of, write_tables
from tradec.dsl.marked import Scalar
from tradec.dsl.operands import read_number, reference
from tradec.dsl.scalars import locate
from tradec.dsl.span import Span
from tradec.dsl.variables import Variables

_Tree: TypeAlias = Tree[Token]

_MAX_DEPTH = 60
_CONDITIONS = (
    nodes.Compare
    | nodes.Cross
    | nodes.Between
    | nodes.Near
    | nodes.In
    | nodes.Changed
    | nodes.Truth
    | nodes.SetupRef
    | nodes.Window
    | nodes.Not
    | nodes.All
    | nodes.Any
)

_Node: TypeAlias = nodes.Operand | nodes.Condition


def parse_condition(scalar: Scalar, variables: Variables) -> nodes.Condition:
    """Return the condition that a scalar spells; raises FaultError."""
    return _Reader(scalar, variables).condition(parse(scalar, "condition"))


def parse_operand(scalar: Scalar, variables: Variables) -> nodes.Operand:
    """Return the operand that a scalar spells; raises FaultError."""
    return _Reader(scalar, variables).operand(parse(scalar, "operand"))


class _Reader:
    """Turns the tree of one expression into nodes."""

    def __init__(self, scalar: Scalar, variables: Variables) -> None:
        self._scalar = scalar
        self._variables = variables
        self._calls = Calls(scalar, self.condition, self.operand)
        self._depth = 0

    def condition(self, tree: _Tree) -> nodes.Condition:
        """Return a tree as a condition."""
        node = self._node(tree)
        return node if isinstance(node, _CONDITIONS) else truth(node)

    def operand(self, tree: _Tree) -> nodes.Operand:
        """Return a tree as an operand."""
        node = self._node(tree)
        if isinstance(node, _CONDITIONS):
            help_ = "join conditions with `and` or `or`"
            raise FaultError("E506", node.span, "a condition is not a number", help_)
        return node

    def _node(self, tree: _Tree) -> _Node:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            message = f"the expression is nested more than {_MAX_DEPTH} deep"
            raise FaultError("E506", self._scalar.span, message)
        node = _FORMS[tree.data](self, tree)
        self._depth -= 1
        return node

    def _span(self, tree: _Tree) -> Span:
        return locate(self._scalar, tree.meta.start_pos, tree.meta.end_pos)

    def any_(self, tree: _Tree) -> _Node:
        return any_of(map(self.condition, trees(tree)), self._span(tree))

    def all_(self, tree: _Tree) -> _Node:
        return all_of(map(self.condition, trees(tree)), self._span(tree))

    def not_(self, tree: _Tree) -> _Node:
        (inner,) = trees(tree)
        return nodes.Not(operand=self.condition(inner), span=self._span(tree))

    def compare_(self, tree: _Tree) -> _Node:
        left, right = trees(tree)
        (op,) = tokens(tree)
        if is_count(left) or is_count(right):
            return self._calls.compared(str(op), left, right, self._span(tree))
        return compare(str(op), self.operand(left), self.operand(right), self._span(tree))

    def is_(self, tree: _Tree) -> _Node:
        left, right = trees(tree)
        op = "==" if tree.data == "is_" else "!="
        return compare(op, self.operand(left), self.operand(right), self._span(tree))

    def cross_(self, tree: _Tree) -> _Node:
        left, right = map(self.operand, trees(tree))
        (direction,) = tokens(tree)
        above = direction.lower() in ("above", "over")
        return cross(above=above, left=left, right=right, span=self._span(tree))

    def between_(self, tree: _Tree) -> _Node:
        operand, low, high = map(self.operand, trees(tree))
        return between(operand, low, high, self._span(tree))

    def near_(self, tree: _Tree) -> _Node:
        left, right = map(self.operand, trees(tree))
        amount, *percent = tokens(tree)
        tolerance = self._value(amount)
        check_tolerance(self._variables.number(tolerance), tolerance.span)
        return near(left, right, tolerance, self._span(tree), relative=bool(percent))

    def arithmetic_(self, tree: _Tree) -> _Node:
        left, right = map(self.operand, trees(tree))
        (op,) = tokens(tree)
        return arithmetic(str(op), left, right, self._span(tree))

    def negate_(self, tree: _Tree) -> _Node:
        (inner,) = trees(tree)
        return negate(self.operand(inner), self._span(tree))

    def atom_(self, tree: _Tree) -> _Node:
        (token,) = tokens(tree)
        return self._value(token)

    def _value(self, token: Token) -> nodes.Value:
        return value_of(token, locate(self._scalar, token.start_pos or 0, token.end_pos or 0))

    def bool_(self, tree: _Tree) -> _Node:
        (token,) = tokens(tree)
        return nodes.Literal(value=token.lower() == "true", span=self._span(tree))

    def ref_(self, tree: _Tree) -> _Node:
        timeframes = tokens(tree)
        segments = tuple(self._segment(part) for part in trees(tree))
        timeframe = str(timeframes[0]) if timeframes else None
        return reference(timeframe, segments, self._span(tree))

    def _segment(self, tree: _Tree) -> nodes.Segment:
        (name,) = tokens(tree)
        span = self._span(tree)
        indexes = tuple(
            read_number("".join(tokens(index)), self._span(index)) for index in trees(tree)
        )
        return nodes.Segment(name=str(name), indexes=indexes, span=span)

    def timespan_(self, tree: _Tree) -> _Node:
        (token,) = tokens(tree)
        help_ = f"write `{token}.close` for a price of that timeframe"
        raise FaultError("E506", self._span(tree), f"`{token}` is a timeframe, not a value", help_)

    def in_(self, tree: _Tree) -> _Node:
        operand, *members = trees(tree)
        negated = tree.data == "not_in"
        read = [self.operand(member) for member in members]
        return member_of(self.operand(operand), read, self._span(tree), negated=negated)

    def call_(self, tree: _Tree) -> _Node:
        return self._calls.read(tree)

    def every_(self, tree: _Tree) -> _Node:
        text = "`every` stands in `holds`, `occurred` and `count` alone"
        raise FaultError("E506", self._span(tree), text)


_FORMS: Mapping[str, Callable[[_Reader, _Tree], _Node]] = MappingProxyType(
    {
        "any_": _Reader.any_,
        "all_": _Reader.all_,
        "not_": _Reader.not_,
        "compare": _Reader.compare_,
        "is_": _Reader.is_,
        "is_not": _Reader.is_,
        "cross": _Reader.cross_,
        "between": _Reader.between_,
        "near": _Reader.near_,
        "in_": _Reader.in_,
        "not_in": _Reader.in_,
        "arithmetic": _Reader.arithmetic_,
        "negate": _Reader.negate_,
        "number": _Reader.atom_,
        "variable": _Reader.atom_,
        "timespan": _Reader.timespan_,
        "bool_": _Reader.bool_,
        "ref": _Reader.ref_,
        "call": _Reader.call_,
        "every": _Reader.every_,
    }
)
"""How each rule of the grammar becomes a node."""


def main(arguments: list[str]) -> None:
    """Write the tables to the path behind `--tables`."""
    if len(arguments) != 2 or arguments[0] != "--tables":
        sys.exit("usage: python -m tradec.dsl.expr --tables PATH")
    write_tables(Path(arguments[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
