"""`tradec fmt`: plays in their normal form."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tradec.cli import completing, diagnosed
from tradec.cli.error import CommandError
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
    from tradec.cli.play_file import PlayFile
    from tradec.dsl.span import Source


@command(
    "fmt",
    example="""tradec fmt plays/ema_cross.yml
    tradec fmt plays --check
    tradec fmt - < mine.yml""",
)
@click.argument(
    "plays", metavar="PLAY...", nargs=-1, required=True, shell_complete=completing.plays
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with a diff if a play differs.")
@click.option("--diff", "diff", is_flag=True, help="Write nothing; show what would change.")
def fmt(plays: tuple[str, ...], check: bool, diff: bool) -> Outcome:  # noqa: FBT001  click's way
    """Rewrite each PLAY in normal form: sections in order, two columns a level, plain spelling.

    PLAY is a file, a folder of plays, or `-` for standard input, which is answered on standard
    output. Comments stay where they are, and the meaning of a play never changes.
    """
    done: list[Rewritten] = []
    failures: list[CommandError] = []
    for play, path in named_plays(plays):
        try:
            if not (check or diff):
                refuse_examples(path)
            done.append(Rewritten(play=play, path=path, text=normal_text(play)))
        except CommandError as failure:
            failures.append(failure)
    if len(failures) == len(done) + len(failures) == 1:
        raise failures[0]
    written = [] if check or diff else [one for one in done if one.is_changed and one.path]
    for one in written:
        one.write()
    return _outcome(done, failures, check=check, diff=check or diff)


def normal_text(play: "PlayFile") -> str:
    """Return a play in normal form, its meaning verified."""
    from tradec.compiler.pipeline import check_source
    from tradec.dsl.diagnostics import Diagnostics
    from tradec.dsl.normal.form import comments_of, normal_form, same_values
    from tradec.dsl.yaml import read_yaml

    source, sink = play.source, Diagnostics()
    if read_yaml(source, sink) is None:
        diagnosed.tell(sink.all, source, current())
        raise diagnosed.invalid(sink.all, play.name)
    units = known_units()
    meaning = check_source(source, Diagnostics(), catalog=units)
    laid_out = _in(source, normal_form(source, respell=False))
    kept = same_values(source, laid_out) and comments_of(source) == comments_of(laid_out)
    text = laid_out.text if meaning is None else normal_form(source)
    if not kept or check_source(_in(source, text), Diagnostics(), catalog=units) != meaning:
        raise changed_meaning(source)
    return text


def _in(source: "Source", text: str) -> "Source":
    return replace(source, text=text)


def _outcome(
    done: list[Rewritten], failures: list[CommandError], *, check: bool, diff: bool
) -> Outcome:
    differs = check and any(one.is_changed for one in done)
    words = counted(done, "differ" if diff else "rewritten", "in normal form")
    message = "; ".join([words, *(failure.message for failure in failures)])
    code = Exit.USAGE if failures else Exit.FAILED if differs else Exit.OK
    error = {"code": failures[0].code if failures else "NOT_NORMAL", "detail": {}} if code else None
    return Outcome(
        data={"plays": [one.facts() for one in done], **_texts(done, diff=diff)},
        message=message,
        text=lambda: _text(done, message, diff=diff),
        status="fail" if code else "ok",
        exit_code=code,
        error=error,
    )


def _texts(done: list[Rewritten], *, diff: bool) -> dict[str, str]:
    """Return the diff, or the text of standard input."""
    if diff:
        return {"diff": "".join(one.diff for one in done)}
    return {"text": "".join(one.text for one in done if one.path is None)}


def _text(done: list[Rewritten], message: str, *, diff: bool) -> str:
    shown = _texts(done, diff=diff)
    text = "".join(shown.values())
    if diff and text:
        return f"{text}{message}"
    return text.removesuffix("\n") or message
