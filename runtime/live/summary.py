"""What a session came to, in one record (live-runtime.md 12)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tradec.runtime import backtest
from tradec.runtime.sim.records import PURPOSES, STATUSES

_END = PURPOSES.index("end_of_data")


def summary_of(outcome: backtest.Outcome, counts: Mapping[str, int]) -> dict[str, Any]:
    """Return the figures of a session; what it held at its end is in `open`, not in `trades`.

    Money is in USDT. `counts` are what the session itself counted.
    """
    legs, fills, orders = outcome.legs, outcome.fills, outcome.orders
    held = legs[fills["purpose"][legs["exit_fill"] - 1] == _END] if legs.size else legs
    closed = legs[fills["purpose"][legs["exit_fill"] - 1] != _END] if legs.size else legs
    by_position = {
        int(position): float(closed["net"][closed["position"] == position].sum())
        for position in np.unique(closed["position"])
    }
    peak = np.maximum.accumulate(outcome.equity) if outcome.equity.size else outcome.equity
    drawdown = (peak - outcome.equity) / peak * 100.0
    return {
        **counts,
        "minutes": int(outcome.traded.n),
        "bars": outcome.bars,
        "signals": int(outcome.signals.size),
        "orders": int(orders.size),
        **{
            word: int((orders["status"] == code).sum())
            for code, word in enumerate(STATUSES)
            if word != "working"
        },
        "trades": len(by_position),
        "won": sum(net > 0 for net in by_position.values()),
        "gross": float(legs["realized"].sum()),
        "fees": float(fills["fee"].sum()),
        "funding": float(outcome.payments["pnl"].sum()),
        "net": outcome.final_equity - outcome.initial_equity,
        "max_drawdown_pct": float(drawdown.max()) if drawdown.size else 0.0,
        "equity_start": outcome.initial_equity,
        "equity_end": outcome.final_equity,
        "open": _held(outcome, held),
    }


def _held(outcome: backtest.Outcome, held: Any) -> dict[str, Any] | None:
    """Return the position that was open at the end, marked at the last close."""
    if not held.size:
        return None
    leg = held[-1]
    leave = outcome.fills[leg["exit_fill"] - 1]
    stop = float(leg["last_stop"])
    return {
        "side": "long" if leave["side"] < 0 else "short",
        "qty": float(leave["qty"]),
        "entry": float(leg["entry"]),
        "mark": float(leave["price"]),
        "stop": stop if np.isfinite(stop) else None,
    }
