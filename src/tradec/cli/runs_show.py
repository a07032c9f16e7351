"""`tradec runs show`: the result of one run."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.result import result_text
from tradec.cli.run_folder import find_run
from tradec.cli.run_views import VIEWS
from tradec.cli.runs_list import out_option, summary

if TYPE_CHECKING:
    from tradec.runtime.artifacts import RunEntry

RANGE = ("net_profit_pessimistic", "net_profit_optimistic", "ambiguous_trades", "one_tick_trades")
Decorated = Callable[..., Any]


def _view_options(function: Decorated) -> Decorated:
    """Add an option for every view."""
    for name, view in reversed(VIEWS.items()):
        function = click.option(f"--{name}", is_flag=True, help=view.help)(function)
    return function


@command(
    "show",
    example="""tradec runs show last
    tradec runs show last --trades
    tradec runs show last --costs --monthly
    tradec runs show 20250601-120000-ema --metrics --json""",
)
@click.argument("run")
@out_option
@_view_options
def show(run: str, out: Path, **asked: bool) -> Outcome:
    """Show the result of RUN: an id or its beginning, a folder, or `last`."""
    found = find_run(run, out)
    views = {name: VIEWS[name].read(found) for name, is_asked in asked.items() if is_asked}
    return Outcome(
        data={
            **summary(found),
            **{name: found.metrics.get(name) for name in RANGE},
            **views,
        },
        message=f"run {found.run_id}",
        text=lambda: "\n\n".join(_parts(found, views)),
    )


def _parts(found: "RunEntry", views: Mapping[str, Any]) -> list[str]:
    """Return the views that were asked for, else the result table."""
    parts = [VIEWS[name].text(content) for name, content in views.items()]
    return parts or [result_text(found.path, found.manifest, found.metrics)]
