"""What shells offer for the arguments of commands: plays and files, units, codes."""

from collections.abc import Iterable

import click
from click.shell_completion import CompletionItem

from tradec.cli.settings import Settings


def plays(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the ids of plays that begin so, and leave files to the shell."""
    from tradec.cli.play_file import every_play

    return [*_beginning(begun, every_play()), CompletionItem(begun, type="file")]


def units(context: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the names of units that begin so."""
    from tradec.cli.units import known_units

    context.ensure_object(Settings)
    with context.scope():
        return _beginning(begun, (unit.name for unit in known_units().units))


def codes_or_plays(
    context: click.Context, parameter: click.Parameter, begun: str
) -> list[CompletionItem]:
    """Return the diagnostic codes that begin so with their titles, and plays."""
    from tradec.dsl.codes import CODES

    codes = [
        CompletionItem(code, help=entry.title)
        for code, entry in CODES.items()
        if code.startswith(begun.upper())
    ]
    return [*codes, *plays(context, parameter, begun)]


def _beginning(begun: str, names: Iterable[str]) -> list[CompletionItem]:
    return [CompletionItem(name) for name in sorted(names) if name.startswith(begun)]
