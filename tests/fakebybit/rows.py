"""Positions, closings and the transaction log of a venue, in the shapes of Bybit's V5 API."""

from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from fakebybit.wire import SIDES, Order, text

if TYPE_CHECKING:
    from fakebybit.venue import Venue

FLAT: dict[str, Any] = {
    "side": 0,
    "qty": 0.0,
    "entry": 0.0,
    "margin": 0.0,
    "reserve": 0.0,
    "stop": inf,
    "target": inf,
}


def position_row(venue: "Venue") -> dict[str, Any]:
    """Return the fields of `position/list`; the topic calls the average price otherwise."""
    position = venue.position or FLAT
    side, qty, entry = position["side"], position["qty"], position["entry"]
    notional = qty * venue.mark
    tier = venue.money.tier(notional)
    needed = notional * tier.maintenance_margin_rate - tier.deduction
    levels = {
        name: text(position[key]) if isfinite(position[key]) else ""
        for name, key in (("stopLoss", "stop"), ("takeProfit", "target"))
    }
    return {
        "category": "linear",
        "symbol": venue.market.symbol,
        "positionIdx": 0,
        "tradeMode": 0,
        "riskId": 1,
        "riskLimitValue": "2000000",
        "side": SIDES[side],
        "size": text(qty),
        "avgPrice": text(entry),
        "positionValue": text(qty * entry),
        "leverage": text(venue.leverage),
        "markPrice": text(venue.mark),
        "liqPrice": text(venue.liquidated_at(position)) if qty else "",
        "bustPrice": text(venue.bankrupt(position)) if qty else "",
        "positionIM": text(position["margin"] + position["reserve"]),
        "positionIMByMp": text(position["margin"] + position["reserve"]),
        "positionMM": text(needed) if qty else "0",
        "positionMMByMp": text(needed) if qty else "0",
        "positionBalance": text(position["margin"]),
        "tpslMode": "Full",
        **levels,
        "trailingStop": "0",
        "unrealisedPnl": text(side * qty * (venue.mark - entry)),
        "curRealisedPnl": text(venue.realized),
        "cumRealisedPnl": text(venue.realized),
        "sessionAvgPrice": "",
        "positionStatus": "Normal",
        "adlRankIndicator": 2,
        "autoAddMargin": 0,
        "isReduceOnly": False,
        "mmrSysUpdatedTime": "",
        "leverageSysUpdatedTime": "",
        "breakEvenPrice": "",
        "seq": venue.seq,
        "createdTime": str(venue.now_ms()),
        "updatedTime": str(venue.now_ms()),
    }


def closing_row(
    venue: "Venue", wire: Order, what: tuple[float, float, float], net: float
) -> dict[str, Any]:
    """Return the fields of `closed-pnl`; `what` is quantity, entry and exit price."""
    qty, entry, price = what
    return {
        "symbol": wire.symbol,
        "orderId": wire.order_id,
        "side": SIDES[wire.side],
        "orderType": wire.order_type,
        "execType": "Trade",
        "leverage": text(venue.leverage),
        "qty": wire.qty,
        "orderPrice": wire.price or "0",
        "closedSize": text(qty),
        "avgEntryPrice": text(entry),
        "avgExitPrice": text(price),
        "cumEntryValue": text(qty * entry),
        "cumExitValue": text(qty * price),
        "closedPnl": text(net),
        "fillCount": "1",
        "createdTime": str(venue.now_ms()),
        "updatedTime": str(venue.now_ms()),
    }


def log_row(
    venue: "Venue",
    kind: str,
    wire: Order,
    what: tuple[float, float],
    *,
    change: float,
    fee: float = 0.0,
    funding: float | None = None,
) -> dict[str, Any]:
    """Return the fields of `transaction-log` about the last execution; `what` is qty, price."""
    qty, price = what
    execution = venue.executions[-1]
    return {
        "id": f"{venue.market.symbol}-l{len(venue.log)}",
        "symbol": wire.symbol,
        "side": SIDES[wire.side],
        "type": kind,
        "transSubType": "",
        "category": "linear",
        "currency": "USDT",
        "orderId": wire.order_id,
        "orderLinkId": wire.link_id,
        "tradeId": execution.exec_id,
        "qty": text(qty),
        "size": text(venue.position["qty"]) if venue.position else "0",
        "tradePrice": text(price),
        "fee": text(fee),
        "feeRate": text(execution.rate),
        "funding": "" if funding is None else text(funding),
        "cashFlow": "0",
        "change": text(change),
        "cashBalance": text(venue.cash),
        "bonusChange": "",
        "extraFees": "",
        "transactionTime": str(execution.ts),
    }
