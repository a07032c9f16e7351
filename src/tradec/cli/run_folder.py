"""Which run of a folder an argument names."""

from pathlib import Path
from typing import TYPE_CHECKING

from tradec.cli.error import CommandError
from tradec.cli.suggest import did_you_mean

if TYPE_CHECKING:
    from tradec.runtime.artifacts import RunEntry

DEFAULT = Path("runs")
LAST = "last"


def find_run(name: str, out: Path) -> "RunEntry":
    """Return the run that `name` names: a folder, an id, the start of one, or `last`."""
    from tradec.runtime.artifacts import MANIFEST, list_runs

    folder = Path(name)
    runs = list_runs(folder.parent if (folder / MANIFEST).is_file() else out)
    exact = [run for run in runs if run.path == folder or run.run_id == name]
    matching = exact or [run for run in runs if run.run_id.startswith(name)]
    if name == LAST and runs:
        matching = runs[-1:]
    if len(matching) == 1:
        return _whole(matching[0])
    if matching:
        raise CommandError(
            f"`{name}` names {len(matching)} runs",
            code="AMBIGUOUS",
            helps=tuple(f"`{run.run_id}`" for run in matching[-5:]),
        )
    raise CommandError(
        f"there is no run `{name}` in `{out}`",
        code="RUN_NOT_FOUND",
        helps=did_you_mean(name, [run.run_id for run in runs])
        or ("`tradec runs list` lists them; `last` names the latest",),
    )


def _whole(run: "RunEntry") -> "RunEntry":
    if run.damage:
        raise CommandError(run.damage, code="RUN_DAMAGED")
    return run
