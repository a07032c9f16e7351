"""What the loopback exchange tells has the fields of recorded answers and messages."""

import json
from typing import Any, cast

import pytest

from fakebybit.exchange import LoopbackExchange
from fakebybit.worlds import T0, market
from shared import need_shared

NOT_TOLD = {
    "feeCurrency",  # of orders that are paid in another coin
    "rpiTakerAccess",
    "rpiMatchedQty",
    "slippageToleranceType",
    "slippageTolerance",
    "extraFees",
    "mmrSysUpdateTime",  # the topic and the answer spell it differently
    "availableToBorrow",
    "spotHedgingQty",
    "spotBorrow",
    "accruedInterest",
    "totalInitialMarginByMp",
    "totalMaintenanceMarginByMp",
    "accountIMRateByMp",
    "accountMMRateByMp",
}


def recorded(name: str) -> dict[str, Any]:
    whole = json.loads(need_shared("payloads", f"{name}.json").read_text())
    row: dict[str, Any] = (whole.get("result", {}).get("list") or whole.get("data"))[0]
    return row


def lacking(row: dict[str, Any], told: dict[str, Any]) -> set[str]:
    """Return the fields, by dotted name, that a row has and what is told has not."""
    missing = set(row) - set(told) - NOT_TOLD
    for name, value in row.items():
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict) and name in told and name == "coin":
            missing |= {f"{name}.{one}" for one in lacking(inner, told[name][0])}
    return missing


@pytest.fixture(scope="module")
def told() -> dict[str, dict[str, Any]]:
    """Return one row of everything, from a position that was opened and closed again."""
    exchange = LoopbackExchange(market(30), now_ms=T0 + 600_000)
    account, rest = exchange.account, cast("dict[str, Any]", exchange.rest.routes)
    pushed: dict[str, dict[str, Any]] = {}

    def post(topic: str, message: dict[str, Any]) -> None:
        pushed.setdefault(topic, message["data"][0])

    account._post = post
    common = {"category": "linear", "symbol": "BTCUSDT"}
    order = {"orderType": "Market", "qty": "0.010"}
    rest["/v5/order/create"]({**common, **order, "side": "Buy", "stopLoss": "40000"})
    opened = rest["/v5/order/realtime"](common)
    rest["/v5/order/create"]({**common, **order, "side": "Sell", "reduceOnly": True})
    account.is_demo = False
    names = (
        "order/history", "execution/list", "position/list", "position/closed-pnl",
        "account/transaction-log", "account/wallet-balance", "account/fee-rate",
    )  # fmt: skip
    rows = {name: rest[f"/v5/{name}"](common)["list"][0] for name in names}
    return {**rows, **pushed, "order/realtime": opened["list"][0]}


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("order/realtime", "order_open-order.0"),
        ("order/history", "order_order-list.0"),
        ("execution/list", "order_execution.0"),
        ("position/list", "position_position.0"),
        ("position/closed-pnl", "position_close-pnl.0"),
        ("account/transaction-log", "account_transaction-log.0"),
        ("account/wallet-balance", "account_wallet-balance.0"),
        ("account/fee-rate", "account_fee-rate.0"),
        ("order", "websocket_private_order.1"),
        ("execution", "websocket_private_execution.1"),
        ("position", "websocket_private_position.1"),
        ("wallet", "websocket_private_wallet.1"),
    ],
)
def test_fields(told: dict[str, dict[str, Any]], name: str, payload: str) -> None:
    assert lacking(recorded(payload), told[name]) - {f"coin.{one}" for one in NOT_TOLD} == set()
