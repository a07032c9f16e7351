"""Prices of market orders: slippage, impact, and the tick (simulation.md 5)."""

from typing import Any

import numpy as np

from tradec.runtime.validate.check import Array
from tradec.runtime.validate.evidence import Evidence
from tradec.runtime.validate.rounding import rounded


def market_prices(run: Evidence, ts: Array, sign: Array, reference: Array, qty: Array) -> Array:
    """Return what market orders fill at: reference * (1 + sign * (slippage + impact)), to the tick.

    A buy (sign 1) rounds up, a sell down, but never below one tick.
    """
    rules, minutes = run.config, run.minutes
    place = np.minimum(minutes.places(ts), minutes.n - 1)
    traded = minutes.volume[place] * minutes.close[place]
    extra = _impact(rules["backtest"]["impact"], qty * reference, traded)
    slipped = reference * (1.0 + sign * (rules["slippage_rate"] + extra))
    tick = unit_of(run, "tick")
    prices = rounded(slipped, tick, sign > 0)
    return prices if tick is None else np.maximum(prices, float(tick))


def _impact(model: Any, notional: Array, traded: Array) -> Array | float:
    """Return the slippage on top: min(k * g(notional / traded), cap)."""
    if model is None:
        return 0.0
    cap = np.inf if model["cap_bps"] is None else model["cap_bps"] / 1e4
    with np.errstate(divide="ignore", invalid="ignore"):
        share = notional / traded
    grown = model["k"] * (np.sqrt(share) if model["model"] == "sqrt" else share)
    nothing = cap if np.isfinite(cap) else model["k"]
    return np.asarray(np.minimum(np.where(traded > 0.0, grown, nothing), cap))


def unit_of(run: Evidence, name: str) -> str | None:
    """Return the tick or the step, None where the run has no grid."""
    if run.config["backtest"]["constraints"] == "none":
        return None
    unit: str | None = run.manifest["instrument"][name]
    return unit
