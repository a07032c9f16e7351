"""The invariants of the IR, checked after every pass in tests and under `--verify`."""

import math
from collections.abc import Iterator
from typing import TypeVar

from tradec.compiler import ir
from tradec.compiler.clocks import EVERY_MINUTE, EXEC_CLOSE
from tradec.compiler.plan import Plan, Timed
from tradec.compiler.reads import beside_rules, every_output, reads_of, rule_nodes
from tradec.compiler.rewrite import Tree, walk
from tradec.compiler.settings import setting
from tradec.compiler.types import Kind
from tradec.compiler.written_numbers import arguments, settings
from tradec.runtime.timeframe import ORDER

MAX_OFFSET = 500
"""The largest offset of the language (E507)."""

MAX_SAMPLES = 1440
"""The most samples of a window: a day of minutes."""

_NUMERIC = frozenset({Kind.INT, Kind.FLOAT})
_EQUALITY = frozenset({"==", "!="})

Stage = TypeVar("Stage", ir.Play, Timed, Plan)


class InvariantError(AssertionError):
    """An IR that no pass may give: a bug of the compiler, never of the play."""


def verify(stage: Stage) -> Stage:
    """Return `stage` itself; raise InvariantError with everything that is wrong in its play."""
    play = stage if isinstance(stage, ir.Play) else stage.play
    problems = list(_Verifier(play).problems())
    if problems:
        raise InvariantError("; ".join(problems))
    return stage


class _Verifier:
    def __init__(self, play: ir.Play) -> None:
        self._play = play
        self._outputs = {(name, output.name): output for name, output in every_output(play)}
        self._params = {default.name: default for default in play.params}
        self._series = {series.id: series for series in play.series}

    def problems(self) -> Iterator[str]:
        yield from self._of_bars()
        for place, series in enumerate(self._play.series):
            before = {other.id for other in self._play.series[:place]}
            yield from self._of_series(series, before)
        for block in self._play.blocks:
            yield from self._of_block(block)
        for node in (*rule_nodes(self._play), *beside_rules(self._play), *settings(self._play)):
            yield from self._of_node(node)
        yield from self._of_evaluation()

    def _of_evaluation(self) -> Iterator[str]:
        play = self._play
        modes = {EXEC_CLOSE} if play.exec == ORDER[0] else {EXEC_CLOSE, EVERY_MINUTE}
        if play.evaluation not in modes:
            yield f"evaluation {play.evaluation} on {play.exec}"
        for builtin in play.builtins:
            if builtin.timeframe not in {bars.id for bars in play.bars}:
                yield f"{builtin.id} counts bars of {builtin.timeframe}, which are not there"

    def _of_bars(self) -> Iterator[str]:
        names = [bars.id for bars in self._play.bars]
        if names != [name for name in ORDER if name in names]:
            yield f"bars are not timeframes, fastest first: {names}"
        if self._play.exec not in names:
            yield f"exec {self._play.exec} has no bars"
        ids = [*names, *(b.id for b in self._play.builtins), *(s.id for s in self._play.series)]
        yield from (f"{name} is declared twice" for name in sorted(set(ids)) if ids.count(name) > 1)

    def _of_series(self, series: ir.Series, before: set[str]) -> Iterator[str]:
        known = {bars.id for bars in self._play.bars} | before
        if series.timeframe not in {bars.id for bars in self._play.bars}:
            yield f"{series.id} runs on {series.timeframe}, which has no bars"
        for node in series.inputs:
            if node is not None:
                for part in walk(node):
                    yield from self._of_node(part)
                yield from self._of_input(series, node, known)
        for used in series.uses:
            if used not in before or self._series[used].timeframe != series.timeframe:
                yield f"{series.id} uses {used}, which does not step before it"
        for value in arguments(series):
            yield from self._of_node(value)

    def _of_input(self, series: ir.Series, node: ir.Number, known: set[str]) -> Iterator[str]:
        for read in reads_of(node):
            runs_on = self._series[read.series].timeframe if read.series in self._series else ""
            if read.series not in known or (runs_on or read.series) != series.timeframe:
                yield f"{series.id} reads {read.series}, which is not ready on its timeframe"
            if read.offset:
                yield f"{series.id} reads {read.series} with an offset"

    def _of_block(self, block: ir.Block) -> Iterator[str]:
        if not block.cases:
            yield f"block {block.id} has no case"
        for case in block.cases:
            if not case.emit:
                yield f"block {block.id} has a case that emits nothing"
        for intent in (
            i for emit in (*(c.emit for c in block.cases), block.otherwise) for i in emit
        ):
            yield from self._of_node(intent.percent)

    def _of_node(self, node: Tree) -> Iterator[str]:
        match node:
            case ir.Const():
                yield from _of_const(node)
            case ir.Param(name=name):
                yield from self._of_param(node, name)
            case ir.Read():
                yield from self._of_read(node)
            case ir.Negate() | ir.Arithmetic():
                yield from _of_arithmetic(node)
            case ir.Function():
                yield from _of_function(node)
            case ir.Compare():
                yield from _of_compare(node)
            case ir.In() | ir.Changed() | ir.Window():
                yield from self._of_cell_or_set(node)
            case ir.Cross() | ir.Between() | ir.Near():
                yield from _of_operands(node)
            case ir.All(operands=operands) | ir.Any(operands=operands) if len(operands) < 2:
                yield f"{type(node).__name__} of {len(operands)} operands"

    def _of_cell_or_set(self, node: ir.In | ir.Changed | ir.Window) -> Iterator[str]:
        match node:
            case ir.In(operand=operand, members=members):
                if len(members) < 2 or len(set(members)) < len(members):
                    yield f"In of {len(members)} members"
                kinds = {operand.type.kind, *(member.type.kind for member in members)}
                if Kind.FLOAT in kinds or (Kind.ENUM in kinds and len(kinds) > 1):
                    yield f"In of {', '.join(sorted(kinds))}"
            case ir.Changed(operand=operand):
                if next(reads_of(operand), None) is None:
                    yield "Changed of a constant"
            case ir.Window(samples=samples, stride=stride, least=least):
                values = {d.name: d.value for d in self._play.params}
                count, wanted = setting(samples, values), setting(least, values)
                if not (stride >= 1 and 1 <= wanted <= count <= MAX_SAMPLES):
                    yield f"Window of {wanted} of {count} samples, stride {stride}"

    def _of_param(self, node: ir.Param, name: str) -> Iterator[str]:
        if name not in self._params:
            yield f"variable {name} has no value"
        elif node.type.kind is Kind.INT and isinstance(self._params[name].value, float):
            yield f"variable {name} is read as a whole number"

    def _of_read(self, node: ir.Read) -> Iterator[str]:
        output = self._outputs.get((node.series, node.output))
        if output is None:
            yield f"{node.series}.{node.output} does not exist"
        elif output.type.kind is not node.type.kind:
            yield f"{node.series}.{node.output} is {output.type.kind}, read as {node.type.kind}"
        if not 0 <= node.offset <= MAX_OFFSET:
            yield f"{node.series}.{node.output} is read {node.offset} bars ago"


