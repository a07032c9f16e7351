"""All metrics of a run (simulation.md 16)."""

from dataclasses import dataclass
from typing import Any

from tradec.runtime.metrics.costs import fill_metrics, funding_metrics, order_metrics
from tradec.runtime.metrics.curve import (
    curve_metrics,
    growth_metrics,
    return_metrics,
    returns_of,
)
from tradec.runtime.metrics.exposure import Marked, exposure_metrics, margin_metrics
from tradec.runtime.metrics.positions import (
    bars_in_position,
    hanging,
    position_metrics,
    positions_of,
    profit_range,
)
from tradec.runtime.metrics.sums import Array, percent
from tradec.runtime.metrics.table import METRICS
from tradec.runtime.sim.tables import MINUTES_PER_YEAR, Columns, Frame
from tradec.runtime.timeframe import DAY_MS, Timeframe

SHORT_SAMPLE_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What metrics are made of: the equity points, the tables, and prices of the market.

    `first_open` and `last_close` are those of the traded span, the bars after trade_start.
    """

    frame: Frame
    equity: Array
    trades: Columns
    fills: Columns
    orders: Columns
    funding: Columns
    account: Columns
    marked: Marked
    first_open: float
    last_close: float


def measure(run: Run) -> dict[str, Any]:
    """Return every metric of `METRICS` by its name, in that order; None where undefined."""
    year = bars_per_year(run.frame.timeframe)
    bars = run.equity.size - 1
    curve = curve_metrics(run.equity)
    positions = positions_of(run.trades, run.frame)
    benchmark = percent(run.last_close - run.first_open, run.first_open) if bars else None
    held = bars_in_position(positions)
    costs = fill_metrics(run.fills)
    found = {
        **curve,
        **growth_metrics(run.equity, year, curve["max_drawdown_pct"]),
        **return_metrics(returns_of(run.equity), year),
        **position_metrics(positions),
        **hanging(positions),
        **profit_range(positions, curve["net_profit"]),
        **exposure_metrics(run.account, costs["total_fees"], costs["total_volume_usdt"]),
        **margin_metrics(run.marked),
        **costs,
        **funding_metrics(run.funding["pnl"]),
        **order_metrics(run.orders),
        "benchmark_return_pct": benchmark,
        "alpha_pct": None if benchmark is None else curve["net_return_pct"] - benchmark,
        "short_sample": bars * run.frame.exec_ms < SHORT_SAMPLE_DAYS * DAY_MS,
        "bars_per_year": year,
        "total_legs": run.trades["trade_id"].size,
        "total_bars": bars,
        "bars_in_position": held,
        "time_in_market_pct": percent(held, bars),
    }
    return {metric.name: found[metric.name] for metric in METRICS}


def bars_per_year(timeframe: Timeframe) -> float:
    """Return 525600 / minutes; 365 days, 52 weeks or 12 months."""
    match timeframe.name:
        case "W":
            return 52.0
        case "M":
            return 12.0
        case _:
            return MINUTES_PER_YEAR / timeframe.minutes
