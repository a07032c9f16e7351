"""`tradec explain`: what a diagnostic code means, or what a play does."""

import re

import click

from tradec.cli import completing
from tradec.cli.error import CommandError
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.suggest import did_you_mean

_CODE = re.compile(r"[EW]\d{3}", re.IGNORECASE)
_ALMOST = re.compile(r"[EW]\w{3}", re.IGNORECASE)


@command(
    "explain",
    example="tradec explain E402\ntradec explain\ntradec explain plays/ema_cross.yml",
)
@click.argument(
    "what", metavar="[CODE|PLAY]", required=False, shell_complete=completing.codes_or_plays
)
def explain(what: str | None) -> Outcome:
    """Explain a diagnostic CODE with a wrong and a right example; list all codes without one.

    Or tell in plain English what a PLAY does: what it watches, when it enters and leaves, what it
    risks, and how much history it needs.
    """
    if what is None:
        return _codes()
    if _CODE.fullmatch(what):
        return _code(what)
    try:
        return _play(what)
    except CommandError as failure:
        if failure.code == "PLAY_NOT_FOUND" and _ALMOST.fullmatch(what):
            return _code(what)
        raise


def _codes() -> Outcome:
    from tradec.dsl import codes

    titles = {name: entry.title for name, entry in codes.CODES.items()}
    lines = "\n".join(f"{name}  {title}" for name, title in titles.items())
    return Outcome(data={"codes": titles}, message=f"{len(titles)} codes", text=lambda: lines)


def _code(code: str) -> Outcome:
    from tradec.dsl import codes

    found = codes.CODES.get(code.upper())
    if found is None:
        helps = did_you_mean(code.upper(), codes.CODES)
        raise CommandError(
            f"there is no code `{code}`",
            code="UNKNOWN_CODE",
            helps=helps or ("`tradec explain` lists every code",),
        )
    return Outcome(
        data={
            "code": found.code,
            "title": found.title,
            "meaning": found.meaning,
            "explain": found.explain.strip(),
            "wrong": found.wrong.strip("\n"),
            "right": found.right.strip("\n"),
        },
        message=f"{found.code}: {found.title}",
        text=lambda: codes.explain(found.code),
    )


def _play(argument: str) -> Outcome:
    from tradec.cli.play_file import read_play_file
    from tradec.cli.play_show import meaning_of
    from tradec.cli.units import known_units
    from tradec.cli.warmup import timed_of
    from tradec.compiler.told import told

    play = meaning_of(read_play_file(argument), {})
    sections = told(timed_of(play), known_units())
    return Outcome(
        data={
            "play": play.name,
            "symbol": play.symbol,
            "exec": play.exec,
            "sections": [{"title": one.title, "lines": list(one.lines)} for one in sections],
        },
        message=f"{play.name}: {play.symbol} on {play.exec}",
        text=lambda: "\n\n".join(
            "\n".join([one.title, *(f"  {_indented(line)}" for line in one.lines)])
            for one in sections
        ),
    )


def _indented(line: str) -> str:
    """Return a line, further in where it belongs to the one before."""
    return f"  {line}" if line.startswith("- ") else line
