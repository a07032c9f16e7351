"""`tradec runs report`: a run as one HTML file that needs nothing else."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.progress import stages
from tradec.cli.run_folder import find_run
from tradec.cli.runs_list import runs_option
from tradec.cli.settings import current

if TYPE_CHECKING:
    from tradec.runtime.artifacts import RunEntry

NAME = "report.html"


@command(
    "report",
    example="tradec runs report last\ntradec runs report last --out ema.html\n"
    "tradec runs report 20250601-120000-ema --json",
)
@click.argument("run")
@click.option(
    "-o",
    "--out",
    "target",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write.  [default: report.html in the folder of the run]",
)
@runs_option
def report(run: str, target: Path | None, runs: Path) -> Outcome:
    """Write RUN as one HTML file: chart, trades, months, metrics and what they rest on.

    The file fetches nothing, so it can be sent and opened anywhere. What the run did not keep is
    found by repeating it on its data; where they are gone, the report has no candles and says so.
    """
    from tradec.cli.report.page import page
    from tradec.cli.report.story import story_of
    from tradec.runtime.data.publish import make_folder, publish

    found: RunEntry = find_run(run, runs)
    file = target or found.path / NAME
    with stages(current()) as show:
        show("reading the run")
        story = story_of(found, show, features=True)
        show("writing the report")
        content = page(story).encode()
        make_folder(file.parent)
        publish(file, content)
    if story.lacking:
        current().warn(f"no bars are drawn: {story.lacking}")
    size = len(content)
    return Outcome(
        data={
            "run_id": found.run_id,
            "file": str(file),
            "bytes": size,
            "bars": 0 if story.bars is None else len(story.bars.ts_open),
            "trades": len(story.legs),
            "layers": [layer.name for layer in story.layers],
        },
        message=f"{file} ({size / 1e6:.1f} MB)",
    )
