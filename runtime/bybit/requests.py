"""Requests of the session as parameters of Bybit's V5 API: every number a plain decimal string."""

from decimal import Decimal
from typing import Any

from tradec.runtime.live.protocols import OrderRequest, OrderRow, Protection

_RISES, _FALLS = 1, 2


def decimal_text(value: Decimal) -> str:
    """Return a number as the exchange reads it, without an exponent."""
    if not value.is_finite() or value < 0:
        raise ValueError(f"a price or a quantity is finite and at least 0, received {value}")
    return format(value, "f")


def create_params(order: OrderRequest) -> dict[str, Any]:
    """Return the parameters of `order/create`."""
    params: dict[str, Any] = {
        "symbol": order.symbol,
        "side": order.side,
        "orderType": order.kind,
        "qty": decimal_text(order.qty),
        "timeInForce": "IOC" if order.kind == "Market" else order.time_in_force,
        "positionIdx": 0,
        "orderLinkId": order.link_id,
        "reduceOnly": order.reduce_only,
    }
    if order.price is not None:
        params["price"] = decimal_text(order.price)
    if order.trigger_price is not None:
        params["triggerPrice"] = decimal_text(order.trigger_price)
        params["triggerDirection"] = _RISES if order.side == "Buy" else _FALLS
        params["triggerBy"] = "LastPrice"
    levels = {"stopLoss": order.stop_loss, "takeProfit": order.take_profit}
    return params | _levels({name: level for name, level in levels.items() if level is not None})


def protect_params(levels: Protection) -> dict[str, Any]:
    """Return the parameters of `position/trading-stop`; 0 removes a level."""
    wanted = {"stopLoss": levels.stop_loss, "takeProfit": levels.take_profit}
    given = _levels({name: level for name, level in wanted.items() if level is not None})
    return {"symbol": levels.symbol, "positionIdx": 0, **given}


def _levels(levels: dict[str, Decimal]) -> dict[str, Any]:
    """Return stop and target of a whole position, triggered by the last price (rulings C12)."""
    if not levels:
        return {}
    params: dict[str, Any] = {"tpslMode": "Full"}
    for name, level in levels.items():
        short = "sl" if name == "stopLoss" else "tp"
        params[name] = decimal_text(level)
        params[f"{short}TriggerBy"] = "LastPrice"
        params[f"{short}OrderType"] = "Market"
    return params


def is_same(order: OrderRequest, row: OrderRow) -> bool:
    """Tell whether an order that the exchange has is the one that was asked for."""
    return (row.symbol, row.side, row.qty, row.reduce_only) == (
        order.symbol,
        order.side,
        order.qty,
        order.reduce_only,
    )
