"""`tradec convert`: the conditions of a play as expressions or as lists."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tradec.cli import completing
from tradec.cli.diagnosed import telling
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.rewritten import (
    Rewritten,
    changed_meaning,
    counted,
    named_plays,
    refuse_examples,
)
from tradec.cli.settings import current
from tradec.cli.units import known_units

if TYPE_CHECKING:
    from pathlib import Path

    from tradec.cli.play_file import PlayFile


@command(
    "convert",
    example="""tradec convert plays/mtf_trend.yml --to expressions
    tradec convert plays/ema_cross.yml --to lists --write
    tradec convert plays --to expressions --check""",
)
@click.argument(
    "plays", metavar="PLAY...", nargs=-1, required=True, shell_complete=completing.plays
)
@click.option(
    "--to", type=click.Choice(["expressions", "lists"]), required=True, help="The form to write."
)
@click.option("-w", "--write", is_flag=True, help="Rewrite the files instead of printing.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with a diff if a play differs.")
def convert(
    plays: tuple[str, ...],
    to: str,
    write: bool,  # noqa: FBT001  click passes options by name
    check: bool,  # noqa: FBT001  as above
) -> Outcome:
    """Say the conditions of each PLAY in the other form and leave everything else as it is.

    Both forms mean the same, and the hash of the play is compared before anything is written.
    A condition that holds comments is rewritten member by member, so that they stay.
    """
    if write and check:
        raise click.UsageError("--write and --check exclude each other")
    named = list(named_plays(plays))
    if len(named) > 1 and not (write or check):
        raise click.UsageError("several plays need --write or --check")
    done = [_converted(play, path, to) for play, path in named]
    if write:
        _write(done)
    return _outcome(done, to, write=write, check=check)


def _converted(play: "PlayFile", path: "Path | None", to: str) -> Rewritten:
    """Return a play in the other form, its meaning verified."""
    from tradec.compiler.canonical import play_hash
    from tradec.compiler.pipeline import check_source, front
    from tradec.dsl.diagnostics import Diagnostics
    from tradec.dsl.normal.convert import convert as converted

    source, units = play.source, known_units()
    with telling(source, current()):
        meaning = front(source, Diagnostics(), catalog=units)
    found = converted(source, to)
    again = check_source(replace(source, text=found.text), Diagnostics(), catalog=units)
    if again != meaning or play_hash(again) != play_hash(meaning):
        raise changed_meaning(source)
    notes = []
    for kept in found.kept:
        at = kept.span.start
        notes.append(f"{play.name}:{at.line}:{at.column}: stays as it is: {kept.why}")
    return Rewritten(play=play, path=path, text=found.text, notes=tuple(notes))


def _write(done: list[Rewritten]) -> None:
    for one in done:
        if one.path is None:
            raise click.UsageError("standard input cannot be rewritten")
        refuse_examples(one.path)
    for one in done:
        if one.is_changed:
            one.write()


def _outcome(done: list[Rewritten], to: str, *, write: bool, check: bool) -> Outcome:
    form = f"conditions as {to}"
    message = form
    if write or check:
        message = counted(done, "rewritten" if write else "differ", form)
    fails = check and any(one.is_changed for one in done)
    for note in (note for one in done for note in one.notes):
        current().warn(note)
    diff = "".join(one.diff for one in done) if check else ""
    text = "".join(one.text for one in done) if not (write or check) else ""
    return Outcome(
        data={
            "plays": [one.facts() for one in done],
            **({"diff": diff} if check else {"text": text} if text else {}),
        },
        message=message,
        text=lambda: f"{diff}{message}" if check or write else text.removesuffix("\n"),
        status="fail" if fails else "ok",
        exit_code=Exit.FAILED if fails else Exit.OK,
        error={"code": "OTHER_FORM", "detail": {}} if fails else None,
    )
