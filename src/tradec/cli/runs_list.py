"""`tradec runs list`: the runs of a folder."""

from pathlib import Path
from typing import Any

import click

from tradec.cli.frame import command
from tradec.cli.numbers import money, percent
from tradec.cli.outcome import Outcome
from tradec.cli.run_folder import DEFAULT, RunFolder, runs_in
from tradec.cli.table import rendered, table

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
    runs = runs_in(out)[-limit:] if limit else runs_in(out)
    rows = [summary(run) for run in runs]
    count = f"{len(rows)} run{'' if len(rows) == 1 else 's'} in `{out}`"
    return Outcome(
        data={"runs": rows},
        message=count,
        text=lambda: _table(rows) if rows else f"{count}; `tradec run PLAY` makes one",
    )


def summary(run: RunFolder) -> dict[str, Any]:
    """Return the line of one run."""
    manifest, metrics = run.manifest, run.metrics
    return {
        "run_id": run.id,
        "run_dir": str(run.path),
        "play": manifest.get("play_id"),
        "symbol": manifest.get("symbol"),
        "created_at": manifest.get("created_at"),
        "trades": metrics.get("total_trades"),
        "net_profit": metrics.get("net_profit"),
        "net_return_pct": metrics.get("net_return_pct"),
        "max_drawdown_pct": metrics.get("max_drawdown_pct"),
        "stop_reason": manifest.get("stop_reason"),
    }


def _table(rows: list[dict[str, Any]]) -> str:
    headings = ("run", "symbol", "trades", "net profit", "return", "drawdown", "ended by")
    cells = (
        (
            str(row["run_id"]),
            str(row["symbol"]),
            str(row["trades"]),
            money(row["net_profit"]),
            percent(row["net_return_pct"]),
            percent(row["max_drawdown_pct"]),
            str(row["stop_reason"]),
        )
        for row in rows
    )
    return rendered(table(headings, cells, right="llrrrrl"))
