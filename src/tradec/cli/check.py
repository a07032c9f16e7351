"""`tradec check`: every finding about plays, without compiling them."""

from typing import TYPE_CHECKING

import click

from tradec.cli import diagnosed
from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.play_file import PlayFile, read_play_file
from tradec.cli.settings import current
from tradec.cli.variables import set_option

if TYPE_CHECKING:
    from tradec.dsl.diagnostics import Diagnostic


@command(
    "check",
    example="tradec check plays/ema_cross.yml\ntradec check plays/*.yml --format github",
)
@click.argument("plays", metavar="PLAY...", nargs=-1, required=True)
@diagnosed.format_option
@set_option
def check(plays: tuple[str, ...], overrides: dict[str, str]) -> Outcome:
    """Say what is wrong with each PLAY: file, line, column, and what to write instead."""
    found: list[Diagnostic] = []
    unreadable: list[CommandError] = []
    for argument in plays:
        try:
            found += _checked(read_play_file(argument), overrides)
        except CommandError as failure:
            unreadable.append(failure)
    if len(unreadable) == len(plays) == 1:
        raise unreadable[0]
    errors = [d for d in found if d.code.startswith("E")]
    message = f"{_plays(len(plays))}: {_words(found, unreadable)}"
    failed = bool(errors or unreadable)
    code = errors[0].code if errors else unreadable[0].code if unreadable else ""
    return Outcome(
        data={"diagnostics": diagnosed.objects(found)},
        message=message,
        text=lambda: "" if current().style == diagnosed.GITHUB else message,
        status="fail" if failed else "ok",
        exit_code=Exit.USAGE if failed else Exit.OK,
        error={"code": code, "detail": {"unreadable": [f.message for f in unreadable]}}
        if failed
        else None,
    )


def _checked(play: PlayFile, overrides: dict[str, str]) -> tuple["Diagnostic", ...]:
    """Return the findings about one play, told to people on the way."""
    from tradec.compiler.pipeline import check_source
    from tradec.dsl.diagnostics import Diagnostics

    sink = Diagnostics()
    check_source(play.source, sink, overrides)
    diagnosed.tell(sink.all, play.source, current())
    return sink.all


def _words(found: "list[Diagnostic]", unreadable: list[CommandError]) -> str:
    parts = [diagnosed.summary(found)] if found or not unreadable else []
    return ", ".join([*parts, *(failure.message for failure in unreadable)])


def _plays(count: int) -> str:
    return f"{count} play{'' if count == 1 else 's'}"
