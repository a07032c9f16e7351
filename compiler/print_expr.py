"""Types, numbers and conditions of the IR as text."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import assert_never

from tradec.compiler import ir
from tradec.compiler.types import (
    AnchoredMemory,
    Constant,
    FadingMemory,
    FiniteMemory,
    IntegralMemory,
    Kind,
    Memory,
    Type,
)

_INDENT = "  "


def type_text(type_: Type) -> str:
    """Return a type as `float price @15m lag 5 fading 0.8 1 0`; what is plain is left out."""
    parts = [str(type_.kind), type_.unit.replace(" ", "_")]
    parts += [f"{word}={code}" for word, code in type_.tokens]
    parts += [f"@{type_.timeframe}"] if type_.timeframe else []
    parts += [f"lag {type_.lag}"] if type_.lag else []
    return " ".join([*parts, *_memory_words(type_.memory)])


def _memory_words(memory: Memory) -> list[str]:
    match memory:
        case Constant():
            return []
        case FiniteMemory(bars=bars):
            return [f"finite {bars}"]
        case FadingMemory(decay=decay, order=order, window=window):
            return [f"fading {decay!r} {order} {window}"]
        case AnchoredMemory(event=event, bars_required=required):
            return [f"anchored {required} {event!r}"]
        case IntegralMemory(bars_required=required):
            return [f"integral {required}"]
        case _:
            assert_never(memory)


@dataclass(frozen=True, slots=True)
class Typed:
    """Prints with types, so that nothing is lost.

    A Read leaves out the type that `declared` has for it, a literal that of a plain number.
    """

    declared: dict[tuple[str, str], Type] = field(default_factory=dict)

    def number(self, node: ir.Number) -> str:
        """Return a number on one line."""
        if isinstance(node, ir.Const) and node.type == Type(kind=_plain_kind(node.value)):
            return literal_text(node)
        if isinstance(node, ir.Read) and self.declared.get((node.series, node.output)) == node.type:
            return read_text(node)
        return f"{self._bare(node)}{{{type_text(node.type)}}}"

    def _bare(self, node: ir.Number) -> str:
        match node:
            case ir.Const():
                return literal_text(node)
            case ir.Param(name=name):
                return f"${name}"
            case ir.Read():
                return read_text(node)
            case ir.Negate(operand=operand):
                return f"(- {self.number(operand)})"
            case ir.Arithmetic(op=op, left=left, right=right):
                return f"({self.number(left)} {op} {self.number(right)})"
            case ir.Function(name=name, operands=operands):
                return f"({name} {' '.join(map(self.number, operands))})"
            case _:
                assert_never(node)

    def condition(self, node: ir.Condition, depth: int = 0) -> list[str]:
        """Return a condition as lines, what it holds below it and further in."""
        match node:
            case ir.Not(operand=operand):
                return [f"{_INDENT * depth}not", *self.condition(operand, depth + 1)]
            case ir.All(operands=operands) | ir.Any(operands=operands):
                word = "all" if isinstance(node, ir.All) else "any"
                inner = (line for one in operands for line in self.condition(one, depth + 1))
                return [f"{_INDENT * depth}{word}", *inner]
            case ir.Window(operand=operand, samples=samples, stride=stride, least=least):
                count = f"{self.number(least)} of {self.number(samples)}"
                head = f"{_INDENT * depth}window {count} stride {stride}"
                return [head, *self.condition(operand, depth + 1)]
            case _:
                return [f"{_INDENT * depth}{_atom(node, self.number)}"]


class Short:
    """Prints on one line and without types, for people."""

    def any(self, node: ir.Node) -> str:
        """Return a number or a condition as an expression."""
        match node:
            case _ if isinstance(node, ir.Number):
                return self.number(node)
            case _ if isinstance(node, ir.Condition):
                return self.condition(node)
            case _:
                raise TypeError(f"{type(node).__name__} is no number and no condition")

    def number(self, node: ir.Number) -> str:
        """Return a number as an expression."""
        match node:
            case ir.Const():
                return literal_text(node)
            case ir.Param(name=name):
                return f"${{{name}}}"
            case ir.Read():
                return read_text(node).removesuffix(".value").replace(".value[", "[")
            case ir.Negate(operand=operand):
                return f"-{self.number(operand)}"
            case ir.Arithmetic(op=op, left=left, right=right):
                return f"({self.number(left)} {op} {self.number(right)})"
            case ir.Function(name=name, operands=operands):
                return f"{name}({', '.join(map(self.number, operands))})"
            case _:
                assert_never(node)

    def condition(self, node: ir.Condition) -> str:
        """Return a condition as an expression."""
        match node:
            case ir.Not(operand=operand):
                return f"not {self._inner(operand)}"
            case ir.All(operands=operands):
                return " and ".join(map(self._inner, operands))
            case ir.Any(operands=operands):
                return " or ".join(map(self._inner, operands))
            case ir.Window():
                return self._window(node)
            case _:
                return _atom(node, self.number)

    def _window(self, node: ir.Window) -> str:
        held, samples = self.condition(node.operand), self.number(node.samples)
        every = f", every {node.stride} steps" if node.stride > 1 else ""
        if node.least == node.samples:
            return f"holds({held}, {samples}{every})"
        if isinstance(node.least, ir.Const) and node.least.value == 1:
            return f"occurred({held}, {samples}{every})"
        return f"count({held}, {samples}{every}) >= {self.number(node.least)}"

    def _inner(self, node: ir.Condition) -> str:
        text = self.condition(node)
        return f"({text})" if isinstance(node, ir.All | ir.Any) else text


SHORT = Short()
_Atom = ir.Compare | ir.Cross | ir.Between | ir.Near | ir.In | ir.Changed | ir.Known


def _atom(node: _Atom, number: Callable[[ir.Number], str]) -> str:
    match node:
        case ir.Known(value=value):
            return "true" if value else "false"
        case ir.Compare(op=op, left=left, right=right):
            return f"{number(left)} {op} {number(right)}"
        case ir.Cross(above=above, left=left, right=right):
            return f"{number(left)} crosses {'above' if above else 'below'} {number(right)}"
        case ir.Between(operand=operand, low=low, high=high):
            return f"{number(operand)} between {number(low)} and {number(high)}"
        case ir.Near(relative=relative, left=left, right=right, tolerance=tolerance):
            within = f"ratio {number(tolerance)}" if relative else number(tolerance)
            return f"{number(left)} near {number(right)} within {within}"
        case ir.In(operand=operand, members=members):
            return f"{number(operand)} in ({', '.join(map(number, members))})"
        case ir.Changed(operand=operand):
            return f"changed({number(operand)})"
        case _:
            assert_never(node)


def literal_text(node: ir.Const) -> str:
    """Return a literal: an enum's word, `true`, or a number that reads back as itself."""
    match node.type.kind:
        case Kind.ENUM:
            words = {code: word for word, code in node.type.tokens}
            return words.get(int(node.value), str(node.value))
        case Kind.BOOL:
            return "true" if node.value else "false"
        case Kind.INT | Kind.FLOAT:
            return repr(node.value)


def read_text(node: ir.Read) -> str:
    """Return a read as `ema_9.value[2]`."""
    return f"{node.series}.{node.output}" + (f"[{node.offset}]" if node.offset else "")


def _plain_kind(value: float) -> Kind:
    return Kind.FLOAT if isinstance(value, float) else Kind.INT
