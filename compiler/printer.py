"""Prints the IR and the plan as stable text: same meaning, same text, nothing lost but spans."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from tradec.compiler import ir
from tradec.compiler.plan import Plan, Timed, Warmup
from tradec.compiler.print_expr import SHORT, Typed, type_text
from tradec.compiler.reads import every_output

RECORDS = ("policy", "account", "risk", "entry", "backtest", "deploy", "validation")
"""The records of a play that hold its money rules and what surrounds them."""


def print_play(play: ir.Play) -> str:
    """Return the play as text, one line for each fact."""
    return "\n".join(_play_lines(play)) + "\n"


def print_plan(stage: Timed | Plan) -> str:
    """Return the play, its warm-up and, of a plan, the layout of its state."""
    lines = [*_play_lines(stage.play), "", *map(_warmup_line, stage.warmup)]
    if isinstance(stage, Plan):
        lines += _layout_lines(stage)
    return "\n".join(lines) + "\n"


def _warmup_line(need: Warmup) -> str:
    return f"warmup {need.timeframe} {need.bars} {need.memory}: {need.because}"


def _layout_lines(plan: Plan) -> Iterator[str]:
    for ring in plan.rings:
        yield f"ring {ring.series}.{ring.name}: {ring.ctype}[{ring.size}]"
    for history in plan.histories:
        yield f"history {history.series}.{history.output} {history.depth}"
    for ticking in plan.cells:
        yield f"cell {ticking.clock}: {SHORT.condition(ticking.cell)}"
    for series, output in plan.witnessed:
        yield f"witnessed {series}.{output}"


def _play_lines(play: ir.Play) -> Iterator[str]:
    typed = Typed({(name, output.name): output.type for name, output in every_output(play)})
    yield f"play {play.name}"
    yield f"symbol {play.symbol}"
    yield f"exec {play.exec}"
    yield f"evaluation {play.evaluation}"
    yield from (f"role {role} {timeframe}" for role, timeframe in play.roles)
    yield f"warmup_tolerance {play.warmup_tolerance!r}"
    yield from (f"param {default.name} {default.value!r}" for default in play.params)
    for bars in play.bars:
        yield from ("", f"bars {bars.id}", *map(_output_line, bars.outputs))
    for builtin in play.builtins:
        head = f"builtin {builtin.id} @{builtin.timeframe}"
        yield from ("", head, *map(_output_line, builtin.outputs))
    for series in play.series:
        yield from ("", *_series_lines(series, typed))
    for block in play.blocks:
        yield from ("", *_block_lines(block, typed))
    yield ""
    for name in RECORDS:
        yield from _record(name, getattr(play, name), typed)


def _series_lines(series: ir.Series, typed: Typed) -> Iterator[str]:
    private = " private" if series.private else ""
    yield f"series {series.id} {series.kind} {series.unit} @{series.timeframe}{private}"
    for name, value in series.params:
        yield f"  set {name} {_given(value, typed)}"
    for node in series.inputs:
        yield f"  takes {_optional(node, typed)}"
    yield from (f"  uses {used}" for used in series.uses)
    yield from map(_output_line, series.outputs)


def _output_line(output: ir.Output) -> str:
    empty = "" if output.empty is None else f" empty {output.empty}"
    marks = f"{empty} exclusive" if output.exclusive else empty
    return f"  gives {output.name} from {output.first_valid}{marks}: {type_text(output.type)}"


def _block_lines(block: ir.Block, typed: Typed) -> Iterator[str]:
    yield f"block {block.id}"
    for case in block.cases:
        yield "  when"
        yield from typed.condition(case.when, 2)
        yield "  emit"
        yield from (line for intent in case.emit for line in _intent_lines(intent, typed))
    if block.otherwise:
        yield "  else"
        yield from (line for intent in block.otherwise for line in _intent_lines(intent, typed))


def _intent_lines(intent: ir.Intent, typed: Typed) -> Iterator[str]:
    yield f"    {intent.action.name.lower()} {typed.number(intent.percent)}"
    for note in intent.metadata:
        value = note.value
        shown = f"= {value.text!r}" if isinstance(value, ir.Word) else typed.number(value)
        yield f"      note {note.name!r} {shown}"


def _record(name: str, node: ir.Node, typed: Typed, depth: int = 0) -> Iterator[str]:
    """Yield a record of money rules: its class, then a line for each field."""
    yield f"{'  ' * depth}{name} {type(node).__name__}"
    for item in fields(node):
        if item.name != "span":
            yield from _field(item.name, getattr(node, item.name), typed, depth + 1)


def _field(name: str, value: Any, typed: Typed, depth: int) -> Iterator[str]:
    indent = "  " * depth
    match value:
        case None:
            yield f"{indent}{name} absent"
        case ir.Const() | ir.Param() | ir.Read():
            yield f"{indent}{name} {typed.number(value)}"
        case ir.Node():
            yield from _record(name, value, typed, depth)
        case _:
            yield f"{indent}{name} = {value!r}"


def _given(value: ir.Given, typed: Typed) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(typed.number, value))}]"
    return _optional(value, typed)


def _optional(value: ir.Number | None, typed: Typed) -> str:
    return "absent" if value is None else typed.number(value)
