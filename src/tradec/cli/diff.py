"""`tradec diff`: what changed between two plays: in meaning, in generated code, in what they do."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.market_options import market_options
from tradec.cli.outcome import Outcome
from tradec.cli.progress import stages
from tradec.cli.settings import current
from tradec.cli.side import Side, side_of

if TYPE_CHECKING:
    from tradec.compiler.semdiff import Change

IR, CODE, RUN = "ir", "code", "run"
COLORS = {"+": "green", "-": "red", "@": "cyan"}


@command(
    "diff",
    example="""tradec diff plays/ema_cross.yml plays/mtf_trend.yml
    tradec diff plays/ema_cross.yml@HEAD~1 plays/ema_cross.yml
    tradec diff a.yml build/plays/a-1234abcd --level code
    tradec diff a.yml b.yml --level run --synthetic --bars 5000
    tradec diff a.yml@v1 a.yml --level run --start 2025-06-01 --end 2025-07-01""",
)
@click.argument("a")
@click.argument("b")
@click.option(
    "--level",
    type=click.Choice([IR, CODE, RUN]),
    help="Only this level; run trades both.  [default: ir and code]",
)
@market_options
@click.option(
    "--engine",
    type=click.Choice(["native", "interpreter"]),
    default="native",
    show_default=True,
    help="What runs them, with --level run.",
)
def diff(a: str, b: str, level: str | None, engine: str, **wanted: Any) -> Outcome:
    """Show what changed from A to B; exit 0 if nothing did, 1 if something did.

    A and B are plays, artifact folders, or plays of a git revision: plays/x.yml@v1. With
    --level run both trade the same data; the options of data are those of `tradec run`.
    """
    if level == RUN:
        return _ran(a, b, engine, wanted)
    if any(value not in {None, False} for value in wanted.values()):
        raise CommandError("options of data need --level run")
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


def _ran(a: str, b: str, engine: str, wanted: Mapping[str, Any]) -> Outcome:
    """Trade both plays on the same data, and show where they part."""
    from tradec.cli.diff_run import parted
    from tradec.cli.diff_run_text import run_message, run_text
    from tradec.cli.market import Wanted, refuse_contradictions

    asked = Wanted(**wanted)
    refuse_contradictions(asked)
    with stages(current()) as show:
        found = parted(a, b, asked, engine, show)
    for warning in found.a.market.warnings:
        current().warn(warning)
    sides = {
        name: {"name": ran.name, "play_hash": ran.machine.play_hash}
        for name, ran in (("a", found.a), ("b", found.b))
    }
    return Outcome(
        data={"same": found.is_same, **sides, "run": found.facts()},
        message=run_message(found),
        text=lambda: run_text(found),
        status="ok" if found.is_same else "fail",
        exit_code=Exit.OK if found.is_same else Exit.FAILED,
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
