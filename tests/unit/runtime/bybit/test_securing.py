"""A position has its stop within the deadline, or it is closed."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from fakebybit.exchange import LoopbackExchange
from fakebybit.faults import Fault
from fakebybit.trader import INSTANCE, SYMBOL, broker, link, request
from fakebybit.worlds import T0, market
from tradec.runtime.bybit.broker import BybitBroker
from tradec.runtime.bybit.link_ids import parse
from tradec.runtime.bybit.orphans import clean_up
from tradec.runtime.bybit.securing import Closing, close_out, secure
from tradec.runtime.live.protocols import OrderRequest, Protection

CREATE, STOP, POSITIONS = "/v5/order/create", "/v5/position/trading-stop", "/v5/position/list"
TICK = Decimal("0.1")
WANTED = Protection(symbol=SYMBOL, stop_loss=Decimal("49000.0"), take_profit=Decimal("52000.0"))


class Held:
    """A position of one symbol, and what was intended to close it."""

    def __init__(self, exchange: LoopbackExchange) -> None:
        self.exchange = exchange
        self.one, self.pauses = broker(exchange)
        self.venue = exchange.account.venues[SYMBOL]
        self.intended: list[OrderRequest] = []
        self.rounds = 8

    def open(self, **levels: Any) -> BybitBroker:
        assert self.one.send(request(**levels)).outcome == "accepted"
        return self.one

    @property
    def how(self) -> Closing:
        return Closing(
            symbol=SYMBOL,
            instance=INSTANCE,
            step=Decimal("0.001"),
            most=Decimal(500),
            now_ms=self.exchange.clock.now_ms,
            pause=self.pauses.sleep,
            intend=self.intended.append,
            goes_on=lambda: len(self.intended) < self.rounds,
        )


@pytest.fixture
def held() -> Iterator[Held]:
    with LoopbackExchange(market(60), now_ms=T0 + 600_000) as exchange:
        yield Held(exchange)


def test_a_stop_that_is_there_needs_nothing(held: Held) -> None:
    one = held.open(stop="49000", target="52000")
    found = secure(one, WANTED, TICK, held.how)
    assert (found.outcome, found.tries, found.have) == ("secured", 0, Decimal(49000))
    assert held.exchange.register.of(STOP) == []


def test_a_stop_a_tick_away_is_there(held: Held) -> None:
    one = held.open(stop="49000.1", target="52000")
    assert secure(one, WANTED, TICK, held.how).tries == 0
    one = held.open(stop="49000.2", target="52000") if held.venue.position is None else one
    held.venue.set_levels(49_000.2, None)
    assert secure(one, WANTED, TICK, held.how).tries == 1


def test_a_stop_that_was_lost_is_set(held: Held) -> None:
    held.venue.keeps_stops = False
    one = held.open(stop="49000", target="52000")
    found = secure(one, WANTED, TICK, held.how)
    assert (found.outcome, found.tries) == ("secured", 1)
    assert one.position().stop_loss == Decimal(49000)


def test_a_stop_that_is_refused_for_good_closes_the_position(held: Held) -> None:
    """sl_missing: three attempts within two seconds, then flat."""
    one = held.open()
    held.exchange.faults.always(STOP, Fault(ret_code=10001, ret_msg="params error"))
    found = secure(one, WANTED, TICK, held.how)
    assert (found.outcome, found.reason) == ("closed", "stop_missing")
    assert len(held.exchange.register.of(STOP)) == 3
    assert sum(held.pauses.slept) < 2.0
    assert one.position().side is None
    assert [parse(order.link_id).role for order in held.intended] == ["M"]  # type: ignore[union-attr]


def test_a_stop_that_was_crossed_closes_at_once(held: Held) -> None:
    one = held.open()
    wanted = Protection(symbol=SYMBOL, stop_loss=Decimal("60000.0"))
    found = secure(one, wanted, TICK, held.how)
    assert (found.outcome, found.reason, found.tries) == ("closed", "stop_crossed", 1)


def test_a_target_that_was_passed_closes_too(held: Held) -> None:
    one = held.open()
    wanted = Protection(symbol=SYMBOL, stop_loss=Decimal("49000.0"), take_profit=Decimal("40000.0"))
    assert secure(one, wanted, TICK, held.how).reason == "target_crossed"
    assert one.position().side is None


def test_a_position_that_is_gone_needs_no_stop(held: Held) -> None:
    assert secure(held.one, WANTED, TICK, held.how).outcome == "flat"
    assert held.intended == []


def test_a_position_that_cannot_be_read_for_a_moment_is_secured(held: Held) -> None:
    one = held.open()
    held.exchange.faults.add(POSITIONS, Fault(ret_code=10001, ret_msg="x"))
    assert secure(one, WANTED, TICK, held.how).outcome == "secured"


@pytest.mark.parametrize(
    "fault", [Fault(reset=True, applied=False), Fault(reset=True), Fault(ret_code=10016)]
)
def test_getting_flat_outlives_lost_requests(held: Held, fault: Fault) -> None:
    one = held.open()
    held.exchange.faults.add(CREATE, *[fault] * 5)
    assert close_out(one, held.how, "P").is_flat
    assert one.position().side is None


def test_getting_flat_closes_what_is_left_of_partial_fills(held: Held) -> None:
    one = held.open()
    held.venue.shares.extend([0.5, 0.5])
    found = close_out(one, held.how, "P")
    assert (found.is_flat, found.attempts) == (True, 3)
    assert [order.qty for order in held.intended] == [
        Decimal("0.01"),
        Decimal("0.005"),
        Decimal("0.003"),
    ]
    assert len({order.link_id for order in held.intended}) == 3


def test_getting_flat_is_split_by_the_largest_order(held: Held) -> None:
    held.venue.market.max_market_qty = "0.004"
    held.venue.set_leverage(50.0)
    one = held.one
    for minute in range(3):
        one.send(request(qty="0.004", link_id=str(link(minute=minute))))
    how = held.how
    how = Closing(
        **{name: getattr(how, name) for name in how.__slots__} | {"most": Decimal("0.004")}
    )
    assert close_out(one, how, "P").is_flat
    assert [order.qty for order in held.intended] == [Decimal("0.004")] * 3
    assert [parse(order.link_id).slot for order in held.intended] == [0, 1, 2]  # type: ignore[union-attr]


def test_getting_flat_without_reading_closes_what_was_known(held: Held) -> None:
    one = held.open()
    known = one.position()
    held.exchange.faults.add(POSITIONS, *[Fault(ret_code=10001, ret_msg="x")] * 2)
    assert close_out(one, held.how, "P", known).is_flat
    assert held.intended[0].qty == known.qty


def test_getting_flat_ends_when_it_is_told_to(held: Held) -> None:
    one = held.open()
    held.exchange.faults.always(CREATE, Fault(ret_code=110007))
    held.rounds = 3
    found = close_out(one, held.how, "P")
    assert (found.is_flat, found.attempts) == (False, 3)


# --- orphans --------------------------------------------------------------------------------------


def rest(one: BybitBroker, link_id: str, price: str = "60000.0") -> None:
    """Leave a reduce-only limit order beyond the market."""
    order = request(-1, reduce_only=True, link_id=link_id, kind="Limit", price=Decimal(price))
    assert one.send(order).outcome == "accepted"


def leave_orphans(held: Held) -> None:
    """Open and close a position; an own target and somebody's stay behind."""
    one = held.open()
    rest(one, str(link("T")))
    rest(one, "somebody-else")
    one.send(request(-1, reduce_only=True, link_id=str(link("X"))))
    assert one.position().side is None
    assert len(one.orders()) == 2


def test_own_orphans_are_cancelled_one_by_one(held: Held) -> None:
    """C8: the next position does not meet the orders of the last one."""
    leave_orphans(held)
    done = clean_up(held.one, INSTANCE, entry_pending=False)
    assert [(row.link_id, sent.outcome) for row, sent in done] == [(str(link("T")), "accepted")]
    assert [row.link_id for row in held.one.orders()] == ["somebody-else"]
    assert "/v5/order/cancel-all" not in held.exchange.register.counts()


def test_nothing_is_an_orphan_while_an_entry_may_be_under_way(held: Held) -> None:
    leave_orphans(held)
    assert clean_up(held.one, INSTANCE, entry_pending=True) == ()
    limit: dict[str, Any] = {"price": Decimal("40000.0"), "time_in_force": "GTC"}
    held.one.send(request(kind="Limit", link_id=str(link(minute=9)), **limit))
    assert clean_up(held.one, INSTANCE, entry_pending=False) == ()


def test_orders_of_an_open_position_are_no_orphans(held: Held) -> None:
    one = held.open(stop="49000")
    rest(one, str(link("T")))
    assert clean_up(one, INSTANCE, entry_pending=False) == ()
    assert one.position().stop_loss is not None
