"""Stops, targets and excursions against the bars (simulation.md 6, 7 and 16)."""

import json
from functools import lru_cache
from typing import Any, Final

import numpy as np

from tradec.runtime.validate.check import Array, Check, Compared, larger
from tradec.runtime.validate.evidence import Evidence
from tradec.runtime.validate.path import (
    STOPPED,
    Life,
    best_before_exit,
    extremes,
    first_fills,
    lives_of,
    whole_bars,
)
from tradec.runtime.validate.prices import market_prices, unit_of
from tradec.runtime.validate.rounding import rounded
from tradec.runtime.validate.trades import names_of, side_of, trades_of

_PLAIN: Final = ("percent", "price_percent", "fixed_points")
"""Levels that follow from the entry price alone."""


def _flagged(run: Evidence) -> Array:
    """Tell which legs say that their stop is not where the rule puts it."""
    told = trades_of(run)["metadata"].tolist()
    flags = {"stop_fallback", "stop_adjusted"}
    said = [text is not None and bool(flags & set(json.loads(text))) for text in told]
    return np.array(said, dtype=np.bool_)


def _part(run: Evidence, expected: Array, column: str, holds: Array) -> Compared:
    """Return a comparison of those legs for which something can be said."""
    holds = np.asarray(holds, dtype=np.bool_)
    entry = trades_of(run)["entry_price"][holds]
    found = trades_of(run)[column][holds]
    return Compared(expected=expected[holds], found=found, where=names_of(run)[holds], scale=entry)


def _distance(rule: Any, entry: Array, leverage: float) -> Array:
    match rule["rule"]:
        case "percent":
            return np.asarray(entry * rule["value"] / 100.0 / leverage)
        case "price_percent":
            return np.asarray(entry * rule["value"] / 100.0)
        case _:
            return np.full(entry.size, float(rule["value"]))


def _first_stop(run: Evidence) -> Compared:
    trades, rule = trades_of(run), run.config["stop"]
    entry, side = trades["entry_price"], side_of(trades)
    if rule is None:
        return _part(run, np.full(entry.size, np.nan), "stop_loss", np.ones(entry.size))
    known = np.full(entry.size, rule["rule"] in _PLAIN and run.is_prompt)
    if not known.any():
        return _part(run, entry, "stop_loss", known)
    away = _distance(rule, entry, run.config["leverage"])
    stops = rounded(entry - side * away, unit_of(run, "tick"), side < 0)
    return _part(run, stops, "stop_loss", known & ~_flagged(run))


def _target(run: Evidence) -> Compared:
    trades, rule = trades_of(run), run.config["target"]
    entry, side = trades["entry_price"], side_of(trades)
    if rule is None:
        return _part(run, np.full(entry.size, np.nan), "take_profit", np.ones(entry.size))
    if not run.is_prompt:
        return _part(run, entry, "take_profit", np.zeros(entry.size))
    if rule["rule"] == "rr_ratio":
        away = rule["value"] * np.abs(entry - trades["stop_loss"])
    elif rule["rule"] in _PLAIN:
        away = _distance(rule, entry, run.config["leverage"])
    else:
        return _part(run, entry, "take_profit", np.zeros(entry.size))
    adjusted = _flagged(run) if rule["rule"] == "rr_ratio" else np.zeros(entry.size, np.bool_)
    targets = rounded(entry + side * away, unit_of(run, "tick"), side > 0)
    return _part(run, targets, "take_profit", ~adjusted)


def _sides(run: Evidence) -> Compared:
    """SL < entry < TP for longs, mirrored for shorts; the stop has moved in favor alone."""
    trades = trades_of(run)
    side, entry = side_of(trades), trades["entry_price"]
    first, last = trades["stop_loss"], trades["stop_loss_final"]
    wrong = side * (first - entry) >= 0.0
    wrong |= side * (entry - trades["take_profit"]) >= 0.0
    wrong |= side * (last - first) < 0.0
    wrong = wrong[: wrong.size if run.is_prompt else 0]
    where = names_of(run)[: wrong.size]
    return Compared(expected=np.zeros(wrong.size, np.bool_), found=wrong, where=where)


