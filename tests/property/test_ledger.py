"""The invariants of simulation.md 13 on random runs; the numbers are those of the list there."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tradec.runtime.sim.exchange import Exchange

from generators.exchange_cases import MINUTE_MS, START_MS, cases, play
from tradec.runtime.sim.records import PURPOSES, SOURCES
from tradec.runtime.sim.rules import Instrument, grid_of

EXAMPLES = settings(max_examples=80, deadline=None)
ENTRY = PURPOSES.index("entry")


def near(x: float, case: SimpleNamespace) -> Any:
    """Return `x` with the tolerance of the list, at the largest sum of money in play."""
    rules = case.rules
    return pytest.approx(x, abs=1e-9 * max(1.0, rules.starting_equity_usdt * rules.leverage))


@given(cases())
@EXAMPLES
def test_money_adds_up(case: SimpleNamespace) -> None:  # 2, 3, 4
    exchange = play(case)
    fills, legs = exchange.fills_made(), exchange.legs_closed()
    gain = exchange.cash - case.rules.starting_equity_usdt
    exit_fees = fills["fee"][legs["exit_fill"] - 1]
    assert float(legs["net"].sum()) == near(gain, case)
    assert float(legs["realized"].sum() - fills["fee"].sum()) == near(gain, case)
    assert float((legs["entry_fee"] + exit_fees).sum()) == near(float(fills["fee"].sum()), case)
    assert exchange.equity().tolist()[-1:] in ([], [exchange.cash])


@given(cases())
@EXAMPLES
def test_equity_is_cash_and_open_profit(case: SimpleNamespace) -> None:  # 1
    exchange = play(case)
    fills, points = exchange.fills_made(), exchange.equity()
    closes = [i for i in range(case.first, case.bars.n) if (i + 1) % case.every == 0]
    for i, point in list(zip(closes, points.tolist(), strict=False))[: points.size - 1]:
        before = fills[fills["ts"] < case.bars.ts0 + (i + 1) * MINUTE_MS]
        held = float((before["side"] * before["qty"]).sum()) if before.size % 2 else 0.0
        paid = float((before["side"] * before["qty"] * before["price"] + before["fee"]).sum())
        start = case.rules.starting_equity_usdt
        assert point == near(start - paid + held * float(case.bars.close[i]), case)


@given(cases())
@EXAMPLES
def test_quantities_and_episodes(case: SimpleNamespace) -> None:  # 5, 10
    exchange = play(case)
    fills = exchange.fills_made()
    step = grid_of(case.instrument.step)
    assert fills.size % 2 == 0
    assert (fills["qty"] > 0).all()
    assert (np.diff(fills["ts"]) >= 0).all()
    entries, exits = fills[::2], fills[1::2]
    assert (entries["purpose"] == ENTRY).all()
    assert (exits["purpose"] != ENTRY).all()
    assert (entries["qty"] == exits["qty"]).all()
    assert (entries["side"] == -exits["side"]).all()
    assert (entries["position"] == np.arange(1, entries.size + 1)).all()
    if step["mantissa"]:
        steps = np.rint(fills["qty"] * step["scale"] / step["mantissa"])
        assert (fills["qty"] == steps * step["mantissa"] / step["scale"]).all()


@given(cases())
@EXAMPLES
def test_entries_are_affordable(case: SimpleNamespace) -> None:  # 6
    exchange = play(case)
    fills, legs, rules = exchange.fills_made(), exchange.legs_closed(), case.rules
    cash = rules.starting_equity_usdt
    for leg, entry in zip(legs, fills[::2], strict=True):
        bankrupt = entry["price"] * (1 - entry["side"] / rules.leverage)
        margin = entry["qty"] * entry["price"] / rules.leverage
        reserve = entry["qty"] * bankrupt * rules.taker_rate
        assert margin >= 0
        assert reserve >= 0
        assert margin + reserve <= cash - entry["fee"] + 1e-9 * max(1.0, cash)
        cash += leg["net"]


@given(cases())
@EXAMPLES
def test_levels_embrace_the_entry(case: SimpleNamespace) -> None:  # 8
    exchange = play(case)
    legs, price = exchange.legs_closed(), exchange.fills_made()["price"][::2]
    assert (legs["low_level"] < price).all()
    assert (price < legs["high_level"]).all()
    assert (legs["min_low"] <= price).all()
    assert (price <= legs["max_high"]).all()


@given(cases())
@EXAMPLES
def test_fill_prices_lie_in_their_minute(case: SimpleNamespace) -> None:  # 9, rulings B6
    fills, bars = play(case).fills_made(), case.bars
    tick = 0.0 if case.instrument.tick is None else float(case.instrument.tick)
    slip = case.rules.slippage_rate
    for fill in fills:
        source = SOURCES[fill["source"]]
        i = (fill["ts"] - bars.ts0 - (source == "close")) // MINUTE_MS
        expected = {"open": bars.open[i], "close": bars.close[i], "level": fill["reference"]}
        assert fill["reference"] == expected[source]
        assert bars.flags[i] == 0 or source == "close"
        assert bars.low[i] <= fill["reference"] <= bars.high[i]
        bound = fill["reference"] * (1 + fill["side"] * slip)
        worse = fill["side"] * (fill["price"] - bound)
        assert -1e-9 * bound <= worse <= tick * (1 + 1e-9) + 1e-9 * bound


@given(cases())
@EXAMPLES
def test_nothing_precedes_its_cause(case: SimpleNamespace) -> None:  # 11
    exchange = play(case)
    orders, fills = exchange.orders_made(), exchange.fills_made()
    cause = orders[fills["order"] - 1]
    assert (cause["ts"] <= fills["ts"]).all()
    assert (np.diff(orders["ts"]) >= 0).all()
    decided = cause["word"] != 0
    bars_on = (fills["ts"][decided] - START_MS) // MINUTE_MS
    assert (bars_on > cause["word"][decided] >> 8).all()


@given(cases(), st.sampled_from((0.25, 2.0, 1024.0)))
@EXAMPLES
def test_money_scales(case: SimpleNamespace, c: float) -> None:  # 13, by powers of two: exact
    rules = replace(case.rules, min_trade_notional_usdt=0.0)
    case.instrument = Instrument.unconstrained()
    case.rules = rules
    small = play(case)
    case.rules = replace(
        rules,
        starting_equity_usdt=rules.starting_equity_usdt * c,
        max_margin_usdt=rules.max_margin_usdt and rules.max_margin_usdt * c,
        max_notional_usdt=rules.max_notional_usdt and rules.max_notional_usdt * c,
    )
    assert (play(case).equity() == small.equity() * c).all()


@given(cases(), st.sampled_from((0.25, 2.0, 1024.0)))
@EXAMPLES
def test_prices_scale(case: SimpleNamespace, c: float) -> None:  # 13
    case.instrument = Instrument.unconstrained()
    plain = play(case).equity()
    case.bars = replace(
        case.bars,
        **{name: getattr(case.bars, name) * c for name in ("open", "high", "low", "close")},
    )
    assert (play(case).equity() == plain).all()


@given(cases(), st.floats(0.0, 0.01), st.floats(0.0, 0.01))
@EXAMPLES
def test_round_trip_at_one_price_costs_its_costs(  # 14
    case: SimpleNamespace, fee: float, slip: float
) -> None:
    case.rules = replace(case.rules, taker_rate=fee, slippage_rate=slip)
    flat = np.full(case.bars.n, 64.0)
    case.bars = replace(case.bars, open=flat, high=flat, low=flat, close=flat)
    exchange = play(case)
    fills = exchange.fills_made()
    slippage = fills["side"] * (fills["price"] - fills["reference"]) * fills["qty"]
    costs = float(fills["fee"].sum() + slippage.sum())
    assert case.rules.starting_equity_usdt - exchange.cash == near(costs, case)


def cut(case: SimpleNamespace, n: int) -> SimpleNamespace:
    """Return the case with only the first `n` bars."""
    return SimpleNamespace(**(vars(case) | {"bars": case.bars.slice(0, n)}))


def dated_before(exchange: Exchange, ts: int) -> list[list[Any]]:
    """Return orders (without their later fate) and fills before the instant `ts`, as lists."""
    orders, fills = exchange.orders_made(), exchange.fills_made()
    made = ["ts", "word", "reference", "qty", "purpose", "side", "cap"]
    return [orders[orders["ts"] < ts][made].tolist(), fills[fills["ts"] < ts].tolist()]


@given(cases(), st.data())
@EXAMPLES
def test_later_bars_change_nothing_earlier(case: SimpleNamespace, data: st.DataObject) -> None:
    n = data.draw(st.integers(case.first + 1, case.bars.n))  # 15
    whole, part = play(case), play(cut(case, n))
    until = case.bars.ts0 + n * MINUTE_MS
    assert dated_before(whole, until) == dated_before(part, until)
    points = part.equity()[:-1]
    assert (whole.equity()[: points.size] == points).all()
