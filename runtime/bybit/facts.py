"""What a start has to know of a key and its account, and the dead-man switch of the exchange."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from tradec.runtime.bybit.client import Client
from tradec.runtime.bybit.endpoints import ACCOUNT_INFO, DCP_INFO, DCP_SET, FEE_RATE, KEY_INFO
from tradec.runtime.bybit.errors import RefusedError
from tradec.runtime.bybit.market import CATEGORY
from tradec.runtime.live.protocols import AccountFacts

DCP_PRODUCT = "DERIVATIVES"
DCP_SECONDS = (3, 300)


def read_facts(client: Client, symbol: str) -> AccountFacts:
    """Return what `query-api`, `account/info` and `fee-rate` say; demo tells no fees."""
    key = client.call(KEY_INFO).result
    permissions = key.get("permissions") or {}
    trades = bool(permissions.get("ContractTrade") or permissions.get("Derivatives"))
    taker, maker = _fees(client, symbol)
    return AccountFacts(
        uid=str(key.get("userID", "")),
        can_trade=trades and not int(key.get("readOnly") or 0),
        can_withdraw="Withdraw" in (permissions.get("Wallet") or ()),
        expires_ms=_expiry_ms(str(key.get("expiredAt") or "")),
        margin_mode=str(client.call(ACCOUNT_INFO).result.get("marginMode", "")),
        taker_fee=taker,
        maker_fee=maker,
    )


def arm_dcp(client: Client, seconds: int) -> Literal["ARMED", "UNAVAILABLE"]:
    """Ask for the cancelling of orders on disconnection, and return what the exchange says of it.

    It cancels orders, never positions, and needs a live socket subscribed to `dcp.future`. Without
    a product it would concern options. Source: bybit.md 6.4, rulings C13.
    """
    low, high = DCP_SECONDS
    if not low <= seconds <= high:
        raise ValueError(f"a dead-man window is {low} to {high} seconds, received {seconds}")
    try:
        client.call(DCP_SET, timeWindow=seconds, product=DCP_PRODUCT)
        told = client.call(DCP_INFO).result.get("dcpInfos") or ()
    except RefusedError as error:
        if error.row.meaning == "fatal":
            raise
        return "UNAVAILABLE"
    armed = any(
        row.get("product") == DCP_PRODUCT
        and row.get("dcpStatus") == "ON"
        and str(row.get("timeWindow")) == str(seconds)
        for row in told
    )
    return "ARMED" if armed else "UNAVAILABLE"


def _fees(client: Client, symbol: str) -> tuple[Decimal | None, Decimal | None]:
    try:
        rows: Any = client.call(FEE_RATE, category=CATEGORY, symbol=symbol).result.get("list")
    except RefusedError as error:
        if error.row.meaning != "unavailable":
            raise
        return None, None
    for row in rows or ():
        if row.get("symbol") == symbol:
            return Decimal(row["takerFeeRate"]), Decimal(row["makerFeeRate"])
    return None, None


def _expiry_ms(text: str) -> int | None:
    """Return when a key ends, None for one that does not."""
    if not text:
        return None
    ts = int(datetime.fromisoformat(text).timestamp() * 1000.0)
    return ts if ts > 0 else None
