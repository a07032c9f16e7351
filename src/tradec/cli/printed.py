"""`--stop-after`: a play as one pass leaves it, as text."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from tradec.cli.diagnosed import tell, telling
from tradec.cli.error import CommandError
from tradec.cli.play_file import PlayFile
from tradec.cli.settings import current
from tradec.cli.suggest import did_you_mean
from tradec.cli.units import known_units

if TYPE_CHECKING:
    from tradec.compiler.pipeline import Stage


def printed_after(play: PlayFile, stop_after: str, overrides: Mapping[str, str]) -> str:
    """Return the play's text after the pass `stop_after`, its findings told on stderr."""
    from tradec.compiler import pipeline
    from tradec.compiler.context import Context
    from tradec.dsl.build import read_play
    from tradec.dsl.diagnostics import Diagnostics

    if stop_after not in pipeline.names():
        helps = did_you_mean(stop_after, pipeline.names())
        helps = helps or (f"the passes are {', '.join(pipeline.names())}",)
        raise CommandError(f"there is no pass `{stop_after}`", code="UNKNOWN_PASS", helps=helps)
    sink = Diagnostics()
    with telling(play.source, current()):
        written = read_play(play.source, sink, overrides)
        sink.stop_on_errors()
        assert written is not None, "a play without errors has a tree"
        context = Context(catalog=known_units(), diagnostics=sink)
        stage = pipeline.run(written, context, stop_after=stop_after)
        sink.stop_on_errors()
    tell(sink.all, play.source, current())
    return _text(stage)


def _text(stage: "Stage") -> str:
    """Return a stage in the notation of its type."""
    from tradec.compiler import ir, printer
    from tradec.dsl import nodes

    match stage:
        case nodes.Play():
            return "\n".join(_tree(stage, 0))
        case ir.Play():
            return printer.print_play(stage)
        case _:
            return printer.print_plan(stage)


def _tree(value: Any, depth: int, label: str = "") -> Iterator[str]:
    """Yield a surface node as an outline; what is absent is left out."""
    front = "  " * depth + label
    match value:
        case None | ():
            return
        case tuple():
            yield f"{front.rstrip()}"
            for item in value:
                yield from _tree(item, depth + 1, "- ")
        case _ if is_dataclass(value) and not isinstance(value, type):
            inner = [(f.name, getattr(value, f.name)) for f in fields(value) if f.name != "span"]
            if len(inner) == 1 and not isinstance(inner[0][1], tuple):
                yield f"{front}{type(value).__name__} {inner[0][1]!r}"
                return
            yield f"{front}{type(value).__name__}"
            for name, item in inner:
                yield from _tree(item, depth + 1, f"{name}: ")
        case _:
            yield f"{front}{value!r}"
