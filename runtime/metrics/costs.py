"""Metrics of fills, settlements and orders: fees, slippage, volume, funding, refused entries."""

from collections import Counter
from typing import Any

import numpy as np

from tradec.runtime.metrics.sums import Array, largest, mean, percent, total
from tradec.runtime.sim.tables import Columns


def fill_metrics(fills: Columns) -> dict[str, Any]:
    """Return what the fills cost."""
    fee, is_entry = fills["fee"], fills["reason"] == "entry"
    is_maker = fills["liquidity"] == "maker"
    sign = np.where(fills["side"] == "buy", 1.0, -1.0)
    slipped = 1e4 * sign * (fills["price"] - fills["ref_price"]) / fills["ref_price"]
    return {
        "total_fees": total(fee),
        "entry_fees": total(fee[is_entry]),
        "exit_fees": total(fee[~is_entry]),
        "maker_fees": total(fee[is_maker]),
        "taker_fees": total(fee[~is_maker]),
        "total_slippage_usdt": total(fills["slippage_usdt"]),
        "avg_slippage_bps": mean(slipped),
        "max_slippage_bps": largest(slipped),
        "total_volume_usdt": total(fills["notional"]),
    }


def funding_metrics(pnl: Array) -> dict[str, Any]:
    """Return what settlements of funding took and gave; a positive `pnl` was received."""
    return {
        "total_funding_paid": total(np.where(pnl < 0.0, -pnl, 0.0)),
        "total_funding_received": total(np.where(pnl > 0.0, pnl, 0.0)),
        "net_funding": total(pnl),
        "funding_settlements": pnl.size,
    }


def order_metrics(orders: Columns) -> dict[str, Any]:
    """Return how many entries were tried and why some were refused."""
    is_entry = orders["reason"] == "entry"
    codes = Counter(orders["code"][is_entry & (orders["status"] == "rejected")].tolist())
    tried, refused = int(is_entry.sum()), sum(codes.values())
    return {
        "entry_attempts": tried,
        "entry_rejections": refused,
        "entry_rejections_by_code": dict(sorted(codes.items())),
        "rejection_rate_pct": percent(refused, tried),
    }
