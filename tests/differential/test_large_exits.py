"""Exits above the largest market order are split, entries are capped (rulings B9)."""

from decimal import Decimal
from typing import Any

import pytest

from differential.both import EXIT, LONG, SHORT, Left, minutes, mirrored, quiet
from generators.money import rules
from tradec.runtime.sim.instrument import Instrument

LARGEST = Instrument(
    tick=Decimal("0.1"),
    step=Decimal("0.5"),
    max_qty=100.0,
    max_market_qty=4.2,  # 4 on the step
    source="test",
)
LIMIT = {"order_type": "limit", "limit_offset_pct": 0.0, "sizing": ("fixed_notional", 1000.0)}
"""Buys 10 at the open of minute 1."""


def left_after(rows: list[float], actions: list[int], **changed: Any) -> Left:
    market = {name: changed.pop(name) for name in ("volume",) if name in changed}
    given = rules(**{"slippage_rate": 0.0, "taker_rate": 0.001, **LIMIT, **changed})
    prices = [quiet(price) for price in rows]
    return minutes(prices, actions, given, instrument=LARGEST, **market)


def parts(left: Left, purpose: str) -> list[tuple[float, float]]:
    return [(row["qty"], row["price"]) for row in left.fills if row["purpose"] == purpose]


WAYS = [
    ({}, [100, 100, 98, 98], [LONG, EXIT], "signal", 98.0),
    ({"stop": ("fixed_points", 1.0)}, [100, 100, 98, 98], [LONG], "sl", 98.0),
    ({"target": ("fixed_points", 1.0)}, [100, 100, 102, 98], [LONG], "tp", 102.0),
    ({}, [100, 100, 98], [LONG], "end_of_data", 98.0),
    ({"max_drawdown_pct": 0.1}, [100, 100, 98, 97, 97], [LONG], "max_drawdown", 97.0),
    ({"stop_equity_usdt": 9990.0}, [100, 100, 98, 97, 97], [LONG], "equity_floor", 97.0),
]


@pytest.mark.parametrize(("changed", "rows", "actions", "purpose", "price"), WAYS)
def test_every_market_exit_is_split(
    changed: dict[str, Any], rows: list[float], actions: list[int], purpose: str, price: float
) -> None:
    left = left_after(rows, actions, **changed)
    assert parts(left, "entry") == [(10.0, 100.0)]
    assert parts(left, purpose) == [(4.0, price), (4.0, price), (2.0, price)]
    orders = [order for order in left.orders if order["purpose"] == purpose]
    assert [order["qty"] for order in orders] == [4.0, 4.0, 2.0]
    assert {(order["status"], order["ts"]) for order in orders} == {("filled", orders[0]["ts"])}
    assert [(leg["number"], leg["is_final"]) for leg in left.legs] == [(1, 0), (2, 0), (3, 1)]
    fees = 10 * (100 + price) * 0.001
    assert sum(leg["net"] for leg in left.legs) == pytest.approx(10 * (price - 100) - fees)


def test_a_short_is_split_alike() -> None:
    prices = mirrored([quiet(price) for price in (100, 100, 98, 98)])
    given = rules(slippage_rate=0.0, **LIMIT)
    left = minutes(prices, [SHORT, EXIT], given, instrument=LARGEST)
    assert parts(left, "signal") == [(4.0, 102.0), (4.0, 102.0), (2.0, 102.0)]


def test_a_split_exit_goes_on_while_minutes_are_thin() -> None:
    volume = [100.0, 100.0, 10.0, 2.0, 10.0]
    rows = [100.0, 100.0, 98.0, 97.0, 96.0]
    left = left_after(rows, [LONG, EXIT], volume=volume, max_volume_fraction=0.5)
    assert parts(left, "signal") == [
        (4.0, 98.0),
        (1.0, 98.0),
        (1.0, 97.0),
        (2.0, 96.0),
        (2.0, 96.0),
    ]


def test_what_is_left_of_a_split_exit_dies_with_its_position() -> None:
    volume = [100.0, 100.0, 10.0, 100.0]
    rows = [100.0, 100.0, 98.0, 40.0]
    how = {"leverage": 2.0, "max_volume_fraction": 0.5, "volume": volume}
    left = left_after(rows, [LONG, EXIT], **how)
    closing = [order for order in left.orders if order["purpose"] == "signal"]
    assert [order["code"] for order in closing] == ["", "POSITION_CLOSED", "POSITION_CLOSED"]
    assert [order["filled"] for order in closing] == [4.0, 1.0, 0.0]
    assert parts(left, "liquidation") == [(5.0, 50.0)]


def test_a_resting_target_is_one_order() -> None:
    how = {"target": ("fixed_points", 1.0), "tp_order_type": "limit"}
    left = left_after([100.0, 100.0, 102.0], [LONG], **how)
    assert parts(left, "tp") == [(10.0, 101.0)]


@pytest.mark.parametrize(
    ("order_type", "qty", "cap"),
    [("market", 4.0, "max_qty"), ("stop", 4.0, "max_qty"), ("limit", 10.0, "")],
)
def test_entries_are_capped_and_never_split(order_type: str, qty: float, cap: str) -> None:
    left = left_after([100.0, 100.0, 100.0], [LONG], order_type=order_type)
    assert parts(left, "entry") == [(qty, 100.0)]
    assert left.orders[0]["cap"] == cap
