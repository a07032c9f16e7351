"""What the loopback exchange refuses, and how orders and levels live on it."""

from collections.abc import Callable
from typing import Any

import pytest

from fakebybit.account import duplicated, lost, reordered
from fakebybit.exchange import LoopbackExchange
from fakebybit.signing import Refusal
from fakebybit.worlds import T0, market

COMMON = {"category": "linear", "symbol": "BTCUSDT"}
BUY = {**COMMON, "side": "Buy", "orderType": "Market", "qty": "0.010"}
SELL = {**BUY, "side": "Sell", "reduceOnly": True}


@pytest.fixture
def exchange() -> LoopbackExchange:
    return LoopbackExchange(market(60), now_ms=T0 + 600_000)


@pytest.fixture
def pushed(exchange: LoopbackExchange) -> list[tuple[str, dict[str, Any]]]:
    seen: list[tuple[str, dict[str, Any]]] = []
    exchange.account._post = lambda topic, message: seen.extend(
        (topic, row) for row in message["data"]
    )
    return seen


@pytest.fixture
def ask(exchange: LoopbackExchange) -> Callable[..., Any]:
    def call(name: str, params: Any = COMMON, **more: Any) -> Any:
        answer = exchange.rest.routes[f"/v5/{name}"]({**params, **more})
        return answer.code if isinstance(answer, Refusal) else answer

    return call


def position(ask: Any) -> dict[str, Any]:
    row: dict[str, Any] = ask("position/list")["list"][0]
    return row


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"category": "spot"}, 10001),
        ({"symbol": "NOPE"}, 10001),
        ({"qty": "1e-3"}, 10001),
        ({"qty": 0.01}, 10001),
        ({"qty": "0.0105"}, 10001),
        ({"qty": "501"}, 10001),
        ({"qty": "100"}, 110007),
        ({"positionIdx": 1}, 10001),
        ({"orderType": "Limit"}, 10001),
        ({"orderType": "Limit", "price": "50000.05"}, 10001),
        ({"orderType": "Limit", "price": "100.0"}, 110094),
        ({"reduceOnly": True}, 110017),
        ({"stopLoss": "60000"}, 10001),
        ({"takeProfit": "40000"}, 10001),
        ({"triggerPrice": "60000"}, 10001),
    ],
)
def test_orders_that_are_refused(ask: Any, change: dict[str, Any], code: int) -> None:
    assert ask("order/create", BUY, **change) == code
    assert position(ask)["size"] == "0"


def test_an_id_is_taken_once_and_for_ever(ask: Any) -> None:
    ask("order/create", BUY, orderLinkId="one")
    ask("order/create", SELL, orderLinkId="two")
    assert ask("order/create", BUY, orderLinkId="one") == 110072


def test_a_market_order_fills_at_once_and_is_told(
    ask: Any, pushed: list[tuple[str, dict[str, Any]]]
) -> None:
    ask("order/create", BUY, orderLinkId="one", stopLoss="49000", takeProfit="52000")
    row = position(ask)
    assert (row["side"], row["size"], row["stopLoss"]) == ("Buy", "0.01", "49000")
    topics = [topic for topic, _ in pushed]
    assert topics.index("order") < topics.index("execution") < topics.index("position")
    assert topics[-1] == "wallet"
    children = [one for one in ask("order/realtime")["list"] if one["parentOrderLinkId"] == "one"]
    assert {one["stopOrderType"] for one in children} == {"StopLoss", "TakeProfit"}


def test_levels_are_set_and_removed_and_vanish_with_the_position(ask: Any) -> None:
    levels = {"tpslMode": "Full", "positionIdx": 0}
    assert ask("position/trading-stop", stopLoss="49000", **levels) == 10001  # no position
    ask("order/create", BUY, orderLinkId="one")
    assert ask("position/trading-stop", stopLoss="49000") == 10001  # no mode
    assert ask("position/trading-stop", stopLoss="60000", **levels) == 10001  # wrong side
    assert ask("position/trading-stop", stopLoss="49000", **levels) == {}
    assert ask("position/trading-stop", stopLoss="49000", **levels) == 34040
    assert position(ask)["stopLoss"] == "49000"
    assert ask("position/trading-stop", stopLoss="0", **levels) == {}
    assert position(ask)["stopLoss"] == ""
    ask("position/trading-stop", stopLoss="49000", **levels)
    ask("order/create", SELL)
    assert ask("order/realtime")["list"] == []


