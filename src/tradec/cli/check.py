"""`tradec check`: every finding about plays, without compiling them."""

from typing import TYPE_CHECKING

import click

from tradec.cli import completing, diagnosed
from tradec.cli.engine import engine_option
from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.play_file import PlayFile, read_play_file
from tradec.cli.progress import stages
from tradec.cli.settings import current
from tradec.cli.units import known_units
from tradec.cli.variables import set_option
from tradec.cli.warmup import timed_of, warmup_lines, warmup_rows

if TYPE_CHECKING:
    from tradec.dsl.diagnostics import Diagnostic


@command(
    "check",
    example="tradec check plays/ema_cross.yml\ntradec check plays/*.yml --format github\n"
    "tradec check plays/ema_cross.yml --expect",
)
@click.argument(
    "plays", metavar="PLAY...", nargs=-1, required=True, shell_complete=completing.plays
)
@diagnosed.format_option
@set_option
@click.option("--warmup", is_flag=True, help="Show how much history each timeframe needs, and why.")
@click.option(
    "--expect",
    is_flag=True,
    help="Run each play on its synthetic market; exit 1 if that is not what it expects.",
)
@engine_option
def check(
    plays: tuple[str, ...],
    overrides: dict[str, str],
    warmup: bool,  # noqa: FBT001  click passes options by name
    expect: bool,  # noqa: FBT001  as above
    engine: str,
) -> Outcome:
    """Say what is wrong with each PLAY: file, line, column, and what to write instead."""
    found: list[Diagnostic] = []
    unreadable: list[CommandError] = []
    histories: dict[str, list[dict[str, object]]] = {}
    sound: list[str] = []
    for argument in plays:
        try:
            play = read_play_file(argument)
            said = _checked(play, overrides)
            found += said
            if not any(d.code.startswith("E") for d in said):
                sound.append(argument)
            if warmup:
                histories[argument] = _history(play, overrides)
        except CommandError as failure:
            unreadable.append(failure)
    if len(unreadable) == len(plays) == 1:
        raise unreadable[0]
    unmet = _unmet(sound, overrides, engine) if expect else {}
    errors = [d for d in found if d.code.startswith("E")]
    disappointed = any(unmet.values())
    message = f"{_plays(len(plays))}: {_words(found, unreadable, expectations=unmet)}"
    failed = bool(errors or unreadable)
    code = errors[0].code if errors else unreadable[0].code if unreadable else "UNEXPECTED"
    return Outcome(
        data={
            "diagnostics": diagnosed.objects(found),
            **({"warmup": histories} if warmup else {}),
            **({"unmet": unmet} if expect else {}),
        },
        message=message,
        text=lambda: (
            "" if current().style == diagnosed.GITHUB else _text(histories, unmet, message)
        ),
        status="fail" if failed or disappointed else "ok",
        exit_code=Exit.USAGE if failed else Exit.FAILED if disappointed else Exit.OK,
        error={"code": code, "detail": {"unreadable": [f.message for f in unreadable]}}
        if failed or disappointed
        else None,
    )


def _unmet(plays: list[str], overrides: dict[str, str], engine: str) -> dict[str, list[str]]:
    """Return what each play expects of its synthetic market and does not get."""
    from tradec.cli.expected import disappointed

    found = {}
    with stages(current()) as show:
        for play in plays:
            unmet = disappointed(play, overrides, engine, show)
            if unmet is None:
                current().warn(f"`{play}` expects nothing: it has no `validation.expect`")
            else:
                found[play] = list(unmet)
    return found


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


def _text(
    histories: dict[str, list[dict[str, object]]], unmet: dict[str, list[str]], message: str
) -> str:
    lines = []
    for name, rows in histories.items():
        lines += [f"warm-up of {name}", *warmup_lines(rows)]
    lines += [f"{name} expects {one}" for name, missed in unmet.items() for one in missed]
    return "\n".join([*lines, message])


def _words(
    found: "list[Diagnostic]",
    unreadable: list[CommandError],
    *,
    expectations: dict[str, list[str]],
) -> str:
    parts = [diagnosed.summary(found)] if found or not unreadable else []
    missed = sum(map(len, expectations.values()))
    if missed:
        parts.append(f"{missed} expectation{'' if missed == 1 else 's'} not met")
    elif expectations:
        parts.append("as expected")
    return ", ".join([*parts, *(failure.message for failure in unreadable)])


def _plays(count: int) -> str:
    return f"{count} play{'' if count == 1 else 's'}"
