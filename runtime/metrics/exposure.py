"""Metrics of exposure and margin: what was held, and how near it came to liquidation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tradec.runtime.metrics.sums import Array, largest, mean, percent, ratio, total
from tradec.runtime.sim.accounts import can_liquidate, maintenance
from tradec.runtime.sim.tables import Columns

HELD = ("signed_qty", "entry", "margin", "liquidation")
BLOCK = 1 << 16
"""Base bars that are looked at together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What the account is marked with: the mark price at the close of every base bar from `ts0`.

    `states` are rows of `records.STATE`, `tiers` the C structs `Tier` as dicts.
    """

    ts0: int
    base_ms: int
    closes: Array
    states: Array
    tiers: list[dict[str, float]]


def exposure_metrics(account: Columns, fees: float, volume: float) -> dict[str, Any]:
    """Return what was held at the equity points, and what it cost by that."""
    equity, notional = account["equity"], account["notional"]
    used = account["leverage_used"][account["has_position"] & (equity > 0.0)]
    average = mean(equity)
    return {
        "avg_leverage_used": mean(used),
        "max_gross_exposure_pct": percent(largest(used), 1.0),
        "turnover": ratio(volume, average) if average is not None and average > 0.0 else None,
        "fees_per_exposure_pct": ratio(100.0 * fees, total(notional) / max(notional.size, 1)),
    }


def margin_metrics(marked: Marked) -> dict[str, Any]:
    """Return how near the margin came to its end at the closes of base bars in position."""
    needed, distance = [], []
    for state, marks in _held(marked):
        quantity = state["signed_qty"]
        left = state["margin"] + quantity * (marks - state["entry"])
        kept = maintenance(marked.tiers, np.abs(quantity) * marks)
        needs, reachable = kept > 0.0, can_liquidate(state)
        needed.append(_least(left[needs] / kept[needs]))
        away = np.abs(marks[reachable] - state["liquidation"][reachable])
        distance.append(_least(100.0 * away / marks[reachable]))
    return {
        "min_margin_ratio": _least(np.array([v for v in needed if v is not None])),
        "closest_liquidation_pct": _least(np.array([v for v in distance if v is not None])),
    }


def _held(marked: Marked) -> Iterator[tuple[Columns, Array]]:
    """Yield blocks of the account's state and of the mark at each close in position.

    A state holds at the closes after its instant, up to and including the next state's.
    """
    states = marked.states
    begin = np.clip((states["ts"] - marked.ts0) // marked.base_ms, 0, marked.closes.size)
    end = np.append(begin[1:], marked.closes.size)[: begin.size]
    held = np.flatnonzero((states["signed_qty"] != 0.0) & (end > begin))
    counts = end[held] - begin[held]
    columns = {name: states[name].copy() for name in HELD}
    stops = np.cumsum(counts)
    for low in range(0, int(stops[-1]) if stops.size else 0, BLOCK):
        rows = np.arange(low, min(low + BLOCK, int(stops[-1])))
        place = np.searchsorted(stops, rows, side="right")
        bars = begin[held[place]] + rows - (stops[place] - counts[place])
        yield {name: column[held[place]] for name, column in columns.items()}, marked.closes[bars]


def _least(values: Array) -> float | None:
    return float(values.min()) if values.size else None
