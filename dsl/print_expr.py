"""Conditions as expressions, with the parentheses that they need and no others."""

from typing import Final, TypeAlias, assert_never

from tradec.dsl import nodes
from tradec.dsl.words import to_bool

_SUM: Final = 1
_PRODUCT: Final = 2
_UNARY: Final = 3
_ATOM: Final = 4
_LEVELS = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "%": _PRODUCT}


def print_condition(node: nodes.Condition) -> str:
    """Return a condition as an expression that reads back as the same node."""
    match node:
        case nodes.All(operands=operands):
            return " and ".join(map(_member, operands))
        case nodes.Any(operands=operands):
            return " or ".join(map(_member, operands))
        case nodes.Not(operand=operand):
            return f"not {_negated(operand)}"
        case nodes.Truth(operand=operand):
            return print_operand(operand)
        case nodes.SetupRef(name=name):
            return f"setup({name})"
        case nodes.Changed(operand=operand):
            return f"changed({print_operand(operand)})"
        case nodes.Window():
            return _window(node)
        case _:
            return _predicate(node)


def _window(node: nodes.Window) -> str:
    every = f", every {node.every.value}" if node.every else ""
    inner = f"{print_condition(node.operand)}, {print_operand(node.length)}{every}"
    least = f" >= {print_operand(node.least)}" if node.least else ""
    return f"{node.kind}({inner}){least}"


def joined(node: nodes.Condition) -> tuple[str, list[str]] | None:
    """Return the word between the members of a group and the members; None if it is no group."""
    match node:
        case nodes.All(operands=operands):
            return "and", list(map(_member, operands))
        case nodes.Any(operands=operands):
            return "or", list(map(_member, operands))
        case _:
            return None


def _member(node: nodes.Condition) -> str:
    text = print_condition(node)
    return f"({text})" if isinstance(node, nodes.All | nodes.Any) else text


def _negated(node: nodes.Condition) -> str:
    text = print_condition(node)
    match node:
        case nodes.Truth() | nodes.SetupRef() | nodes.Changed() | nodes.Window(least=None):
            return text
        case _:
            return f"({text})"


Predicate: TypeAlias = nodes.Compare | nodes.Cross | nodes.Between | nodes.Near | nodes.In


def _predicate(node: Predicate) -> str:
    match node:
        case nodes.Compare(op=op, left=left, right=right):
            return f"{print_operand(left)} {op} {print_operand(right)}"
        case nodes.Cross(above=above, left=left, right=right):
            way = "above" if above else "below"
            return f"{print_operand(left)} crosses {way} {print_operand(right)}"
        case nodes.Between(operand=operand, low=low, high=high):
            bounds = f"{print_operand(low)} and {print_operand(high)}"
            return f"{print_operand(operand)} between {bounds}"
        case nodes.Near(relative=relative, left=left, right=right, tolerance=tolerance):
            within = print_operand(shortest(tolerance)) + ("%" if relative else "")
            return f"{print_operand(left)} near {print_operand(right)} within {within}"
        case nodes.In(operand=operand, members=members):
            return f"{print_operand(operand)} in ({', '.join(map(print_operand, members))})"
        case _:
            assert_never(node)


def print_operand(node: nodes.Operand, level: int = _SUM) -> str:
    """Return an operand, in parentheses if it binds less than `level` asks for."""
    match node:
        case nodes.Literal(value=value):
            return literal_text(value)
        case nodes.VarRef(name=name):
            return f"${{{name}}}"
        case nodes.Ref():
            return ref_text(node)
        case nodes.Negate(operand=operand):
            return _wrapped(f"-{print_operand(operand, _ATOM)}", _UNARY, level)
        case nodes.Arithmetic(op=op, left=left, right=right):
            own = _LEVELS[op]
            text = f"{print_operand(left, own)} {op} {print_operand(right, own + 1)}"
            return _wrapped(text, own, level)
        case nodes.Call(function=function, operands=operands):
            return f"{function}({', '.join(map(print_operand, operands))})"
        case _:
            assert_never(node)


def shortest(node: nodes.Value) -> nodes.Value:
    """Return a value that may be a whole number or a float as it is written shortest."""
    match node:
        case nodes.Literal(value=float(value)) if value.is_integer():
            return nodes.Literal(value=int(value), span=node.span)
        case _:
            return node


def _wrapped(text: str, own: int, level: int) -> str:
    return f"({text})" if own < level else text


def literal_text(value: float | bool | str) -> str:  # noqa: FBT001  any literal
    """Return a literal as it is written."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case str():
            assert to_bool(value) is None
            return value


def ref_text(node: nodes.Ref) -> str:
    """Return a reference as `1h.macd.signal[2]`."""
    names = [_segment_text(segment) for segment in node.segments]
    return ".".join([node.qualifier, *names] if node.qualifier else names)


def _segment_text(segment: nodes.Segment) -> str:
    return segment.name + "".join(f"[{index!r}]" for index in segment.indexes)
