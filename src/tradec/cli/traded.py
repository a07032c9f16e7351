"""One run of a machine on a market, as commands make it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tradec.cli.machine import Machine
    from tradec.cli.market import Market
    from tradec.cli.progress import Show
    from tradec.runtime.backtest import Drain, Outcome


def traded(
    machine: "Machine",
    market: "Market",
    *,
    features: bool,
    show: "Show",
    asked: int | None = None,
    drain: "Drain | None" = None,
) -> "Outcome":
    """Return what comes of a machine on a market, with the account at the instant `asked`.

    It has its features if they are wanted and `drain` does not take them.
    """
    from tradec.runtime import backtest
    from tradec.runtime.sim.remarks import Remarks

    show("running")
    return backtest.run(
        machine.strategy,
        market.bars,
        machine.trading_rules(),
        market.instrument,
        exec_tf=machine.exec,
        warmup=machine.warmup,
        window=backtest.Window(start=market.start, end=market.end),
        emit_features=features,
        drain=drain,
        asked=asked,
        notes=Remarks.of(machine.notes, machine.slots).need_slots,
        progress=lambda done, total: show("running", done, total),
    )
