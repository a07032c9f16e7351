"""`tradec runs plot`: a run as a picture."""

import re
from pathlib import Path
from typing import Any

import click

from tradec.cli.error import CommandError
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.progress import stages
from tradec.cli.run_folder import find_run
from tradec.cli.runs_list import runs_option
from tradec.cli.settings import current

NAME = "plot.png"
THEMES = ("light", "dark")
SMALLEST, LARGEST = 300, 8_000


def _size(context: click.Context, parameter: click.Parameter, value: str) -> tuple[int, int]:
    """Return `1600x1000` as width and height."""
    found = re.fullmatch(r"(\d{3,4})x(\d{3,4})", value)
    sides = [int(side) for side in found.groups()] if found else []
    if not sides or not all(SMALLEST <= side <= LARGEST for side in sides):
        message = f"`{value}` is no size; write 1600x1000, {SMALLEST} to {LARGEST} a side"
        raise click.BadParameter(message, context, parameter)
    return sides[0], sides[1]


@command(
    "plot",
    example="tradec runs plot last\ntradec runs plot last --out ema.svg\n"
    "tradec runs plot 20250601-120000-ema --theme dark --size 2400x1400",
)
@click.argument("run")
@click.option(
    "-o",
    "--out",
    "target",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write, .png or .svg.  [default: plot.png in the folder of the run]",
)
@click.option("--theme", type=click.Choice(THEMES), default="light", show_default=True)
@click.option("--size", default="1600x1000", show_default=True, callback=_size, help="In pixels.")
@runs_option
def plot(run: str, target: Path | None, theme: str, size: tuple[int, int], runs: Path) -> Outcome:
    """Draw RUN: prices with entries and exits, equity, drawdown.

    Bars are found by repeating the run on its data; where they are gone, equity and drawdown are
    drawn alone.
    """
    from tradec.cli.plot.figure import picture
    from tradec.cli.plot.writers import WRITERS
    from tradec.cli.report.story import story_of
    from tradec.runtime.data.publish import make_folder, publish

    found = find_run(run, runs)
    file = target or found.path / NAME
    write: Any = WRITERS.get(file.suffix.lower())
    if write is None:
        raise CommandError(
            f"`{file.name}` is neither a .png nor a .svg", helps=("the ending says which is meant",)
        )
    with stages(current()) as show:
        show("reading the run")
        story = story_of(found, show, features=False)
        show("drawing")
        content = write(picture(story, width=size[0], height=size[1], theme=theme))
        make_folder(file.parent)
        publish(file, content)
    if story.lacking:
        current().warn(f"no bars are drawn: {story.lacking}")
    return Outcome(
        data={
            "run_id": found.run_id,
            "file": str(file),
            "bytes": len(content),
            "bars": 0 if story.bars is None else len(story.bars.ts_open),
            "trades": len(story.legs),
        },
        message=str(file),
    )
