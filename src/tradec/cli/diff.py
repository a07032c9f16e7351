"""`tradec diff`: what changed between two plays, in meaning and in generated code."""

from typing import TYPE_CHECKING, Any

import click

from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.settings import current
from tradec.cli.side import Side, side_of

if TYPE_CHECKING:
    from tradec.compiler.semdiff import Change

IR, CODE = "ir", "code"
COLORS = {"+": "green", "-": "red", "@": "cyan"}


@command(
    "diff",
    example="""tradec diff plays/ema_cross.yml plays/mtf_trend.yml
    tradec diff plays/ema_cross.yml@HEAD~1 plays/ema_cross.yml
    tradec diff a.yml build/plays/a-1234abcd --level code""",
)
@click.argument("a")
@click.argument("b")
@click.option("--level", type=click.Choice([IR, CODE]), help="Only this level.  [default: both]")
def diff(a: str, b: str, level: str | None) -> Outcome:
    """Show what changed from A to B; exit 0 if nothing did, 1 if something did.

    A and B are plays, artifact folders, or plays of a git revision: plays/x.yml@v1.
    """
    levels = (level,) if level else (IR, CODE)
    old, new = side_of(a), side_of(b)
    changes = _changes(old, new) if IR in levels else []
    lines = _lines(old, new) if CODE in levels else []
    same = not (changes or lines)
    message = _message(changes, lines, levels)
    return Outcome(
        data={
            "same": same,
            "a": _named(old),
            "b": _named(new),
            **({"changes": [_object(change) for change in changes]} if IR in levels else {}),
            **({"code": "\n".join(lines)} if CODE in levels else {}),
        },
        message=message,
        text=lambda: _text(changes, lines, message),
        status="ok" if same else "fail",
        exit_code=Exit.OK if same else Exit.FAILED,
    )


def _changes(old: Side, new: Side) -> "list[Change]":
    """Return the changes of meaning; equal hashes mean that there are none."""
    from tradec.compiler.semdiff import diff_plays

    return [] if old.play_hash == new.play_hash else diff_plays(old.play, new.play)


def _lines(old: Side, new: Side) -> list[str]:
    """Return the unified diff of the generated code."""
    from difflib import unified_diff

    pair = (old.code().splitlines(), new.code().splitlines())
    return list(unified_diff(*pair, old.name, new.name, lineterm=""))


def _named(side: Side) -> dict[str, Any]:
    return {"name": side.name, "play_hash": side.play_hash}


def _object(change: "Change") -> dict[str, str]:
    return {"verb": change.verb, "what": change.what, "old": change.old, "new": change.new}


def _message(changes: "list[Change]", lines: list[str], levels: tuple[str, ...]) -> str:
    """Return how much changed, in words."""
    edited = [line for line in lines if line[:1] in "+-" and line[:3] not in {"+++", "---"}]
    said = {
        IR: f"{len(changes)} change{'' if len(changes) == 1 else 's'} of meaning",
        CODE: f"{len(edited)} changed lines of code" if edited else "the same code",
    }
    if not (changes or lines):
        return "no change of meaning" if IR in levels else "the same code"
    return ", ".join(said[level] for level in levels)


def _text(changes: "list[Change]", lines: list[str], message: str) -> str:
    color = current().color
    painted = [
        click.style(line, fg=COLORS.get(line[0])) if color and line[:1] in COLORS else line
        for line in lines
    ]
    parts = [[str(change) for change in changes], painted, [message]]
    return "\n\n".join("\n".join(part) for part in parts if part)
