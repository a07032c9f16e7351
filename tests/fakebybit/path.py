"""A market of the loopback server as the simulator reads it: bars, instrument, rules."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from fakebybit.market import MINUTE_MS, Market
from tradec.runtime.data.bars import Bars, from_columns
from tradec.runtime.data.marks import Funding, mark_on_grid
from tradec.runtime.sim.instrument import Instrument, Tier
from tradec.runtime.sim.rules import Assumptions, Rules


def bars_of(market: Market) -> Bars:
    """Return a market's minutes as the grid that the simulator runs on."""
    table = market.minutes
    columns = [np.ascontiguousarray(table[:, k]) for k in range(1, 6)]
    bars, _ = from_columns(
        table[:, 0].astype(np.int64),
        columns[0],
        columns[1],
        columns[2],
        columns[3],
        columns[4],
        MINUTE_MS,
        source="loopback",
    )
    mark = None
    if len(market.mark):
        ts = market.mark[:, 0].astype(np.int64)
        mark = mark_on_grid(bars.ts0, MINUTE_MS, bars.n, ts, market.mark[:, 1:5])
    inside = market.funding[market.funding[:, 0] >= bars.ts0]
    funding = Funding(
        ts=inside[:, 0].astype(np.int64), rate=np.ascontiguousarray(inside[:, 1], np.float64)
    )
    return replace(bars, mark=mark, funding=funding)


def instrument_of(market: Market) -> Instrument:
    """Return what the exchange admits of a market."""
    tiers = tuple(
        Tier(
            limit_usdt=float(row["riskLimitValue"]),
            maintenance_margin_rate=float(row["maintenanceMargin"]),
            deduction=float(row.get("mmDeduction") or 0),
            max_leverage=float(row["maxLeverage"]),
        )
        for row in market.tiers
    )
    return Instrument(
        tick=Decimal(market.tick),
        step=Decimal(market.step),
        min_qty=float(market.min_qty),
        max_qty=float(market.max_qty),
        max_market_qty=float(market.max_market_qty),
        min_notional_usdt=float(market.min_notional),
        max_leverage=float(market.max_leverage),
        tiers=tiers or (Tier(limit_usdt=None, maintenance_margin_rate=0.005),),
        source="loopback",
    )


def rules_of(symbol: str, **more: Any) -> Rules:
    """Return the rules of a loopback venue: what the exchange charges and assumes."""
    return Rules(symbol=symbol, backtest=Assumptions(market_band=None), **more)
