"""The invariants of simulation.md 13 on random runs; the numbers are those of the list there."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tradec.runtime.sim.exchange import Exchange

from effort import examples
from generators.exchange_cases import MINUTE_MS, START_MS, Case, cases, play
from generators.money import rules
from tradec.runtime.sim.accounts import account_columns, mark_closes
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.records import PURPOSES, SOURCES
from tradec.runtime.sim.terms import tiers_of

EXAMPLES = settings(max_examples=examples(30), deadline=None)
ENTRY, LIQUIDATION = PURPOSES.index("entry"), PURPOSES.index("liquidation")


def near(x: float, case: Case) -> Any:
    """Return `x` with the tolerance of the list, at the largest sum of money in play."""
    money = case.rules
    return pytest.approx(x, abs=1e-9 * max(1.0, money.starting_equity_usdt * money.leverage))


def by_position(rows: Any, values: Any) -> dict[int, float]:
    """Return the sum of values for each position."""
    sums: dict[int, float] = {}
    for number, value in zip(rows["position"].tolist(), values.tolist(), strict=True):
        sums[number] = sums.get(number, 0.0) + value
    return sums


def in_parts(case: Case) -> bool:
    """Tell whether one entry may fill in several minutes."""
    return case.rules.backtest.max_volume_fraction is not None


@given(cases())
@EXAMPLES
def test_money_adds_up(case: Case) -> None:  # 2, 3, 4
    exchange = play(case)
    fills, legs, paid = exchange.fills_made(), exchange.legs_closed(), exchange.funding_paid()
    gain = exchange.cash - case.rules.starting_equity_usdt
    exit_fees = fills["fee"][legs["exit_fill"] - 1]
    funding = float(paid["pnl"].sum())
    assert float(legs["net"].sum()) == near(gain, case)
    assert float(legs["realized"].sum() - fills["fee"].sum()) + funding == near(gain, case)
    assert float((legs["entry_fee"] + exit_fees).sum()) == near(float(fills["fee"].sum()), case)
    assert float(legs["funding"].sum()) == near(funding, case)
    assert exchange.equity().tolist()[-1:] in ([], [exchange.cash])


@given(cases())
@EXAMPLES
def test_every_state_is_the_sum_of_what_came_before(case: Case) -> None:  # 2, 5, 6
    exchange = play(case)
    fills, legs, paid = exchange.fills_made(), exchange.legs_closed(), exchange.funding_paid()
    realized = np.zeros(fills.size)
    realized[legs["exit_fill"] - 1] = legs["realized"]
    changes = [*zip(fills["ts"], realized - fills["fee"], strict=True)]
    changes += [*zip(paid["ts"], paid["pnl"], strict=True)]
    for state in exchange.states_kept():
        known = sum(change for ts, change in changes if ts < state["ts"])
        known_now = sum(change for ts, change in changes if ts <= state["ts"])
        cash = float(state["cash"]) - case.rules.starting_equity_usdt
        lowest, highest = sorted((known, known_now))
        same = [change for ts, change in changes if ts == state["ts"]]
        slack = sum(abs(change) for change in same) + 1e-9 * case.rules.starting_equity_usdt
        assert lowest - slack <= cash <= highest + slack
        locked = state["margin"] + state["reserve"] + state["reserved"]
        assert state["margin"] >= 0
        assert state["reserve"] >= 0
        if state["signed_qty"] == 0:
            assert state["margin"] == state["reserve"] == state["entry"] == 0
        elif not paid.size and not legs.size:
            assert locked <= state["cash"] + 1e-9 * max(1.0, state["cash"])


@given(cases())
@EXAMPLES
def test_the_account_curve_is_the_equity_curve(case: Case) -> None:  # 1
    exchange = play(case)
    points = exchange.equity()
    every = case.every * MINUTE_MS
    first = (START_MS + (case.first + 1) * MINUTE_MS + every - 1 - START_MS) // every
    closes = START_MS + (first + np.arange(points.size)) * every
    if not points.size:
        return
    source = "last_extreme" if case.bars.mark is None else "mark_kline"
    marks = mark_closes(case.bars, source)[(closes - START_MS) // MINUTE_MS - 1]
    tiers = tiers_of(case.rules, case.instrument)
    curve = account_columns(exchange.states_kept(), closes, marks, tiers)
    assert curve["equity"].tobytes() == points.tobytes()
    assert (curve["equity"] == curve["cash"] + curve["unrealized_pnl"]).all()
    assert (curve["available"] >= 0).all()
    flat = ~curve["has_position"]
    assert (curve["unrealized_pnl"][flat] == 0).all()


@given(cases())
@EXAMPLES
def test_quantities_and_episodes(case: Case) -> None:  # 5, 10
    exchange = play(case)
    fills = exchange.fills_made()
    assert (fills["qty"] > 0).all()
    assert (np.diff(fills["ts"]) >= 0).all()
    is_entry = fills["purpose"] == ENTRY
    entered = by_position(fills[is_entry], fills["qty"][is_entry])
    left = by_position(fills[~is_entry], fills["qty"][~is_entry])
    assert entered == {number: pytest.approx(qty, rel=1e-12) for number, qty in left.items()}
    assert list(entered) == list(range(1, len(entered) + 1))
    if not in_parts(case):
        assert is_entry.sum() == len(entered)
    step = case.instrument.step
    if step is not None:
        units = np.rint(fills["qty"] / float(step))
        assert fills["qty"] == pytest.approx(units * float(step), rel=1e-12)


@given(cases())
@EXAMPLES
def test_no_position_loses_more_than_its_margin(case: Case) -> None:  # 7
    exchange = play(case)
    fills, legs = exchange.fills_made(), exchange.legs_closed()
    is_entry = fills["purpose"] == ENTRY
    margin = fills["qty"][is_entry] * fills["price"][is_entry] / case.rules.leverage
    margins = by_position(fills[is_entry], margin)
    for number, realized in by_position(legs, legs["realized"]).items():
        assert realized >= -margins[number] - 1e-9 * max(1.0, margins[number])


@given(cases())
@EXAMPLES
def test_levels_embrace_the_entry_and_stops_only_tighten(case: Case) -> None:  # 8
    exchange = play(case)
    fills, legs = exchange.fills_made(), exchange.legs_closed()
    side = fills["side"][legs["entry_fill"] - 1]
    assert (side * (legs["entry"] - legs["stop"]) > 0).all()
    assert (side * (legs["target"] - legs["entry"]) > 0).all()
    assert (legs["min_low"] <= fills["price"][legs["entry_fill"] - 1]).all()
    assert (legs["max_high"] >= fills["price"][legs["entry_fill"] - 1]).all()
    moved = legs["last_stop"] != legs["stop"]
    assert (side[moved] * (legs["last_stop"] - legs["stop"])[moved] > 0).all()
    if case.rules.trailing is None and case.rules.break_even is None:
        assert not moved.any()


@given(cases())
@EXAMPLES
def test_fill_prices_lie_in_their_minute(case: Case) -> None:  # 9, rulings B6
    fills, bars, assumed = play(case).fills_made(), case.bars, case.rules.backtest
    tick = 0.0 if case.instrument.tick is None else float(case.instrument.tick)
    for fill in fills:
        source, reference = SOURCES[fill["source"]], float(fill["reference"])
        if source == "bankruptcy_price":
            assert fill["price"] == reference
            continue
        i = (fill["ts"] - bars.ts0 - (source == "close")) // MINUTE_MS
        at_open = fill["ts"] == bars.ts_open(i)
        assert bars.flags[i] == 0 or source == "close"
        expected = {"open": bars.open[i], "close": bars.close[i], "level": reference}
        assert reference == expected[source]
        if fill["is_maker"]:
            assert fill["price"] == reference
            beyond = fill["side"] * (reference - (bars.open[i] if at_open else bars.low[i]))
            assert not at_open or beyond >= 0
            assert at_open or bars.low[i] <= reference <= bars.high[i]
            continue
        assert bars.low[i] <= reference <= bars.high[i]
        worst = reference * (1 + fill["side"] * case.rules.slippage_rate)
        worse = fill["side"] * (fill["price"] - worst)
        best = fill["side"] * (fill["price"] - reference)
        assert best >= -1e-9 * reference
        if assumed.impact is None:
            assert worse <= tick * (1 + 1e-9) + 1e-9 * worst


@given(cases())
@EXAMPLES
def test_nothing_precedes_its_cause(case: Case) -> None:  # 11
    exchange = play(case)
    orders, fills = exchange.orders_made(), exchange.fills_made()
    cause = orders[fills["order"] - 1]
    assert (cause["ts"] <= fills["ts"]).all()
    assert (np.diff(orders["ts"]) >= 0).all()
    assert (orders["ts_end"] >= orders["ts"]).all()
    decided = cause["word"] != 0
    bars_on = (fills["ts"][decided] - START_MS) // MINUTE_MS
    assert (bars_on > cause["word"][decided] >> 8).all()


@given(cases())
@EXAMPLES
def test_every_order_comes_to_an_end(case: Case) -> None:
    exchange = play(case)
    orders, fills = exchange.orders_made(), exchange.fills_made()
    assert (orders["status"] > 0).all()
    assert (orders["filled"] <= orders["qty"] * (1 + 1e-12)).all()
    refused = orders["status"] == 2
    assert (orders["code"][refused] > 0).all()
    assert (orders["filled"][refused] == 0).all()
    filled = dict.fromkeys(range(1, orders.size + 1), 0.0)
    for fill in fills:
        filled[int(fill["order"])] += float(fill["qty"])
    assert list(filled.values()) == pytest.approx(orders["filled"].tolist(), rel=1e-9)


@given(cases(), st.sampled_from(("volatility", None)))
@EXAMPLES
def test_sides_mirror(case: Case, trails: str | None) -> None:  # 12
    """Without costs, and with levels in points, a mirrored market mirrors every fill."""
    assume(case.rules.entry.order_type in {"market", "limit"})
    assumed, entry = case.rules.backtest, case.rules.entry
    top = float(case.bars.high.max())
    money = rules(
        taker_rate=0.0,
        maker_rate=0.0,
        slippage_rate=0.0,
        min_trade_notional_usdt=0.0,
        max_position_equity_pct=1.0,
        sizing=("fixed_notional", 1.0),
        stop=("atr_multiple", 1.0),
        target=("fixed_points", top / 100),
        trailing=None if trails is None else (trails, 2.0),
        sl_order_type=case.rules.sl_order_type,
        tp_order_type=case.rules.tp_order_type,
        order_type=entry.order_type,
        time_in_force=entry.time_in_force,
        expire_after_bars=entry.expire_after_bars,
        on_resignal=entry.on_resignal,
        on_opposite=case.rules.on_opposite,
        limit_fill=assumed.limit_fill,
    )
    k = 2.0 ** np.ceil(np.log2(top) + 4)
    bars = replace(case.bars, mark=None, funding=None)
    lifted = replace(bars, **{name: getattr(bars, name) + k for name in PRICES})
    mirrored = replace(
        lifted,
        open=2 * k - lifted.open,
        high=2 * k - lifted.low,
        low=2 * k - lifted.high,
        close=2 * k - lifted.close,
    )
    # sums with a power of two this large lose bits alike on both sides of it, or not at all
    grid = k * 2.0**-40
    lifted, mirrored = (
        replace(one, **{name: np.rint(getattr(one, name) / grid) * grid for name in PRICES})
        for one in (lifted, mirrored)
    )
    seen = np.rint(case.seen / grid) * grid
    free = Instrument.unconstrained()
    swap = np.array([0, 2, 1, 4, 3, 5], np.int64)
    one = replace(case, bars=lifted, rules=money, instrument=free, seen=seen)
    other = replace(one, bars=mirrored, actions=swap[case.actions])
    mine, theirs = play(one).fills_made(), play(other).fills_made()
    assert mine["ts"].tolist() == theirs["ts"].tolist()
    assert mine["purpose"].tolist() == theirs["purpose"].tolist()
    assert mine["side"].tolist() == (-theirs["side"]).tolist()
    assert mine["price"].tolist() == pytest.approx((2 * k - theirs["price"]).tolist(), rel=1e-11)


PRICES = ("open", "high", "low", "close")


def scaled(rules_: Any, c: float) -> Any:
    """Return rules with every sum of money times `c`."""
    sizing, backtest = rules_.sizing, rules_.backtest
    if sizing.model.startswith("fixed"):
        sizing = replace(sizing, value=sizing.value * c)
    return replace(
        rules_,
        starting_equity_usdt=rules_.starting_equity_usdt * c,
        max_margin_usdt=rules_.max_margin_usdt and rules_.max_margin_usdt * c,
        max_notional_usdt=rules_.max_notional_usdt and rules_.max_notional_usdt * c,
        mm_deduction=rules_.mm_deduction and rules_.mm_deduction * c,
        sizing=sizing,
        backtest=replace(backtest, stop_equity_usdt=backtest.stop_equity_usdt * c),
    )


@given(cases(), st.sampled_from((0.25, 2.0, 1024.0)))
@EXAMPLES
def test_money_scales(case: Case, c: float) -> None:  # 13, by powers of two: exact
    plain = replace(case.rules, min_trade_notional_usdt=0.0)
    case = replace(case, instrument=Instrument.unconstrained(), rules=plain)
    bars = replace(case.bars, volume=case.bars.volume * c)
    small, large = play(case), play(replace(case, bars=bars, rules=scaled(plain, c)))
    assert (large.equity() == small.equity() * c).all()


@given(cases(), st.sampled_from((0.25, 2.0, 1024.0)))
@EXAMPLES
def test_prices_scale(case: Case, c: float) -> None:  # 13
    case = replace(case, instrument=Instrument.unconstrained())
    columns = {name: getattr(case.bars, name) * c for name in PRICES}
    mark = case.bars.mark
    if mark is not None:
        mark = replace(mark, **{name: getattr(mark, name) * c for name in PRICES})
    bars = replace(case.bars, **columns, mark=mark, volume=case.bars.volume / c)
    money = case.rules
    if money.stop is not None and money.stop.rule == "fixed_points":
        assert money.stop.value is not None
        money = replace(money, stop=replace(money.stop, value=money.stop.value * c))
    if money.target is not None and money.target.rule == "fixed_points":
        money = replace(money, target=replace(money.target, value=money.target.value * c))
    higher = replace(case, bars=bars, rules=money, seen=case.seen * c)
    assert (play(higher).equity() == play(case).equity()).all()


@given(cases(), st.floats(0.0, 0.01), st.floats(0.0, 0.01))
@EXAMPLES
def test_round_trip_at_one_price_costs_its_costs(case: Case, fee: float, slip: float) -> None:  # 14
    flat = np.full(case.bars.n, 64.0)
    bars = replace(case.bars, open=flat, high=flat, low=flat, close=flat, mark=None, funding=None)
    money = replace(case.rules, taker_rate=fee, slippage_rate=slip)
    case = replace(case, bars=bars, rules=money)
    exchange = play(case)
    fills = exchange.fills_made()
    assume(not (fills["purpose"] == LIQUIDATION).any())
    costs = float(
        fills["fee"].sum() + (fills["side"] * (fills["price"] - 64.0) * fills["qty"]).sum()
    )
    assert case.rules.starting_equity_usdt - exchange.cash == near(costs, case)


def cut(case: Case, n: int) -> Case:
    """Return the case with only the first `n` bars."""
    return replace(case, bars=case.bars.slice(0, n))


def dated_before(exchange: Exchange, ts: int) -> list[str]:
    """Return orders (without their later fate), fills and settlements before an instant."""
    orders, fills = exchange.orders_made(), exchange.fills_made()
    paid, legs = exchange.funding_paid(), exchange.legs_closed()
    made = ["ts", "word", "reference", "price", "trigger", "purpose", "side", "cap"]
    left = legs[fills["ts"][legs["exit_fill"] - 1] < ts]
    rows = (orders[orders["ts"] < ts][made], fills[fills["ts"] < ts], paid[paid["ts"] < ts], left)
    return [repr(part.tolist()) for part in rows]


@given(cases(), st.data())
@EXAMPLES
def test_later_bars_change_nothing_earlier(case: Case, data: st.DataObject) -> None:
    n = data.draw(st.integers(case.first + 1, case.bars.n))  # 15
    whole, part = play(case), play(cut(case, n))
    until = case.bars.ts0 + n * MINUTE_MS
    assert dated_before(whole, until) == dated_before(part, until)
    points = part.equity()[:-1]
    assert (whole.equity()[: points.size] == points).all()


@given(cases())
@EXAMPLES
def test_funding_is_all_that_funding_changes(case: Case) -> None:  # 16
    """Where nothing depends on cash, equity differs by what was settled."""
    money = rules(
        starting_equity_usdt=1e9,
        sizing=("fixed_notional", 100.0),
        min_trade_notional_usdt=0.0,
        stop=("price_percent", 2.0),
        on_opposite=case.rules.on_opposite,
    )
    case = replace(case, rules=money, instrument=Instrument.unconstrained())
    on = play(case)
    off = play(replace(case, rules=replace(money, backtest=replace(money.backtest, funding=False))))
    paid = on.funding_paid()
    assert off.funding_paid().size == 0
    assert on.cash - off.cash == pytest.approx(float(paid["pnl"].sum()), abs=1e-5)
    ends = np.flatnonzero(on.equity() != off.equity())
    assert paid.size or not ends.size
