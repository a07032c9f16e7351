"""`tradec runs prune`: old runs go, after a confirmation."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.runs_list import created_ms, out_option

if TYPE_CHECKING:
    from tradec.runtime.artifacts import RunEntry

UNITS_MS = {"h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000}
DOOMED = ".pruned-"


def _age(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    """Return an age such as `30d` in ms."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d+)([hdw])", value)
    if found is None:
        raise click.BadParameter(f"`{value}` is no age; write 12h, 30d, 4w", context, parameter)
    return int(found[1]) * UNITS_MS[found[2]]


@command(
    "prune",
    example="""tradec runs prune --keep 20
    tradec runs prune --older-than 30d --confirm""",
)
@out_option
@click.option("--keep", type=click.IntRange(min=0), help="Spare this many of the latest runs.")
@click.option("--older-than", callback=_age, metavar="AGE", help="Only those older: 12h, 30d, 4w.")
@click.option("--confirm", is_flag=True, help="Really do it; without it only say what would go.")
def prune(
    out: Path,
    keep: int | None,
    older_than: int | None,
    confirm: bool,  # noqa: FBT001  click passes options by name
) -> Outcome:
    """Delete runs but the latest, or older than an age; with both, those that are neither spared.

    What is no run of tradec, or a damaged one, is left alone.
    """
    from tradec.runtime.artifacts import list_runs

    if keep is None and older_than is None:
        raise CommandError("say what may go: --keep N, --older-than AGE, or both")
    whole = [run for run in list_runs(out) if run.damage is None]
    going = whole[: max(len(whole) - (keep or 0), 0)]
    if older_than is not None:
        before = datetime.now(UTC).timestamp() * 1000 - older_than
        going = [run for run in going if created_ms(run) < before]
    rows = [_row(run) for run in going]
    data = {"kept": len(whole) - len(going), "runs": rows}
    if not confirm:
        return Outcome(
            data=data,
            message=f"{_said(rows)} would be deleted; add --confirm",
            text=lambda: "\n".join(
                [*(row["run_id"] for row in rows), f"{_said(rows)} would go; add --confirm"]
            ),
            status="fail",
            exit_code=Exit.UNCONFIRMED,
            error={"code": "UNCONFIRMED", "detail": {"runs": len(rows)}},
        )
    for run in going:
        _delete(run.path)
    _sweep(out)
    return Outcome(data=data, message=f"{_said(rows)} deleted")


def _row(run: "RunEntry") -> dict[str, Any]:
    size = sum(file.stat().st_size for file in run.path.rglob("*") if file.is_file())
    return {"run_id": run.run_id, "created_at": run.manifest.get("created_at"), "bytes": size}


def _said(rows: list[dict[str, Any]]) -> str:
    size = sum(row["bytes"] for row in rows) / 2**20
    return f"{len(rows)} run{'' if len(rows) == 1 else 's'} ({size:.1f} MiB)"


def _delete(path: Path) -> None:
    """Take a run away: hidden first, so that nobody ever lists half of one."""
    hidden = path.with_name(f"{DOOMED}{path.name}")
    path.rename(hidden)
    shutil.rmtree(hidden)


def _sweep(out: Path) -> None:
    """Finish what an earlier call that was stopped had begun."""
    for hidden in out.glob(f"{DOOMED}*"):
        shutil.rmtree(hidden)
