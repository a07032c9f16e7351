"""How a command tells the findings about a play: rendered for people, as objects for editors."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.error import CommandError, exit_of
from tradec.cli.settings import Settings

if TYPE_CHECKING:
    from tradec.dsl.diagnostics import Diagnostic
    from tradec.dsl.span import Source


def objects(found: Iterable["Diagnostic"]) -> list[dict[str, Any]]:
    """Return the diagnostics as `check --json` gives them."""
    from tradec.dsl.render import to_json

    return [to_json(diagnostic) for diagnostic in found]


GITHUB = "github"


def _keep_style(context: click.Context, parameter: click.Parameter, value: str) -> None:
    del parameter
    settings = context.find_object(Settings)
    if settings is not None:
        settings.style = value


format_option = click.option(
    "--format",
    type=click.Choice(["text", GITHUB]),
    default="text",
    expose_value=False,
    callback=_keep_style,
    help="How findings are told; `github` writes workflow annotations on stdout.",
)
"""The option that `tell` follows."""


def tell(found: tuple["Diagnostic", ...], source: "Source", settings: Settings) -> None:
    """Write the diagnostics as people read them, on stderr, or as annotations, on stdout.

    `--quiet` leaves only the errors.
    """
    from tradec.dsl.render import render, to_github

    if settings.json:
        return
    shown = [d for d in found if d.code.startswith("E") or not settings.quiet]
    if settings.style == GITHUB:
        for diagnostic in shown:
            click.echo(to_github(diagnostic))
    elif shown:
        click.echo(render(shown, (source,), color=settings.error_color), err=True)


def summary(found: Iterable["Diagnostic"]) -> str:
    """Return `2 errors and 1 warning`, or the part of it that is not zero."""
    codes = [d.code[0] for d in found]
    counts = (("error", codes.count("E")), ("warning", codes.count("W")))
    parts = [f"{n} {word}{'' if n == 1 else 's'}" for word, n in counts if n]
    return " and ".join(parts) or "no findings"


def one_line(diagnostic: "Diagnostic") -> str:
    """Return `file:line:column: W102 message`, for the envelope's warnings."""
    start = diagnostic.span.start
    place = f"{diagnostic.span.file}:{start.line}:{start.column}"
    return f"{place}: {diagnostic.code} {diagnostic.message}"


@contextmanager
def telling(source: "Source", settings: Settings) -> Iterator[None]:
    """Turn the `PlayError` of the block into rendered diagnostics and a failure with exit 2."""
    from tradec.dsl.diagnostics import PlayError

    try:
        yield
    except PlayError as error:
        tell(error.diagnostics, source, settings)
        raise invalid(error.diagnostics, source.name) from error


def invalid(found: tuple["Diagnostic", ...], name: str) -> CommandError:
    """Return the failure of a play that cannot be compiled."""
    first = next(d for d in found if d.code.startswith("E"))
    return CommandError(
        f"`{name}` has {summary(found)}",
        code=first.code,
        detail={"diagnostics": objects(found)},
        exit_code=exit_of(first.code),
        status="fail",
    )
