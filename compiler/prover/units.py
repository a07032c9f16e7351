"""What the SPECs say about the series of one play: ranges of outputs, relations among them."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from tradec.compiler import ir
from tradec.compiler.catalog import Catalog
from tradec.compiler.evaluate import Raw, is_missing
from tradec.compiler.prover.interval import (
    EVERYTHING,
    INFINITY,
    LEAST,
    MOST,
    NOTHING,
    Interval,
    combine,
    negate,
    of_function,
    point,
)
from tradec.compiler.prover.relations import Relation, depends_on_parameters, relations_of
from tradec.compiler.settings import play_values, unit_arguments
from tradec.compiler.types import Kind
from tradec.compiler.unit_algebra import PRICE
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import BAR_INPUTS, NEARLY, Output, Spec

_WHOLE = 2.0**53
_PRICE = Interval(LEAST, MOST)
_VOLUME = Interval(0.0, MOST)


@dataclass(frozen=True, slots=True)
class Range:
    """What a number can be: `rounded` as declared, `exact` with room for rounding."""

    exact: Interval
    rounded: Interval

    @classmethod
    def plain(cls, interval: Interval) -> "Range":
        """Return a range that needs no room."""
        return cls(interval, interval)

    @classmethod
    def point(cls, value: Raw) -> "Range":
        """Return the range of one number, nothing if it is the missing one."""
        return cls.plain(NOTHING if is_missing(value) else point(value))


@dataclass(frozen=True, slots=True)
class Described:
    """One series with what its SPEC says, for the parameters of the play.

    `hulls` are the relations that keep an output among the values of an input, `relations` all
    others; those about inputs that the series does not have are left out.
    """

    series: ir.Series
    spec: Spec
    arguments: Mapping[str, Any]
    inputs: Mapping[str, ir.Number]
    outputs: Mapping[str, ir.Output]
    relations: tuple[Relation, ...]
    hulls: tuple[Relation, ...]

    @classmethod
    def of(
        cls, series: ir.Series, spec: Spec, arguments: Mapping[str, Any], stated: Iterable[Relation]
    ) -> "Described":
        """Return what is declared of a series whose unit has the relations `stated`."""
        pairs = zip(spec.inputs, series.inputs, strict=True)
        inputs = {name: number for name, number in pairs if number is not None}
        known = frozenset((*inputs, *BAR_INPUTS))
        relations = [one for one in stated if one.inputs <= known]
        return cls(
            series,
            spec,
            arguments,
            inputs,
            {output.name: output for output in series.outputs},
            tuple(one for one in relations if not one.is_hull),
            tuple(one for one in relations if one.is_hull),
        )


class Units:
    """Looks up the series and bars of one play; `values` are those of its variables."""

    def __init__(self, play: ir.Play, catalog: Catalog) -> None:
        self.values = play_values(play, {})
        self._catalog = catalog
        self._bars = frozenset(bars.id for bars in play.bars)
        self._builtins = {builtin.id: builtin for builtin in play.builtins}
        self._series = {series.id: series for series in play.series}
        self._described: dict[str, Described] = {}
        self._fixed: dict[str, tuple[Relation, ...]] = {}
        self._ranges: dict[tuple[str, str], Range] = {}

    def timeframe(self, series: str) -> str:
        """Return the timeframe of a series, of bars, or of one of the market's own numbers."""
        if series in self._builtins:
            return self._builtins[series].timeframe
        return series if series in self._bars else self._series[series].timeframe

    def is_bars(self, series: str) -> bool:
        """Return whether a name is that of bars, which have every output."""
        return series in self._bars

    def described(self, series: str) -> Described | None:
        """Return what is declared of a series, None for bars and for the market's own numbers."""
        if series in self._bars or series in self._builtins:
            return None
        found = self._described.get(series)
        if found is None:
            found = self._described[series] = self._describe(self._series[series])
        return found

    def _describe(self, series: ir.Series) -> Described:
        spec = self._catalog.spec(series.unit)
        arguments = unit_arguments(series, spec, self.values)
        relations = self._fixed.get(series.unit)
        if relations is None:
            relations = relations_of(spec, arguments)
            if not depends_on_parameters(spec):
                self._fixed[series.unit] = relations
        return Described.of(series, spec, arguments, relations)

    def range(self, series: str, output: str) -> Range:
        """Return what an output can be where it has a value."""
        key = (series, output)
        found = self._ranges.get(key)
        if found is None:
            found = self._ranges[key] = self._range(series, output)
        return found

    def _range(self, series: str, output: str) -> Range:
        if series in self._builtins:
            priced = self._builtins[series].outputs[0].type.unit == PRICE
            return Range.plain(_PRICE if priced else EVERYTHING)
        described = self.described(series)
        if described is None:
            return Range.plain(_VOLUME if output == "volume" else _PRICE)
        return self._declared(described, described.spec.output(output))

    def _declared(self, described: Described, output: Output) -> Range:
        match output.kind:
            case "bool":
                return Range.plain(Interval(0.0, 1.0))
            case "enum":
                codes = [code for _, code in output.tokens]
                return Range.plain(Interval(min(codes), max(codes)))
            case "int":
                return Range.plain(_whole(output, self._ends(described, output)))
            case "float":
                ends, hull = self._ends(described, output), self._hull(described, output)
                exact = _widened(ends, output.slack).meet(_widened(hull, NEARLY))
                return Range(exact, ends.meet(hull))

    def _ends(self, described: Described, output: Output) -> Interval:
        if not self._is_given(described, output.given):
            return EVERYTHING
        low = _end(output.low, described.arguments)
        high = _end(output.high, described.arguments)
        return Interval(-INFINITY if low is None else low, INFINITY if high is None else high)

    def _is_given(self, described: Described, given: str) -> bool:
        """Return whether the condition under which the bounds of an output hold is met."""
        match ast.parse(given or "True", mode="eval").body:
            case ast.Compare(left=ast.Name(id="source"), ops=[op], comparators=[right]):
                low = self.range_of(described.inputs["source"]).rounded.low
                bound = float(evaluate(ast.unparse(right), {}))
                return low >= bound if isinstance(op, ast.GtE) else low > bound
            case _:
                return not given or bool(evaluate(given, described.arguments))

    def _hull(self, described: Described, output: Output) -> Interval:
        """Return where an output lies because it lies among the values of an input."""
        found = EVERYTHING
        for relation in (*described.relations, *described.hulls):
            for hull in relation.hulls:
                if hull.output == output.name:
                    ends = self.range_of(described.inputs[hull.input]).rounded
                    found = found.meet(_side(ends, highest=hull.highest))
        return found

    def range_of(self, number: ir.Number) -> Range:
        """Return what a number can be on any bar on which it has a value."""
        match number:
            case ir.Const(value=value):
                return Range.point(value)
            case ir.Param(name=name):
                return Range.point(self.values[name])
            case ir.Read(series=series, output=output):
                return self.range(series, output)
            case ir.Negate(operand=operand):
                inner = self.range_of(operand)
                return Range(negate(inner.exact), negate(inner.rounded))
            case ir.Arithmetic(op=op, left=left, right=right):
                whole = number.type.kind is not Kind.FLOAT
                one, two = self.range_of(left), self.range_of(right)
                return Range(
                    combine(op, one.exact, two.exact, whole=whole),
                    combine(op, one.rounded, two.rounded, whole=whole),
                )
            case ir.Function(name=name, operands=operands):
                found = [self.range_of(operand) for operand in operands]
                return Range(
                    of_function(name, [one.exact for one in found]),
                    of_function(name, [one.rounded for one in found]),
                )
            case _:
                assert_never(number)


def _end(bound: float | str | None, arguments: Mapping[str, Any]) -> float | None:
    return float(evaluate(bound, arguments)) if isinstance(bound, str) else bound


def _side(ends: Interval, *, highest: bool) -> Interval:
    return Interval(-INFINITY, ends.high) if highest else Interval(ends.low, INFINITY)


def _whole(output: Output, ends: Interval) -> Interval:
    """Return the range of a whole number, of which the empty value is missing.

    Counts and indices of bars stay far below 2**53.
    """
    low = ends.low + 1 if ends.low == output.empty else ends.low
    return Interval(max(low, -_WHOLE), min(ends.high, _WHOLE))


def _widened(ends: Interval, slack: float | None) -> Interval:
    """Return bounds that hold whatever rounding does; none where there is no scale."""
    if slack == 0:
        return ends
    most = max(abs(ends.low), abs(ends.high))
    if slack is None or most >= MOST:
        return EVERYTHING
    return Interval(ends.low - slack * most, ends.high + slack * most)
