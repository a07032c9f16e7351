"""`tradec runs list`: the runs of a folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.frame import command
from tradec.cli.numbers import UNDEFINED, money, percent, ratio, whole
from tradec.cli.outcome import Outcome
from tradec.cli.run_folder import DEFAULT
from tradec.cli.settings import current
from tradec.cli.table import fitted, rendered
from tradec.cli.times import Instant

if TYPE_CHECKING:
    from tradec.runtime.artifacts import RunEntry

SORTS = {
    "created": "created_at",
    "net": "net_profit",
    "return": "net_return_pct",
    "dd": "max_drawdown_pct",
    "sharpe": "sharpe",
    "trades": "trades",
}
out_option = click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT,
    show_default=True,
    help="The folder of the runs.",
)
runs_option = click.option(
    "--runs",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT,
    show_default=True,
    help="The folder of the runs.",
)
"""The same where `--out` names the file that is written."""


@command(
    "list",
    example="""tradec runs list
    tradec runs list --play ema_cross --sort sharpe --limit 5
    tradec runs list --since 2025-06-01 --json""",
)
@out_option
@click.option("--play", help="Only runs of this play.")
@click.option("--mode", help="Only runs of this mode, such as backtest.")
@click.option("--since", type=Instant(), help="Only runs made from here on: a date or ms, UTC.")
@click.option(
    "--sort",
    type=click.Choice(list(SORTS)),
    default="created",
    show_default=True,
    help="By what; the largest last.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Only the last ones.")
def list_(
    out: Path,
    play: str | None,
    mode: str | None,
    since: int | None,
    sort: str,
    limit: int | None,
) -> Outcome:
    """List past runs, the latest last."""
    from tradec.runtime.artifacts import list_runs

    runs = [run for run in list_runs(out) if _is_meant(run, play, mode, since)]
    for run in runs:
        if run.damage:
            current().warn(f"{run.run_id}: {run.damage}")
    rows = [summary(run) for run in runs]
    if sort != "created":
        rows.sort(key=lambda row: _key(row[SORTS[sort]]))
    rows = rows[-limit:] if limit else rows
    count = f"{len(rows)} run{'' if len(rows) == 1 else 's'} in `{out}`"
    return Outcome(
        data={"runs": rows},
        message=count,
        text=lambda: _table(rows) if rows else f"{count}; `tradec run PLAY` makes one",
    )


def _is_meant(run: "RunEntry", play: str | None, mode: str | None, since: int | None) -> bool:
    """Tell whether a run is among those asked for; a damaged one is, if nothing is asked."""
    wanted = {"play_id": play, "mode": mode}
    if any(value is not None and run.manifest.get(key) != value for key, value in wanted.items()):
        return False
    return since is None or created_ms(run) >= since


def created_ms(run: "RunEntry") -> int:
    """Return when a run was made in ms UTC, 0 where nobody knows."""
    from datetime import datetime

    made = run.manifest.get("created_at")
    return round(datetime.fromisoformat(made).timestamp() * 1000) if made else 0


def _key(value: float | None) -> tuple[bool, float]:
    """Order what is undefined before everything."""
    return (value is not None, value or 0.0)


def summary(run: "RunEntry") -> dict[str, Any]:
    """Return the line of one run."""
    manifest, metrics = run.manifest, run.metrics
    return {
        "run_id": run.run_id,
        "run_dir": str(run.path),
        "play": manifest.get("play_id"),
        "symbol": manifest.get("symbol"),
        "exec": manifest.get("exec"),
        "mode": manifest.get("mode"),
        "created_at": manifest.get("created_at"),
        "trades": metrics.get("total_trades"),
        "net_profit": metrics.get("net_profit"),
        "net_return_pct": metrics.get("net_return_pct"),
        "max_drawdown_pct": metrics.get("max_drawdown_pct"),
        "sharpe": metrics.get("sharpe"),
        "stop_reason": manifest.get("stop_reason"),
        "damage": run.damage,
    }


def _table(rows: list[dict[str, Any]]) -> str:
    headings = ("run", "symbol", "exec", "trades", "net", "return", "drawdown", "sharpe", "ended")
    cells = [
        (
            str(row["run_id"]),
            row["symbol"] or UNDEFINED,
            row["exec"] or UNDEFINED,
            whole(row["trades"]),
            money(row["net_profit"]),
            percent(row["net_return_pct"]),
            percent(row["max_drawdown_pct"]),
            ratio(row["sharpe"]),
            row["stop_reason"] or "damaged",
        )
        for row in rows
    ]
    return rendered(fitted(headings, cells, right="lllrrrrrl", spare=(2, 1, 7, 5, 3, 8, 6)))
