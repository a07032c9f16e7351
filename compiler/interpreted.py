"""Gives the interpreter the seam of a compiled strategy, so that one engine runs both."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tradec.compiler import ir
from tradec.compiler.catalog import Catalog
from tradec.compiler.interpreter import Interpreter
from tradec.runtime.timeframe import TIMEFRAMES

if TYPE_CHECKING:
    from tradec.runtime.strategy import Strategy


def strategy_of(
    play: ir.Play, catalog: Catalog, values: Mapping[str, int | float] | None = None
) -> "Strategy":
    """Return the interpreter of `play`, with `values` in place of its own variables', to be run."""
    from tradec.runtime.strategy import PythonStrategy  # noqa: PLC0415  deferred: an extension

    machine = Interpreter(play, catalog, values or {})
    return PythonStrategy(machine, TIMEFRAMES[play.exec].minutes, columns_of(play))


def columns_of(play: ir.Play) -> tuple[tuple[str, str, tuple[tuple[str, int], ...]], ...]:
    """Return (name, kind, tokens) of every declared output, as the compiled class has them."""
    return tuple(
        (s.id if len(s.outputs) == 1 else f"{s.id}.{o.name}", o.type.kind.value, o.type.tokens)
        for s in play.series
        if not s.private
        for o in s.outputs
    )
