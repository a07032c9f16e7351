"""The metrics of trades, costs and orders, counted anew (simulation.md 16)."""

from collections import Counter
from collections.abc import Mapping
from itertools import groupby
from typing import Any

import numpy as np

from tradec.runtime.validate.check import Array
from tradec.runtime.validate.evidence import Evidence
from tradec.runtime.validate.statistics import over

Figures = Mapping[str, Any]


def _mean(values: Array) -> float | None:
    return float(np.mean(values)) if values.size else None


def _most(values: Array) -> float | None:
    return float(np.max(values)) if values.size else None


def _positions(run: Evidence) -> dict[str, Array]:
    """Return the legs summed by position, in order of exit."""
    trades = run.tables["trades"]
    ids, place = np.unique(trades["position_id"], return_inverse=True)
    final = np.flatnonzero(trades["is_final"])
    sums = {
        name: np.bincount(place, weights=trades[name], minlength=ids.size)
        for name in ("net_pnl", "realized_pnl", "is_ambiguous")
    }
    last = {
        name: trades[name][final]
        for name in (
            *("side", "exit_reason", "entry_notional", "entry_qty", "entry_price", "stop_loss"),
            *("mae_pct", "mfe_pct", "ts_entry", "ts_exit", "margin_ticks"),
        )
    }
    return {**sums, **last}


def trades(run: Evidence) -> Figures:
    """Return counts, profits and rates of the positions."""
    p = _positions(run)
    net = p["net_pnl"]
    wins, losses = net[net > 0.0], -net[net < 0.0]
    risk = p["entry_qty"] * np.abs(p["entry_price"] - p["stop_loss"])
    known = risk > 0.0
    unsure, near = int((p["is_ambiguous"] > 0).sum()), int((p["margin_ticks"] <= 1.0 + 1e-9).sum())
    mode = "finite" if losses.size else ("infinite" if wins.size else "undefined")
    average, worst = _mean(wins), _mean(losses)
    return {
        "total_trades": net.size,
        "total_legs": run.tables["trades"]["trade_id"].size,
        "win_count": wins.size,
        "loss_count": losses.size,
        "win_rate_pct": over(100.0 * wins.size, net.size),
        "total_realized_pnl": p["realized_pnl"].sum(),
        "gross_profit": wins.sum(),
        "gross_loss": losses.sum(),
        "profit_factor": over(wins.sum(), losses.sum()),
        "profit_factor_mode": mode,
        "avg_trade_return_pct": _mean(100.0 * net / p["entry_notional"]),
        "expectancy_usdt": _mean(net),
        "expectancy_r": _mean(net[known] / risk[known]),
        "avg_win_usdt": average,
        "avg_loss_usdt": worst,
        "largest_win_usdt": _most(wins),
        "largest_loss_usdt": _most(losses),
        "payoff_ratio": None if average is None or worst is None else over(average, worst),
        "max_consecutive_wins": _streak(net > 0.0),
        "max_consecutive_losses": _streak(net < 0.0),
        "ambiguous_trades": unsure,
        "ambiguous_trades_pct": over(100.0 * unsure, net.size),
        "one_tick_trades": near,
        "one_tick_trades_pct": over(100.0 * near, net.size),
    }


def _streak(holds: Array) -> int:
    return max((len(list(same)) for is_true, same in groupby(holds.tolist()) if is_true), default=0)


def sides(run: Evidence) -> Figures:
    """Return the same of long and of short positions."""
    p = _positions(run)
    found: dict[str, Any] = {}
    for side in ("long", "short"):
        net = p["net_pnl"][p["side"] == side]
        found[f"{side}_trades"] = net.size
        found[f"{side}_win_rate_pct"] = over(100.0 * (net > 0.0).sum(), net.size)
        found[f"{side}_net_profit"] = net.sum()
        found[f"{side}_profit_factor"] = over(net[net > 0.0].sum(), -net[net < 0.0].sum())
    return found


def times(run: Evidence) -> Figures:
    """Return how long positions lasted, and how they ended."""
    p = _positions(run)
    bars = (p["ts_exit"] - p["ts_entry"]) / run.exec_ms
    counts = Counter(p["exit_reason"].tolist())
    return {
        "avg_trade_duration_bars": _mean(bars),
        "avg_winning_duration_bars": _mean(bars[p["net_pnl"] > 0.0]),
        "avg_losing_duration_bars": _mean(bars[p["net_pnl"] < 0.0]),
        "exits_by_reason": dict(counts),
        "avg_bars_to_exit_by_reason": {
            reason: _mean(bars[p["exit_reason"] == reason]) for reason in counts
        },
    }


def excursions(run: Evidence) -> Figures:
    """Return how far prices went against and for the positions."""
    p = _positions(run)
    return {
        "mae_avg_pct": _mean(p["mae_pct"]),
        "mfe_avg_pct": _mean(p["mfe_pct"]),
        "mae_max_pct": _most(p["mae_pct"]),
        "mfe_max_pct": _most(p["mfe_pct"]),
    }


def costs(run: Evidence) -> Figures:
    """Return what fills and settlements cost."""
    fills, paid = run.tables["fills"], run.tables["funding"]["pnl"]
    fee, entry, maker = fills["fee"], fills["reason"] == "entry", fills["liquidity"] == "maker"
    bps = (
        1e4
        * np.where(fills["side"] == "buy", 1.0, -1.0)
        * (fills["price"] / fills["ref_price"] - 1.0)
    )
    return {
        "total_fees": fee.sum(),
        "entry_fees": fee[entry].sum(),
        "exit_fees": fee[~entry].sum(),
        "maker_fees": fee[maker].sum(),
        "taker_fees": fee[~maker].sum(),
        "total_slippage_usdt": fills["slippage_usdt"].sum(),
        "avg_slippage_bps": _mean(bps),
        "max_slippage_bps": _most(bps),
        "total_volume_usdt": fills["notional"].sum(),
        "total_funding_paid": -paid[paid < 0.0].sum(),
        "total_funding_received": paid[paid > 0.0].sum(),
        "net_funding": paid.sum(),
        "funding_settlements": paid.size,
    }


def entries(run: Evidence) -> Figures:
    """Return how many entries were tried, and why some were refused."""
    orders = run.tables["orders"]
    tried = orders["reason"] == "entry"
    codes = Counter(orders["code"][tried & (orders["status"] == "rejected")].tolist())
    return {
        "entry_attempts": int(tried.sum()),
        "entry_rejections": codes.total(),
        "entry_rejections_by_code": dict(codes),
        "rejection_rate_pct": over(100.0 * codes.total(), tried.sum()),
    }
