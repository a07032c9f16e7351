"""Trades of two runs beside each other, from hand-made legs."""

from typing import Any

import pyarrow as pa

from tradec.runtime.comparison.span import Span
from tradec.runtime.comparison.trades import aligned, positions

MINUTE = 60_000
HOUR = 60 * MINUTE


def _leg(position: int, ts_entry: int, net: float, **more: Any) -> dict[str, Any]:
    usual = {
        "position_id": position,
        "side": "long",
        "ts_entry": ts_entry,
        "entry_price": 100.0,
        "exit_qty": 1.0,
        "ts_exit": ts_entry + HOUR,
        "exit_price": 101.0,
        "exit_reason": "tp",
        "net_pnl": net,
        "fees_paid": 0.1,
        "funding_pnl": 0.0,
    }
    return {**usual, **more}


def _table(*legs: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(legs))


def test_the_legs_of_a_position_are_one_trade() -> None:
    legs = _leg(1, 0, 2.0), _leg(1, 0, 3.0, exit_price=102.0, exit_reason="signal")
    (row,) = positions(_table(*legs))
    assert (row["net_pnl"], row["qty"], row["legs"]) == (5.0, 2.0, 2)
    assert (row["exit_price"], row["exit_reason"]) == (102.0, "signal")


def test_only_trades_entered_in_the_span_count() -> None:
    rows = positions(_table(_leg(1, 10, 1.0), _leg(2, 20, 1.0)), Span(start=15, end=20))
    assert [row["ts_entry"] for row in rows] == [20]


def test_each_trade_finds_its_like() -> None:
    a = positions(
        _table(
            _leg(1, 1 * HOUR, 5.0),
            _leg(2, 3 * HOUR, 5.0),
            _leg(3, 5 * HOUR, 5.0),
            _leg(4, 7 * HOUR, 5.0),
        )
    )
    b = positions(
        _table(
            _leg(1, 1 * HOUR, 5.0),
            _leg(2, 3 * HOUR, 4.0, exit_reason="sl"),
            _leg(3, 5 * HOUR, 5.0, side="short"),
            _leg(4, 7 * HOUR + MINUTE, 5.0),
        )
    )
    pairs = aligned(a, b, 15 * MINUTE)
    assert [pair.found for pair in pairs] == ["same", "changed", "only_a", "only_b", "changed"]
    assert pairs[1].columns == ("exit_reason", "net_pnl")
    assert pairs[4].columns == ("ts_entry", "ts_exit")
    assert [pair.net_delta for pair in pairs] == [0.0, -1.0, -5.0, 5.0, 0.0]


def test_an_exact_entry_is_taken_before_a_near_one() -> None:
    a = positions(_table(_leg(1, 0, 1.0), _leg(2, 5 * MINUTE, 2.0)))
    b = positions(_table(_leg(1, 5 * MINUTE, 2.0)))
    pairs = aligned(a, b, 15 * MINUTE)
    assert [pair.found for pair in pairs] == ["only_a", "same"]


def test_no_trade_is_in_two_pairs() -> None:
    a = positions(_table(_leg(1, 0, 1.0), _leg(2, 0, 2.0)))
    b = positions(_table(_leg(1, 0, 1.0)))
    assert [pair.found for pair in aligned(a, b, HOUR)].count("only_a") == 1
    assert aligned([], [], HOUR) == []
