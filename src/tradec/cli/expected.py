"""What plays expect of synthetic markets (`validation.expect`), and what runs show instead."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradec.cli.machine import Machine
    from tradec.cli.progress import Show


def disappointed(
    play: str, overrides: Mapping[str, str], engine: str, show: "Show"
) -> tuple[str, ...] | None:
    """Return what a play expects and its synthetic market does not show; None if it says nothing.

    The market is that of `run --synthetic` without further options; nothing is written.
    """
    from tradec.cli.machine import machine_for
    from tradec.cli.market import Wanted, market_for
    from tradec.cli.record import Done, metrics_of
    from tradec.cli.traded import traded

    machine = machine_for(play, overrides, engine, show)
    if not machine.validation.get("expect"):
        return None
    market = market_for(Wanted(synthetic=True), machine, None)
    outcome = traded(machine, market, features=False, show=show)
    done = Done(machine=machine, market=market, outcome=outcome, overrides=overrides, seconds=0.0)
    return unmet_in(machine, metrics_of(done))


def unmet_in(machine: "Machine", metrics: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a machine's play expects and the metrics of a synthetic run do not show."""
    from tradec.runtime.metrics.expectations import unmet

    return unmet(machine.validation.get("expect", {}), metrics)
