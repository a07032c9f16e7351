"""The invariants of simulation.md 13 on random runs; the numbers are those of the list there.

Those of a single run stand in `invariants.py`, and random plays are held to them as well, in
`differential/three_ways.py`. Each property has 500 runs in CI.
"""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tradec.runtime.sim.exchange import Exchange

import invariants
from effort import examples
from generators.exchange_cases import MINUTE_MS, START_MS, Case, cases, play
from generators.money import rules
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.records import PURPOSES

EXAMPLES = settings(max_examples=examples(40, ci=500), deadline=None)
LIQUIDATION = PURPOSES.index("liquidation")


def played(case: Case) -> invariants.Played:
    """Return the run of a case."""
    exchange = play(case)
    points, length = exchange.equity(), case.every * MINUTE_MS
    first = -(-(case.first + 1) // case.every)
    return invariants.Played(
        rules=case.rules,
        instrument=case.instrument,
        bars=case.bars,
        orders=exchange.orders_made(),
        fills=exchange.fills_made(),
        legs=exchange.legs_closed(),
        payments=exchange.funding_paid(),
        states=exchange.states_kept(),
        equity=points,
        closes=START_MS + (first + np.arange(points.size)) * length,
        cash=exchange.cash,
    )


@given(cases())
@EXAMPLES
def test_every_invariant_of_one_run_holds(case: Case) -> None:  # 1 to 11
    invariants.hold(played(case))


def test_the_list_is_complete() -> None:
    """Each number of the list is that of a check of one run or of a property of two."""
    source = Path(invariants.__file__).read_text() + Path(__file__).read_text()
    numbers = re.findall(r"-> None:  # ([0-9, to]+)", source)
    found = {int(n) for text in numbers for n in text.replace(" to ", ",").split(",") if n.strip()}
    assert found == set(range(1, 17))


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
    in_play = case.rules.starting_equity_usdt * case.rules.leverage
    lost = case.rules.starting_equity_usdt - exchange.cash
    assert lost == pytest.approx(costs, abs=1e-9 * max(1.0, in_play))


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
def test_later_bars_change_nothing_earlier(case: Case, data: st.DataObject) -> None:  # 15
    n = data.draw(st.integers(case.first + 1, case.bars.n))
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
