"""Metrics of positions: legs of one position are one trade."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from tradec.runtime.metrics.sums import Array, largest, longest_run, mean, percent, ratio, total
from tradec.runtime.sim.tables import Columns, Frame

ONE_TICK = 1.0 + 1e-9
"""One tick, with a hair for the rounding of prices that are one tick apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """Columns with one row per position, in order of exit.

    `other` is the net with the first ambiguous minute the other way round, `net` where there is
    none (rulings B7); `ticks` is how near the nearest price comparison of its entry was, NaN where
    none decided it; `risk` is qty * |entry - first stop|, NaN without a stop. `first_bar` and
    `last_bar` are the exec bars in which it exists, from its entry up to but not including the
    instant of its exit: a position that leaves where it came in has last < first.
    """

    net: Array
    other: Array
    is_ambiguous: Array
    ticks: Array
    realized: Array
    risk: Array
    notional: Array
    duration: Array
    is_long: Array
    mae: Array
    mfe: Array
    first_bar: Array
    last_bar: Array
    reason: Array


def positions_of(trades: Columns, frame: Frame) -> Positions:
    """Return the positions of trade legs; the legs of a position follow each other."""
    ids = trades["position_id"]
    first = np.flatnonzero(np.diff(ids, prepend=-1))
    last = np.append(first[1:], ids.size)[: first.size] - 1
    place = np.repeat(np.arange(first.size), last - first + 1)
    start, end = trades["ts_entry"][first], trades["ts_exit"][last]
    unsure, stopped = trades["is_ambiguous"], trades["entry_price"] - trades["stop_loss"]
    other = np.where(unsure, trades["other_net_pnl"], trades["net_pnl"])
    return Positions(
        net=_summed(trades["net_pnl"], place, first.size),
        other=_summed(other, place, first.size),
        is_ambiguous=_summed(unsure, place, first.size) > 0.0,
        ticks=trades["margin_ticks"][first],
        realized=_summed(trades["realized_pnl"], place, first.size),
        risk=(trades["entry_qty"] * np.abs(stopped))[last],
        notional=trades["entry_notional"][last],
        duration=(end - start) / frame.exec_ms,
        is_long=trades["side"][first] == "long",
        mae=trades["mae_pct"][last],
        mfe=trades["mfe_pct"][last],
        first_bar=frame.bar_numbers(start),
        last_bar=frame.bar_numbers(end - 1),
        reason=trades["exit_reason"][last],
    )


def _summed(values: Array, place: Array, n: int) -> Array:
    """Return the sums by place, added in the order of the legs."""
    sums = np.zeros(n)
    np.add.at(sums, place, values)
    return sums


def position_metrics(positions: Positions) -> dict[str, Any]:
    """Return counts, profits and rates of the positions."""
    net = positions.net
    wins, losses = net[net > 0.0], -net[net < 0.0]
    gained, lost = total(wins), total(losses)
    risked = positions.risk > 0.0
    return {
        "total_trades": net.size,
        "win_count": wins.size,
        "loss_count": losses.size,
        "win_rate_pct": percent(wins.size, net.size),
        "total_realized_pnl": total(positions.realized),
        "gross_profit": gained,
        "gross_loss": lost,
        "profit_factor": ratio(gained, lost),
        "profit_factor_mode": _mode(gained, lost),
        "avg_trade_return_pct": mean(100.0 * net / positions.notional),
        "expectancy_usdt": mean(net),
        "expectancy_r": mean(net[risked] / positions.risk[risked]),
        "avg_win_usdt": mean(wins),
        "avg_loss_usdt": mean(losses),
        "largest_win_usdt": largest(wins),
        "largest_loss_usdt": largest(losses),
        "payoff_ratio": ratio(mean(wins), mean(losses)),
        "max_consecutive_wins": longest_run(net > 0.0),
        "max_consecutive_losses": longest_run(net < 0.0),
        "mae_avg_pct": mean(positions.mae),
        "mfe_avg_pct": mean(positions.mfe),
        "mae_max_pct": largest(positions.mae),
        "mfe_max_pct": largest(positions.mfe),
        **_exits(positions),
        **_durations(positions),
        **_side("long", net[positions.is_long]),
        **_side("short", net[~positions.is_long]),
    }


def profit_range(positions: Positions, net_profit: float) -> dict[str, Any]:
    """Return how many trades are ambiguous, and the interval of the net profit (rulings B7)."""
    change = positions.other - positions.net
    unsure = int(positions.is_ambiguous.sum())
    return {
        "ambiguous_trades": unsure,
        "ambiguous_trades_pct": percent(unsure, positions.net.size),
        "net_profit_pessimistic": net_profit + total(np.minimum(change, 0.0)),
        "net_profit_optimistic": net_profit + total(np.maximum(change, 0.0)),
    }


def hanging(positions: Positions) -> dict[str, Any]:
    """Return how many trades hang on one tick (rulings B7)."""
    near = int((positions.ticks <= ONE_TICK).sum())
    return {"one_tick_trades": near, "one_tick_trades_pct": percent(near, positions.net.size)}


def _mode(gained: float, lost: float) -> str:
    if lost > 0.0:
        return "finite"
    return "infinite" if gained > 0.0 else "undefined"


def _exits(positions: Positions) -> dict[str, Any]:
    counts = dict(sorted(Counter(positions.reason.tolist()).items()))
    return {
        "exits_by_reason": counts,
        "avg_bars_to_exit_by_reason": {
            reason: mean(positions.duration[positions.reason == reason]) for reason in counts
        },
        "liquidations": counts.get("liquidation", 0),
    }


def _durations(positions: Positions) -> dict[str, float | None]:
    return {
        "avg_trade_duration_bars": mean(positions.duration),
        "avg_winning_duration_bars": mean(positions.duration[positions.net > 0.0]),
        "avg_losing_duration_bars": mean(positions.duration[positions.net < 0.0]),
    }


def _side(name: str, net: Array) -> dict[str, Any]:
    wins, losses = net[net > 0.0], -net[net < 0.0]
    return {
        f"{name}_trades": net.size,
        f"{name}_win_rate_pct": percent(wins.size, net.size),
        f"{name}_net_profit": total(net),
        f"{name}_profit_factor": ratio(total(wins), total(losses)),
    }


def bars_in_position(positions: Positions) -> int:
    """Return the number of exec bars during which a position existed for any time."""
    if not positions.net.size:
        return 0
    seen = np.maximum.accumulate(np.concatenate(([-1], positions.last_bar[:-1])))
    begin = np.maximum(positions.first_bar, seen + 1)
    return int(np.maximum(positions.last_bar - begin + 1, 0).sum())
