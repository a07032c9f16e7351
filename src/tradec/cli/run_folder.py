"""The folders that runs leave behind: which there are, and what is in one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradec.cli.error import CommandError
from tradec.cli.suggest import did_you_mean

DEFAULT = Path("runs")
LAST = "last"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run; `manifest` and `metrics` as they were written."""

    path: Path
    manifest: Mapping[str, Any]
    metrics: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The run's id: the folder's name."""
        return self.path.name


def runs_in(out: Path) -> list[RunFolder]:
    """Return the runs of a folder, oldest first; what is no run is passed over."""
    if not out.is_dir():
        return []
    found = [read_run(path) for path in out.iterdir() if (path / "manifest.json").is_file()]
    return sorted(found, key=lambda run: (run.manifest.get("created_at", ""), run.id))


def read_run(path: Path) -> RunFolder:
    """Return the run of one folder."""
    return RunFolder(path, _json(path / "manifest.json"), _json(path / "metrics.json"))


def find_run(name: str, out: Path) -> RunFolder:
    """Return the run that `name` names: a folder, an id, the start of one, a play, or `last`."""
    if (Path(name) / "manifest.json").is_file():
        return read_run(Path(name))
    runs = runs_in(out)
    if name == LAST and runs:
        return runs[-1]
    exact = [run for run in runs if run.id == name]
    matching = exact or [run for run in runs if run.id.startswith(name)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        helps = tuple(run.id for run in matching[-5:])
        raise CommandError(f"`{name}` names {len(matching)} runs", code="AMBIGUOUS", helps=helps)
    helps = did_you_mean(name, [run.id for run in runs])
    raise CommandError(
        f"there is no run `{name}` in `{out}`",
        code="RUN_NOT_FOUND",
        helps=helps or ("`tradec runs list` lists them; `last` names the latest",),
    )


def _json(path: Path) -> Mapping[str, Any]:
    """Return the object in a file of a run; a file that is absent or broken says so."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise CommandError(f"cannot read `{path}`: {problem}", code="RUN_UNREADABLE") from problem
    return value if isinstance(value, dict) else {}
