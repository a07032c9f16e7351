"""The broker against the loopback exchange: outcomes, repeats, facts, and what messages say."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fakebybit.exchange import LoopbackExchange
from fakebybit.faults import Fault
from fakebybit.trader import SYMBOL, broker, link, request
from fakebybit.worlds import T0, market
from tradec.runtime.bybit.broker import BybitBroker
from tradec.runtime.bybit.errors import RefusedError
from tradec.runtime.live.protocols import (
    Execution,
    Frame,
    OrderRow,
    PositionRow,
    Protection,
    WalletRow,
)

CREATE, STOP = "/v5/order/create", "/v5/position/trading-stop"
LOST = Fault(reset=True, applied=False)
UNANSWERED = Fault(reset=True)


@pytest.fixture
def exchange() -> Iterator[LoopbackExchange]:
    with LoopbackExchange(market(60), now_ms=T0 + 600_000) as running:
        yield running


@pytest.fixture
def one(exchange: LoopbackExchange) -> BybitBroker:
    return broker(exchange)[0]


def fills(exchange: LoopbackExchange) -> int:
    return len(exchange.account.venues[SYMBOL].executions)


# --- orders ---------------------------------------------------------------------------------------


def test_an_order_arrives_as_it_was_meant(exchange: LoopbackExchange, one: BybitBroker) -> None:
    sent = one.send(request(stop="49000", target="52000"))
    assert (sent.outcome, sent.is_repeat) == ("accepted", False)
    asked = exchange.register.of(CREATE)[0].params
    assert asked == {
        "category": "linear",
        "symbol": SYMBOL,
        "side": "Buy",
        "orderType": "Market",
        "qty": "0.010",
        "timeInForce": "IOC",
        "positionIdx": 0,
        "orderLinkId": str(link()),
        "reduceOnly": False,
        "tpslMode": "Full",
        "stopLoss": "49000",
        "slTriggerBy": "LastPrice",
        "slOrderType": "Market",
        "takeProfit": "52000",
        "tpTriggerBy": "LastPrice",
        "tpOrderType": "Market",
    }
    position = one.position()
    assert (position.side, position.qty) == ("Buy", Decimal("0.01"))
    assert (position.stop_loss, position.take_profit) == (Decimal(49000), Decimal(52000))


def test_small_numbers_go_out_without_an_exponent(
    exchange: LoopbackExchange, one: BybitBroker
) -> None:
    """T14."""
    one.send(request(qty="1E-5", kind="Limit", price=Decimal("1E-7"), time_in_force="GTC"))
    asked = exchange.register.of(CREATE)[0].params
    assert (asked["qty"], asked["price"]) == ("0.00001", "0.0000001")


def test_a_stop_entry_waits_for_its_trigger(exchange: LoopbackExchange, one: BybitBroker) -> None:
    one.send(request(trigger_price=Decimal("60000.0")))
    (row,) = one.orders()
    assert (row.trigger_price, row.status) == (Decimal("60000.0"), "working")
    assert exchange.register.of(CREATE)[0].params["triggerDirection"] == 1
    assert one.cancel(link_id=str(link())).outcome == "accepted"
    assert one.orders() == ()
    again = one.cancel(link_id=str(link()))
    assert (again.outcome, again.is_repeat) == ("accepted", True)


def test_an_order_is_amended(one: BybitBroker) -> None:
    one.send(request(kind="Limit", price=Decimal("40000.0"), time_in_force="GTC"))
    one.amend(link_id=str(link()), qty=None, price=Decimal("41000.0"))
    assert one.orders()[0].price == Decimal("41000.0")


@pytest.mark.parametrize("fault", [LOST, UNANSWERED, Fault(ret_code=10016), Fault(status=502)])
def test_an_answer_that_does_not_come_is_looked_up(
    exchange: LoopbackExchange, one: BybitBroker, fault: Fault
) -> None:
    exchange.faults.add(CREATE, fault)
    sent = one.send(request())
    assert sent.outcome == ("accepted" if fault is UNANSWERED else "unknown")
    assert len(exchange.register.of(CREATE)) == 1, "an entry is never sent again by the broker"
    assert fills(exchange) == (fault is UNANSWERED)
    sent = one.send(request())
    assert (sent.outcome, sent.is_repeat) == ("accepted", fault is UNANSWERED)
    assert fills(exchange) == 1


def test_a_reducing_order_is_sent_again_under_its_id(
    exchange: LoopbackExchange, one: BybitBroker
) -> None:
    one.send(request())
    exchange.faults.add(CREATE, LOST)
    close = request(-1, reduce_only=True, link_id=str(link("X")))
    assert one.send(close).outcome == "accepted"
    ids = [seen.params["orderLinkId"] for seen in exchange.register.of(CREATE)]
    assert ids[1:] == [str(link("X"))] * 2
    assert one.position().qty == 0


def test_an_id_of_another_order_is_a_collision(
    exchange: LoopbackExchange, one: BybitBroker
) -> None:
    one.send(request())
    sent = one.send(request(qty="0.020"))
    assert (sent.outcome, sent.meaning) == ("refused", "id_collision")
    assert fills(exchange) == 1


def test_a_duplicate_that_no_list_shows_stays_unknown(
    exchange: LoopbackExchange, one: BybitBroker
) -> None:
    exchange.faults.add(CREATE, Fault(ret_code=110072))
    sent = one.send(request())
    assert (sent.outcome, sent.meaning) == ("unknown", "duplicate_link")


def test_too_fast_is_waited_for_and_sent_under_the_same_id(
    exchange: LoopbackExchange, one: BybitBroker
) -> None:
    """H10, T13: also with a reset time in the past."""
    past = {"X-Bapi-Limit-Reset-Timestamp": str(T0)}
    exchange.faults.add(CREATE, *(Fault(ret_code=10006, headers=past) for _ in range(3)))
    assert one.send(request()).outcome == "accepted"
    assert len({seen.params["orderLinkId"] for seen in exchange.register.of(CREATE)}) == 1
    assert fills(exchange) == 1


def test_a_storm_of_too_fast_ends_in_unknown(exchange: LoopbackExchange, one: BybitBroker) -> None:
    exchange.faults.always(CREATE, Fault(ret_code=10006))
    assert one.send(request()).outcome == "unknown"
    exchange.faults.always(CREATE, None)
    assert one.send(request()).outcome == "accepted"


def test_an_order_that_is_being_processed_is_asked_for_once_more(
    exchange: LoopbackExchange, one: BybitBroker
) -> None:
    one.send(request(kind="Limit", price=Decimal("40000.0"), time_in_force="GTC"))
    exchange.faults.add("/v5/order/cancel", Fault(ret_code=110079))
    assert one.cancel(link_id=str(link())).outcome == "accepted"
    assert one.orders() == ()


@pytest.mark.parametrize(
    ("code", "text", "outcome", "meaning"),
    [
        (110007, "", "refused", "funds"),
        (110017, "", "flat", "no_position"),
        (110092, "", "crossed", "stop_crossed"),
        (10001, "StopLoss:1 set for Buy position should lower than base_price:9", "crossed", None),
        (10001, "can not set tp/sl/ts for zero position", "flat", "no_position"),
        (10001, "params error", "refused", "parameter"),
        (110094, "", "refused", "too_small"),
        (110124, "", "refused", "cooling_off"),
        (987654, "", "refused", "unknown"),
    ],
)
def test_codes_are_outcomes(
    exchange: LoopbackExchange,
    one: BybitBroker,
    code: int,
    text: str,
    outcome: str,
    meaning: str | None,
) -> None:
    exchange.faults.add(CREATE, Fault(ret_code=code, ret_msg=text))
    sent = one.send(request())
    assert (sent.outcome, sent.ret_code) == (outcome, code)
    assert meaning in {None, sent.meaning}


def test_a_fatal_code_is_raised(exchange: LoopbackExchange, one: BybitBroker) -> None:
    exchange.faults.add(CREATE, Fault(ret_code=10005))
    with pytest.raises(RefusedError):
        one.send(request())


def test_an_address_that_is_refused_still_reduces(
    exchange: LoopbackExchange, one: BybitBroker
) -> None:
    """C1: after a 403 entries stop, what reduces is still tried, once in five seconds."""
    one.send(request())
    exchange.faults.add("/v5/order/realtime", Fault(status=403))
    with pytest.raises(Exception, match="403"):
        one.orders()
    sent = one.send(request(link_id=str(link(minute=1))))
    assert (sent.outcome, sent.meaning) == ("refused", "forbidden")
    close = request(-1, qty="0.004", reduce_only=True, link_id=str(link("X")))
    assert one.send(close).outcome == "accepted"
    soon = replace(close, link_id=str(link("X", 1)))
    assert one.send(soon).meaning == "forbidden"
    one._sleep(5.0)
    assert one.send(soon).outcome == "accepted"


# --- levels ---------------------------------------------------------------------------------------


def test_levels(exchange: LoopbackExchange, one: BybitBroker) -> None:
    levels = Protection(symbol=SYMBOL, stop_loss=Decimal("49000.0"))
    assert one.protect(levels).outcome == "flat"
    one.send(request())
    assert one.protect(levels).outcome == "accepted"
    again = one.protect(levels)
    assert (again.outcome, again.is_repeat) == ("accepted", True)
    beyond = Protection(symbol=SYMBOL, stop_loss=Decimal("60000.0"))
    assert one.protect(beyond).outcome == "crossed"
    assert one.position().stop_loss == Decimal(49000)
    asked = exchange.register.of(STOP)[0].params
    assert (asked["tpslMode"], asked["positionIdx"], asked["slOrderType"]) == ("Full", 0, "Market")
    assert one.protect(Protection(symbol=SYMBOL, stop_loss=Decimal(0))).outcome == "accepted"
    assert one.position().stop_loss is None


def test_levels_without_an_answer_are_set_again(
    exchange: LoopbackExchange, one: BybitBroker
) -> None:
    one.send(request())
    exchange.faults.add(STOP, UNANSWERED)
    sent = one.protect(Protection(symbol=SYMBOL, stop_loss=Decimal("49000.0")))
    assert (sent.outcome, sent.is_repeat) == ("accepted", True)


# --- facts ----------------------------------------------------------------------------------------


def test_facts(exchange: LoopbackExchange, one: BybitBroker) -> None:
    told = one.facts()
    assert (told.uid, told.can_trade, told.can_withdraw) == ("24617703", True, False)
    assert (told.margin_mode, told.taker_fee) == ("ISOLATED_MARGIN", None)
    assert told.expires_ms == 1_893_456_000_000
    exchange.account.is_demo = False
    exchange.account.read_only = True
    exchange.account.key = {"permissions": {"Wallet": ["Withdraw"]}, "expiredAt": ""}
    told = one.facts()
    assert (told.can_trade, told.can_withdraw, told.expires_ms) == (False, True, None)
    assert (told.taker_fee, told.maker_fee) == (Decimal("0.00055"), Decimal("0.0002"))


def test_modes(exchange: LoopbackExchange, one: BybitBroker) -> None:
    """H12, G4: the leverage that goes out is the one that was asked for."""
    assert one.set_one_way().is_repeat
    assert one.set_leverage(Decimal(3)).outcome == "accepted"
    assert one.set_leverage(Decimal("3.0")).is_repeat
    asked = exchange.register.of("/v5/position/set-leverage")[0].params
    assert (asked["buyLeverage"], asked["sellLeverage"]) == ("3", "3")
    assert one.position().leverage == 3
    exchange.account.is_one_way = False
    assert one.position().is_hedged
    assert one.set_one_way().outcome == "accepted"


def test_the_wallet_is_the_settle_coin(exchange: LoopbackExchange, one: BybitBroker) -> None:
    """B1: also of an account that never traded, and with empty totals."""
    wallet = one.wallet()
    assert (wallet.coin, wallet.equity, wallet.available) == ("USDT", *[Decimal(10_000)] * 2)
    one.send(request())
    wallet = one.wallet()
    assert wallet.balance < 10_000
    assert wallet.available is not None
    assert wallet.available < wallet.balance
    exchange.faults.add(
        "/v5/account/wallet-balance", Fault(change=lambda _: {"list": [{"coin": []}]})
    )
    assert one.wallet().equity == 0


def test_executions_are_read_by_pages_in_order(
    exchange: LoopbackExchange, one: BybitBroker
) -> None:
    exchange.account.venues[SYMBOL].shares.extend([0.5] * 3)
    for minute in range(3):
        one.send(request(link_id=str(link(minute=minute))))
        exchange.release()
    found = one.executions(T0)
    assert [one.ts for one in found] == sorted(one.ts for one in found)
    assert len(found) == 3
    assert {one.qty for one in found} == {Decimal("0.005")}
    assert one.executions(found[-1].ts)[0] == found[-1]


def test_open_orders_are_read_over_every_page(one: BybitBroker) -> None:
    for minute in range(53):
        limit: dict[str, Any] = {"kind": "Limit", "time_in_force": "GTC"}
        limit["price"] = Decimal("40000.0")
        one.send(request(qty="0.001", link_id=str(link(minute=minute)), **limit))
    assert len(one.orders()) == 53


# --- messages -------------------------------------------------------------------------------------


def told(exchange: LoopbackExchange, one: BybitBroker, act: Any) -> list[Any]:
    """Return what the broker reads from the messages of what happens in `act`."""
    frames: list[str] = []

    def post(topic: str, message: dict[str, Any]) -> None:
        frames.append(json.dumps({"topic": topic, **message}))

    exchange.account._post = post
    act()
    return [row for text in frames for row in one.read(Frame("private", 1, 0.0, text))]


def test_messages_are_read(exchange: LoopbackExchange, one: BybitBroker) -> None:
    rows = told(exchange, one, lambda: one.send(request(stop="49000")))
    kinds = {type(row) for row in rows}
    assert kinds == {OrderRow, Execution, PositionRow, WalletRow}
    position = next(row for row in rows if isinstance(row, PositionRow))
    fill = next(row for row in rows if isinstance(row, Execution))
    assert position.entry_price == fill.price
    child = next(row for row in rows if isinstance(row, OrderRow) and row.stop_kind == "StopLoss")
    assert (child.parent_link_id, child.link_id) == (str(link()), "")


def test_older_positions_are_dropped(exchange: LoopbackExchange, one: BybitBroker) -> None:
    exchange.account.mangle = lambda batch: batch[::-1]
    rows = told(exchange, one, lambda: (one.send(request()), one.position()))
    seqs = [row.seq for row in rows if isinstance(row, PositionRow)]
    assert seqs == sorted(seqs)


@pytest.mark.parametrize(
    "text",
    [
        '{"op": "pong"}',
        "[]",
        '{"topic": "greeks", "data": [{"symbol": "BTCUSDT"}]}',
        '{"topic": "order", "data": [{"symbol": "ETHUSDT"}]}',
        '{"topic": "wallet", "data": [{"coin": []}]}',
    ],
)
def test_what_says_nothing_of_us_is_nothing(one: BybitBroker, text: str) -> None:
    assert list(one.read(Frame("private", 1, 0.0, text))) == []
