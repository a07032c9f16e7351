"""Two plays on the same data, for people."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tradec.cli.compare_text import cell, figures_text, trades_text
from tradec.cli.table import rendered, table
from tradec.cli.times import shown
from tradec.cli.why_text import verdict_lines

if TYPE_CHECKING:
    from tradec.cli.diff_run import Parted

POSITIONS = {1: "long", 0: "flat", -1: "short"}


def run_message(found: "Parted") -> str:
    """Return in a line whether the plays did the same."""
    if found.first is None:
        return "the plays do the same on these data"
    return f"the plays part at {shown(found.first.ts)} UTC, first in {found.first.level}"


def run_text(found: "Parted") -> str:
    """Return where the plays part, what flipped, the trades, the figures."""
    parts = [
        run_message(found),
        _parting(found),
        _flips(found),
        "" if found.is_same else trades_text(found.pairs),
        figures_text("figure", found.deltas),
    ]
    return "\n\n".join(part for part in parts if part)


def _parting(found: "Parted") -> str:
    first = found.first
    if first is None:
        return ""
    sides = [row or {} for row in (first.a, first.b)]
    rows = [
        (column, *(cell(row.get(column)) for row in sides))
        for column in first.columns
        if column not in {"block", "case"}
    ]
    return rendered(table(("in", "A", "B"), rows))


def _flips(found: "Parted") -> str:
    """Return the conditions that were not the same in both, each with its operands."""
    if found.first is None:
        return ""
    if found.instant is None:
        return "no condition flipped: the plays decided alike, and their money rules part"
    held = [POSITIONS[side] for side in found.instant["positions"]]
    lines = [] if held[0] == held[1] else [f"A was {held[0]}, B was {held[1]}"]
    for flip in found.instant["flips"]:
        lines.append(f"{flip['block']}, case {flip['case']}:")
        lines += [*_side("A", flip["a"]), *_side("B", flip["b"])]
    if not lines:
        return "no condition flipped: the account or the policy parts"
    return "\n".join(lines)


def _side(name: str, verdict: Mapping[str, Any] | None) -> Iterator[str]:
    if verdict is None:
        yield f"  {name}  has no such condition"
        return
    first, *rest = verdict_lines(verdict)
    yield f"  {name}  {first}"
    yield from (f"     {line}" for line in rest)
