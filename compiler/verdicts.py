"""What every condition was at an instant, with its operands: their values, and as of which bar.

A verdict has the shape of its condition. The comparisons of an atom are told one by one, since a
`between` and a crossing have two: each with its truth and how far its sides are from each other. A
value that is missing says why.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tradec.compiler import ir
from tradec.compiler.evaluate import (
    Raw,
    Truth,
    compare,
    conjunction,
    counted,
    disjunction,
    double,
    is_missing,
    negation,
    truth,
)
from tradec.compiler.hindsight import At
from tradec.compiler.logic_of import unit_of
from tradec.compiler.print_expr import SHORT
from tradec.compiler.reads import every_output
from tradec.compiler.rewrite import walk
from tradec.compiler.settings import setting
from tradec.compiler.types import Kind
from tradec.runtime.timeframe import TIMEFRAMES

Shown = int | float | bool | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """A number of a condition as it was seen.

    `ts_bar` is the close of the bar of `timeframe` that it belongs to, None where it belongs to no
    single one; `because` says why the value is None. `reads` are the outputs that it is made of.
    """

    text: str
    value: Shown
    unit: str
    timeframe: str
    ts_bar: int | None
    because: str | None
    reads: tuple["Operand", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`left op right` at the instant `ts`; `distance` is None where there is none to tell."""

    op: str
    ts: int
    left: Operand
    right: Operand
    truth: Truth
    distance: float | None
    unit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the condition of a window was at one of its samples; `ts` None before the first."""

    ts: int | None
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A condition at an instant. `parts` are what it is made of, in the order written.

    The part of a window is its condition at its last sample. `because` says why it is Unknown.
    """

    condition: ir.Condition
    text: str
    form: str
    truth: Truth
    parts: tuple["Verdict", ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    operands: tuple[Operand, ...] = ()
    samples: tuple[Sample, ...] = ()
    least: int | None = None
    because: str | None = None

    def leaves(self) -> Iterator["Verdict"]:
        """Yield the parts that are no `all`, `any` or `not`."""
        if self.form not in {"all", "any", "not"}:
            yield self
            return
        for part in self.parts:
            yield from part.leaves()


class Teller:
    """Tells the conditions of one run, whose base bars begin at `ts0`."""

    def __init__(self, ts0: int, base_ms: int, play: ir.Play) -> None:
        self._ts0, self._base_ms = ts0, base_ms
        self._outputs = {(of, output.name): output for of, output in every_output(play)}
        self._timeframes = {one.id: one.id for one in play.bars}
        self._timeframes |= {one.id: one.timeframe for one in play.builtins}
        self._timeframes |= {one.id: one.timeframe for one in play.series}
        self._builtins = {one.id for one in play.builtins}

    def verdict(self, node: ir.Condition, at: At) -> Verdict:
        """Return what a condition was, with everything that it is made of."""
        made: dict[str, Any] = {"condition": node, "text": SHORT.condition(node)}
        match node:
            case ir.Not(operand=operand):
                inner = self.verdict(operand, at)
                return Verdict(form="not", truth=negation(inner.truth), parts=(inner,), **made)
            case ir.All(operands=operands):
                parts = tuple(self.verdict(one, at) for one in operands)
                found = conjunction([part.truth for part in parts])
                return Verdict(form="all", truth=found, parts=parts, **made)
            case ir.Any(operands=operands):
                parts = tuple(self.verdict(one, at) for one in operands)
                found = disjunction([part.truth for part in parts])
                return Verdict(form="any", truth=found, parts=parts, **made)
            case ir.Window():
                return self._window(node, at, made)
            case ir.Known(value=value):
                return Verdict(form="known", truth=value, **made)
            case _:
                return self._atom(node, at, made)

    def _window(self, node: ir.Window, at: At, made: dict[str, Any]) -> Verdict:
        views = at.samples(node)
        truths = at.window(node)
        least = int(setting(node.least, at.past.values))
        found = counted(truths, least)
        unknown = sum(one is None for one in truths)
        return Verdict(
            form="window",
            truth=found,
            parts=(self.verdict(node.operand, views[0]),) if views[0].place >= 0 else (),
            samples=tuple(
                Sample(ts=self.ts(view), truth=one) for view, one in zip(views, truths, strict=True)
            ),
            least=least,
            because=f"{unknown} of {len(truths)} samples are unknown" if found is None else None,
            **made,
        )

    def ts(self, at: At) -> int | None:
        """Return the instant of a view, None before the first tick."""
        return self._ts0 + (at.place + 1) * self._base_ms if at.place >= 0 else None

    def _atom(self, node: ir.Condition, at: At, made: dict[str, Any]) -> Verdict:
        found = truth(node, at)
        comparisons = tuple(self._comparisons(node, at))
        operands = () if comparisons else tuple(self._operands(node, at))
        told = operands or tuple(side for one in comparisons for side in (one.left, one.right))
        reasons = dict.fromkeys(f"{one.text}: {one.because}" for one in told if one.because)
        if found is None and not reasons:
            reasons = {"there was no step before this one": None}
        return Verdict(
            form=type(node).__name__.lower(),
            truth=found,
            comparisons=comparisons,
            operands=operands,
            because="; ".join(reasons) if found is None else None,
            **made,
        )

    def _comparisons(self, node: ir.Condition, at: At) -> Iterator[Comparison]:
        match node:
            case ir.Compare(op=op, left=left, right=right):
                yield self._comparison(op, left, right, at)
            case ir.Between(operand=operand, low=low, high=high):
                yield self._comparison("<=", low, operand, at)
                yield self._comparison("<=", operand, high, at)
            case ir.Cross(above=above, left=left, right=right):
                before, now = at.steps(node)
                ops = ("<=", ">") if above else (">=", "<")
                for op, view in zip(ops, (before, now), strict=True):
                    if view.place >= 0:
                        yield self._comparison(op, left, right, view)
            case ir.Near():
                yield self._nearness(node, at)

    def _comparison(self, op: str, left: ir.Number, right: ir.Number, at: At) -> Comparison:
        sides = at.value(left), at.value(right)
        unit = unit_of(left, right)
        known = unit is not None and not any(map(is_missing, sides))
        ts = self.ts(at)
        assert ts is not None
        return Comparison(
            op=op,
            ts=ts,
            left=self.operand(left, at),
            right=self.operand(right, at),
            truth=compare(op, *sides),
            distance=abs(double(sides[0]) - double(sides[1])) if known else None,
            unit=unit,
        )

    def _nearness(self, node: ir.Near, at: At) -> Comparison:
        """Return `|left - right| <= tolerance` as one comparison."""
        left, right, tolerance = (
            double(at.value(one)) for one in (node.left, node.right, node.tolerance)
        )
        bound = tolerance * abs(right) if node.relative else tolerance
        distance = abs(abs(left - right) - bound)
        ts = self.ts(at)
        assert ts is not None
        sides = self.operand(node.left, at), self.operand(node.right, at)
        names = [one.text for one in sides]
        whole = truth(node, at)
        because = next((one.because for one in sides if one.because), None)
        return Comparison(
            op="<=",
            ts=ts,
            left=Operand(
                text=f"|{names[0]} - {names[1]}|",
                value=None if whole is None else abs(left - right),
                unit=unit_of(node.left, node.right) or "",
                timeframe=sides[0].timeframe,
                ts_bar=None,
                because=because or ("the ratio is of zero" if whole is None else None),
                reads=sides,
            ),
            right=Operand(
                text="tolerance",
                value=None if whole is None else bound,
                unit=unit_of(node.left, node.right) or "",
                timeframe="",
                ts_bar=None,
                because=None,
            ),
            truth=whole,
            distance=None if whole is None else distance,
            unit=unit_of(node.left, node.right),
        )

    def _operands(self, node: ir.Condition, at: At) -> Iterator[Operand]:
        """Yield the operands of what is no comparison of two sides."""
        match node:
            case ir.In(operand=operand, members=members):
                yield from (self.operand(one, at) for one in (operand, *members))
            case ir.Changed(operand=operand):
                yield from (self.operand(operand, view) for view in at.steps(node))

    # --- operands -------------------------------------------------------------------------------

    def operand(self, node: ir.Number, at: At) -> Operand:
        """Return a number as it was seen."""
        value = at.value(node)
        if isinstance(node, ir.Read):
            return self._read(node, value, at)
        reads = dict.fromkeys(one for one in walk(node) if isinstance(one, ir.Read))
        told = tuple(self._read(one, at.value(one), at) for one in reads)
        because = next((f"{one.text}: {one.because}" for one in told if one.because), None)
        if is_missing(value) and because is None:
            because = "divided by zero, or beyond what numbers can be"
        return Operand(
            text=SHORT.number(node),
            value=_shown(value, node),
            unit=node.type.unit,
            timeframe=node.type.timeframe,
            ts_bar=None,
            because=because if is_missing(value) else None,
            reads=told,
        )

    def _read(self, node: ir.Read, value: Raw, at: At) -> Operand:
        timeframe = self._timeframes[node.series]
        return Operand(
            text=SHORT.number(node),
            value=_shown(value, node),
            unit=node.type.unit,
            timeframe=timeframe,
            ts_bar=self._ts_bar(node, timeframe, at),
            because=self._missing(node, timeframe, at) if is_missing(value) else None,
        )

    def _ts_bar(self, node: ir.Read, timeframe: str, at: At) -> int | None:
        ts = self.ts(at)
        if ts is None:
            return None
        frame = TIMEFRAMES[timeframe]
        return frame.open_of(frame.bar_number(ts) - node.offset)

    def _missing(self, node: ir.Read, timeframe: str, at: At) -> str:
        """Return why a read is missing."""
        ts = self.ts(at)
        if ts is None:
            return "there is no bar yet"
        if node.series in self._builtins:
            return "the data have none"
        frame = TIMEFRAMES[timeframe]
        first = frame.bar_number(self._ts0)
        first += frame.open_of(first) != self._ts0
        closed = frame.bar_number(ts) - first - node.offset
        needed = self._outputs[node.series, node.output].first_valid + 1
        if closed < needed:
            return f"warming up, bar {max(closed, 0)} of {needed} on {timeframe}"
        return f"there is no {node.output.replace('_', ' ')} now"


def _shown(value: Raw, node: ir.Number) -> Shown:
    if is_missing(value):
        return None
    match node.type.kind:
        case Kind.BOOL:
            return bool(value)
        case Kind.ENUM:
            words = {code: word for word, code in node.type.tokens}
            return words.get(int(value), int(value))
        case _:
            return value
