"""`tradec why`: the whole chain at one instant of a run, from its conditions to the fill."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.frame import command
from tradec.cli.moment import moment_of, moment_options
from tradec.cli.outcome import Outcome
from tradec.cli.progress import stages
from tradec.cli.run_folder import find_run
from tradec.cli.runs_list import out_option
from tradec.cli.settings import current
from tradec.cli.times import shown

if TYPE_CHECKING:
    from tradec.cli.look_back import LookBack


@command(
    "why",
    example="""tradec why last --at 2025-01-03T12:30
    tradec why last --trade 3
    tradec why 20250601-120000-ema --bar 120 --json""",
)
@click.argument("run")
@moment_options
@out_option
def why(run: str, at: int | None, bar: int | None, trade: int | None, out: Path) -> Outcome:
    """Show why RUN did what it did at one instant: conditions, policy, sizing, order, fill.

    RUN is an id or its beginning, a folder, or `last`. It is repeated from its own play and data,
    and refused where it does not come to what it recorded.
    """
    from tradec.cli.look_back import look_back

    found = find_run(run, out)
    moment = moment_of(found, at, bar, trade)
    with stages(current()) as show:
        seen = look_back(found, moment, show)
    facts = facts_of(seen)
    from tradec.cli.why_text import chain_text

    return Outcome(
        data=facts,
        message=message_of(facts),
        text=lambda: chain_text(facts, moment.note),
    )


def facts_of(seen: "LookBack") -> dict[str, Any]:
    """Return everything that is told."""
    from tradec.cli import why_data

    orders = why_data.order_facts(seen)
    return {
        **why_data.instant_facts(seen),
        "blocks": why_data.block_facts(seen),
        "decision": why_data.decision_facts(seen),
        "sizing": why_data.sizing_facts(seen, orders),
        "orders": orders,
        "trades": why_data.trade_facts(seen, orders),
    }


def message_of(facts: dict[str, Any]) -> str:
    """Return what was decided, in a line."""
    when, decision = shown(facts["ts"]), facts["decision"]
    if decision is None:
        return f"nothing was decided at {when} UTC"
    arm = "else" if decision["case"] is None else f"case {decision['case']}"
    return f"{decision['action']} was decided at {when} UTC, by {decision['block']}, {arm}"
