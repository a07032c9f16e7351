"""Numbers and conditions of the IR in plain English, for people who do not write plays."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from tradec.compiler import ir
from tradec.compiler.clocks import Clock, clock_of
from tradec.compiler.print_expr import literal_text
from tradec.compiler.settings import play_values
from tradec.compiler.types import Kind
from tradec.dsl.words import number_text

COMPARISONS = {
    ">": "is above",
    ">=": "is at or above",
    "<": "is below",
    "<=": "is at or below",
    "==": "is",
    "!=": "is not",
}


class English:
    """Says the rules of one play, with the values that its variables have."""

    def __init__(self, play: ir.Play) -> None:
        self._play = play
        self._values: Mapping[str, int | float] = play_values(play, {})
        self._bars = {bars.id for bars in play.bars}
        self._timeframes = {one.id: one.timeframe for one in play.builtins}
        self._timeframes |= {one.id: one.timeframe for one in play.series}
        self._builtins = {one.id for one in play.builtins}
        self._single = {one.id for one in play.series if len(one.outputs) == 1}

    def number(self, node: ir.Number) -> str:
        """Return a number: `the 4h close`, `ema_9 (2 bars of 15m ago)`, `30 (variable slow)`."""
        match node:
            case ir.Const():
                plain = node.type.kind in {Kind.INT, Kind.FLOAT}
                return number_text(node.value) if plain else literal_text(node)
            case ir.Param(name=name):
                return f"{number_text(self._values[name])} (variable {name})"
            case ir.Read():
                return self._read(node)
            case ir.Negate(operand=operand):
                return f"minus {self.number(operand)}"
            case ir.Arithmetic(op=op, left=left, right=right):
                return f"({self.number(left)} {op} {self.number(right)})"
            case ir.Function():
                return self._function(node)
            case _:
                assert_never(node)

    def percent(self, node: ir.Setting) -> str:
        """Return a share that is written in percent: `2 %`, `2 % (variable stop)`."""
        if isinstance(node, ir.Param):
            return f"{number_text(self._values[node.name])} % (variable {node.name})"
        return f"{self.number(node)} %"

    def _function(self, node: ir.Function) -> str:
        names = {"abs": "the size of", "min": "the smallest of", "max": "the largest of"}
        inner = series_of(map(self.number, node.operands), "and")
        return f"({names[node.name]} {inner})"

    def _read(self, node: ir.Read) -> str:
        if node.series in self._bars:
            slower = "" if node.series == self._play.exec else f"{node.series} "
            name, timeframe = f"the {slower}{node.output}", node.series
        else:
            name, timeframe = self._named(node), self._timeframes[node.series]
        if not node.offset:
            return name
        return f"{name} ({counted(node.offset, 'bar')} of {timeframe} ago)"

    def _named(self, node: ir.Read) -> str:
        if node.series in self._builtins:
            return f"the {node.series.replace('_', ' ')}"
        return node.series if node.series in self._single else f"{node.series}.{node.output}"

    def condition(self, node: ir.Condition) -> str:
        """Return a condition as a clause that can follow `when`."""
        match node:
            case ir.Not(operand=operand):
                return f"not ({self.condition(operand)})"
            case ir.All(operands=operands):
                return " and ".join(map(self._inner, operands))
            case ir.Any(operands=operands):
                return " or ".join(map(self._inner, operands))
            case ir.Window():
                return f"{self._inner(node.operand)} {self._how_often(node)}"
            case ir.Known(value=value):
                return "it is looked at" if value else "never"
            case _:
                return self._atom(node)

    def _atom(self, node: ir.Compare | ir.Cross | ir.Between | ir.Near | ir.In | ir.Changed) -> str:
        say = self.number
        match node:
            case ir.Compare(op=op, left=left, right=right):
                return f"{say(left)} {COMPARISONS[op]} {say(right)}"
            case ir.Cross(above=above, left=left, right=right):
                return f"{say(left)} crosses {'above' if above else 'below'} {say(right)}"
            case ir.Between(operand=operand, low=low, high=high):
                return f"{say(operand)} is between {say(low)} and {say(high)}"
            case ir.Near():
                return f"{say(node.left)} is within {self._tolerance(node)} of {say(node.right)}"
            case ir.In(operand=operand, members=members):
                return f"{say(operand)} is {series_of(map(say, members), 'or')}"
            case ir.Changed(operand=operand):
                return f"{say(operand)} has changed"
            case _:
                assert_never(node)

    def _inner(self, node: ir.Condition) -> str:
        text = self.condition(node)
        return f"({text})" if isinstance(node, ir.All | ir.Any | ir.Window) else text

    def _tolerance(self, node: ir.Near) -> str:
        match node.tolerance:
            case number if not node.relative:
                return self.number(number)
            case ir.Const(value=value):
                return f"{number_text(round(value * 100, 10))} %"
            case ir.Arithmetic(op="/", left=ir.Param() as percent, right=ir.Const(value=100)):
                return self.percent(percent)
            case number:
                return f"the share {self.number(number)}"

    def _how_often(self, node: ir.Window) -> str:
        """Return how often of how many looks, the present one the last of them."""
        among = self._looks(node)
        if node.least == node.samples:
            return f"at each of the last {among}"
        if isinstance(node.least, ir.Const) and node.least.value == 1:
            return f"at least once in the last {among}"
        return f"at {self.number(node.least)} or more of the last {among}"

    def _looks(self, node: ir.Window) -> str:
        by_minute = clock_of(node, self._play) is Clock.MINUTE
        step = "minute" if by_minute else f"bar of {self._play.exec}"
        samples = self.number(node.samples)
        if node.stride == 1:
            return f"{samples} {_plural(step)}"
        return f"{samples} looks that are {node.stride} {_plural(step)} apart"


def series_of(words: Iterable[str], last: str) -> str:
    """Return `a, b or c`."""
    every = list(words)
    if len(every) == 1:
        return every[0]
    return f"{', '.join(every[:-1])} {last} {every[-1]}"


def counted(count: int, word: str) -> str:
    """Return `1 bar` or `2 bars`."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def _plural(step: str) -> str:
    return step.replace("bar", "bars") if step.startswith("bar") else f"{step}s"
