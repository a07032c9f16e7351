"""Calls in expressions: `holds`, `occurred`, `count`, `setup`, `changed`, `abs`, `min`, `max`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from lark import Token, Tree

from tradec.dsl import nodes
from tradec.dsl.forms import MIRRORED, FaultError, call
from tradec.dsl.grammar import tokens, trees, value_of
from tradec.dsl.marked import Scalar
from tradec.dsl.scalars import locate
from tradec.dsl.span import Span

_Tree: TypeAlias = Tree[Token]

_WINDOWS = ("holds", "occurred", "count")
_COUNT = "count"
_USAGE = {
    "holds": "write `holds(condition, 5)` or `holds(condition, 4h)`",
    "occurred": "write `occurred(condition, 5)` or `occurred(condition, 4h)`",
    "count": "write `count(condition, 20) >= 15`",
    "setup": "write `setup(name)`",
    "changed": "write `changed(operand)`",
}


def is_count(tree: _Tree) -> bool:
    """Return whether a tree is a call of `count`, which only a comparison makes a condition."""
    return tree.data == "call" and _name(tree) == _COUNT


@dataclass(frozen=True, slots=True)
class Calls:
    """Reads the calls of one expression; `condition` and `operand` read what stands in them."""

    scalar: Scalar
    condition: Callable[[_Tree], nodes.Condition]
    operand: Callable[[_Tree], nodes.Operand]

    def read(self, tree: _Tree) -> nodes.Condition | nodes.Operand:
        """Return a call as a node; raises FaultError."""
        name, arguments = _name(tree), trees(tree)
        match name:
            case "holds" | "occurred":
                return self._window(tree, least=None)
            case "setup":
                return self._setup(tree)
            case "changed":
                self._check_count(tree, 1, 1)
                return nodes.Changed(operand=self.operand(arguments[0]), span=self._span(tree))
            case "count":
                text = "`count` is a number of samples, not a condition"
                raise FaultError("E506", self._span(tree), text, _USAGE[name])
            case _:
                return call(name, [self.operand(one) for one in arguments], self._span(tree))

    def compared(self, op: str, left: _Tree, right: _Tree, span: Span) -> nodes.Condition:
        """Return the window that a comparison of `count` with a number is."""
        if is_count(right) and not is_count(left):
            left, right, op = right, left, MIRRORED[op]
        least = None if is_count(right) else self._number(right)
        if op not in (">=", ">") or least is None:
            text = "`count` is compared with a number by `>=` or `>`"
            raise FaultError("E506", span, text, _USAGE[_COUNT])
        if op == ">":
            least = self._one_more(least)
        return self._window(left, least=least, span=span)

    def _one_more(self, least: nodes.Value) -> nodes.Value:
        match least:
            case nodes.Literal(value=int(value)) if not isinstance(value, bool):
                return nodes.Literal(value=value + 1, span=least.span)
            case _:
                text = "`count` is above a whole number or at least a variable"
                raise FaultError("E506", least.span, text, "write `>=`")

    def _window(
        self, tree: _Tree, *, least: nodes.Value | None, span: Span | None = None
    ) -> nodes.Window:
        name, arguments = _name(tree), trees(tree)
        self._check_count(tree, 2, 3)
        every = self._every(arguments[2]) if len(arguments) > 2 else None
        length = self._length(arguments[1], name)
        if every is not None and _is_duration(length):
            text = "`every` goes with a number of samples, not with a duration"
            raise FaultError("E506", every.span, text, f"write `{name}(..., 5, every 1h)`")
        return nodes.Window(
            kind=name,
            length=length,
            operand=self.condition(arguments[0]),
            least=least,
            every=every,
            span=span or self._span(tree),
        )

    def _length(self, tree: _Tree, name: str) -> nodes.Value:
        if tree.data == "timespan":
            (token,) = tokens(tree)
            return nodes.Literal(value=str(token).lower(), span=self._span(tree))
        number = self._number(tree)
        if number is not None:
            return number
        text = f"`{name}` takes a number of samples or a duration here"
        raise FaultError("E506", self._span(tree), text, _USAGE[name])

    def _number(self, tree: _Tree) -> nodes.Value | None:
        if tree.data not in ("number", "variable"):
            return None
        (token,) = tokens(tree)
        return value_of(token, self._span(tree))

    def _every(self, tree: _Tree) -> nodes.Literal:
        if tree.data != "every":
            text = "the third argument says how far two samples are apart"
            raise FaultError("E506", self._span(tree), text, "write `every 1h`")
        (token,) = tokens(tree)
        return nodes.Literal(value=str(token), span=self._token_span(token))

    def _setup(self, tree: _Tree) -> nodes.SetupRef:
        self._check_count(tree, 1, 1)
        (argument,) = trees(tree)
        named = self.operand(argument)
        match named:
            case nodes.Ref(qualifier=None, segments=(nodes.Segment(name=name, indexes=()),)):
                return nodes.SetupRef(name=name, span=named.span)
            case _:
                text = "`setup` takes the name of a setup"
                raise FaultError("E506", named.span, text, _USAGE["setup"])

    def _check_count(self, tree: _Tree, low: int, high: int) -> None:
        name, count = _name(tree), len(trees(tree))
        if not low <= count <= high:
            wanted = f"{low}" if low == high else f"{low} or {high}"
            text = f"`{name}` takes {wanted} argument{'s' * (high > 1)}, received {count}"
            raise FaultError("E506", self._span(tree), text, _USAGE[name])

    def _span(self, tree: _Tree) -> Span:
        return locate(self.scalar, tree.meta.start_pos, tree.meta.end_pos)

    def _token_span(self, token: Token) -> Span:
        return locate(self.scalar, token.start_pos or 0, token.end_pos or 0)


def _is_duration(length: nodes.Value) -> bool:
    return isinstance(length, nodes.Literal) and isinstance(length.value, str)


def _name(tree: _Tree) -> str:
    return str(tokens(tree)[0]).lower()
