"""Fills and orders: prices, quantities, fees and times (simulation.md 3 to 5, 13)."""

from typing import Any, Final

import numpy as np

from tradec.runtime.validate.check import Array, Check, Compared, larger, named
from tradec.runtime.validate.evidence import Evidence
from tradec.runtime.validate.prices import market_prices, unit_of
from tradec.runtime.validate.rounding import off_grid

AT_THE_END: Final = ("end_of_data", "max_drawdown", "equity_floor")
"""What may fill at the last close."""


def _fills(run: Evidence) -> Any:
    return run.tables["fills"]


def _names(run: Evidence) -> Array:
    return named("fill", _fills(run)["fill_id"])


def sign_of(fills: Any) -> Array:
    """Return 1 for buys, -1 for sells."""
    return np.where(fills["side"] == "buy", 1.0, -1.0)


def _numbers(run: Evidence) -> Compared:
    ids = _fills(run)["fill_id"]
    return Compared(expected=np.arange(1, ids.size + 1), found=ids, where=_names(run))


def _notional(run: Evidence) -> Compared:
    fills = _fills(run)
    value = fills["qty"] * fills["price"]
    return Compared(expected=value, found=fills["notional"], where=_names(run), scale=value)


def _fee(run: Evidence) -> Compared:
    fills, rules = _fills(run), run.config
    rate = np.where(fills["liquidity"] == "maker", rules["maker_rate"], rules["taker_rate"])
    value = fills["qty"] * fills["price"]
    return Compared(expected=value * rate, found=fills["fee"], where=_names(run), scale=value)


def _slippage(run: Evidence) -> Compared:
    fills = _fills(run)
    lost = sign_of(fills) * (fills["price"] - fills["ref_price"]) * fills["qty"]
    value = fills["qty"] * fills["price"]
    return Compared(expected=lost, found=fills["slippage_usdt"], where=_names(run), scale=value)


def _order_rows(run: Evidence) -> Array:
    """Return the row of each fill's order."""
    return np.asarray(_fills(run)["order_id"] - 1)


def _price(run: Evidence) -> Compared:
    """Market fills slip by the rate and the impact, to the tick; all others are at their price."""
    fills = _fills(run)
    sign, reference = sign_of(fills), fills["ref_price"]
    market = market_prices(run, fills["ts_fill"], sign, reference, fills["qty"])
    limit = run.tables["orders"]["price"][_order_rows(run)]
    beyond = sign * (market - limit) > 0.0
    exact = (fills["liquidity"] == "maker") | (fills["reason"] == "liquidation")
    expected = np.where(exact, reference, np.where(beyond, limit, market))
    return Compared(expected=expected, found=fills["price"], where=_names(run), scale=reference)


def _reference(run: Evidence) -> Compared:
    """How far each reference price lies outside of what its minute offers.

    At the open it is the open, or a resting limit that the open has reached; inside it lies within
    low and high; at the end of the data it is the close. Liquidations settle elsewhere.
    """
    fills, minutes = _fills(run), run.minutes
    place = minutes.places(fills["ts_fill"])
    at_end = place >= minutes.n
    bar = np.minimum(place, minutes.n - 1)
    reference, sign = fills["ref_price"], sign_of(fills)
    at_open = ~at_end & ((fills["ts_fill"] - minutes.ts0) % minutes.base_ms == 0)
    better = sign * (minutes.open[bar] - reference)
    rests = fills["liquidity"] == "maker"
    open_ = np.where(rests, np.maximum(better, 0.0), np.abs(better))
    low, high = minutes.low[bar] - reference, reference - minutes.high[bar]
    inside = np.maximum(np.maximum(low, high), 0.0)
    is_close = at_end & np.isin(fills["reason"], AT_THE_END)
    closing = np.where(is_close, np.abs(reference - minutes.close[bar]), np.inf)
    outside = np.where(at_open, open_, np.where(at_end, closing, inside))
    outside = np.where(fills["reason"] == "liquidation", 0.0, outside)
    zero = np.zeros(outside.size)
    return Compared(expected=zero, found=outside, where=_names(run), scale=reference)


