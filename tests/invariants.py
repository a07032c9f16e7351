"""What holds of any single run of the exchange (simulation.md 13); names carry the numbers there.

The others compare two runs and stand in `property/test_ledger.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tradec.runtime.data.bars import Bars
from tradec.runtime.sim.accounts import account_columns, mark_closes
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.records import PURPOSES, SOURCES
from tradec.runtime.sim.rules import Rules
from tradec.runtime.sim.terms import tiers_of

Rows = Any
ENTRY = PURPOSES.index("entry")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Played:
    """One run that has ended: what it was given, and the rows that it left.

    `closes` are the instants of the equity points.
    """

    rules: Rules
    instrument: Instrument
    bars: Bars
    orders: Rows
    fills: Rows
    legs: Rows
    payments: Rows
    states: Rows
    equity: Rows
    closes: Rows
    cash: float

    @property
    def gain(self) -> float:
        return self.cash - self.rules.starting_equity_usdt

    def near(self, x: float) -> Any:
        """Return `x` with the tolerance of the list, at the largest sum of money in play."""
        money = self.rules
        return pytest.approx(x, abs=1e-9 * max(1.0, money.starting_equity_usdt * money.leverage))


def by_position(rows: Rows, values: Rows) -> dict[int, float]:
    """Return the sum of values for each position."""
    sums: dict[int, float] = {}
    for number, value in zip(rows["position"].tolist(), values.tolist(), strict=True):
        sums[number] = sums.get(number, 0.0) + value
    return sums


def the_account_curve_is_the_equity_curve(run: Played) -> None:  # 1
    if not run.equity.size:
        return
    source = run.rules.backtest.mark_source or (
        "last_extreme" if run.bars.mark is None else "mark_kline"
    )
    marks = mark_closes(run.bars, source)[(run.closes - run.bars.ts0) // run.bars.base_ms - 1]
    tiers = tiers_of(run.rules, run.instrument)
    curve = account_columns(run.states, run.closes, marks, tiers)
    assert curve["equity"].tobytes() == run.equity.tobytes()
    assert (curve["equity"] == curve["cash"] + curve["unrealized_pnl"]).all()
    assert (curve["available"] >= 0).all()
    flat = ~curve["has_position"]
    assert (curve["unrealized_pnl"][flat] == 0).all()


def money_adds_up(run: Played) -> None:  # 2, 3, 4
    fills, legs = run.fills, run.legs
    exit_fees = fills["fee"][legs["exit_fill"] - 1]
    funding = float(run.payments["pnl"].sum())
    assert float(legs["net"].sum()) == run.near(run.gain)
    assert float(legs["realized"].sum() - fills["fee"].sum()) + funding == run.near(run.gain)
    assert float((legs["entry_fee"] + exit_fees).sum()) == run.near(float(fills["fee"].sum()))
    assert float(legs["funding"].sum()) == run.near(funding)
    assert run.equity.tolist()[-1:] in ([], [run.cash])


def every_state_is_the_sum_of_what_came_before(run: Played) -> None:  # 2, 3, 5, 6
    fills, legs, paid = run.fills, run.legs, run.payments
    realized, net, kept = np.zeros(fills.size), np.zeros(fills.size), -fills["fee"]
    realized[legs["exit_fill"] - 1] = legs["realized"]
    net[legs["exit_fill"] - 1] = legs["net"]
    kept[legs["exit_fill"] - 1] = legs["entry_fee"] - legs["funding"]
    ts = np.concatenate([fills["ts"], paid["ts"]])
    changes = np.concatenate([realized - fills["fee"], paid["pnl"]])
    told = np.concatenate([net + kept, paid["pnl"]])  # legs, and what is open of fees and funding
    money = run.rules.starting_equity_usdt * run.rules.leverage
    for state in run.states:
        before, now = ts < state["ts"], ts == state["ts"]
        slack = float(np.abs(changes[now]).sum()) + 1e-9 * max(1.0, money)
        cash = float(state["cash"]) - run.rules.starting_equity_usdt
        for parts in (changes, told):
            known = float(parts[before].sum())
            assert abs(cash - known) <= slack + float(np.abs(parts[now]).sum())
        locked = state["margin"] + state["reserve"] + state["reserved"]
        assert state["margin"] >= 0
        assert state["reserve"] >= 0
        if state["signed_qty"] == 0:
            assert state["margin"] == state["reserve"] == state["entry"] == 0
        elif not paid.size and not legs.size:
            assert locked <= state["cash"] + 1e-9 * max(1.0, state["cash"])


def an_entry_locks_no_more_than_there_is(run: Played) -> None:  # 6
    """Right after an entry fill; what funding and closes do later is not asked.

    The gate reckons with the taker's fee (simulation.md 10), which the maker's may not exceed.
    """
    if run.rules.maker_rate > run.rules.taker_rate:
        return
    entries = set(run.fills["ts"][run.fills["purpose"] == ENTRY].tolist())
    others = set(run.fills["ts"][run.fills["purpose"] != ENTRY].tolist())
    others |= set(run.payments["ts"].tolist())
    for state in run.states[np.isin(run.states["ts"], [*(entries - others)])]:
        if state["signed_qty"] != 0:
            locked = state["margin"] + state["reserve"]
            assert locked <= state["cash"] + 1e-9 * max(1.0, abs(state["cash"]))


def quantities_and_episodes(run: Played) -> None:  # 5, 10
    fills = run.fills
    assert (fills["qty"] > 0).all()
    assert (np.diff(fills["ts"]) >= 0).all()
    is_entry = fills["purpose"] == ENTRY
    entered = by_position(fills[is_entry], fills["qty"][is_entry])
    left = by_position(fills[~is_entry], fills["qty"][~is_entry])
    assert entered == {number: pytest.approx(qty, rel=1e-12) for number, qty in left.items()}
    assert list(entered) == list(range(1, len(entered) + 1))
    if run.rules.backtest.max_volume_fraction is None:
        assert is_entry.sum() == len(entered)
    finals = [leg["position"] for leg in run.legs if leg["is_final"]]
    assert finals == list(entered)
    step = run.instrument.step
    if step is not None:
        units = np.rint(fills["qty"] / float(step))
        assert fills["qty"] == pytest.approx(units * float(step), rel=1e-12)


def no_position_loses_more_than_its_margin(run: Played) -> None:  # 7
    fills, legs = run.fills, run.legs
    is_entry = fills["purpose"] == ENTRY
    margin = fills["qty"][is_entry] * fills["price"][is_entry] / run.rules.leverage
    margins = by_position(fills[is_entry], margin)
    fees = by_position(fills, fills["fee"])
    paid = by_position(run.payments, np.abs(run.payments["pnl"]))
    for number, realized in by_position(legs, legs["realized"]).items():
        assert realized >= -margins[number] - 1e-9 * max(1.0, margins[number])
    for number, net in by_position(legs, legs["net"]).items():
        most = margins[number] + fees[number] + paid.get(number, 0.0)
        assert net >= -most - 1e-9 * max(1.0, most)


def levels_embrace_the_entry_and_stops_only_tighten(run: Played) -> None:  # 8
    fills, legs = run.fills, run.legs
    side = fills["side"][legs["entry_fill"] - 1]
    if run.rules.backtest.max_volume_fraction is None:  # parts may move the average past the first
        assert (side * (legs["entry"] - legs["stop"]) > 0).all()
        assert (side * (legs["target"] - legs["entry"]) > 0).all()
    assert (legs["min_low"] <= fills["price"][legs["entry_fill"] - 1]).all()
    assert (legs["max_high"] >= fills["price"][legs["entry_fill"] - 1]).all()
    moved = legs["last_stop"] != legs["stop"]
    assert (side[moved] * (legs["last_stop"][moved] - legs["stop"][moved]) > 0).all()
    if run.rules.trailing is None and run.rules.break_even is None:
        assert not moved.any()


def fill_prices_lie_in_their_minute(run: Played) -> None:  # 9, rulings B6
    bars, rules = run.bars, run.rules
    tick = 0.0 if run.instrument.tick is None else float(run.instrument.tick)
    for fill in run.fills:
        source, reference = SOURCES[fill["source"]], float(fill["reference"])
        if source == "bankruptcy_price":
            assert fill["price"] == reference
            continue
        i = (fill["ts"] - bars.ts0 - (source == "close")) // bars.base_ms
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
        worst = reference * (1 + fill["side"] * rules.slippage_rate)
        worse = fill["side"] * (fill["price"] - worst)
        best = fill["side"] * (fill["price"] - reference)
        assert best >= -1e-9 * reference
        if rules.backtest.impact is None:
            assert worse <= tick * (1 + 1e-9) + 1e-9 * worst


def nothing_precedes_its_cause(run: Played) -> None:  # 10, 11
    orders, fills = run.orders, run.fills
    cause = orders[fills["order"] - 1]
    assert (cause["ts"] <= fills["ts"]).all()
    assert (np.diff(orders["ts"]) >= 0).all()
    assert (orders["ts_end"] >= orders["ts"]).all()
    decided = cause["word"] != 0
    bar_closes = fills["ts"][decided] - (fills["ts"][decided] - run.bars.ts0) % run.bars.base_ms
    assert (bar_closes >= cause["ts"][decided]).all()  # no price of the bar that decided


def every_order_comes_to_an_end(run: Played) -> None:  # 4, 5
    orders, fills = run.orders, run.fills
    assert (orders["status"] > 0).all()
    assert (orders["filled"] <= orders["qty"] * (1 + 1e-12)).all()
    refused = orders["status"] == 2
    assert (orders["code"][refused] > 0).all()
    assert (orders["filled"][refused] == 0).all()
    filled = dict.fromkeys(range(1, orders.size + 1), 0.0)
    for fill in fills:
        filled[int(fill["order"])] += float(fill["qty"])
    assert list(filled.values()) == pytest.approx(orders["filled"].tolist(), rel=1e-9)


HOLD: dict[str, Callable[[Played], None]] = {
    one.__name__: one
    for one in (
        the_account_curve_is_the_equity_curve,
        money_adds_up,
        every_state_is_the_sum_of_what_came_before,
        an_entry_locks_no_more_than_there_is,
        quantities_and_episodes,
        no_position_loses_more_than_its_margin,
        levels_embrace_the_entry_and_stops_only_tighten,
        fill_prices_lie_in_their_minute,
        nothing_precedes_its_cause,
        every_order_comes_to_an_end,
    )
}


def hold(run: Played) -> None:
    """Fail at the first of them that does not hold."""
    for check in HOLD.values():
        check(run)
