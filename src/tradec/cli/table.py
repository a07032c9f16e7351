"""Tables and titles for people, as text; colored only where the screen takes it."""

import sys
from collections.abc import Iterable, Sequence
from io import StringIO
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from tradec.cli.settings import current

if TYPE_CHECKING:
    from rich.table import Table

FILE_WIDTH = 140
GAP = 2
"""Columns of the screen between two columns of a table."""


def screen_width() -> int:
    """Return the columns that text may take: those of the terminal, or many for a file."""
    return max(get_terminal_size().columns, 60) if sys.stdout.isatty() else FILE_WIDTH


def fitted(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: str = "",
    spare: Sequence[int] = (),
) -> "Table":
    """Return a table that fits the screen: columns of `spare` are left out until it does."""
    wide = [max(map(len, column)) + GAP for column in zip(headings, *rows, strict=True)]
    kept = set(range(len(headings)))
    for position in spare:
        if sum(wide[k] for k in kept) <= screen_width() + GAP:
            break
        kept.discard(position)
    order = sorted(kept)
    return table(
        [headings[k] for k in order],
        ([row[k] for k in order] for row in rows),
        right="".join(right[k : k + 1] or "l" for k in order),
    )


def rendered(*parts: Any) -> str:
    """Return rich renderables as one text, as wide as the terminal, or wide for a file."""
    from rich.console import Console

    color = current().color
    screen = Console(
        file=StringIO(),
        width=screen_width(),
        force_terminal=color,
        no_color=not color,
        highlight=False,
        emoji=False,
    )
    with screen.capture() as text:
        for part in parts:
            screen.print(part)
    return "\n".join(line.rstrip() for line in text.get().rstrip("\n").split("\n"))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: str = "") -> "Table":
    """Return a plain table; the columns whose position holds an `r` in `right` align right."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    made = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for position, heading in enumerate(headings):
        side = "right" if right[position : position + 1] == "r" else "left"
        made.add_column(heading, justify=side, overflow="fold", no_wrap=position == 0)  # type: ignore[arg-type]
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


def pairs(rows: Iterable[tuple[str, str]]) -> "Table":
    """Return names with their values, without lines."""
    from rich.table import Table
    from rich.text import Text

    made = Table.grid(padding=(0, 2))
    for name, value in rows:
        made.add_row(Text(name, style="dim"), Text(value))
    return made
