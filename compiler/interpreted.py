"""Gives the interpreter the seam of a compiled strategy, so that one engine runs both."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tradec.compiler import ir
from tradec.compiler.catalog import Catalog
from tradec.compiler.interpreter import Interpreter
from tradec.compiler.prices import needs_of
from tradec.compiler.print_expr import SHORT
from tradec.compiler.reads import columns_of, slots
from tradec.runtime.timeframe import TIMEFRAMES

if TYPE_CHECKING:
    from tradec.runtime.strategy import Strategy


def strategy_of(
    play: ir.Play, catalog: Catalog, values: Mapping[str, int | float] | None = None
) -> "Strategy":
    """Return the interpreter of `play`, with `values` in place of its own variables', to be run."""
    from tradec.runtime.strategy import PythonStrategy  # noqa: PLC0415  deferred: an extension

    machine = Interpreter(play, catalog, values or {})
    minutes = TIMEFRAMES[play.exec].minutes
    names = tuple(SHORT.number(read) for read in slots(play))
    return PythonStrategy(machine, minutes, columns_of(play), names, needs_of(play))
