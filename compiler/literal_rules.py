"""What literals say that no play can mean: bounds the wrong way round, tolerances as ratios."""

from dataclasses import dataclass

from tradec.compiler import ir
from tradec.compiler.reads import rule_nodes
from tradec.compiler.settings import play_values, setting
from tradec.dsl.diagnostics import Diagnostics, Label
from tradec.dsl.words import number_text

_PERCENT = 100.0
_SMALL_PERCENT = 0.05


@dataclass(frozen=True, slots=True)
class LiteralRules:
    """Checks the literals of one play's rules."""

    play: ir.Play
    diagnostics: Diagnostics

    def check(self) -> None:
        """Report E104 and W113 of every condition."""
        for node in rule_nodes(self.play):
            match node:
                case ir.Between():
                    self._check_bounds(node)
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