def _is_simple(run: Evidence) -> bool:
    """Tell whether a stop closes its whole position in the minute in which it is reached."""
    return run.config["sl_order_type"] == "market" and run.is_prompt


def _last_stop(run: Evidence) -> Compared:
    trades, trailing = trades_of(run), run.config["trailing"]
    expected = trades["stop_loss"].copy()
    by_price = trailing is None or trailing["rule"] == "percent"
    if not by_price or not _is_simple(run):
        return _part(run, expected, "stop_loss_final", np.zeros(expected.size))
    for life in lives_of(run):
        expected[life.row] = _moved(run, life, float(expected[life.row]))
    return _part(run, expected, "stop_loss_final", np.ones(expected.size))


def _moved(run: Evidence, life: Life, stop: float) -> float:
    """Return a stop as trailing by percent and break-even have moved it before the exit bar."""
    trailing, even, side = run.config["trailing"], run.config["break_even"], life.side
    best = best_before_exit(run, life)
    move = side * (best - life.entry) / life.entry * 100.0
    moved = [] if np.isnan(stop) else [stop]
    if life.exit > life.first and trailing and move >= trailing["activation_pct"]:
        moved.append(best - side * best * trailing["distance"] / 100.0)
    if life.exit > life.first and even and move >= even["activation_pct"]:
        moved.append(life.entry * (1.0 + side * even["offset_pct"] / 100.0))
    grid = rounded(np.array(moved), unit_of(run, "tick"), np.full(len(moved), side < 0))
    if not grid.size:
        return np.nan
    return float(grid.max() if side > 0 else grid.min())


def _at_stop(run: Evidence) -> Compared:
    return _at_level(run, STOPPED, "stop_loss_final", 1.0)


def _at_target(run: Evidence) -> Compared:
    return _at_level(run, ("tp",), "take_profit", -1.0)


def _at_level(run: Evidence, reasons: tuple[str, ...], column: str, sign: float) -> Compared:
    trades, fills = trades_of(run), run.tables["fills"]
    rows, minutes = run.replayed.exit_rows, run.minutes
    at_open = (trades["ts_exit"] - minutes.ts0) % minutes.base_ms == 0
    reference = fills["ref_price"][rows]
    beyond = sign * side_of(trades) * (trades[column] - reference) >= 0.0
    entered = fills["ref_price"][first_fills(run)]
    slipped = sign * side_of(trades) * (entered - trades[column]) < 0.0
    slipped &= (trades["ts_entry"] - minutes.ts0) % minutes.base_ms != 0
    slipped &= minutes.places(trades["ts_entry"]) == minutes.places(trades["ts_exit"])
    level = np.where(slipped & (sign > 0.0), entered, trades[column])
    expected = np.where(at_open & beyond, reference, level)
    holds = np.isin(trades["exit_reason"], reasons) & run.is_prompt
    where, scale = names_of(run)[holds], trades["entry_price"][holds]
    return Compared(expected=expected[holds], found=reference[holds], where=where, scale=scale)


def _missed(run: Evidence) -> Compared:
    """No bar that a position lived through reached its first stop or its target."""
    trades, rests = trades_of(run), run.config["tp_order_type"] == "limit"
    touch = not rests or run.config["backtest"]["limit_fill"] == "touch"
    lives = lives_of(run) if _is_simple(run) else ()
    found = [
        _reaches(run, life, trades["stop_loss"], trades["take_profit"], touch) for life in lives
    ]
    where = names_of(run)[[life.row for life in lives]] if lives else names_of(run)[:0]
    missed = np.array(found, dtype=np.bool_)
    return Compared(expected=np.zeros(missed.size, np.bool_), found=missed, where=where)


def _reaches(run: Evidence, life: Life, stops: Array, targets: Array, touch: bool) -> bool:  # noqa: FBT001  how a target fills
    bars = whole_bars(run, life)
    against = (run.minutes.low if life.side > 0 else run.minutes.high)[bars]
    favor = (run.minutes.high if life.side > 0 else run.minutes.low)[bars]
    beyond = life.side * (against - stops[life.row]) <= 0.0
    past = life.side * (favor - targets[life.row])
    return bool(beyond.any() or (past >= 0.0 if touch else past > 0.0).any())


