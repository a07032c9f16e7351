"""The relations of a SPEC as formulas about the terms of one bar."""

import ast
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from tradec.compiler import ir
from tradec.compiler.prices import price
from tradec.compiler.prover.comparison import MIRRORED, OPPOSITE, compare
from tradec.compiler.prover.formula import TRUE, Absent, Fact, Formula, both, either
from tradec.compiler.prover.relations import EXTREMES, PRESENT, Relation
from tradec.compiler.prover.terms import Place, Terms
from tradec.compiler.prover.units import Described
from tradec.compiler.rewrite import map_children
from tradec.compiler.types import Kind, Type
from tradec.compiler.typing_rules import arithmetic
from tradec.dsl.span import NOWHERE
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import BAR_INPUTS

_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Gt: ">",
    ast.Lt: "<",
    ast.GtE: ">=",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_OPERATIONS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
_SENTENCES = {
    "<": "{} is below {}",
    "<=": "{} is at most {}",
    "==": "{} is {}",
    "!=": "{} is not {}",
}


NumberT = TypeVar("NumberT", bound=ir.Number)


def stated(terms: Terms, described: Described, place: Place, relation: Relation) -> Formula:
    """Return a relation as it holds on the bar at `place`, where all that it names has a value."""
    is_simple = isinstance(relation.tree, ast.Compare) and not _is_truth(
        relation.tree.comparators[0]
    )
    said = Fact(f"for `{described.series.id}` it holds that `{relation.text}`")
    return _Statement(terms, described, place, None if is_simple else said).formula(relation)


@dataclass(frozen=True, slots=True)
class _Statement:
    """What the relations of one series say of the bar at `place`.

    A relation of several parts is said as a `whole`.
    """

    terms: Terms
    described: Described
    place: Place
    whole: Fact | None

    def formula(self, relation: Relation) -> Formula:
        """Return a relation as it holds where all that it names has a value."""
        return self._truth(relation.tree, wanted=True)

    def _truth(self, tree: ast.expr, *, wanted: bool) -> Formula:
        """Return what makes a part of a relation true, or false if that is `wanted`."""
        match tree:
            case ast.BoolOp(op=op, values=values):
                parts = [self._truth(value, wanted=wanted) for value in values]
                return both(parts) if isinstance(op, ast.And) is wanted else either(parts)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._truth(operand, wanted=not wanted)
            case ast.Call(func=ast.Name(id=name), args=[ast.Name(id=output)]) if name == PRESENT:
                return TRUE if wanted else self._absent(output)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._comparison(left, _SIGNS[type(op)], right, wanted=wanted)
            case ast.Compare(left=left, ops=[op, *ops], comparators=[middle, *rest]):
                head = ast.Compare(left=left, ops=[op], comparators=[middle])
                tail = ast.Compare(left=middle, ops=ops, comparators=rest)
                both_of = ast.BoolOp(op=ast.And(), values=[head, tail])
                return self._truth(both_of, wanted=wanted)
            case ast.Name():
                return self._compared(tree, "==", ast.Constant(value=1), wanted=wanted)
        raise AssertionError(ast.unparse(tree))

    def _absent(self, output: str) -> Formula:
        term = self._of(self._output(output))
        return Absent(term, self.whole or Fact("{} has no value", (term,)))

    def _comparison(self, left: ast.expr, sign: str, right: ast.expr, *, wanted: bool) -> Formula:
        if not (_is_truth(left) or _is_truth(right)):
            return self._compared(left, sign, right, wanted=wanted)
        same = (sign == "==") is wanted
        return either(
            both((self._truth(left, wanted=side), self._truth(right, wanted=side is same)))
            for side in (True, False)
        )

    def _compared(self, left: ast.expr, sign: str, right: ast.expr, *, wanted: bool) -> Formula:
        sign = sign if wanted else OPPOSITE[sign]
        if sign in {">", ">="}:
            left, sign, right = right, MIRRORED[sign], left
        one, two = self._term(left), self._term(right)
        fact = self.whole or Fact(_SENTENCES[sign], (one, two))
        is_hull = sign == "<=" and (isinstance(left, ast.Call) or isinstance(right, ast.Call))
        return compare(self.terms, sign, one, two, fact, rounded=is_hull)

    def _term(self, tree: ast.expr) -> int:
        match tree:
            case ast.Call(func=ast.Name(id=name), args=[ast.Name(id=source), *length]):
                return self._extreme(self._input(source), length, highest=EXTREMES[name])
            case _:
                return self._of(self._number(tree))

    def _of(self, number: ir.Number) -> int:
        return self.terms.of(number, self.place.steps)

    def _extreme(self, of: ir.Number, length: list[ast.expr], *, highest: bool) -> int:
        bars = None
        if length:
            bars = int(evaluate(ast.unparse(length[0]), self.described.arguments))
        return self.terms.extreme(of, self.place, bars, highest=highest)

    def _number(self, tree: ast.expr) -> ir.Number:
        match tree:
            case ast.Constant(value=int(value) | float(value)):
                return _const(value)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self._number(operand)
                return ir.Negate(operand=inner, type=inner.type)
            case ast.Name(id=name) if name in self.described.outputs:
                return self._output(name)
            case ast.Name(id=name) if name in (*self.described.spec.inputs, *BAR_INPUTS):
                return _shifted(self._input(name), self.place.offset)
            case ast.Name(id=name):
                return _const(self.described.arguments[name])
            case ast.BinOp(left=left, op=op, right=right):
                sign = _OPERATIONS[type(op)]
                return arithmetic(sign, self._number(left), self._number(right), NOWHERE)
        raise AssertionError(ast.unparse(tree))

    def _output(self, name: str) -> ir.Read:
        return ir.Read(
            series=self.described.series.id,
            output=name,
            offset=self.place.offset,
            type=self.described.outputs[name].type,
        )

    def _input(self, name: str) -> ir.Number:
        number = self.described.inputs.get(name)
        return price(name, self.place.timeframe) if number is None else number


def _is_truth(tree: ast.expr) -> bool:
    match tree:
        case ast.UnaryOp(op=op):
            return isinstance(op, ast.Not)
        case _:
            return isinstance(tree, ast.Compare | ast.BoolOp)


def _const(value: float) -> ir.Const:
    kind = Kind.INT if isinstance(value, int) else Kind.FLOAT
    return ir.Const(value=value, type=Type(kind=kind))


def _shifted(number: NumberT, offset: int) -> NumberT:
    """Return a number as it was `offset` bars of its timeframe ago."""
    if offset == 0:
        return number
    if isinstance(number, ir.Read):
        return replace(number, offset=number.offset + offset)
    return cast("NumberT", map_children(number, lambda child: _shifted(child, offset)))
