"""What a start sets on the account, and what it only compares."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from fakebybit.desk_cases import CASES
from fakebybit.exchange import LoopbackExchange
from fakebybit.faults import Fault
from fakebybit.path import instrument_of
from fakebybit.trader import INSTANCE, SYMBOL, broker, request
from fakebybit.worlds import T0, market
from tradec.runtime.bybit.broker import BybitBroker
from tradec.runtime.bybit.opening import Deployed, open_desk, prepare
from tradec.runtime.bybit.tickets import Hooks

ISOLATED, LEVERAGE = "ISOLATED_MARGIN", "/v5/position/set-leverage"


@pytest.fixture
def exchange() -> Iterator[LoopbackExchange]:
    with LoopbackExchange(market(60), now_ms=T0 + 600_000) as running:
        yield running


@pytest.fixture
def one(exchange: LoopbackExchange) -> BybitBroker:
    return broker(exchange)[0]


def codes(one: BybitBroker, leverage: str = "3", mode: str = ISOLATED) -> list[str]:
    return [found.code for found in prepare(one, one.facts(), Decimal(leverage), mode)]


def test_leverage_and_mode_are_set_when_flat(exchange: LoopbackExchange, one: BybitBroker) -> None:
    exchange.account.is_one_way = False
    assert codes(one) == []
    assert exchange.account.is_one_way
    assert exchange.account.venues[SYMBOL].leverage == 3.0
    sent = exchange.register.of(LEVERAGE)
    assert [seen.params["buyLeverage"] for seen in sent] == ["3"]


def test_nothing_is_sent_where_it_is_so(exchange: LoopbackExchange, one: BybitBroker) -> None:
    assert codes(one, "1") == []
    assert exchange.register.of(LEVERAGE) == []


def test_nothing_is_set_beside_a_position(exchange: LoopbackExchange, one: BybitBroker) -> None:
    """C5: compared alone, and told."""
    one.send(request())
    assert codes(one) == ["LEVERAGE"]
    assert exchange.register.of(LEVERAGE) == []


def test_a_leverage_that_is_not_taken_is_told(exchange: LoopbackExchange, one: BybitBroker) -> None:
    exchange.faults.always(LEVERAGE, Fault(ret_code=110013))
    assert codes(one) == ["LEVERAGE"]


def test_the_margin_mode_of_the_account_is_never_changed(
    exchange: LoopbackExchange, one: BybitBroker
) -> None:
    assert codes(one, mode="REGULAR_MARGIN") == ["MARGIN_MODE"]
    assert "/v5/account/set-margin-mode" not in exchange.register.counts()


@pytest.mark.parametrize(
    ("key", "read_only", "code"),
    [
        ({"permissions": {}}, False, "CANNOT_TRADE"),
        ({}, True, "CANNOT_TRADE"),
        (
            {"permissions": {"ContractTrade": ["Order"], "Wallet": ["Withdraw"]}},
            False,
            "CAN_WITHDRAW",
        ),
    ],
)
def test_a_key_has_the_rights_it_needs_and_no_more(
    exchange: LoopbackExchange, one: BybitBroker, key: Any, *, read_only: bool, code: str
) -> None:
    facts = one.facts()
    exchange.account.key, exchange.account.read_only = key, read_only
    leverage = Decimal(1)
    assert [found.code for found in prepare(one, one.facts(), leverage, ISOLATED)] == [code]
    assert prepare(one, facts, leverage, ISOLATED) == ()


def test_a_desk_has_the_ids_of_its_deployment(exchange: LoopbackExchange, one: BybitBroker) -> None:
    what = Deployed(
        mode="demo",
        play="a_play",
        symbol=SYMBOL,
        rules=CASES["market"],
        instrument=instrument_of(exchange.markets[SYMBOL]),
        exec_tf="15m",
    )
    hooks = Hooks(admits=lambda _: "", tell=lambda *_, **__: None)
    desk = open_desk(one, what, one.facts().uid, hooks, lambda _: None, lambda _: None)
    assert desk.how.instance == INSTANCE
    assert (desk.how.most, desk.tick) == (Decimal("500.0"), Decimal("0.10"))