@lru_cache(maxsize=2)
def _extremes(run: Evidence) -> tuple[Array, Array]:
    found = [extremes(run, life) for life in lives_of(run)]
    table = np.array(found).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _excursion(column: str, sign: float) -> Any:
    """Return a comparison of an excursion with the extremes of the bars in between."""

    def compare(run: Evidence) -> Compared:
        trades = trades_of(run)
        (low, high), entry = _extremes(run), trades["entry_price"]
        down, up = 100.0 * (entry - low) / entry, 100.0 * (high - entry) / entry
        expected = np.where(sign * side_of(trades) > 0.0, down, up)
        lives = lives_of(run)
        sure = [
            life.row
            for life in lives
            if run.is_prompt and (life.reason != "liquidation" or not life.at_open)
        ]
        expected, found = expected[sure], trades[column][sure]
        scale, where = larger(expected, 1.0), names_of(run)[sure]
        return Compared(expected=expected, found=found, where=where, scale=scale)

    return compare


def _ambiguous(run: Evidence) -> Compared:
    """Where a stop acted inside a bar that reached the target too, `other` is the target's net.

    Of positions that leave in one leg, and that no earlier minute made ambiguous.
    """
    trades, rows = trades_of(run), []
    expected = np.full(trades["trade_id"].size, np.nan)
    for life in lives_of(run) if _is_simple(run) else ():
        if _is_torn(run, life):
            expected[life.row] = _target_net(run, life)
            rows.append(life.row)
    holds = np.array(rows, dtype=np.int64)
    where, found = names_of(run)[holds], trades["other_net_pnl"][holds]
    scale = trades["exit_notional"][holds]
    return Compared(expected=expected[holds], found=found, where=where, scale=scale)


def _is_torn(run: Evidence, life: Life) -> bool:
    trades, rules = trades_of(run), run.config
    if life.reason not in STOPPED or life.at_open or life.is_inside:
        return False
    if len(life.passed) > 2 or not trades["is_final"][life.row]:
        return False
    favor = (run.minutes.high if life.side > 0 else run.minutes.low)[life.exit]
    past = life.side * (favor - trades["take_profit"][life.row])
    rests = rules["tp_order_type"] == "limit" and rules["backtest"]["limit_fill"] == "through"
    return bool(past > 0.0 if rests else past >= 0.0)


def _target_net(run: Evidence, life: Life) -> float:
    """Return the net of the leg had it left at its target."""
    leg, rules = run.replayed.legs[life.row], run.config
    price = trades_of(run)["take_profit"][[life.row]]
    rests, qty = rules["tp_order_type"] == "limit", abs(leg.before.qty)
    if not rests:
        sign, ts = np.array([-float(life.side)]), trades_of(run)["ts_exit"][[life.row]]
        price = market_prices(run, ts, sign, price, np.array([qty]))
    rate = rules["maker_rate"] if rests else rules["taker_rate"]
    value = float(price[0])
    realized = life.side * qty * (value - leg.before.entry)
    return float(realized - qty * value * rate - leg.entry_fee + leg.funding)


def _claim(name: str, says: str, tolerance: float, of: Any) -> Check:
    return Check(name=name, says=says, tolerance=tolerance, of=of)


CHECKS: Final = (
    _claim("level.stop", "the first stop follows from the entry", 1e-12, _first_stop),
    _claim("level.target", "the target follows from the entry", 1e-12, _target),
    _claim("level.side", "stop < entry < target, and the stop moves in favor", 0.0, _sides),
    _claim(
        "level.moved", "trailing and break-even move the stop as the bars say", 1e-12, _last_stop
    ),
    _claim("level.at_stop", "stops act at their price, or at an open beyond it", 1e-12, _at_stop),
    _claim(
        "level.at_target", "targets act at their price, or at an open beyond", 1e-12, _at_target
    ),
    _claim("level.missed", "no bar in between reached the stop or the target", 0.0, _missed),
    _claim("trade.mae", "the worst price of the bars in between", 1e-9, _excursion("mae_pct", 1.0)),
    _claim("trade.mfe", "the best price of the bars in between", 1e-9, _excursion("mfe_pct", -1.0)),
    _claim("trade.other_net", "a torn minute's other outcome is the target", 1e-10, _ambiguous),
)
