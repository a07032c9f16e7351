"""The types of numbers: what arithmetic gives, and which operators fit which operands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce

from tradec.compiler import ir
from tradec.compiler.memory import join, join_all, join_lag
from tradec.compiler.scope import Scope
from tradec.compiler.series import setting
from tradec.compiler.types import NUMBER, Kind, Type
from tradec.compiler.unit_algebra import combined, comparable, merged, negated
from tradec.dsl import nodes
from tradec.dsl.diagnostics import Diagnostics, Label
from tradec.dsl.span import NOWHERE, Span
from tradec.runtime.timeframe import ORDER

ORDERED = frozenset({">", "<", ">=", "<="})
_NUMERIC = frozenset({Kind.INT, Kind.FLOAT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Types the operands of one play; None stands for what is already reported."""

    scope: Scope
    variables: Mapping[str, nodes.Literal]
    diagnostics: Diagnostics

    def typed(self, operand: nodes.Operand) -> ir.Number | None:
        """Return the operand as the IR has it."""
        match operand:
            case nodes.Literal() | nodes.VarRef():
                return self._literal(operand)
            case nodes.Ref():
                return self.scope.read(operand)
            case nodes.Negate():
                return self._negate(operand)
            case nodes.Arithmetic():
                return self._arithmetic(operand)
            case nodes.Call():
                return self._call(operand)

    def numeric(self, operand: nodes.Operand, use: str) -> ir.Number | None:
        """Return an operand that is INT or FLOAT; report E501 for another one."""
        number = self.typed(operand)
        if number is None or number.type.kind in _NUMERIC:
            return number
        self.mismatch(number, f"{use} takes numbers")
        return None

    def value_of(self, number: ir.Number) -> int | float | None:
        """Return the number that a literal or a variable stands for, None for anything else."""
        match number:
            case ir.Const(value=value):
                return value
            case ir.Param(name=name):
                found = self.variables[name].value
                return None if isinstance(found, str) else found
            case _:
                return None

    def mismatch(self, number: ir.Number, rule: str, help_: str = "") -> None:
        """Report that an operand is of the wrong kind."""
        self.diagnostics.report(
            "E501",
            number.span,
            f"{describe(number)}, and {rule}",
            label=number.type.kind.upper(),
            helps=(help_,) if help_ else (),
        )

    def check_units(self, left: ir.Number, right: ir.Number) -> bool:
        """Return whether two operands can be compared; report E501 if not."""
        one, two = left.type.unit, right.type.unit
        if comparable(one, two):
            return True
        self.diagnostics.report(
            "E501",
            left.span,
            f"{_with_article(one)} cannot be compared with {_with_article(two)}",
            label=one,
            labels=(Label(span=right.span, text=two),),
            helps=("compare values of one unit, or scale one of them by the other's unit",),
        )
        return False

    def _literal(self, operand: nodes.Literal | nodes.VarRef) -> ir.Number | None:
        value = self.variables.get(operand.name) if isinstance(operand, nodes.VarRef) else operand
        if value is None or isinstance(value.value, str):
            shown = f"${{{operand.name}}}" if isinstance(operand, nodes.VarRef) else operand.value
            self.diagnostics.report("E501", operand.span, f"`{shown}` is no number")
            return None
        return setting(operand, self.variables)

    def _negate(self, node: nodes.Negate) -> ir.Number | None:
        operand = self.numeric(node.operand, "`-`")
        if operand is None:
            return None
        kind = replace(operand.type, unit=negated(operand.type.unit), tokens=())
        return ir.Negate(operand=operand, type=kind, span=node.span)

    def _call(self, node: nodes.Call) -> ir.Number | None:
        read = [self.numeric(one, f"`{node.function}`") for one in node.operands]
        found = [number for number in read if number is not None]
        if len(found) < len(read):
            return None
        first = found[0]
        fitting = [other for other in found if self.check_units(first, other)]
        if len(fitting) < len(found):
            return None
        if any(number.type.kind is Kind.FLOAT for number in found):
            found = [as_float(number) for number in found]
        return function(node.function, tuple(found), node.span)

    def _arithmetic(self, node: nodes.Arithmetic) -> ir.Number | None:
        left = self.numeric(node.left, f"`{node.op}`")
        right = self.numeric(node.right, f"`{node.op}`")
        if left is None or right is None:
            return None
        left, right = alike(left, right)
        return arithmetic(node.op, left, right, node.span)


