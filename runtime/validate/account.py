"""The account at every equity point, and how the run ended (simulation.md 11 to 15)."""

from functools import lru_cache
from typing import Any, Final

import numpy as np

from tradec.runtime.validate.check import Array, Check, Compared, larger, named
from tradec.runtime.validate.evidence import Evidence
from tradec.runtime.validate.margin import PAID_UP, liquidation_prices, maintenance

THE_RUN: Final = np.array(["the run"], dtype=object)


def _points(run: Evidence) -> Array:
    """Return the names of the equity points."""
    return named("point", np.arange(run.tables["equity"]["ts_close"].size))


@lru_cache(maxsize=2)
def _places(run: Evidence) -> Array:
    """Return the state before each point; at the last point the last one."""
    closes, at = run.tables["equity"]["ts_close"], run.replayed.column("ts")
    places = np.searchsorted(at, closes, side="left") - 1
    places[-1:] = at.size - 1
    return np.asarray(places)


def at_points(run: Evidence, name: str) -> Array:
    """Return a field of the account at every equity point."""
    return np.asarray(run.replayed.column(name)[_places(run)])


def marks_at_points(run: Evidence) -> Array:
    """Return the mark price at the close of every equity point."""
    bars = run.minutes.places(run.tables["equity"]["ts_close"]) - 1
    return np.asarray(run.minutes.mark_close[bars])


def unrealized(run: Evidence) -> Array:
    """Return the profit of the open position at every equity point."""
    qty = at_points(run, "qty")
    moved = qty * (marks_at_points(run) - at_points(run, "entry"))
    return np.where(qty != 0.0, moved, 0.0)


def _curve(column: str, expected: Any) -> Any:
    """Return a comparison of a column of the account with its value, in the money of the run."""

    def compare(run: Evidence) -> Compared:
        found = run.tables["account_curve"][column]
        scale = larger(run.equity_0, np.nan_to_num(expected(run)))
        return Compared(expected=expected(run), found=found, where=_points(run), scale=scale)

    return compare


def equity_at_points(run: Evidence) -> Array:
    """Return cash and the profit of the open position."""
    return np.asarray(at_points(run, "cash") + unrealized(run))


def _notional(run: Evidence) -> Array:
    return np.asarray(np.abs(at_points(run, "qty")) * marks_at_points(run))


def _needed(run: Evidence) -> Array:
    held = at_points(run, "qty") != 0.0
    return np.where(held, maintenance(run, _notional(run)), np.nan)


def _ratio(run: Evidence) -> Array:
    left = at_points(run, "margin") + unrealized(run)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(_needed(run) / left)


def _leverage(run: Evidence) -> Array:
    equity, found = equity_at_points(run), run.tables["account_curve"]["leverage_used"]
    is_some = np.abs(equity) > 1e-9 * run.equity_0  # of next to nothing it says nothing
    return np.where(is_some, _notional(run) / np.where(is_some, equity, 1.0), found)


def _liquidation(run: Evidence) -> Array:
    prices = liquidation_prices(run)[_places(run)]
    return np.where(prices > PAID_UP * at_points(run, "entry"), prices, np.nan)


def _liquidation_prices(run: Evidence) -> Compared:
    expected, found = _liquidation(run), run.tables["account_curve"]["liquidation_price"]
    entry = at_points(run, "entry")
    return Compared(expected=expected, found=found, where=_points(run), scale=larger(entry, 1e-300))


def _distance(run: Evidence) -> Array:
    marks = marks_at_points(run)
    prices = run.tables["account_curve"]["liquidation_price"]
    return np.asarray(100.0 * np.abs(marks - prices) / marks)


def _available(run: Evidence) -> Array:
    order_cost = run.tables["account_curve"]["order_cost"]
    locked = at_points(run, "margin") + at_points(run, "reserve") + order_cost
    return np.asarray(np.maximum(at_points(run, "cash") - locked, 0.0))


def _order_cost(run: Evidence) -> Compared:
    orders, closes = run.tables["orders"], run.tables["equity"]["ts_close"]
    rules, found = run.config, run.tables["account_curve"]["order_cost"]
    reverses, in_parts = rules["on_opposite"] == "reverse", rules["backtest"]["max_volume_fraction"]
    if rules["entry"]["order_type"] != "limit" or reverses or in_parts:
        return Compared(expected=found[:0], found=found[:0], where=_points(run)[:0])
    expected = np.zeros(closes.size)
    limits = (orders["reason"] == "entry") & (orders["status"] != "rejected")
    for row in np.flatnonzero(limits):
        side = 1.0 if orders["side"][row] == "buy" else -1.0
        value, taker = orders["qty"][row] * orders["price"][row], rules["taker_rate"]
        per = 1.0 / rules["leverage"]
        end = orders["ts_end"][row]
        after = closes > orders["ts_submit"][row]
        works = after & (closes <= (np.inf if np.isnan(end) else end))
        expected[works] = value * (per + taker + (1.0 - side * per) * taker)
    names = _points(run)[:-1]  # the last point is that of after the end
    return Compared(expected=expected[:-1], found=found[:-1], where=names, scale=run.equity_0)


def _equity(run: Evidence) -> Compared:
    found, expected = run.tables["equity"]["equity"], equity_at_points(run)
    scale = larger(run.equity_0, expected)
    return Compared(expected=expected, found=found, where=_points(run), scale=scale)


