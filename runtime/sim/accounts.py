"""The account over the exec bars, its funding, and the log of events (simulation.md 14, 17)."""

import json
from collections.abc import Iterator, Mapping
from math import isnan
from typing import Any

import numpy as np

from tradec.runtime.data.bars import Bars
from tradec.runtime.sim.tables import Array, Columns


def equity_columns(ts_close: Array, points: Array) -> Columns:
    """Return the equity points with their instants and how far each is below the peak so far."""
    peak = np.maximum.accumulate(points)
    return {
        "ts_close": ts_close,
        "equity": points,
        "drawdown": peak - points,
        "drawdown_pct": (peak - points) / peak * 100.0,
    }


def funding_columns(payments: Array) -> Columns:
    """Return the settlements of funding in order of time; a positive `pnl` was received."""
    return {
        "ts_funding": payments["ts"],
        "position_id": payments["position"].astype(np.int64),
        "rate": payments["rate"],
        "mark_price": payments["mark"],
        "qty": payments["signed_qty"],
        "pnl": payments["pnl"],
    }


def mark_closes(bars: Bars, mark_source: str) -> Array:
    """Return the price at which each bar's close is marked (simulation.md 1)."""
    if mark_source != "mark_kline" or bars.mark is None:
        return bars.close
    marks: Array = np.where(np.isnan(bars.mark.close), bars.close, bars.mark.close)
    return marks


def maintenance(tiers: list[dict[str, float]], notional: Array) -> Array:
    """Return the maintenance margin of positions (simulation.md 11.2, rulings B5)."""
    limits = np.array([tier["limit"] for tier in tiers[:-1]])
    place = np.searchsorted(limits, notional)
    rate = np.array([tier["mmr"] for tier in tiers])[place]
    deduction = np.array([tier["deduction"] for tier in tiers])[place]
    needed: Array = np.maximum(notional * rate - deduction, 0.0)
    return needed


def can_liquidate(states: Mapping[str, Array]) -> Array:
    """Tell which states a falling mark can end: not those of a long that is paid for in full."""
    is_held = states["signed_qty"] != 0.0
    near: Array = is_held & (states["liquidation"] > 1e-9 * states["entry"])
    return near


def account_columns(
    states: Array, ts_close: Array, marks: Array, tiers: list[dict[str, float]]
) -> Columns:
    """Return the account at every equity point, marked at `marks`; the last one after its close.

    What has no meaning while flat is NaN; `available` does not count unrealized profit.
    """
    place = np.maximum(np.searchsorted(states["ts"].copy(), ts_close) - 1, 0)
    if place.size:
        place[-1] = states.size - 1
    now = {name: states[name].copy()[place] for name in states.dtype.names or ()}
    held = now["signed_qty"] != 0.0
    unrealized = np.where(held, now["signed_qty"] * (marks - now["entry"]), 0.0)
    notional = np.abs(now["signed_qty"]) * marks
    equity = now["cash"] + unrealized
    needed = np.where(held, maintenance(tiers, notional), np.nan)
    reachable = can_liquidate(now)
    locked = now["margin"] + now["reserve"] + now["reserved"]
    return {
        "ts_close": ts_close,
        "cash": now["cash"],
        "unrealized_pnl": unrealized,
        "equity": equity,
        "margin": now["margin"],
        "reserve": now["reserve"],
        "order_cost": now["reserved"],
        "available": np.maximum(now["cash"] - locked, 0.0),
        "maintenance_margin": needed,
        "margin_ratio": _ratio(needed, now["margin"] + unrealized, held),
        "qty": now["signed_qty"],
        "notional": notional,
        "leverage_used": _ratio(notional, equity, equity != 0.0),
        "liquidation_price": np.where(reachable, now["liquidation"], np.nan),
        "liquidation_distance_pct": _ratio(
            100.0 * np.abs(marks - now["liquidation"]), marks, reachable
        ),
        "has_position": held,
        "entries_disabled": now["is_disabled"] != 0,
    }


def _ratio(part: Array, whole: Array, holds: Array) -> Array:
    """Return part / whole where `holds`, else NaN."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(holds, part / whole, np.nan)


_EVENTS = (("orders", "ts_submit", "order"), ("fills", "ts_fill", "fill"))
_AFTER = (("trades", "ts_exit", "trade"), ("funding", "ts_funding", "funding"))


def event_log(tables: Mapping[str, Columns]) -> bytes:
    """Return one JSON object a line: every order, fill, settlement and closed leg, by time.

    Of one instant settlements come first, then orders, fills and legs.
    """
    kinds = (_AFTER[1], *_EVENTS, _AFTER[0])
    lines = [
        (ts, rank, number, {"ts": ts, "event": event, **row})
        for rank, (kind, clock, event) in enumerate(kinds)
        for number, (ts, row) in enumerate(_rows(tables[kind], clock))
    ]
    lines.sort(key=lambda line: line[:3])
    text = (json.dumps(line[3], ensure_ascii=False, allow_nan=False) for line in lines)
    return "".join(f"{line}\n" for line in text).encode()


def _rows(columns: Columns, clock: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the instant and the columns of each row, those without a value left out."""
    names = [name for name in columns if name != clock]
    values = zip(*(columns[name].tolist() for name in names), strict=True)
    for ts, row in zip(columns[clock].tolist(), values, strict=True):
        pairs = zip(names, row, strict=True)
        yield ts, {name: value for name, value in pairs if not _is_absent(value)}


def _is_absent(value: Any) -> bool:
    return value is None or (isinstance(value, float) and isnan(value))
