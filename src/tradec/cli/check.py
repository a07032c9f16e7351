"""`tradec check`: every finding about plays, without compiling them."""

from typing import TYPE_CHECKING

import click

from tradec.cli import completing, diagnosed
from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.play_file import PlayFile, read_play_file
from tradec.cli.settings import current
from tradec.cli.units import known_units
from tradec.cli.variables import set_option
from tradec.cli.warmup import timed_of, warmup_lines, warmup_rows

if TYPE_CHECKING:
    from tradec.dsl.diagnostics import Diagnostic


@command(
    "check",
    example="tradec check plays/ema_cross.yml\ntradec check plays/*.yml --format github",
)
@click.argument(
    "plays", metavar="PLAY...", nargs=-1, required=True, shell_complete=completing.plays
)
@diagnosed.format_option
@set_option
@click.option("--warmup", is_flag=True, help="Show how much history each timeframe needs, and why.")
def check(plays: tuple[str, ...], overrides: dict[str, str], warmup: bool) -> Outcome:  # noqa: FBT001  a flag
    """Say what is wrong with each PLAY: file, line, column, and what to write instead."""
    found: list[Diagnostic] = []
    unreadable: list[CommandError] = []
    histories: dict[str, list[dict[str, object]]] = {}
    for argument in plays:
        try:
            play = read_play_file(argument)
            found += _checked(play, overrides)
            if warmup:
                histories[argument] = _history(play, overrides)
        except CommandError as failure:
            unreadable.append(failure)
    if len(unreadable) == len(plays) == 1:
        raise unreadable[0]
    errors = [d for d in found if d.code.startswith("E")]
    message = f"{_plays(len(plays))}: {_words(found, unreadable)}"
    failed = bool(errors or unreadable)
    code = errors[0].code if errors else unreadable[0].code if unreadable else ""
    return Outcome(
        data={
            "diagnostics": diagnosed.objects(found),
            **({"warmup": histories} if warmup else {}),
        },
        message=message,
        text=lambda: "" if current().style == diagnosed.GITHUB else _text(histories, message),
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
    check_source(play.source, sink, overrides, catalog=known_units())
    diagnosed.tell(sink.all, play.source, current())
    return sink.all


def _history(play: PlayFile, overrides: dict[str, str]) -> list[dict[str, object]]:
    """Return what each timeframe of a sound play needs; nothing for another one."""
    from tradec.compiler.pipeline import check_source
    from tradec.dsl.diagnostics import Diagnostics

    typed = check_source(play.source, Diagnostics(), overrides, catalog=known_units())
    return [] if typed is None else warmup_rows(timed_of(typed))


def _text(histories: dict[str, list[dict[str, object]]], message: str) -> str:
    lines = []
    for name, rows in histories.items():
        lines += [f"warm-up of {name}", *warmup_lines(rows)]
    return "\n".join([*lines, message])


def _words(found: "list[Diagnostic]", unreadable: list[CommandError]) -> str:
    parts = [diagnosed.summary(found)] if found or not unreadable else []
    return ", ".join([*parts, *(failure.message for failure in unreadable)])


def _plays(count: int) -> str:
    return f"{count} play{'' if count == 1 else 's'}"
