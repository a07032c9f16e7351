"""What an account earned and moved, and the dead-man switch of the exchange."""

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest

from fakebybit.exchange import LoopbackExchange
from fakebybit.trader import SYMBOL, broker, link, request
from fakebybit.worlds import HOUR_MS, T0, market
from tradec.runtime.bybit.facts import arm_dcp
from tradec.runtime.bybit.history import closings, earned, transfers


@pytest.fixture
def exchange() -> Iterator[LoopbackExchange]:
    place = market(200)
    place.funding = np.array([[T0 + HOUR_MS, 1e-4]])
    with LoopbackExchange(place, now_ms=T0 + 58 * 60_000) as running:
        yield running


def test_profit_and_funding_of_a_span(exchange: LoopbackExchange) -> None:
    one, _ = broker(exchange)
    one.send(request())
    for _ in range(4):
        exchange.release()
    one.send(request(-1, reduce_only=True, link_id=str(link("X"))))
    now = exchange.clock.now_ms()
    found = earned(one.client, SYMBOL, T0, now)
    assert found.closings == 1
    assert found.funding < 0
    assert float(found.net) == pytest.approx(exchange.account.purse.cash - 10_000.0)


def test_closings_are_read_over_every_page(exchange: LoopbackExchange) -> None:
    one, _ = broker(exchange)
    for number in range(0, 210, 2):
        one.send(request(qty="0.001", link_id=str(link(minute=number))))
        close = str(link("X", number + 1))
        one.send(request(-1, qty="0.001", reduce_only=True, link_id=close))
    rows = list(closings(one.client, SYMBOL, T0, exchange.clock.now_ms()))
    assert len({row["orderId"] for row in rows}) == 105


def test_transfers_are_no_profit(exchange: LoopbackExchange) -> None:
    one, _ = broker(exchange)
    exchange.account.transfer(500.0)
    exchange.account.transfer(-120.5)
    now = exchange.clock.now_ms()
    assert transfers(one.client, "USDT", T0, now) == Decimal("379.5")
    assert transfers(one.client, "USDC", T0, now) == 0
    assert earned(one.client, None, T0, now).net == 0


@pytest.mark.parametrize(
    ("status", "window", "told"),
    [("ON", "10", "ARMED"), ("OFF", "10", "UNAVAILABLE"), ("ON", "30", "UNAVAILABLE")],
)
def test_dcp_is_armed_for_derivatives_and_read_back(
    exchange: LoopbackExchange, status: str, window: str, told: str
) -> None:
    """N4: with a product, and within the window that Bybit admits."""
    one, _ = broker(exchange)
    row = {"product": "DERIVATIVES", "dcpStatus": status, "timeWindow": window}
    routes = exchange.rest.routes
    routes["/v5/order/disconnected-cancel-all"] = lambda _: {}
    routes["/v5/account/query-dcp-info"] = lambda _: {"dcpInfos": [row]}
    assert arm_dcp(one.client, 10) == told
    asked = exchange.register.of("/v5/order/disconnected-cancel-all")[0].params
    assert asked == {"timeWindow": 10, "product": "DERIVATIVES"}


def test_dcp_is_unavailable_where_it_is_not_offered(exchange: LoopbackExchange) -> None:
    one, _ = broker(exchange)
    assert arm_dcp(one.client, 10) == "UNAVAILABLE"
    with pytest.raises(ValueError, match="3 to 300"):
        arm_dcp(one.client, 1)
