"""Where two hand-made runs part: each level alone, ties, rows that one of them lacks."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tradec.runtime.comparison import divergence
from tradec.runtime.comparison.span import Span, inside, overlap
from tradec.runtime.data.bars import Bars, from_columns
from tradec.runtime.schemas import SCHEMAS

ALL = Span(start=0, end=10**15)
MINUTE = 60_000
NAN = float("nan")


def _order(ts: int, **more: Any) -> dict[str, Any]:
    usual = {
        "order_id": 1,
        "ts_submit": ts,
        "ts_end": ts,
        "type": "MARKET",
        "tif": "IOC",
        "reason": "entry",
        "side": "buy",
        "ref_price": 100.0,
        "price": NAN,
        "trigger_price": NAN,
        "qty": 1.0,
        "qty_filled": 1.0,
        "cap": None,
        "status": "filled",
        "code": None,
        "position_id": 1,
        "fill_id": 1,
    }
    return {**usual, **more}


def _orders(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMAS["orders"])


def _equity(*values: float) -> pa.Table:
    rows = [
        {"ts_close": MINUTE * k, "equity": value, "drawdown": 0.0, "drawdown_pct": 0.0}
        for k, value in enumerate(values)
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMAS["equity"])


def _bars(closes: list[float], start: int = 0, base_ms: int = MINUTE) -> Bars:
    close = np.array(closes)
    ts = start + base_ms * np.arange(len(closes), dtype=np.int64)
    volume = np.ones(len(closes))
    return from_columns(ts, close, close + 1, close - 1, close, volume, base_ms)[0]


def test_equal_orders_part_nowhere_whatever_their_numbers() -> None:
    a = _orders(_order(1), _order(2))
    b = _orders(_order(1, order_id=7, fill_id=9, position_id=4), _order(2))
    assert divergence.orders(a, b, ALL) is None


def test_an_order_of_another_price_parts_at_its_submission() -> None:
    a = _orders(_order(1), _order(5, price=99.0), _order(9))
    b = _orders(_order(1), _order(5, price=98.0), _order(9, qty=2.0))
    found = divergence.orders(a, b, ALL)
    assert found is not None
    assert (found.level, found.ts, found.columns) == ("order", 5, ("price",))
    assert found.a is not None
    assert found.b is not None
    assert (found.a["price"], found.b["price"]) == (99.0, 98.0)


def test_an_order_of_another_fate_parts_at_its_end() -> None:
    a = _orders(_order(1, ts_end=50), _order(20))
    b = _orders(_order(1, ts_end=30, status="canceled", code="EXPIRED"), _order(20))
    found = divergence.orders(a, b, ALL)
    assert found is not None
    assert (found.ts, found.columns) == (30, ("ts_end", "status", "code"))


def test_an_earlier_submission_goes_before_a_later_fate() -> None:
    a = _orders(_order(1, ts_end=50), _order(20))
    b = _orders(_order(1, ts_end=40), _order(20, side="sell"))
    found = divergence.orders(a, b, ALL)
    assert found is not None
    assert (found.ts, found.columns) == (20, ("side",))


def test_an_absent_row_parts_at_the_instant_of_the_other() -> None:
    found = divergence.orders(_orders(_order(1), _order(8)), _orders(_order(1)), ALL)
    assert found is not None
    assert (found.ts, found.b) == (8, None)


def test_only_the_span_is_compared() -> None:
    a, b = _equity(1, 2, 3, 4), _equity(9, 2, 3, 5)
    assert divergence.equity(a, b, Span(start=MINUTE, end=2 * MINUTE)) is None
    found = divergence.equity(a, b, ALL)
    assert found is not None
    assert found.ts == 0
    found = divergence.equity(a, b, Span(start=MINUTE, end=3 * MINUTE))
    assert found is not None
    assert found.ts == 3 * MINUTE


def test_the_smallest_difference_of_a_float_counts() -> None:
    found = divergence.equity(_equity(0.1 + 0.2), _equity(0.3), ALL)
    assert found is not None
    assert found.columns == ("equity",)


def test_bars_part_at_the_first_that_differs() -> None:
    a, b = _bars([1, 2, 3, 4, 5]), _bars([1, 2, 3.5, 4, 6])
    found = divergence.data(a, b)
    assert found is not None
    assert (found.level, found.ts) == ("data", 2 * MINUTE)
    assert found.columns == ("open", "high", "low", "close")
    assert divergence.data(a, a) is None


def test_bars_are_compared_where_both_are() -> None:
    whole, late = _bars([1, 2, 3, 4]), _bars([3, 4, 5], start=2 * MINUTE)
    assert divergence.data(whole, late) is None
    other = divergence.data(whole, _bars([3, 4.5], start=2 * MINUTE))
    assert other is not None
    assert other.ts == 3 * MINUTE


def test_bars_of_another_length_differ_at_once() -> None:
    found = divergence.data(_bars([1] * 10), _bars([1, 1], base_ms=5 * MINUTE))
    assert found is not None
    assert (found.ts, found.columns) == (0, ("base_ms",))


@pytest.mark.parametrize("cause", range(4))
def test_of_several_at_one_instant_the_cause_is_first(cause: int) -> None:
    made = [
        divergence.Divergence(level=level, ts=5, columns=(), a=None, b=None)
        for level in divergence.LEVELS[cause:]
    ]
    found = divergence.first([None, *reversed(made)])
    assert found is not None
    assert found.level == divergence.LEVELS[cause]
    sooner = divergence.Divergence(level="equity", ts=4, columns=(), a=None, b=None)
    assert divergence.first([*made, sooner]) is sooner
    assert divergence.first([None, None]) is None


def test_the_overlap_is_what_both_have() -> None:
    a, b = Span(start=0, end=10), Span(start=4, end=20)
    assert overlap(a, b) == overlap(b, a) == Span(start=4, end=10)
    assert overlap(a, Span(start=10, end=12)).is_empty
    assert inside(_equity(1, 2, 3), "ts_close", Span(start=1, end=MINUTE)).num_rows == 1