def _present(run: Evidence) -> Compared:
    """Nothing fills in a bar that stands for an absent one."""
    fills, minutes = _fills(run), run.minutes
    place = minutes.places(fills["ts_fill"])
    flat = minutes.flat[np.minimum(place, minutes.n - 1)] & (place < minutes.n)
    return Compared(expected=np.zeros(flat.size, np.bool_), found=flat, where=_names(run))


def _prices_on_grid(run: Evidence) -> Compared:
    fills = _fills(run)
    away = off_grid(fills["price"], unit_of(run, "tick"))
    away = np.where(fills["reason"] == "liquidation", 0.0, away)
    return Compared(expected=np.zeros(away.size), found=away, where=_names(run))


def _quantities_on_grid(run: Evidence) -> Compared:
    away = off_grid(_fills(run)["qty"], unit_of(run, "step"))
    return Compared(expected=np.zeros(away.size), found=away, where=_names(run))


def _in_order(run: Evidence) -> Compared:
    ts = _fills(run)["ts_fill"]
    return Compared(expected=np.sort(ts), found=ts, where=_names(run))


def _after_their_order(run: Evidence) -> Compared:
    """No fill precedes the submission of its order (simulation.md 13.11)."""
    fills, orders = _fills(run), run.tables["orders"]
    early = fills["ts_fill"] < orders["ts_submit"][_order_rows(run)]
    return Compared(expected=np.zeros(early.size, np.bool_), found=early, where=_names(run))


def _filled(run: Evidence) -> Compared:
    orders, fills = run.tables["orders"], _fills(run)
    sums = np.bincount(_order_rows(run), weights=fills["qty"], minlength=orders["qty"].size)
    return Compared(
        expected=sums,
        found=orders["qty_filled"],
        where=named("order", orders["order_id"]),
        scale=larger(sums, orders["qty_filled"], 1e-300),
    )


def _statuses(run: Evidence) -> Compared:
    orders = run.tables["orders"]
    whole = (orders["qty_filled"] >= orders["qty"] * (1.0 - 1e-9)) & (orders["qty_filled"] > 0.0)
    return Compared(
        expected=whole, found=orders["status"] == "filled", where=named("order", orders["order_id"])
    )


def _episodes(run: Evidence) -> Compared:
    fills = _fills(run)
    ids, place = np.unique(fills["position_id"], return_inverse=True)
    is_entry = fills["reason"] == "entry"
    bought = np.bincount(place, weights=np.where(is_entry, fills["qty"], 0.0), minlength=ids.size)
    left = np.bincount(place, weights=np.where(is_entry, 0.0, fills["qty"]), minlength=ids.size)
    return Compared(expected=bought, found=left, where=named("position", ids), scale=bought)


def _claim(name: str, says: str, tolerance: float, of: Any) -> Check:
    return Check(name=name, says=says, tolerance=tolerance, of=of)


CHECKS: Final = (
    _claim("fill.number", "fills are numbered from 1", 0.0, _numbers),
    _claim("fill.notional", "notional = qty * price", 1e-12, _notional),
    _claim("fill.fee", "fee = qty * price * the rate of its liquidity", 1e-12, _fee),
    _claim("fill.slippage", "slippage = side * (price - ref_price) * qty", 1e-12, _slippage),
    _claim(
        "fill.price", "market fills slip to the tick, others fill at their price", 1e-12, _price
    ),
    _claim("fill.reference", "ref_price is offered by its minute", 1e-12, _reference),
    _claim("fill.present", "nothing fills in an absent bar", 0.0, _present),
    _claim("fill.tick", "prices are whole ticks, but of liquidations", 1e-6, _prices_on_grid),
    _claim("fill.step", "quantities are whole steps", 1e-6, _quantities_on_grid),
    _claim("fill.order_of_time", "fills are in order of time", 0.0, _in_order),
    _claim("fill.after_order", "no fill precedes its order", 0.0, _after_their_order),
    _claim("order.filled", "qty_filled = sum of the order's fills", 1e-9, _filled),
    _claim("order.status", "an order is filled where all of it is", 0.0, _statuses),
    _claim("position.closed", "what is entered is left", 1e-9, _episodes),
)
