"""Expressions of a play as nodes: one LALR grammar, then numbers and conditions told apart."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from lark import Token, Tree

from tradec.dsl import nodes
from tradec.dsl.forms import (
    FaultError,
    all_of,
    any_of,
    arithmetic,
    between,
    check_tolerance,
    compare,
    cross,
    near,
    negate,
    truth,
)
from tradec.dsl.grammar import parse, write_tables
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
    | nodes.Truth
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
        return any_of(map(self.condition, _trees(tree)), self._span(tree))

    def all_(self, tree: _Tree) -> _Node:
        return all_of(map(self.condition, _trees(tree)), self._span(tree))

    def not_(self, tree: _Tree) -> _Node:
        (inner,) = _trees(tree)
        return nodes.Not(operand=self.condition(inner), span=self._span(tree))

    def compare_(self, tree: _Tree) -> _Node:
        left, right = _trees(tree)
        (op,) = _tokens(tree)
        return compare(str(op), self.operand(left), self.operand(right), self._span(tree))

    def is_(self, tree: _Tree) -> _Node:
        left, right = _trees(tree)
        op = "==" if tree.data == "is_" else "!="
        return compare(op, self.operand(left), self.operand(right), self._span(tree))

    def cross_(self, tree: _Tree) -> _Node:
        left, right = map(self.operand, _trees(tree))
        (direction,) = _tokens(tree)
        above = direction.lower() in ("above", "over")
        return cross(above=above, left=left, right=right, span=self._span(tree))

    def between_(self, tree: _Tree) -> _Node:
        operand, low, high = map(self.operand, _trees(tree))
        return between(operand, low, high, self._span(tree))

    def near_(self, tree: _Tree) -> _Node:
        left, right = map(self.operand, _trees(tree))
        amount, *percent = _tokens(tree)
        tolerance = self._value(amount)
        check_tolerance(self._variables.number(tolerance), tolerance.span)
        return near(left, right, tolerance, self._span(tree), relative=bool(percent))

    def arithmetic_(self, tree: _Tree) -> _Node:
        left, right = map(self.operand, _trees(tree))
        (op,) = _tokens(tree)
        return arithmetic(str(op), left, right, self._span(tree))

    def negate_(self, tree: _Tree) -> _Node:
        (inner,) = _trees(tree)
        return negate(self.operand(inner), self._span(tree))

    def atom_(self, tree: _Tree) -> _Node:
        (token,) = _tokens(tree)
        return self._value(token)

    def _value(self, token: Token) -> nodes.Value:
        span = self._token_span(token)
        if token.type == "VAR":
            return nodes.VarRef(name=token[2:-1], span=span)
        return nodes.Literal(value=read_number(token, span), span=span)

    def _token_span(self, token: Token) -> Span:
        return locate(self._scalar, token.start_pos or 0, token.end_pos or 0)

    def bool_(self, tree: _Tree) -> _Node:
        (token,) = _tokens(tree)
        return nodes.Literal(value=token.lower() == "true", span=self._span(tree))

    def ref_(self, tree: _Tree) -> _Node:
        timeframes = _tokens(tree)
        segments = tuple(self._segment(part) for part in _trees(tree))
        timeframe = str(timeframes[0]) if timeframes else None
        return reference(timeframe, segments, self._span(tree))

    def _segment(self, tree: _Tree) -> nodes.Segment:
        (name,) = _tokens(tree)
        span = self._span(tree)
        indexes = tuple(
            read_number("".join(_tokens(index)), self._span(index)) for index in _trees(tree)
        )
        return nodes.Segment(name=str(name), indexes=indexes, span=span)

    def timespan_(self, tree: _Tree) -> _Node:
        (token,) = _tokens(tree)
        help_ = f"write `{token}.close` for a price of that timeframe"
        raise FaultError("E506", self._span(tree), f"`{token}` is a timeframe, not a value", help_)

    def later_(self, tree: _Tree) -> _Node:
        names = {"in_": "in", "not_in": "not in", "every": "every"}
        token = _tokens(tree)[0] if tree.data == "call" else None
        name = str(token).lower() if token else names[tree.data]
        span = self._token_span(token) if token else self._span(tree)
        raise FaultError("E108", span, f"`{name}` is not supported yet")


def _trees(tree: _Tree) -> list[_Tree]:
    return [child for child in tree.children if not isinstance(child, str)]


def _tokens(tree: _Tree) -> list[Token]:
    return [child for child in tree.children if isinstance(child, str)]


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
        "in_": _Reader.later_,
        "not_in": _Reader.later_,
        "arithmetic": _Reader.arithmetic_,
        "negate": _Reader.negate_,
        "number": _Reader.atom_,
        "variable": _Reader.atom_,
        "timespan": _Reader.timespan_,
        "bool_": _Reader.bool_,
        "ref": _Reader.ref_,
        "call": _Reader.later_,
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