def arithmetic(op: str, left: ir.Number, right: ir.Number, span: Span) -> ir.Arithmetic:
    """Return `left op right` with its type."""
    whole = left.type.kind is right.type.kind is Kind.INT and op != "/"
    kind = Type(
        kind=Kind.INT if whole else Kind.FLOAT,
        unit=combined(op, _measure(left), _measure(right)),
        timeframe=_fastest(left.type.timeframe, right.type.timeframe),
        lag=join_lag(left.type.lag, right.type.lag),
        memory=join(left.type.memory, right.type.memory),
    )
    return ir.Arithmetic(op=op, left=left, right=right, type=kind, span=span)


def function(name: str, operands: tuple[ir.Number, ...], span: Span) -> ir.Function:
    """Return `abs`, `min` or `max` with its type."""
    types = [operand.type for operand in operands]
    whole = all(kind.kind is Kind.INT for kind in types)
    kind = Type(
        kind=Kind.INT if whole else Kind.FLOAT,
        unit=reduce(merged, (one.unit for one in types)),
        timeframe=reduce(_fastest, (one.timeframe for one in types)),
        lag=join_lag(*(one.lag for one in types)),
        memory=join_all([one.memory for one in types]),
    )
    return ir.Function(name=name, operands=operands, type=kind, span=span)


def alike(left: ir.Number, right: ir.Number) -> tuple[ir.Number, ir.Number]:
    """Return two operands with whole literals beside a FLOAT as floats: 70 is 70.0 there."""
    if left.type.kind is Kind.FLOAT:
        right = as_float(right)
    if right.type.kind is Kind.FLOAT:
        left = as_float(left)
    return left, right


def as_float(number: ir.Number) -> ir.Number:
    """Return a whole literal as a float, anything else as it is."""
    match number:
        case ir.Const(value=int(value), type=Type(kind=Kind.INT)):
            return replace(number, value=float(value), type=replace(number.type, kind=Kind.FLOAT))
        case _:
            return number


def float_const(value: float, span: Span = NOWHERE) -> ir.Const:
    """Return a real literal."""
    return ir.Const(value=value, type=Type(kind=Kind.FLOAT), span=span)


def describe(number: ir.Number) -> str:
    """Return what an operand is, in the words of a message."""
    return f"{called(number)} is {number.type.kind.upper()}"


def called(number: ir.Number) -> str:
    """Return how the play calls an operand."""
    match number:
        case ir.Read(series=series, output=output):
            return f"`{output}`" if series in ORDER else f"`{series}.{output}`"
        case ir.Const(value=value, type=Type(kind=Kind.BOOL)):
            return "`true`" if value else "`false`"
        case ir.Const(value=value):
            return f"`{value}`"
        case ir.Param(name=param):
            return f"`${{{param}}}`"
        case ir.Function(name=name):
            return f"`{name}`"
        case ir.Negate() | ir.Arithmetic():
            return "the result"


def _measure(number: ir.Number) -> tuple[str, bool]:
    return number.type.unit, not number.type.timeframe


def _fastest(left: str, right: str) -> str:
    return min((tf for tf in (left, right) if tf), key=ORDER.index, default="")


def _with_article(unit: str) -> str:
    shown = "number" if unit == NUMBER else unit
    return f"an {shown}" if shown[0] in "aeiou" else f"a {shown}"
