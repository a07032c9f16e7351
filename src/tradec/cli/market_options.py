"""The options that say which bars a play is run on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tradec.cli.times import Instant

BASES = ("1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "D")
Decorated = Callable[..., Any]
_OPTIONS = (
    click.option("--data", "file", metavar="FILE", type=click.Path(path_type=Path), help="Bars."),
    click.option("--synthetic", is_flag=True, help="A synthetic market instead of past minutes."),
    click.option("--pattern", help="Its shape.  [default: the play's validation, else trending]"),
    click.option("--bars", type=click.IntRange(min=10), help="Its exec bars after the warm-up."),
    click.option("--seed", type=click.IntRange(min=0), help="The seed of its random numbers."),
    click.option(
        "--start", type=Instant(), help="First instant that may decide: a date or ms, UTC."
    ),
    click.option("--end", type=Instant(), help="No bar that closes after this is read."),
    click.option(
        "--base", type=click.Choice(BASES), help="Feed bars of this length.  [default: 1m]"
    ),
)


def market_options(function: Decorated) -> Decorated:
    """Add the options; they arrive as the fields of `market.Wanted`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function
