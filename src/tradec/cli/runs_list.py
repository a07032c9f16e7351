"""`tradec runs list`: the runs of a folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.frame import command
from tradec.cli.numbers import UNDEFINED, money, percent, whole
from tradec.cli.outcome import Outcome
from tradec.cli.run_folder import DEFAULT
from tradec.cli.settings import current
from tradec.cli.table import rendered, table

if TYPE_CHECKING:
    from tradec.runtime.artifacts import RunEntry

out_option = click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT,
    show_default=True,
    help="The folder of the runs.",
)


@command("list", example="tradec runs list\ntradec runs list --limit 5 --json")
@out_option
@click.option("--limit", type=click.IntRange(min=1), help="Only the latest ones.")
def list_(out: Path, limit: int | None) -> Outcome:
    """List past runs, the latest last."""
    from tradec.runtime.artifacts import list_runs

    found = list_runs(out)
    runs = found[-limit:] if limit else found
    for run in runs:
        if run.damage:
            current().warn(f"{run.run_id}: {run.damage}")
    rows = [summary(run) for run in runs]
    count = f"{len(rows)} run{'' if len(rows) == 1 else 's'} in `{out}`"
    return Outcome(
        data={"runs": rows},
        message=count,
        text=lambda: _table(rows) if rows else f"{count}; `tradec run PLAY` makes one",
    )


def summary(run: "RunEntry") -> dict[str, Any]:
    """Return the line of one run."""
    manifest, metrics = run.manifest, run.metrics
    return {
        "run_id": run.run_id,
        "run_dir": str(run.path),
        "play": manifest.get("play_id"),
        "symbol": manifest.get("symbol"),
        "created_at": manifest.get("created_at"),
        "trades": metrics.get("total_trades"),
        "net_profit": metrics.get("net_profit"),
        "net_return_pct": metrics.get("net_return_pct"),
        "max_drawdown_pct": metrics.get("max_drawdown_pct"),
        "stop_reason": manifest.get("stop_reason"),
        "damage": run.damage,
    }


def _table(rows: list[dict[str, Any]]) -> str:
    headings = ("run", "symbol", "trades", "net profit", "return", "drawdown", "ended by")
    cells = (
        (
            str(row["run_id"]),
            row["symbol"] or UNDEFINED,
            whole(row["trades"]),
            money(row["net_profit"]),
            percent(row["net_return_pct"]),
            percent(row["max_drawdown_pct"]),
            row["stop_reason"] or "damaged",
        )
        for row in rows
    )
    return rendered(table(headings, cells, right="llrrrrl"))
