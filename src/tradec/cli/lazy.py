"""A group of commands whose modules are imported only when one of them runs."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from tradec.cli.suggest import did_you_mean


class LazyGroup(click.Group):
    """Knows its commands as `name: (module, attribute, one line of help)`."""

    def __init__(
        self, *args: Any, lazy: Mapping[str, tuple[str, str, str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy or {}
        self.no_args_is_help = False

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Answer an empty command line with the help page."""
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help())
            ctx.exit()
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table, which is the order of a first day."""
        del ctx
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing its module."""
        del ctx
        if cmd_name not in self.lazy:
            return None
        module, attribute, _ = self.lazy[cmd_name]
        found = getattr(import_module(module), attribute)
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in self.lazy.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that `args` begin with; an unknown one gets the nearest."""
        if args[0] in self.lazy or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        helps = did_you_mean(args[0], self.lazy)
        path = ctx.command_path
        helps = helps or (f"`{path} --help` lists the commands",)
        problem = click.UsageError(f"`{path}` has no command `{args[0]}`", ctx)
        problem.helps = helps  # type: ignore[attr-defined]  # read back by boundary.helps_of
        raise problem
