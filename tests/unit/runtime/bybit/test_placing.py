"""Exactly one order for one decision, whatever is lost, repeated or late."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from effort import examples
from fakebybit.exchange import LoopbackExchange
from fakebybit.faults import Fault
from fakebybit.trader import SYMBOL, broker, link, request
from fakebybit.worlds import T0, market
from tradec.runtime.bybit.placing import WATCH_MS, Abandoned, place, split

MINUTES = count(1)
CREATE = "/v5/order/create"
READS = ("/v5/order/realtime", "/v5/order/history")

FAULTS = {
    "none": None,
    "request lost": Fault(reset=True, applied=False),
    "answer lost": Fault(reset=True),
    "answer cut": Fault(truncate=True),
    "too fast": Fault(ret_code=10006),
    "server": Fault(ret_code=10016),
    "server, carried out": Fault(change=lambda _: {}, truncate=True),
    "gateway": Fault(status=502),
    "too many": Fault(status=429),
    "seen before": Fault(ret_code=10014),
}


@pytest.fixture(scope="module")
def exchange() -> Iterator[LoopbackExchange]:
    with LoopbackExchange(market(60), now_ms=T0 + 600_000) as running:
        yield running


schedules = st.lists(st.sampled_from(sorted(FAULTS)), max_size=9)


@given(creates=schedules, reads=schedules, lags=st.booleans(), reducing=st.booleans())
@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_schedule_ends_in_exactly_one_order(
    exchange: LoopbackExchange, creates: list[str], reads: list[str], *, lags: bool, reducing: bool
) -> None:
    one, pauses = broker(exchange)
    venue = exchange.account.venues[SYMBOL]
    order = request(qty="0.001", link_id=str(link(minute=next(MINUTES))))
    if reducing:
        one.send(order)
        closing = link("X", next(MINUTES))
        order = request(-1, qty="0.001", reduce_only=True, link_id=str(closing))
    exchange.account.history_lags = lags
    exchange.faults.add(CREATE, *(FAULTS[name] for name in creates))
    for path in READS:
        exchange.faults.add(path, *(FAULTS[name] for name in reads))
    sent = place(one, order, lambda: True, pauses.sleep)
    for path in (CREATE, *READS):
        exchange.faults.clear(path)
    exchange.account.history_lags = False
    if sent.outcome != "accepted":  # all of its attempts met a fault: one more without
        sent = place(one, order, lambda: True, pauses.sleep)
    assert sent.outcome in {"accepted", "flat"}
    mine = [fill for fill in venue.executions if fill.order.link_id == order.link_id]
    assert len(mine) == 1
    assert venue.by_link[order.link_id].order_id == mine[0].order.order_id
    if venue.position is not None:
        one.send(request(-1, qty="0.001", reduce_only=True, link_id=str(link("P", next(MINUTES)))))


def test_an_entry_that_may_not_be_sent_again_is_not(exchange: LoopbackExchange) -> None:
    one, pauses = broker(exchange)
    order = request(qty="0.001", link_id=str(link(minute=next(MINUTES))))
    exchange.faults.add(CREATE, FAULTS["request lost"])
    before = len(exchange.register.of(CREATE))
    assert place(one, order, lambda: False, pauses.sleep).outcome == "unknown"
    assert len(exchange.register.of(CREATE)) == before + 1


def test_an_abandoned_entry_is_found_when_it_appears(exchange: LoopbackExchange) -> None:
    one, _ = broker(exchange)
    order = request(qty="0.001", link_id=str(link(minute=next(MINUTES))))
    abandoned = Abandoned()
    abandoned.add(order.link_id, 0)
    assert abandoned.appeared(one, 0) == ()
    one.send(order)
    assert abandoned.appeared(one, 1_000) == (), "looked up every 15 s alone"
    (row,) = abandoned.appeared(one, 15_000)
    assert (row.link_id, row.status) == (order.link_id, "filled")
    assert len(abandoned) == 0


def test_an_abandoned_entry_is_forgotten_after_ten_minutes(exchange: LoopbackExchange) -> None:
    one, _ = broker(exchange)
    abandoned = Abandoned()
    abandoned.add("never", 0)
    assert abandoned.appeared(one, WATCH_MS - 1) == ()
    assert "never" in abandoned
    assert abandoned.appeared(one, 2 * WATCH_MS) == ()
    assert "never" not in abandoned


@given(
    steps=st.integers(1, 10**6),
    most=st.integers(1, 10**5),
    step=st.sampled_from(["0.001", "0.1", "1", "10"]),
)
def test_pieces_are_on_the_step_and_sum_to_the_whole(steps: int, most: int, step: str) -> None:
    unit = Decimal(step)
    most = max(most, steps // 500 + 1)
    pieces = split(steps * unit, most * unit, unit)
    assert sum(pieces) == steps * unit
    assert all(0 < piece <= most * unit and piece % unit == 0 for piece in pieces)
    assert max(pieces) - min(pieces) <= unit
    assert len(pieces) == -(-steps // most)


def test_without_a_limit_there_is_one_piece() -> None:
    assert split(Decimal(7), None, Decimal(1)) == (Decimal(7),)