def _of_const(node: ir.Const) -> Iterator[str]:
    if isinstance(node.value, float) and not math.isfinite(node.value):
        yield f"literal {node.value}"
    if node.type.kind is not Kind.FLOAT and isinstance(node.value, float):
        yield f"literal {node.value} of kind {node.type.kind}"


def _of_arithmetic(node: ir.Negate | ir.Arithmetic) -> Iterator[str]:
    operands = (node.operand,) if isinstance(node, ir.Negate) else (node.left, node.right)
    kinds = {operand.type.kind for operand in operands}
    is_whole = kinds == {Kind.INT} and getattr(node, "op", "-") != "/"
    if not kinds <= _NUMERIC:
        yield f"arithmetic on {', '.join(sorted(kinds))}"
    if node.type.kind is not (Kind.INT if is_whole else Kind.FLOAT):
        yield f"arithmetic on {', '.join(sorted(kinds))} gives {node.type.kind}"


def _of_function(node: ir.Function) -> Iterator[str]:
    kinds = {operand.type.kind for operand in node.operands}
    fits = len(node.operands) == 1 if node.name == "abs" else len(node.operands) > 1
    if not fits or not kinds <= _NUMERIC:
        yield f"{node.name} of {len(node.operands)}, {', '.join(sorted(kinds))}"
    if node.type.kind is not (Kind.FLOAT if Kind.FLOAT in kinds else Kind.INT):
        yield f"{node.name} of {', '.join(sorted(kinds))} gives {node.type.kind}"


def _of_compare(node: ir.Compare) -> Iterator[str]:
    kinds = {node.left.type.kind, node.right.type.kind}
    if node.op in _EQUALITY and Kind.FLOAT in kinds:
        yield f"{node.op} on floats"
    if node.op not in _EQUALITY and not kinds <= _NUMERIC:
        yield f"{node.op} on {', '.join(sorted(kinds))}"
    if Kind.ENUM in kinds and len(kinds) > 1:
        yield f"an enum is compared with {', '.join(sorted(kinds - {Kind.ENUM}))}"


def _of_operands(node: ir.Cross | ir.Between | ir.Near) -> Iterator[str]:
    match node:
        case ir.Cross() | ir.Near():
            operands: tuple[ir.Number, ...] = (node.left, node.right)
        case ir.Between():
            operands = (node.operand, node.low, node.high)
    if not {operand.type.kind for operand in operands} <= _NUMERIC:
        yield f"{type(node).__name__} of something that is no number"
