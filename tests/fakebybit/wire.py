"""Orders, fills and positions in the shapes in which Bybit's V5 API tells them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

OPEN = frozenset({"New", "PartiallyFilled", "Untriggered"})
SIDES = {1: "Buy", -1: "Sell", 0: ""}


def text(x: float) -> str:
    """Return a number as Bybit writes it: plain decimal digits."""
    plain = format(Decimal(repr(float(x))).normalize(), "f")
    return "0" if plain == "-0" else plain


@dataclass(eq=False)
class Order:
    """One order as the exchange keeps it; prices and quantities are decimal text."""

    symbol: str
    order_id: str
    link_id: str
    side: int
    order_type: str
    qty: str
    price: str = ""
    in_force: str = "GTC"
    reduce_only: bool = False
    trigger: str = ""
    direction: int = 0
    take_profit: str = ""
    stop_loss: str = ""
    stop_order_type: str = ""
    create_type: str = "CreateByUser"
    parent_link: str = ""
    status: str = "New"
    cancel_type: str = "UNKNOWN"
    reject_reason: str = "EC_NoError"
    filled: float = 0.0
    value: float = 0.0
    fee: float = 0.0
    closed_pnl: float = 0.0
    created: int = 0
    updated: int = 0

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def left(self) -> float:
        return float(Decimal(self.qty) - Decimal(text(self.filled)))

    def row(self) -> dict[str, Any]:
        """Return the fields of `order/realtime` and of the topic `order`."""
        average = text(self.value / self.filled) if self.filled else "0"
        return {
            "category": "linear",
            "symbol": self.symbol,
            "orderId": self.order_id,
            "orderLinkId": self.link_id,
            "parentOrderLinkId": self.parent_link,
            "blockTradeId": "",
            "side": SIDES[self.side],
            "orderType": self.order_type,
            "stopOrderType": self.stop_order_type,
            "createType": self.create_type,
            "orderStatus": self.status,
            "cancelType": self.cancel_type,
            "rejectReason": self.reject_reason,
            "price": self.price or "0",
            "qty": self.qty,
            "avgPrice": average if self.filled else "",
            "leavesQty": text(self.left) if self.is_open else "0",
            "leavesValue": "0",
            "cumExecQty": text(self.filled),
            "cumExecValue": text(self.value),
            "cumExecFee": text(self.fee),
            "cumFeeDetail": {"USDT": text(self.fee)},
            "closedPnl": text(self.closed_pnl),
            "timeInForce": self.in_force,
            "positionIdx": 0,
            "reduceOnly": self.reduce_only,
            "closeOnTrigger": False,
            "triggerPrice": self.trigger,
            "triggerDirection": self.direction,
            "triggerBy": "LastPrice" if self.trigger else "",
            "takeProfit": self.take_profit,
            "stopLoss": self.stop_loss,
            "tpTriggerBy": "LastPrice" if self.take_profit else "",
            "slTriggerBy": "LastPrice" if self.stop_loss else "",
            "tpslMode": "Full" if self.take_profit or self.stop_loss else "",
            "tpLimitPrice": "",
            "slLimitPrice": "",
            "isLeverage": "",
            "orderIv": "",
            "lastPriceOnCreated": "",
            "placeType": "",
            "smpType": "None",
            "smpGroup": 0,
            "smpOrderId": "",
            "createdTime": str(self.created),
            "updatedTime": str(self.updated),
        }


@dataclass(frozen=True, kw_only=True)
class Execution:
    """One fill, or one payment of funding, as the exchange tells it."""

    order: Order
    number: int
    exec_type: str
    price: float
    qty: float
    fee: float
    rate: float
    is_maker: bool
    closed: float
    pnl: float
    mark: float
    ts: int
    exec_id: str

    def row(self) -> dict[str, Any]:
        """Return the fields of `execution/list` and of the topic `execution`."""
        order = self.order
        return {
            "category": "linear",
            "symbol": order.symbol,
            "orderId": order.order_id,
            "orderLinkId": order.link_id,
            "side": SIDES[order.side],
            "orderType": order.order_type,
            "stopOrderType": order.stop_order_type or "UNKNOWN",
            "createType": order.create_type,
            "orderPrice": order.price or "0",
            "orderQty": order.qty,
            "leavesQty": text(order.left),
            "execId": self.exec_id,
            "execType": self.exec_type,
            "execPrice": text(self.price),
            "execQty": text(self.qty),
            "execValue": text(self.price * self.qty),
            "execFee": text(self.fee),
            "feeRate": text(self.rate),
            "feeCurrency": "USDT",
            "isMaker": self.is_maker,
            "closedSize": text(self.closed),
            "execPnl": text(self.pnl),
            "execTime": str(self.ts),
            "markPrice": text(self.mark),
            "indexPrice": "",
            "underlyingPrice": "",
            "tradeIv": "",
            "markIv": "",
            "blockTradeId": "",
            "isLeverage": "0",
            "marketUnit": "",
            "extraFees": "",
            "seq": self.number,
        }
