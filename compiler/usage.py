"""What a play declares and never uses, and ids that say something else than they are."""

import re
from collections.abc import Iterator

from tradec.compiler import ir
from tradec.compiler.reads import reads_of, rule_reads
from tradec.compiler.types import Kind
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import NOWHERE

_WORDS = {"indicator": "feature", "structure": "structure"}


def check_usage(play: ir.Play, diagnostics: Diagnostics) -> None:
    """Report series that no rule reads, not even through other series (W102)."""
    used = used_series(play)
    for series in play.series:
        if series.id not in used and not series.private:
            diagnostics.report(
                "W102",
                series.span,
                f"{_WORDS[series.kind]} `{series.id}` is not used",
                helps=("remove it, or use it in a rule",),
            )


def used_series(play: ir.Play) -> frozenset[str]:
    """Return the ids of the series that the rules read, directly or through others."""
    known = {series.id: series for series in play.series}
    used: set[str] = set()
    waiting = [read.series for read in rule_reads(play)]
    while waiting:
        name = waiting.pop()
        if name in known and name not in used:
            used.add(name)
            waiting.extend(_sources(known[name]))
    return frozenset(used)


def check_names(play: ir.Play, diagnostics: Diagnostics) -> None:
    """Report features whose id has none of the whole numbers that they are given (W106)."""
    for series in play.series:
        lengths = tuple(_written_lengths(series))
        if series.kind == "indicator" and lengths and not _mentions(series.id, lengths):
            shown = "_".join(str(length) for length in lengths)
            diagnostics.report(
                "W106",
                series.span,
                f"id `{series.id}` does not say its parameters",
                notes=(f"its parameters are {', '.join(str(length) for length in lengths)}",),
                helps=(f"name it `{series.unit}_{shown}`",),
            )


def _sources(series: ir.Series) -> Iterator[str]:
    yield from series.uses
    for number in series.inputs:
        if number is not None:
            yield from (read.series for read in reads_of(number))


def _written_lengths(series: ir.Series) -> Iterator[int]:
    """Yield the whole numbers among the parameters that the play itself gives as literals."""
    for _, value in series.params:
        match value:
            case ir.Const(value=int(number), span=span) if span != NOWHERE:
                if value.type.kind is Kind.INT and not series.private:
                    yield number


def _mentions(name: str, lengths: tuple[int, ...]) -> bool:
    return not set(lengths).isdisjoint(int(digits) for digits in re.findall(r"\d+", name))
