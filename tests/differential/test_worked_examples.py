"""The worked examples of simulation.md 20, and the others in its text, by hand with its numbers.

No slippage, 5.5 bps, no rounding; every run goes through both exchanges.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from differential.both import EXIT, LONG, SHORT, Left, at, both, minutes, quiet
from generators.driving import MIDNIGHT
from generators.exchange_cases import START_MS, bars_of, case_of, play
from generators.money import rules
from tradec.runtime.data.marks import Funding
from tradec.runtime.sim.rules import Rules

RULES = rules(
    leverage=10.0,
    position_pct=10.0,
    slippage_rate=0.0,
    maintenance_margin_rate=0.005,
    stop=("percent", 2.0),
    target=("percent", 4.0),
)
HOUR_MS, MINUTE_MS = 3_600_000, 60_000


def run(rows: list[tuple[float, ...]], actions: list[int], given: Rules = RULES) -> Left:
    return minutes(rows, actions, given)


def states(rows: list[tuple[float, ...]], actions: list[int], given: Rules = RULES) -> Any:
    """Return the account after each of its changes."""
    return play(case_of(bars_of(rows), actions, given)).states_kept()


# --- 20.1: sizes, levels and margin -------------------------------------------------------------


def test_1_an_entry_is_sized_at_the_decision_and_its_levels_hang_on_the_fill() -> None:
    left = run([quiet(100), quiet(101), quiet(101)], [LONG])
    entry, leg = left.fills[0], left.legs[0]
    assert (entry["qty"], entry["price"], entry["ts"] - START_MS) == (100.0, 101.0, at(1))
    assert entry["qty"] * entry["price"] == 10_100.0
    assert entry["fee"] == pytest.approx(5.555, abs=1e-12)
    assert leg["stop"] == pytest.approx(100.798, abs=1e-12)
    assert leg["target"] == pytest.approx(101.404, abs=1e-12)


def test_1_an_entry_locks_margin_and_the_fee_to_close() -> None:
    after = states([quiet(100), quiet(101), quiet(101)], [LONG])
    open_ = after[after["signed_qty"] != 0][0]
    assert open_["margin"] == pytest.approx(1010.0)
    assert open_["reserve"] == pytest.approx(4.9995)
    assert open_["liquidation"] == pytest.approx(90.9 / 0.995)
    assert open_["liquidation"] == pytest.approx(91.3568, abs=1e-4)
    assert open_["cash"] == pytest.approx(10_000 - 5.555)


def test_1_a_liquidation_settles_at_the_bankruptcy_price() -> None:
    given = replace(RULES, stop=None, target=None)
    left = run([quiet(100), quiet(101), (101, 101, 91.36, 101), (101, 101, 91.35, 101)], [LONG])
    assert left.exit()[0] == "sl"
    left = run(
        [quiet(100), quiet(101), (101, 101, 91.36, 101), (101, 101, 91.35, 101)], [LONG], given
    )
    assert left.exit() == ("liquidation", pytest.approx(90.9), at(3.5))
    assert left.legs[0]["realized"] == pytest.approx(-1010.0)
    assert left.fills[1]["fee"] == pytest.approx(4.9995)
    assert left.equity[-1] == pytest.approx(10_000 - 5.555 - 1010.0 - 4.9995)


# --- 20.2 to 20.4: gaps and ties ----------------------------------------------------------------


def test_2_a_gap_beyond_the_stop_fills_at_the_open() -> None:
    left = run([quiet(100), quiet(101), quiet(100.5)], [LONG])
    leg = left.legs[0]
    assert left.exit() == ("sl", 100.5, at(2))
    assert leg["realized"] == pytest.approx(-50.0, abs=1e-9)
    assert left.fills[1]["fee"] == pytest.approx(5.5275, abs=1e-12)
    assert leg["net"] == pytest.approx(-61.0825, abs=1e-9)
    assert left.equity[-1] == pytest.approx(10_000 - 61.0825, abs=1e-9)


def test_3_the_stop_precedes_the_target_of_the_same_minute() -> None:
    left = run([quiet(100), quiet(101), (101, 102, 100, 101)], [LONG])
    assert left.exit() == ("sl", pytest.approx(100.798, abs=1e-12), at(2.5))


@pytest.mark.parametrize("opens", [101.0, 95.0])
def test_4_a_close_precedes_the_stop_of_the_next_minute(opens: float) -> None:
    """At 95 the open is beyond the stop too: the price is the same, and only the name differs."""
    left = run([quiet(100), quiet(101), (opens, 101, 90, 95)], [LONG, EXIT])
    assert left.exit() == ("signal", opens, at(2))


# --- 20.5: parts --------------------------------------------------------------------------------


def test_5_two_halves_and_the_rest() -> None:
    given = rules(leverage=10.0, position_pct=10.0, slippage_rate=0.0)
    rows = [quiet(100), quiet(101), quiet(102), quiet(103), quiet(104)]
    left = minutes(rows, [LONG, EXIT, EXIT], given, percents=np.array([100.0, 50, 50, 100, 100]))
    quantities = [fill["qty"] for fill in left.fills]
    assert quantities == [100.0, 50.0, 25.0, 25.0]
    fees = [leg["entry_fee"] for leg in left.legs]
    assert fees == pytest.approx([5.555 / 2, 5.555 / 4, 5.555 / 4])
    assert [leg["realized"] for leg in left.legs] == pytest.approx([50.0, 50.0, 75.0])
    assert [leg["is_final"] for leg in left.legs] == [0, 0, 1]
    change = left.equity[-1] - left.equity[0]
    assert sum(leg["net"] for leg in left.legs) == pytest.approx(change, abs=1e-9)


# --- 20.6: funding ------------------------------------------------------------------------------

EIGHT = MIDNIGHT + 8 * HOUR_MS
FUNDED = [
    # the decision's close, the fill's open, side, who pays: q * mark * rate of 100 at 101
    ("07:58", "07:58", LONG, -100 * 101 * 0.0005),
    ("07:59", "07:59", LONG, -100 * 101 * 0.0005),
    ("07:59", "07:59", SHORT, 100 * 101 * 0.0005),
    ("08:00", "08:00", LONG, 0.0),
]


@pytest.mark.parametrize(("decided", "filled", "action", "paid"), FUNDED)
def test_6_who_is_charged_at_a_settlement(
    decided: str, filled: str, action: int, paid: float
) -> None:
    first = EIGHT - 4 * MINUTE_MS
    bars = bars_of([quiet(100.0)] * 3 + [quiet(101.0)] * 4)
    bars = replace(bars, ts0=first, funding=Funding(ts=np.array([EIGHT]), rate=np.array([0.0005])))
    minute = int(decided[3:]) % 60 or 60
    actions = [0] * 7
    actions[minute - 56 - 1] = action
    given = rules(leverage=10.0, sizing=("fixed_notional", 10_000.0), slippage_rate=0.0)
    left = both(case_of(bars, actions, given))
    opened = left.fills[0]["ts"] - MIDNIGHT
    assert opened == (int(filled[:2]) * 60 + int(filled[3:])) * MINUTE_MS
    qty = left.fills[0]["qty"]
    assert sum(row["pnl"] for row in left.payments) == pytest.approx(paid * qty / 100)


def test_6_a_position_that_closes_at_the_settlement_is_charged() -> None:
    bars = bars_of([quiet(100.0)] * 5)
    settled = Funding(ts=np.array([bars.ts_open(2)]), rate=np.array([0.0005]))
    given = rules(leverage=10.0, position_pct=10.0, slippage_rate=0.0)
    left = both(case_of(replace(bars, funding=settled), [LONG, EXIT], given))
    assert left.exit() == ("signal", 100.0, at(2))
    assert [row["pnl"] for row in left.payments] == pytest.approx([-100 * 100 * 0.0005])
    assert left.legs[0]["funding"] == left.payments[0]["pnl"]


BETWEEN = [
    # the offset of a settlement, absent minutes, the minute after the entry, when it is charged
    (2 * MINUTE_MS, [0, 0, 1, 0, 0], quiet(100.0), 3),  # an absent minute has its settlement
    (2 * MINUTE_MS + 30_000, None, quiet(100.0), 3),  # inside a minute
    (2 * MINUTE_MS + 30_000, None, quiet(90.0), None),  # the stop was there first, at the open
    (2 * MINUTE_MS + 30_000, None, (100.0, 100.0, 90.0, 100.0), 3),
]


@pytest.mark.parametrize(("offset", "flags", "minute", "point"), BETWEEN)
def test_6_a_settlement_is_booked_when_it_falls_due(
    offset: int, flags: list[int] | None, minute: tuple[float, ...], point: int | None
) -> None:
    bars = bars_of([quiet(100.0), quiet(100.0), minute, quiet(100.0), quiet(100.0)], flags)
    settled = Funding(ts=np.array([bars.ts0 + offset]), rate=np.array([0.01]))
    given = rules(position_pct=50.0, slippage_rate=0.0, taker_rate=0.0, stop=("fixed_points", 5.0))
    left = both(case_of(replace(bars, funding=settled), [LONG], given))
    charged = [row["ts"] - START_MS for row in left.payments]
    assert charged == ([] if point is None else [offset])
    if point is not None:
        assert left.legs[0]["funding"] == pytest.approx(-50.0)
        assert left.equity[1] == 10_000.0
        assert left.equity[2] != 10_000.0


# --- 20.7 and 20.8: limits and trailing ---------------------------------------------------------


@pytest.mark.parametrize(
    ("opens", "rule", "code", "price"),
    [
        (99.8, "through", "POST_ONLY_REJECT", None),
        (99.8, "touch", "POST_ONLY_REJECT", None),
        (100.0, "through", "END_OF_DATA", None),
        (100.0, "touch", "", 99.9),
    ],
)
def test_7_post_only(opens: float, rule: str, code: str, price: float | None) -> None:
    how = {"order_type": "limit", "time_in_force": "PostOnly", "limit_offset_pct": 0.1}
    given = rules(limit_fill=rule, **how)
    left = run([quiet(100), quiet(opens), (100, 100, 99.9, 100)], [LONG], given)
    assert left.orders[0]["price"] == pytest.approx(99.9)
    assert left.orders[0]["code"] == code
    assert [fill["price"] for fill in left.fills[:1]] == ([] if price is None else [99.9])


def test_8_a_trailing_stop_binds_from_the_next_minute() -> None:
    given = rules(slippage_rate=0.0, stop=("price_percent", 1.0), trailing=("percent", 1.0, 0.0))
    held = [quiet(100), quiet(100), (100, 102, 99.5, 101.5)]
    left = run([*held, quiet(101)], [LONG], given)
    assert left.legs[0]["stop"] == 99.0
    assert left.legs[0]["last_stop"] == pytest.approx(100.98)
    assert left.exit()[0] == "end_of_data"
    left = run([*held, (101.5, 101.5, 100.9, 101.5)], [LONG], given)
    assert left.exit() == ("trailing", pytest.approx(100.98), at(3.5))
    left = run([quiet(100), quiet(100), (100, 102, 99, 101.5)], [LONG], given)
    assert left.exit() == ("sl", 99.0, at(2.5))


def test_9_a_flat_run_leaves_flat_tables() -> None:
    left = run([quiet(100)] * 3, [0, 0, 0])
    assert left.equity == [10_000.0] * 3
    assert left.orders == left.fills == left.legs == left.payments == []


# --- elsewhere in the text ----------------------------------------------------------------------


def test_a_decision_at_a_close_fills_at_the_open_of_that_instant() -> None:
    """3.2: a decision of the bar that closes at 12:15 fills at the open of the 12:15 minute."""
    rows = [quiet(100.0 + k) for k in range(12)]
    actions = [0, 0, 0, 0, LONG]
    left = minutes(rows, actions, rules(slippage_rate=0.0), every=5, first=4)
    assert left.orders[0]["ts"] - START_MS == at(5)
    assert (left.fills[0]["ts"] - START_MS, left.fills[0]["price"]) == (at(5), 105.0)


@pytest.mark.parametrize(
    ("formula", "price"), [("entry_value", 19_700.0), ("mark_value", 19_698.49)]
)
def test_the_liquidation_prices_of_11_3(formula: str, price: float) -> None:
    given = rules(leverage=50.0, maintenance_margin_rate=0.005, liq_formula=formula)
    given = replace(given, slippage_rate=0.0)
    after = states([quiet(20_000), quiet(20_000), quiet(20_000)], [LONG], given)
    assert after["liquidation"][after["signed_qty"] != 0][0] == pytest.approx(price, abs=0.005)


def test_an_entry_at_the_open_can_be_stopped_in_its_minute() -> None:
    left = run([quiet(100), (101, 101, 100, 101)], [LONG])
    assert (left.exit()[0], left.exit()[2]) == ("sl", at(1.5))


def test_the_end_of_the_data_closes_and_settles_the_last_point() -> None:
    given = rules(leverage=10.0, slippage_rate=0.001)
    left = run([quiet(100), quiet(100), (100, 100, 99, 99)], [LONG], given)
    assert left.exit() == ("end_of_data", 99 * (1 - 0.001), at(3))
    assert len(left.equity) == 3
    assert left.equity[-1] == pytest.approx(10_000 + sum(leg["net"] for leg in left.legs))


def test_a_decision_at_the_last_close_is_recorded_not_filled() -> None:
    left = run([quiet(100), quiet(100)], [0, LONG])
    assert (left.orders[0]["status"], left.orders[0]["code"]) == ("cancelled", "END_OF_DATA")
    assert left.fills == []


def test_a_drawdown_closes_at_the_next_open_and_ends_the_run() -> None:
    given = rules(position_pct=90.0, slippage_rate=0.0, taker_rate=0.0, max_drawdown_pct=9.0)
    rows = [quiet(100), quiet(100), (100, 100, 90, 90), quiet(80), quiet(200)]
    left = run(rows, [LONG, 0, EXIT, LONG, 0], given)
    assert left.stop_reason == "max_drawdown_hit"
    assert left.exit() == ("max_drawdown", 80.0, at(3))
    assert left.equity == [10_000.0, 10_000.0, pytest.approx(8_200.0)]
    assert len(left.orders) == 2


def test_an_order_waits_for_the_next_present_minute() -> None:
    rows = [quiet(100), quiet(100), quiet(100), quiet(103)]
    left = minutes(rows, [LONG, LONG], RULES, flags=[0, 1, 1, 0])
    assert left.fills[0]["price"] == 103.0
    assert [order["code"] for order in left.orders] == ["", "ENTRY_ORDER_WORKING", ""]
