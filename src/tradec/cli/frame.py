"""The frame around every command: its global options, its outcome, its help."""

from collections.abc import Callable
from functools import update_wrapper
from pathlib import Path
from typing import Any, TypeVar

import click

from tradec.cli.outcome import Outcome, write
from tradec.cli.settings import Settings, current

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Store a global option that was given; one that was not leaves what is there."""
    settings = context.find_object(Settings)
    if settings is not None and value and parameter.name:
        before = getattr(settings, parameter.name) if isinstance(value, tuple) else None
        setattr(settings, parameter.name, before + value if before else value)
    return value


def _flag(*names: str, text: str, hidden: bool) -> Callable[[Decorated], Decorated]:
    return click.option(
        *names, is_flag=True, expose_value=False, callback=_keep, help=text, hidden=hidden
    )


def global_options(*, hidden: bool) -> Callable[[Decorated], Decorated]:
    """Return a decorator with the options that stand before or after the command's name."""

    def decorate(function: Decorated) -> Decorated:
        for option in (
            click.option(
                "--data-dir",
                type=click.Path(file_okay=False, path_type=Path),
                expose_value=False,
                callback=_keep,
                hidden=hidden,
                help="Where the market data lie.  [env TRADEC_DATA_DIR]",
            ),
            click.option(
                "--config",
                type=click.Path(dir_okay=False, path_type=Path),
                expose_value=False,
                callback=_keep,
                hidden=hidden,
                help="The settings, instead of ./tradec.toml.  [env TRADEC_CONFIG]",
            ),
            click.option(
                "--units",
                type=click.Path(file_okay=False, path_type=Path),
                multiple=True,
                expose_value=False,
                callback=_keep,
                hidden=hidden,
                help="A folder of your own units; may be repeated.  [env TRADEC_UNITS]",
            ),
            _flag("--no-color", text="No colors; NO_COLOR does the same.", hidden=hidden),
            _flag("--debug", text="Show the traceback of an internal error.", hidden=hidden),
            _flag("-v", "--verbose", text="Say more on stderr.", hidden=hidden),
            _flag("-q", "--quiet", text="No progress, no warnings.", hidden=hidden),
            _flag("--json", text="Print exactly one JSON object on stdout.", hidden=False),
        ):
            function = option(function)
        return function

    return decorate


class _Command(click.Command):
    """A command whose example is printed as it was written."""

    def __init__(self, *args: Any, example: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, one a line."""
        del ctx
        with formatter.section("Examples"):
            for line in self.example.strip().splitlines():
                formatter.write(f"  {line.strip()}\n")


def command(name: str, *, example: str) -> Callable[[Callable[..., Outcome]], click.Command]:
    """Return a decorator that makes a command of a function that returns an `Outcome`."""

    def decorate(function: Callable[..., Outcome]) -> click.Command:
        def framed(**given: Any) -> int:
            settings = current()
            settings.command = path_of(click.get_current_context())
            return write(function(**given), settings)

        update_wrapper(framed, function)
        make = click.command(name, cls=_Command, example=example)
        return make(global_options(hidden=True)(framed))

    return decorate


def path_of(context: click.Context) -> str:
    """Return the command's path as it stands in the schema name, such as `data-import`."""
    return "-".join(context.command_path.split()[1:]) or "tradec"
