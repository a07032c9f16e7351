"""`tradec runs show`: the result of one run."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.frame import command
from tradec.cli.numbers import money, percent, price
from tradec.cli.outcome import Outcome
from tradec.cli.result import result_text
from tradec.cli.run_folder import find_run
from tradec.cli.runs_list import out_option, summary
from tradec.cli.table import pairs, rendered, table
from tradec.cli.times import shown

if TYPE_CHECKING:
    from tradec.runtime.artifacts import RunEntry


@command(
    "show",
    example="tradec runs show last\ntradec runs show last --trades\n"
    "tradec runs show 20250601-120000-ema --metrics --json",
)
@click.argument("run")
@out_option
@click.option("--trades", is_flag=True, help="List the trades.")
@click.option("--metrics", is_flag=True, help="List every metric.")
@click.option("--manifest", is_flag=True, help="Show what the run was made of.")
def show(
    run: str,
    out: Path,
    trades: bool,  # noqa: FBT001  click passes options by name
    metrics: bool,  # noqa: FBT001
    manifest: bool,  # noqa: FBT001
) -> Outcome:
    """Show the result of RUN: an id or its beginning, a folder, or `last`."""
    found = find_run(run, out)
    rows = _trades(found.path) if trades else []
    asked = {
        **({"metrics": dict(found.metrics)} if metrics else {}),
        **({"manifest": dict(found.manifest)} if manifest else {}),
        **({"trades": rows} if trades else {}),
    }
    return Outcome(
        data={**summary(found), **asked},
        message=f"run {found.run_id}",
        text=lambda: "\n\n".join(_parts(found, rows, asked)),
    )


def _parts(found: "RunEntry", rows: list[dict[str, Any]], asked: dict[str, Any]) -> list[str]:
    """Return the parts that were asked for, else the result table."""
    parts = []
    if "manifest" in asked:
        parts.append(rendered(pairs(_flat(found.manifest))))
    if "metrics" in asked:
        parts.append(rendered(pairs(_flat(found.metrics))))
    if "trades" in asked:
        parts.append(_trade_table(rows))
    return parts or [result_text(found.path, found.manifest, found.metrics)]


def _flat(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Return nested figures as dotted names with their values."""
    if not isinstance(value, dict):
        return [(name, "-" if value is None else str(value))]
    named = ((f"{name}.{key}" if name else key, item) for key, item in value.items())
    return [line for inner, item in named for line in _flat(item, inner)]


def _trades(folder: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    return list(pq.read_table(folder / "trades.parquet").to_pylist())


def _trade_table(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "no trades"
    headings = ("trade", "side", "entry", "at", "exit", "at", "by", "net", "return")
    cells = (
        (
            str(row["trade_id"]),
            str(row["side"]),
            shown(row["ts_entry"]),
            price(row["entry_price"]),
            shown(row["ts_exit"]),
            price(row["exit_price"]),
            str(row["exit_reason"]),
            money(row["net_pnl"]),
            percent(row["pnl_pct"]),
        )
        for row in rows
    )
    return rendered(table(headings, cells, right="lllrlrlrr"))
