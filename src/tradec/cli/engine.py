"""The option that chooses what runs a play."""

import click

engine_option = click.option(
    "--engine",
    type=click.Choice(["native", "interpreter"]),
    default="native",
    show_default=True,
    help="The interpreter needs no C compiler and is slow.",
)
