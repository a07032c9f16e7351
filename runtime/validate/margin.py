"""Isolated margin computed anew: tiers, liquidation, which bars reached it (simulation.md 11)."""

from functools import lru_cache
from typing import Any, Final

import numpy as np

from tradec.runtime.validate.check import Array, Check, Compared
from tradec.runtime.validate.evidence import Evidence
from tradec.runtime.validate.ledger import State
from tradec.runtime.validate.trades import names_of, trades_of

PAID_UP: Final = 1e-9
"""A long whose liquidation lies below this share of its entry is paid for in full."""
TierRows = list[tuple[float, float, float]]


def tiers_of(run: Evidence) -> TierRows:
    """Return (limit, rate, deduction) of the tiers that applied, by rising limit (rulings B5)."""
    rules, tiers = run.config, run.manifest["instrument"]["tiers"]
    if rules["backtest"]["constraints"] == "none":
        tiers = [{"limit_usdt": None, "maintenance_margin_rate": 0.0, "deduction": 0.0}]
    rate, deduction = rules["maintenance_margin_rate"], rules["mm_deduction"]
    if rate is not None or deduction is not None:
        stated = tiers[0]["maintenance_margin_rate"] if rate is None else rate
        return [(np.inf, stated, deduction or 0.0)]
    return [
        (
            np.inf if tier["limit_usdt"] is None else tier["limit_usdt"],
            tier["maintenance_margin_rate"],
            tier["deduction"],
        )
        for tier in tiers
    ]


def maintenance(run: Evidence, notional: Array) -> Array:
    """Return max(0, notional * rate - deduction) of each notional's tier."""
    needed = np.zeros(notional.shape)
    tiers, lower = tiers_of(run), -np.inf
    for number, (limit, rate, deduction) in enumerate(tiers):
        upper = np.inf if number == len(tiers) - 1 else limit
        inside = (notional > lower) & (notional <= upper)
        needed[inside] = np.maximum(notional[inside] * rate - deduction, 0.0)
        lower = limit
    return needed


@lru_cache(maxsize=2)
def liquidation_prices(run: Evidence) -> Array:
    """Return the liquidation price of every state, NaN while flat."""
    tiers = tiers_of(run)
    by_entry = run.config["backtest"]["liq_formula"] == "entry_value"
    return np.array(
        [
            _liquidation(state, tiers, by_entry=by_entry) if state.qty else np.nan
            for state in run.replayed.states
        ]
    )


def _liquidation(state: State, tiers: TierRows, *, by_entry: bool) -> float:
    """Return the mark at which margin + profit = maintenance; never beyond the bankruptcy price."""
    side, qty = (1.0 if state.qty > 0.0 else -1.0), abs(state.qty)
    value = qty * state.entry
    last, price = len(tiers) - 1, np.nan
    for number, (limit, rate, deduction) in enumerate(tiers):
        if by_entry:
            price = state.entry - side * (state.margin - (value * rate - deduction)) / qty
            reached = value
        else:
            price = (value - side * (state.margin + deduction)) / (qty * (1.0 - side * rate))
            reached = qty * price
        if reached <= limit or number == last:
            break
    return float(max(price, state.bankruptcy) if side > 0 else min(price, state.bankruptcy))


def _liquidated(run: Evidence) -> Array:
    return np.flatnonzero(trades_of(run)["exit_reason"] == "liquidation")


def _settlement(run: Evidence) -> Compared:
    rows = _liquidated(run)
    expected = np.array([run.replayed.legs[row].before.bankruptcy for row in rows], np.float64)
    found = trades_of(run)["exit_price"][rows]
    scale = trades_of(run)["entry_price"][rows]
    return Compared(expected=expected, found=found, where=names_of(run)[rows], scale=scale)


def _loss(run: Evidence) -> Compared:
    rows = _liquidated(run)
    expected = -np.array([run.replayed.legs[row].before.margin for row in rows], np.float64)
    found = trades_of(run)["realized_pnl"][rows]
    scale = trades_of(run)["exit_notional"][rows]
    return Compared(expected=expected, found=found, where=names_of(run)[rows], scale=scale)