def test_a_stop_acts_in_the_minute_that_reaches_it(exchange: LoopbackExchange, ask: Any) -> None:
    venue = exchange.account.venues["BTCUSDT"]
    assert venue.bar is not None
    ask("order/create", BUY, stopLoss="49990.0")
    venue.bar["low"] = 49_980.0
    venue.release()
    assert position(ask)["size"] == "0"
    assert venue.executions[-1].order.stop_order_type == "StopLoss"
    assert ask("position/closed-pnl")["list"][0]["closedSize"] == "0.01"


def test_shares_fill_in_part_and_cancel_the_rest(exchange: LoopbackExchange, ask: Any) -> None:
    exchange.account.venues["BTCUSDT"].shares.extend([0.5, 0.25])
    ask("order/create", BUY, orderLinkId="one", stopLoss="49000")
    row = ask("order/history", orderLinkId="one")["list"][0]
    assert (row["orderStatus"], row["cumExecQty"]) == ("Cancelled", "0.005")
    ask("order/create", SELL, orderLinkId="two", qty="0.004")
    assert position(ask)["size"] == "0.004"


def test_an_order_of_the_other_side_is_netted(ask: Any) -> None:
    ask("order/create", BUY)
    ask("order/create", BUY, side="Sell", qty="0.030")
    row = position(ask)
    assert (row["side"], row["size"]) == ("Sell", "0.02")


def test_reducing_more_than_there_is_closes(ask: Any) -> None:
    ask("order/create", BUY)
    ask("order/create", SELL, qty="0.500", orderLinkId="big")
    assert position(ask)["size"] == "0"
    assert ask("order/history", orderLinkId="big")["list"][0]["orderStatus"] == "Cancelled"


def test_resting_orders_are_amended_and_cancelled(ask: Any) -> None:
    limit = {**BUY, "orderType": "Limit", "price": "40000.0", "orderLinkId": "one"}
    ask("order/create", limit)
    ask("order/amend", orderLinkId="one", price="41000.0")
    assert ask("order/realtime")["list"][0]["price"] == "41000.0"
    ask("order/cancel", orderLinkId="one")
    assert ask("order/realtime")["list"] == []
    assert ask("order/cancel", orderLinkId="one") == 110001
    found = ask("order/realtime", orderLinkId="one", openOnly=1)["list"]
    assert [one["orderStatus"] for one in found] == ["Cancelled"]


def test_cancelling_all_takes_the_stops_unless_told_not_to(ask: Any) -> None:
    ask("order/create", BUY, stopLoss="49000")
    ask("order/cancel-all", orderFilter="Order")
    assert position(ask)["stopLoss"] == "49000"
    ask("order/cancel-all")
    assert position(ask)["stopLoss"] == ""


def test_modes(ask: Any) -> None:
    assert ask("position/switch-mode", mode=0) == 110025
    assert ask("position/set-leverage", buyLeverage="3", sellLeverage="3") == {}
    assert ask("position/set-leverage", buyLeverage="3", sellLeverage="3") == 110043
    assert ask("position/set-leverage", buyLeverage="3", sellLeverage="4") == 10001
    assert ask("position/set-leverage", buyLeverage="101", sellLeverage="101") == 110013
    assert position(ask)["leverage"] == "3"
    ask("order/create", BUY)
    assert ask("position/switch-mode", mode=3) == 110024
    assert ask("account/info")["marginMode"] == "ISOLATED_MARGIN"
    assert ask("account/fee-rate") == 10032


@pytest.mark.parametrize("mangle", [duplicated, reordered, lost("execution")])
def test_pushes_can_be_harmed(
    exchange: LoopbackExchange, ask: Any, pushed: list[Any], mangle: Any
) -> None:
    exchange.account.mangle = mangle
    ask("order/create", BUY)
    topics = [topic for topic, _ in pushed]
    count = {duplicated: 2, reordered: 1}.get(mangle, 0)
    assert topics.count("execution") == count
    assert (topics[0] == "wallet") == (mangle is reordered)
