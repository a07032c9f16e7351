"""The day's profit, the peak, and what a storm of orders is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradec.runtime.live.safety.trackers import (
    DAY_MS,
    ORDERS_PER_MINUTE,
    REFUSALS_IN_A_ROW,
    DailyProfit,
    Drawdown,
    Orders,
)

T0 = 20_000 * DAY_MS


def test_a_day_is_not_known_before_it_is_seeded() -> None:
    day = DailyProfit()
    day.book(T0, -5.0)
    assert day.at(T0) is None
    day.seed(T0 + 10, -100.0)
    assert day.at(T0 + 20) == -100.0


def test_midnight_begins_anew_and_what_comes_late_does_not_count() -> None:
    day = DailyProfit()
    day.seed(T0 + 10, -100.0)
    day.book(T0 + 20, -3.0)
    day.book(T0 - 1, -1_000.0)  # of the day before
    assert day.at(T0 + DAY_MS - 1) == -103.0
    assert day.at(T0 + DAY_MS) == 0.0
    day.book(T0 + DAY_MS + 5, 7.0)
    assert day.at(T0 + DAY_MS + 6) == 7.0


@given(st.lists(st.tuples(st.integers(0, 3 * DAY_MS), st.integers(-100, 100)), max_size=40))
def test_the_day_is_the_sum_of_its_bookings(bookings: list[tuple[int, int]]) -> None:
    day = DailyProfit()
    day.seed(T0, 0.0)
    bookings.sort()
    for ts, amount in bookings:
        day.book(T0 + ts, float(amount))
    last = bookings[-1][0] // DAY_MS if bookings else 0
    expected = sum(amount for ts, amount in bookings if ts // DAY_MS == last)
    assert day.at(T0 + last * DAY_MS) == expected


def test_drawdown_is_measured_from_the_first_equity_on() -> None:
    down = Drawdown()
    assert down.pct(10_000.0) == 0.0
    for equity, pct in ((10_000.0, 0.0), (9_000.0, 10.0), (8_500.0, 15.0), (12_000.0, 0.0)):
        down.see(equity)
        assert down.pct(equity) == pytest.approx(pct)
    assert down.pct(6_000.0) == pytest.approx(50.0)


def test_money_that_is_paid_in_or_out_is_no_loss() -> None:
    down = Drawdown()
    down.see(10_000.0)
    down.transfer(-5_000.0)
    assert down.pct(5_000.0) == 0.0
    down.transfer(1_000.0)
    assert down.pct(5_400.0) == pytest.approx(10.0)


def test_too_many_orders_a_minute_are_a_storm() -> None:
    orders = Orders()
    for k in range(ORDERS_PER_MINUTE):
        orders.sent(T0 + k)
    assert not orders.is_storm
    orders.sent(T0 + 60_000)  # the first one is a minute old
    assert not orders.is_storm
    orders.sent(T0 + 60_000)
    orders.sent(T0 + 60_000)
    assert orders.is_storm
    orders.calm()
    assert not orders.is_storm


def test_refusals_in_a_row_are_a_storm() -> None:
    orders = Orders()
    for _ in range(3):
        for _ in range(REFUSALS_IN_A_ROW):
            orders.answered(is_refused=True)
        orders.answered(is_refused=False)
    assert not orders.is_storm
    for _ in range(REFUSALS_IN_A_ROW + 1):
        orders.answered(is_refused=True)
    assert orders.is_storm
