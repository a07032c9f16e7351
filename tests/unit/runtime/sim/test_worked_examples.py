"""The worked examples of simulation.md 20: no slippage, 5.5 bps, no rounding."""

from typing import Any

import pytest
from tradec.runtime.sim.exchange import Exchange
from tradec.runtime.sim.replay import ledger_after_entry

from generators.exchange_cases import START_MS, bars_of, case_of, play
from generators.money import rules
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.records import PURPOSES
from tradec.runtime.sim.rules import Rules

LONG, SHORT, EXIT = 1, 2, 5
RULES = rules(
    leverage=10.0,
    position_pct=10.0,
    slippage_rate=0.0,
    stop=("percent", 2.0),
    target=("percent", 4.0),
)


def run(rows: list[tuple[float, ...]], actions: list[int], given: Rules = RULES) -> Exchange:
    return play(case_of(bars_of(rows), actions, given))


def exit_of(exchange: Exchange) -> tuple[Any, ...]:
    fill = exchange.fills_made()[1]
    return PURPOSES[fill["purpose"]], fill["price"].item(), fill["ts"].item() - START_MS


def quiet(price: float) -> tuple[float, ...]:
    return (price, price, price, price)


def test_entry_is_sized_at_the_decision_and_stops_hang_on_the_fill() -> None:
    exchange = run([quiet(100), quiet(101), quiet(101)], [LONG, 0, 0])
    entry = exchange.fills_made()[0]
    leg = exchange.legs_closed()[0]
    assert entry["qty"] == 100.0
    assert entry["price"] == 101.0
    assert entry["ts"] == START_MS + 60_000
    assert entry["fee"] == pytest.approx(5.555, abs=1e-12)
    assert leg["stop"] == pytest.approx(100.798, abs=1e-12)
    assert leg["target"] == pytest.approx(101.404, abs=1e-12)


def test_entry_locks_margin_and_the_fee_to_close() -> None:
    ledger = ledger_after_entry(RULES, Instrument.unconstrained(), 1, 100.0, 101.0)
    assert ledger["margin"] == pytest.approx(1010.0)
    assert ledger["reserve"] == pytest.approx(4.9995)
    assert ledger["cash"] == pytest.approx(10_000 - 5.555)
    assert ledger["available"] == pytest.approx(10_000 - 5.555 - 1010.0 - 4.9995)


def test_gap_beyond_the_stop_fills_at_the_open() -> None:
    exchange = run([quiet(100), quiet(101), quiet(100.5)], [LONG, 0, 0])
    leg = exchange.legs_closed()[0]
    assert exit_of(exchange) == ("sl", 100.5, 120_000)
    assert leg["realized"] == pytest.approx(-50.0, abs=1e-9)
    assert leg["net"] == pytest.approx(-61.0825, abs=1e-9)
    assert exchange.cash == pytest.approx(10_000 - 61.0825, abs=1e-9)


def test_stop_precedes_the_target_of_the_same_minute() -> None:
    exchange = run([quiet(100), quiet(101), (101, 102, 100, 101)], [LONG, 0, 0])
    reason, price, after = exit_of(exchange)
    assert (reason, after) == ("sl", 179_999)
    assert price == pytest.approx(100.798, abs=1e-12)


def test_signal_close_precedes_the_stop_of_the_next_minute() -> None:
    exchange = run([quiet(100), quiet(101), (101, 101, 90, 95)], [LONG, EXIT, 0])
    assert exit_of(exchange) == ("signal", 101.0, 120_000)


def test_signal_keeps_its_name_when_the_open_is_beyond_the_stop() -> None:
    exchange = run([quiet(100), quiet(101), quiet(95)], [LONG, EXIT, 0])
    assert exit_of(exchange) == ("signal", 95.0, 120_000)


def test_entry_minute_can_hit_the_stop() -> None:
    exchange = run([quiet(100), (101, 101, 100, 101)], [LONG, 0])
    assert exit_of(exchange)[0] == "sl"
    assert exit_of(exchange)[2] == 119_999


def test_short_mirrors() -> None:
    exchange = run([quiet(100), quiet(100), (100, 103, 97, 100)], [SHORT, 0, 0])
    reason, price, _ = exit_of(exchange)
    assert (reason, price) == ("sl", pytest.approx(100.2, abs=1e-12))


def test_end_of_data_closes_at_the_last_close_and_settles_the_last_point() -> None:
    given = rules(leverage=10.0, slippage_rate=0.001)
    exchange = run([quiet(100), quiet(100), (100, 100, 99, 99)], [LONG, 0, 0], given)
    assert exit_of(exchange) == ("end_of_data", 99 * (1 - 0.001), 180_000)
    assert exchange.equity().tolist()[-1] == exchange.cash
    assert exchange.equity().size == 3


def test_decision_at_the_last_close_is_recorded_not_filled() -> None:
    exchange = run([quiet(100), quiet(100)], [0, LONG])
    order = exchange.orders_made()[0]
    assert (order["status"], order["code"]) == (3, 7)
    assert exchange.fills_made().size == 0


def test_drawdown_closes_at_the_next_open_and_ends_the_run() -> None:
    given = rules(position_pct=90.0, slippage_rate=0.0, taker_rate=0.0, max_drawdown_pct=9.0)
    rows = [quiet(100), quiet(100), (100, 100, 90, 90), quiet(80), quiet(200)]
    exchange = run(rows, [LONG, 0, EXIT, LONG, 0], given)
    assert exchange.stop_reason == "max_drawdown_hit"
    assert exit_of(exchange) == ("max_drawdown", 80.0, 180_000)
    assert exchange.equity().tolist() == [10_000.0, 10_000.0, exchange.cash]
    assert exchange.orders_made().size == 2


def test_order_waits_for_the_next_present_bar() -> None:
    bars = bars_of([quiet(100), quiet(100), quiet(100), quiet(103)], [0, 1, 1, 0])
    case = case_of(bars, [LONG, LONG, 0, 0], RULES)
    exchange = play(case)
    assert exchange.fills_made()[0]["price"] == 103.0
    assert [order["code"] for order in exchange.orders_made()] == [0, 6, 0]


def test_flat_run_leaves_flat_tables() -> None:
    exchange = run([quiet(100)] * 3, [0, 0, 0])
    assert exchange.equity().tolist() == [10_000.0] * 3
    for rows in (exchange.orders_made(), exchange.fills_made(), exchange.legs_closed()):
        assert rows.size == 0
