"""Metrics of positions: legs of one position are one trade."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from tradec.runtime.metrics.sums import Array, largest, longest_run, mean, percent, ratio, total
from tradec.runtime.sim.tables import Columns, Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """Columns with one row per position, in order of exit.

    `first_bar` and `last_bar` are the exec bars in which it exists, from its entry up to but not
    including the instant of its exit: a position that leaves where it came in has last < first.
    """

    net: Array
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
    return Positions(
        net=_summed(trades["net_pnl"], place, first.size),
        notional=trades["entry_notional"][first],
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
    return {
        "total_trades": net.size,
        "win_count": wins.size,
        "loss_count": losses.size,
        "win_rate_pct": percent(wins.size, net.size),
        "gross_profit": gained,
        "gross_loss": lost,
        "profit_factor": ratio(gained, lost),
        "profit_factor_mode": _mode(gained, lost),
        "avg_trade_return_pct": mean(100.0 * net / positions.notional),
        "expectancy_usdt": mean(net),
        "avg_win_usdt": mean(wins),
        "avg_loss_usdt": mean(losses),
        "largest_win_usdt": largest(wins),
        "largest_loss_usdt": largest(losses),
        "payoff_ratio": ratio(mean(wins), mean(losses)),
        "max_consecutive_wins": longest_run(net > 0.0),
        "max_consecutive_losses": longest_run(net < 0.0),
        "mae_avg_pct": mean(positions.mae),
        "mfe_avg_pct": mean(positions.mfe),
        "exits_by_reason": dict(sorted(Counter(positions.reason.tolist()).items())),
        **_durations(positions),
        **_side("long", net[positions.is_long]),
        **_side("short", net[~positions.is_long]),
    }


def _mode(gained: float, lost: float) -> str:
    if lost > 0.0:
        return "finite"
    return "infinite" if gained > 0.0 else "undefined"


def _durations(positions: Positions) -> dict[str, float | None]:
    return {
        "avg_trade_duration_bars": mean(positions.duration),
        "avg_winning_duration_bars": mean(positions.duration[positions.net > 0.0]),
        "avg_losing_duration_bars": mean(positions.duration[positions.net < 0.0]),
    }


def _side(name: str, net: Array) -> dict[str, Any]:
    return {
        f"{name}_trades": net.size,
        f"{name}_win_rate_pct": percent(int((net > 0.0).sum()), net.size),
        f"{name}_net_profit": total(net),
    }


def bars_in_position(positions: Positions) -> int:
    """Return the number of exec bars during which a position existed for any time."""
    if not positions.net.size:
        return 0
    seen = np.maximum.accumulate(np.concatenate(([-1], positions.last_bar[:-1])))
    begin = np.maximum(positions.first_bar, seen + 1)
    return int(np.maximum(positions.last_bar - begin + 1, 0).sum())
