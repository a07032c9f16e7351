"""Conditions that literals decide: outside of what an output can be, or the wrong way round."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tradec.compiler import ir
from tradec.compiler.catalog import Catalog
from tradec.compiler.reads import rule_nodes
from tradec.compiler.settings import play_values, setting, unit_arguments
from tradec.dsl.diagnostics import Diagnostics, Label
from tradec.dsl.words import number_text
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import Output

_PERCENT = 100.0
_SMALL_PERCENT = 0.05
_INFINITY = float("inf")


@dataclass(frozen=True, slots=True)
class Range:
    """What an output can be, both ends included."""

    low: float
    high: float

    def __str__(self) -> str:
        if self.high == _INFINITY:
            return f"at least {number_text(self.low)}"
        if self.low == -_INFINITY:
            return f"at most {number_text(self.high)}"
        return f"from {number_text(self.low)} to {number_text(self.high)}"


Verdict: TypeAlias = Callable[[Range, float], bool | None]
"""Says of a range and a literal: True always, False never, None it depends."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """Checks the literals of one play's rules."""

    play: ir.Play
    catalog: Catalog
    diagnostics: Diagnostics

    def check(self) -> None:
        """Report E104, W107 and W113 of every condition."""
        for node in rule_nodes(self.play):
            match node:
                case ir.Between():
                    self._check_bounds(node)
                    self._check_between(node)
                case ir.Compare():
                    self._check_verdict(node.left, node.right, _VERDICTS[node.op])
                case ir.Cross():
                    verdict = _crosses_above if node.above else _crosses_below
                    self._check_verdict(node.left, node.right, verdict)
                case ir.Near(relative=True):
                    self._check_tolerance(node)
                case _:
                    continue

    def _check_bounds(self, node: ir.Between) -> None:
        low, high = self._value(node.low), self._value(node.high)
        if low is not None and high is not None and low > high:
            self.diagnostics.report(
                "E104",
                node.low.span,
                f"{number_text(low)} is above {number_text(high)}, so nothing is between them",
                labels=(Label(span=node.high.span, text="the upper bound"),),
                helps=("write the lower bound first",),
            )

    def _check_between(self, node: ir.Between) -> None:
        low, high = self._value(node.low), self._value(node.high)
        span = self._range(node.operand)
        if span is None or low is None or high is None or low > high:
            return
        if low > span.high or high < span.low:
            self._report(node.operand, node.low if low > span.high else node.high, span, "never")
        elif low <= span.low and high >= span.high:
            self._report(node.operand, node.low, span, "always")

    def _check_verdict(self, left: ir.Number, right: ir.Number, verdict: Verdict) -> None:
        span, value = self._range(left), self._value(right)
        if span is None or value is None:
            return
        holds = verdict(span, value)
        if holds is not None:
            self._report(left, right, span, "always" if holds else "never")

    def _check_tolerance(self, node: ir.Near) -> None:
        match node.tolerance:
            case ir.Const(value=ratio):
                percent: float = ratio * _PERCENT
            case ir.Arithmetic(left=ir.Param() as param):
                percent = setting(param, self._values())
            case _:
                return
        if percent < _SMALL_PERCENT * (1 - 1e-12):
            self.diagnostics.report(
                "W113",
                node.tolerance.span,
                f"a tolerance of {percent:g} % is very small",
                notes=("the tolerance is in percent, not a ratio",),
                helps=(f"write `{percent * _PERCENT:g}` if you mean {percent * _PERCENT:g} %",),
            )

    def _values(self) -> dict[str, int | float]:
        return play_values(self.play, {})

    def _value(self, number: ir.Number) -> int | float | None:
        match number:
            case ir.Const() | ir.Param():
                return setting(number, self._values())
            case ir.Negate(operand=operand):
                value = self._value(operand)
                return None if value is None else -value
            case _:
                return None

    def _range(self, number: ir.Number) -> Range | None:
        """Return what a plain read can be, None where nothing is known."""
        if not isinstance(number, ir.Read):
            return None
        series = next((s for s in self.play.series if s.id == number.series), None)
        if series is None:
            return None
        spec = self.catalog.spec(series.unit)
        arguments = unit_arguments(series, spec, self._values())
        return _range_of(spec.output(number.output), arguments)

    def _report(self, left: ir.Number, right: ir.Number, span: Range, when: str) -> None:
        assert isinstance(left, ir.Read)
        value = self._value(right)
        shown = "" if value is None else number_text(value)
        self.diagnostics.report(
            "W107",
            right.span,
            f"`{left.series}.{left.output}` and {shown}: the condition is {when} true",
            labels=(Label(span=left.span, text=str(span)),),
            notes=(f"`{left.output}` is {span}",),
        )


def _range_of(output: Output, arguments: Mapping[str, Any]) -> Range | None:
    if output.low is None and output.high is None:
        return None
    return Range(
        _bound(output.low, -_INFINITY, arguments), _bound(output.high, _INFINITY, arguments)
    )


def _bound(bound: float | str | None, otherwise: float, arguments: Mapping[str, Any]) -> float:
    match bound:
        case None:
            return otherwise
        case str(formula):
            return float(evaluate(formula, arguments))
        case number:
            return float(number)


def _above(span: Range, value: float) -> bool | None:
    return False if span.high <= value else True if span.low > value else None


def _below(span: Range, value: float) -> bool | None:
    return False if span.low >= value else True if span.high < value else None


def _equal(span: Range, value: float) -> bool | None:
    return None if span.low <= value <= span.high else False


def _opposite(verdict: Verdict) -> Verdict:
    def opposite(span: Range, value: float) -> bool | None:
        holds = verdict(span, value)
        return None if holds is None else not holds

    return opposite


def _crosses_above(span: Range, value: float) -> bool | None:
    return None if span.low <= value < span.high else False


def _crosses_below(span: Range, value: float) -> bool | None:
    return None if span.low < value <= span.high else False


_VERDICTS: dict[str, Verdict] = {
    ">": _above,
    "<": _below,
    ">=": _opposite(_below),
    "<=": _opposite(_above),
    "==": _equal,
    "!=": _opposite(_equal),
}