def _reached(run: Evidence) -> Compared:
    rows, minutes, legs = _liquidated(run), run.minutes, run.replayed.legs
    prices, states = liquidation_prices(run), run.replayed.states
    places = np.minimum(minutes.places(trades_of(run)["ts_exit"][rows]), minutes.n - 1)
    number = {id(state): k for k, state in enumerate(states)}
    found = []
    for row, place in zip(rows.tolist(), places.tolist(), strict=True):
        state = legs[row].before
        side = 1.0 if state.qty > 0.0 else -1.0
        marks = (minutes.mark_low if side > 0 else minutes.mark_high)[place]
        worst = (minutes.low if side > 0 else minutes.high)[place] * (1.0 - side * _slips(run))
        is_marked = side * (marks - prices[number[id(state)]]) <= 1e-9 * state.entry
        found.append(bool(is_marked or side * (worst - state.bankruptcy) <= 0.0))
    expected = np.ones(len(found), np.bool_)
    return Compared(expected=expected, found=np.array(found, np.bool_), where=names_of(run)[rows])


def _slips(run: Evidence) -> float:
    """Return the most that a market order slips."""
    impact = run.config["backtest"]["impact"]
    if impact is None:
        return float(run.config["slippage_rate"])
    cap = np.inf if impact["cap_bps"] is None else impact["cap_bps"] / 1e4
    return float(run.config["slippage_rate"] + cap)


def held_bars(run: Evidence) -> list[tuple[int, int, int]]:
    """Return (state, first bar, bar after the last) that a position lived through whole.

    A state that began inside a bar lives whole from the next one on.
    """
    minutes, states = run.minutes, run.replayed.states
    at = run.replayed.column("ts")[1:]
    begin = -((minutes.ts0 - at) // minutes.base_ms)
    begin = np.minimum(begin, minutes.n)
    end = np.append(np.minimum(minutes.places(at)[1:], minutes.n), minutes.n)[: at.size]
    return [
        (k + 1, int(begin[k]), int(end[k]))
        for k in range(at.size)
        if states[k + 1].qty and end[k] > begin[k]
    ]


def _missed(run: Evidence) -> Compared:
    """No bar that a position lived through marked it at its liquidation price or beyond."""
    prices, minutes = liquidation_prices(run), run.minutes
    found, names = [], []
    for number, begin, end in held_bars(run) if run.is_prompt else ():
        state = run.replayed.states[number]
        low, high = minutes.mark_low[begin:end], minutes.mark_high[begin:end]
        traded = ~minutes.flat[begin:end]
        dies = low <= prices[number] if state.qty > 0.0 else high >= prices[number]
        found.append(bool((dies & traded).any()))
        names.append(f"position {state.position}")
    missed = np.array(found, np.bool_)
    where = np.array(names, dtype=object)
    return Compared(expected=np.zeros(missed.size, np.bool_), found=missed, where=where)


def _isolated(run: Evidence) -> Compared:
    """No position loses more than its margin, its fees and its funding (simulation.md 13.7)."""
    trades = trades_of(run)
    margin = trades["exit_qty"] * trades["entry_price"] / run.config["leverage"]
    wrong = trades["realized_pnl"] < -margin * (1.0 + 1e-9)
    return Compared(expected=np.zeros(wrong.size, np.bool_), found=wrong, where=names_of(run))


def _claim(name: str, says: str, tolerance: float, of: Any) -> Check:
    return Check(name=f"liquidation.{name}", says=says, tolerance=tolerance, of=of)


CHECKS: Final = (
    _claim("price", "liquidations settle at the bankruptcy price", 1e-9, _settlement),
    _claim("loss", "a liquidation loses its margin", 1e-9, _loss),
    _claim("reached", "the mark of its minute reached the price", 0.0, _reached),
    _claim("missed", "no bar in between reached the price", 0.0, _missed),
    _claim("isolated", "no position loses more than its margin", 0.0, _isolated),
)
