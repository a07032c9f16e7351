"""The option `--set variable=value`."""

from typing import Any

import click


def _parsed(context: click.Context, parameter: click.Parameter, value: Any) -> dict[str, str]:
    """Return the assignments by name; a later one of the same name wins."""
    pairs = {}
    for text in value:
        name, equals, given = text.partition("=")
        if not (equals and name.strip() and given.strip()):
            message = f"`{text}` is not an assignment; write --set name=value"
            raise click.BadParameter(message, context, parameter)
        pairs[name.strip()] = given.strip()
    return pairs


set_option = click.option(
    "--set",
    "overrides",
    metavar="NAME=VALUE",
    multiple=True,
    callback=_parsed,
    help="Give a variable of the play another value; may be repeated.",
)
