"""Rows of answers and private messages as records of the session; one reader for both spellings.

A number that is absent arrives as an empty string: it is None here, never 0 by mistake. A row that
lacks what it must have is a BadAnswerError.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from tradec.runtime.bybit.errors import BadAnswerError
from tradec.runtime.live.protocols import (
    Execution,
    OrderRow,
    OrderStatus,
    PositionRow,
    Side,
    WalletRow,
)

Raw = Mapping[str, Any]

STATUSES: Mapping[str, OrderStatus] = MappingProxyType(
    {
        "Created": "working",
        "New": "working",
        "PartiallyFilled": "working",
        "Untriggered": "working",
        "Triggered": "working",
        "Active": "working",
        "Filled": "filled",
        "Cancelled": "cancelled",
        "PartiallyFilledCanceled": "cancelled",
        "Deactivated": "cancelled",
        "Rejected": "rejected",
    }
)

NO_KIND = frozenset({"UNKNOWN", "None"})
"""How Bybit writes that an order is no stop."""


def order_of(row: Raw) -> OrderRow:
    """Return an order of `order/realtime`, `order/history` or the topic `order`."""
    status = STATUSES.get(str(row.get("orderStatus")))
    if status is None:
        raise _bad("order", row, "orderStatus")
    return OrderRow(
        order_id=_text(row, "orderId"),
        link_id=_text(row, "orderLinkId"),
        parent_link_id=_text(row, "parentOrderLinkId"),
        symbol=_text(row, "symbol"),
        side=_side(row),
        status=status,
        qty=_need(row, "qty"),
        filled=_number(row, "cumExecQty") or Decimal(0),
        price=_positive(row, "price"),
        trigger_price=_positive(row, "triggerPrice"),
        reduce_only=row.get("reduceOnly") is True,
        stop_kind=_kind(row, "stopOrderType"),
        cancel_kind=_kind(row, "cancelType"),
        reject_reason=_text(row, "rejectReason").removesuffix("EC_NoError"),
        created_ms=_ms(row, "createdTime"),
        updated_ms=_ms(row, "updatedTime"),
    )


def execution_of(row: Raw) -> Execution:
    """Return an execution of `execution/list` or the topic `execution`."""
    return Execution(
        exec_id=_text(row, "execId"),
        order_id=_text(row, "orderId"),
        link_id=_text(row, "orderLinkId"),
        symbol=_text(row, "symbol"),
        side=_side(row),
        kind=_text(row, "execType"),
        price=_need(row, "execPrice"),
        qty=_need(row, "execQty"),
        closed=_number(row, "closedSize") or Decimal(0),
        fee=_number(row, "execFee") or Decimal(0),
        is_maker=row.get("isMaker") is True,
        stop_kind=_kind(row, "stopOrderType"),
        ts=_ms(row, "execTime"),
        seq=_whole(row, "seq"),
    )


def position_of(row: Raw, *, is_hedged: bool = False) -> PositionRow:
    """Return a position; the average price has one name in answers and another in messages."""
    qty = _need(row, "size")
    entry = _positive(row, "avgPrice") or _positive(row, "entryPrice")
    return PositionRow(
        symbol=_text(row, "symbol"),
        side=_side(row) if qty else None,
        qty=qty,
        entry_price=entry if qty else None,
        stop_loss=_positive(row, "stopLoss"),
        take_profit=_positive(row, "takeProfit"),
        liquidation_price=_positive(row, "liqPrice"),
        leverage=_number(row, "leverage") or Decimal(0),
        is_hedged=is_hedged or _whole(row, "positionIdx") != 0,
        is_reduce_only=row.get("isReduceOnly") is True,
        seq=_whole(row, "seq"),
        updated_ms=_ms(row, "updatedTime"),
    )


def wallet_of(row: Raw, coin: str, ts: int) -> WalletRow | None:
    """Return one coin of a wallet, None where the account has never held it.

    Isolated margin leaves the totals empty; what is free is the balance less what is locked.
    """
    for one in row.get("coin") or ():
        if one.get("coin") != coin:
            continue
        balance = _need(one, "walletBalance")
        locked = [_number(one, name) for name in ("totalPositionIM", "totalOrderIM")]
        known = [part for part in locked if part is not None]
        return WalletRow(
            coin=coin,
            equity=_need(one, "equity"),
            balance=balance,
            available=max(balance - sum(known), Decimal(0)) if known else None,
            ts=ts,
        )
    return None


# --- fields ---------------------------------------------------------------------------------------


def _bad(what: str, row: Raw, name: str) -> BadAnswerError:
    text = f"a row of {what} lacks a `{name}` that can be read: {str(row.get(name))[:40]!r}"
    return BadAnswerError("", text, field=name)


def _text(row: Raw, name: str) -> str:
    return str(row.get(name) or "")


def _kind(row: Raw, name: str) -> str:
    text = _text(row, name)
    return "" if text in NO_KIND else text


def _side(row: Raw) -> Side:
    side = row.get("side")
    if side == "Buy":
        return "Buy"
    if side == "Sell":
        return "Sell"
    raise _bad("an order, fill or position", row, "side")


def _number(row: Raw, name: str) -> Decimal | None:
    text = row.get(name)
    if text in {None, ""}:
        return None
    try:
        value = Decimal(str(text))
    except InvalidOperation:
        raise _bad("an answer", row, name) from None
    if not value.is_finite():
        raise _bad("an answer", row, name)
    return value


def _need(row: Raw, name: str) -> Decimal:
    value = _number(row, name)
    if value is None:
        raise _bad("an answer", row, name)
    return value


def _positive(row: Raw, name: str) -> Decimal | None:
    """Return a price; unset ones come as "", "0" or "0.00"."""
    value = _number(row, name)
    return value or None


def _whole(row: Raw, name: str) -> int:
    return int(row.get(name) or 0)


def _ms(row: Raw, name: str) -> int:
    return _whole(row, name)