def _instants(run: Evidence) -> Compared:
    """Points are at trade_start and at every exec close after it."""
    closes, window = run.tables["equity"]["ts_close"], run.manifest["window"]
    if run.manifest["exec"] == "M":
        months = closes.astype("datetime64[ms]").astype("datetime64[M]")
        first = months[0] if months.size else np.datetime64(0, "M")
        expected = (first + np.arange(closes.size)).astype("datetime64[ms]").astype(np.int64)
    else:
        expected = window["trade_start"] + run.exec_ms * np.arange(closes.size, dtype=np.int64)
    return Compared(expected=expected, found=closes, where=_points(run))


def _ends(run: Evidence) -> Compared:
    """E_0 is the money at the start, E_n the cash at the end."""
    points = run.tables["equity"]["equity"]
    return Compared(
        expected=np.array([run.equity_0, run.replayed.states[-1].cash]),
        found=points[[0, -1]],
        where=np.array(["point 0", "the last point"], dtype=object),
        scale=run.equity_0,
    )


def _drawdown(column: str, factor: float) -> Any:
    """Return a comparison of how far equity is below its peak."""

    def compare(run: Evidence) -> Compared:
        points = run.tables["equity"]["equity"]
        peak = np.maximum.accumulate(points)
        below = peak - points if factor == 1.0 else factor * (peak - points) / peak
        found = run.tables["equity"][column]
        scale = run.equity_0 if factor == 1.0 else factor
        return Compared(expected=below, found=found, where=_points(run), scale=scale)

    return compare


def _before_the_end(run: Evidence) -> float:
    """Return the equity at the last point before what closed the run there."""
    closes, states = run.tables["equity"]["ts_close"], run.replayed.states
    state = states[int(np.searchsorted(run.replayed.column("ts"), closes[-1], side="left")) - 1]
    return state.cash + state.qty * (float(marks_at_points(run)[-1]) - state.entry)


def _stop(run: Evidence) -> Compared:
    most, points = run.config["max_drawdown_pct"], run.tables["equity"]["equity"].copy()
    points[-1:] = _before_the_end(run)
    peak = np.maximum.accumulate(points)
    deep = 100.0 * (peak - points) / peak >= most * (1.0 - 1e-9)
    stopped = run.manifest["stop_reason"] == "max_drawdown_hit"
    reached = bool(deep.any()) if stopped else bool(deep.any() and most < 100.0)
    other = run.manifest["stop_reason"] in {"liquidated", "equity_floor_hit"}
    expected = np.array([stopped if other else reached])
    return Compared(expected=expected, found=np.array([stopped]), where=THE_RUN)


def _is_flat(run: Evidence) -> Compared:
    """Nothing is held at the end, and nothing below zero ever locked or free."""
    account = run.tables["account_curve"]
    names = ("margin", "reserve", "available", "order_cost")
    wrong = np.any([account[name] < 0.0 for name in names], axis=0)
    wrong[-1:] |= account["qty"][-1:] != 0.0
    return Compared(expected=np.zeros(wrong.size, np.bool_), found=wrong, where=_points(run))


def _claim(name: str, says: str, tolerance: float, of: Any) -> Check:
    return Check(name=name, says=says, tolerance=tolerance, of=of)


_MONEY: Final = 1e-9
CHECKS: Final = (
    _claim("equity.instants", "a point at trade_start and at every exec close", 0.0, _instants),
    _claim("equity.points", "equity = cash + qty * (mark - entry)", _MONEY, _equity),
    _claim("equity.ends", "E_0 is the start's money, E_n the last cash", _MONEY, _ends),
    _claim("equity.drawdown", "peak - E", _MONEY, _drawdown("drawdown", 1.0)),
    _claim(
        "equity.drawdown_pct", "100 * (peak - E) / peak", _MONEY, _drawdown("drawdown_pct", 100.0)
    ),
    _claim(
        "account.cash",
        "start + realized - fees + funding",
        _MONEY,
        _curve("cash", lambda run: at_points(run, "cash")),
    ),
    _claim(
        "account.unrealized", "qty * (mark - entry)", _MONEY, _curve("unrealized_pnl", unrealized)
    ),
    _claim("account.equity", "cash + unrealized", _MONEY, _curve("equity", equity_at_points)),
    _claim(
        "account.qty", "entered less left", _MONEY, _curve("qty", lambda run: at_points(run, "qty"))
    ),
    _claim(
        "account.margin",
        "qty * entry / leverage, less its share of exits",
        _MONEY,
        _curve("margin", lambda run: at_points(run, "margin")),
    ),
    _claim(
        "account.reserve",
        "the fee to close at bankruptcy",
        _MONEY,
        _curve("reserve", lambda run: at_points(run, "reserve")),
    ),
    _claim("account.order_cost", "what working limit entries lock", _MONEY, _order_cost),
    _claim(
        "account.available",
        "max(0, cash - margin - reserve - order cost)",
        _MONEY,
        _curve("available", _available),
    ),
    _claim("account.notional", "|qty| * mark", _MONEY, _curve("notional", _notional)),
    _claim(
        "account.maintenance",
        "notional * rate - deduction of its tier",
        _MONEY,
        _curve("maintenance_margin", _needed),
    ),
    _claim(
        "account.margin_ratio",
        "maintenance / (margin + unrealized)",
        1e-8,
        _curve("margin_ratio", _ratio),
    ),
    _claim("account.leverage", "notional / equity", _MONEY, _curve("leverage_used", _leverage)),
    _claim(
        "account.liquidation",
        "the mark at which margin is maintenance",
        _MONEY,
        _liquidation_prices,
    ),
    _claim(
        "account.distance",
        "100 * |mark - liquidation| / mark",
        _MONEY,
        _curve("liquidation_distance_pct", _distance),
    ),
    _claim("account.flat", "nothing is held at the end, nothing is negative", 0.0, _is_flat),
    _claim("run.drawdown_stop", "the drawdown stop acts where it is reached", 0.0, _stop),
)
