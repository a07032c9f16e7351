"""The private half of the REST interface: path -> answer from an account."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from math import inf
from typing import Any

from fakebybit.account import Account
from fakebybit.signing import Refusal
from fakebybit.venue import Venue
from fakebybit.wire import Order

Params = Mapping[str, Any]
Result = dict[str, Any] | Refusal


class Refused(Exception):  # noqa: N818  an answer, no error
    """Ends a request with a retCode."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.refusal = Refusal(code, text)


class PrivateRest:
    """Answers of the signed paths; every one runs under the lock of the account."""

    def __init__(self, account: Account) -> None:
        self.account = account
        table: dict[str, Callable[[Params], dict[str, Any]]] = {
            "/v5/order/create": self._create,
            "/v5/order/amend": self._amend,
            "/v5/order/cancel": self._cancel,
            "/v5/order/cancel-all": self._cancel_all,
            "/v5/order/realtime": self._open_orders,
            "/v5/order/history": self._history,
            "/v5/execution/list": self._executions,
            "/v5/position/list": self._positions,
            "/v5/position/set-leverage": self._leverage,
            "/v5/position/switch-mode": self._position_mode,
            "/v5/position/trading-stop": self._trading_stop,
            "/v5/position/closed-pnl": self._closed_pnl,
            "/v5/account/wallet-balance": lambda _: {"list": [account.wallet_row()]},
            "/v5/account/info": lambda _: account.info_row(),
            "/v5/account/set-margin-mode": self._margin_mode,
            "/v5/account/fee-rate": self._fee_rate,
            "/v5/account/transaction-log": self._log,
            "/v5/user/query-api": lambda _: account.key_row(),
        }
        self.routes: dict[str, Callable[[Params], Result]] = {
            path: self._guarded(answer) for path, answer in table.items()
        }

    def _guarded(self, answer: Callable[[Params], dict[str, Any]]) -> Callable[[Params], Result]:
        def run(params: Params) -> Result:
            with self.account.lock:
                try:
                    result: Result = answer(params)
                except Refused as refused:
                    result = refused.refusal
            self.account.flush()
            return result

        return run

    def _venue(self, params: Params) -> Venue:
        if params.get("category") != "linear":
            raise Refused(10001, "category")
        venue = self.account.venues.get(str(params.get("symbol", "")))
        if venue is None:
            raise Refused(10001, "Not supported symbols")
        return venue

    def _venues(self, params: Params) -> list[Venue]:
        if params.get("category") != "linear":
            raise Refused(10001, "category")
        if "symbol" in params:
            return [self._venue(params)]
        if "settleCoin" not in params:
            raise Refused(10001, "Missing some parameters that must be filled in, symbol or coin")
        return list(self.account.venues.values())

    # --- orders ---------------------------------------------------------------------------------

    def _create(self, params: Params) -> dict[str, Any]:
        self._must_trade()
        venue = self._venue(params)
        link = str(params.get("orderLinkId", ""))
        if link in self.account.links:
            raise Refused(110072, "OrderLinkedID is duplicate")
        order = self._wire(venue, params, link)
        self._check_position(venue, order)
        if self.account.requests_die:
            self.account.requests_die -= 1
            return {"orderId": order.order_id, "orderLinkId": link}
        self.account.links.add(link) if link else None
        venue.accept(order)
        return {"orderId": order.order_id, "orderLinkId": link}

    def _wire(self, venue: Venue, params: Params, link: str) -> Order:
        side = {"Buy": 1, "Sell": -1}.get(str(params.get("side")), 0)
        kind = str(params.get("orderType"))
        if not side or kind not in {"Market", "Limit"} or len(link) > 36:
            raise Refused(10001, "params error")
        if int(params.get("positionIdx", 0)) != (0 if self.account.is_one_way else -1):
            raise Refused(10001, "position idx not match position mode")
        market = venue.market
        most = market.max_market_qty if kind == "Market" else market.max_qty
        qty = self._number(params, "qty", Decimal(market.step))
        if qty > Decimal(most):
            raise Refused(10001, "The number of contracts exceeds maximum limit allowed")
        if qty < Decimal(market.min_qty):
            raise Refused(10001, "The number of contracts exceeds minimum limit allowed")
        names = ("price", "triggerPrice", "takeProfit", "stopLoss")
        prices = {name: self._price(venue, params, name) for name in names}
        if kind == "Limit" and not prices["price"]:
            raise Refused(10001, "Price invalid")
        self.account.number += 1
        now = self.account.now_ms()
        return Order(
            symbol=market.symbol,
            order_id=f"loop-{self.account.number:08d}",
            link_id=link,
            side=side,
            order_type=kind,
            qty=format(qty, "f"),
            price=prices["price"] if kind == "Limit" else "",
            in_force="IOC" if kind == "Market" else str(params.get("timeInForce", "GTC")),
            reduce_only=_flag(params.get("reduceOnly", False)),
            trigger=prices["triggerPrice"],
            direction=int(params.get("triggerDirection", 0)),
            take_profit=prices["takeProfit"],
            stop_loss=prices["stopLoss"],
            created=now,
            updated=now,
        )

    def _check_position(self, venue: Venue, order: Order) -> None:
        position = venue.position
        if order.trigger and order.direction not in {1, 2}:
            raise Refused(10001, "TriggerDirection invalid")
        if order.reduce_only:
            if order.take_profit or order.stop_loss:
                raise Refused(10001, "reduce-only orders cannot have TP/SL")
            if not order.trigger and (position is None or position["side"] == order.side):
                raise Refused(110017, "current position is zero, cannot fix reduce-only order qty")
            return
        reference = float(order.trigger or order.price or venue.last)
        qty = float(order.qty)
        if qty * reference < float(venue.market.min_notional):
            raise Refused(110094, "Order does not meet minimum order value")
        self._check_levels(order, reference)
        adds = position is None or position["side"] == order.side
        if adds and not venue.money.affords(order.side, qty * reference, venue.free()):
            raise Refused(110007, "ab not enough for new order")

    @staticmethod
    def _check_levels(order: Order, base: float) -> None:
        word = "Buy" if order.side > 0 else "Sell"
        for name, text, side in (
            ("StopLoss", order.stop_loss, order.side),
            ("TakeProfit", order.take_profit, -order.side),
        ):
            if text and side * (base - float(text)) <= 0:
                beyond = "lower" if side > 0 else "higher"
                raise Refused(
                    10001,
                    f"{name}:{text} set for {word} position should {beyond} than base_price:{base}",
                )

    @staticmethod
    def _number(params: Params, name: str, step: Decimal) -> Decimal:
        raw = params.get(name)
        try:
            value = Decimal(str(raw))
        except InvalidOperation:
            raise Refused(10001, f"{name} invalid") from None
        if not isinstance(raw, str) or "e" in raw.lower() or value <= 0 or value % step:
            raise Refused(10001, f"{name} invalid")
        return value

    def _price(self, venue: Venue, params: Params, name: str) -> str:
        raw = params.get(name)
        if raw in {None, "", "0"}:
            return ""
        return format(self._number(params, name, Decimal(venue.market.tick)), "f")

    def _found(self, venue: Venue, params: Params) -> Order:
        order = venue.orders_by_id.get(str(params.get("orderId", "")))
        order = order or venue.by_link.get(str(params.get("orderLinkId", "")))
        if order is None or not order.is_open:
            raise Refused(110001, "order not exists or too late to cancel")
        return order

    def _amend(self, params: Params) -> dict[str, Any]:
        self._must_trade()
        venue = self._venue(params)
        order = self._found(venue, params)
        self.account.amend(venue, order, {name: str(params[name]) for name in params})
        return {"orderId": order.order_id, "orderLinkId": order.link_id}

    def _cancel(self, params: Params) -> dict[str, Any]:
        self._must_trade()
        venue = self._venue(params)
        order = self._found(venue, params)
        self.account.cancel(venue, order)
        return {"orderId": order.order_id, "orderLinkId": order.link_id}

    def _cancel_all(self, params: Params) -> dict[str, Any]:
        self._must_trade()
        only = params.get("orderFilter")
        gone = []
        for venue in self._venues(params):
            for order in list(venue.orders_by_id.values()):
                is_stop = bool(order.trigger)
                fits = only is None or (only == "StopOrder") == is_stop
                if order.is_open and fits:
                    self.account.cancel(venue, order)
                    gone.append({"orderId": order.order_id, "orderLinkId": order.link_id})
            if only is None and venue.position is not None:
                venue.set_levels(-venue.position["side"] * inf, venue.position["side"] * inf)
        return {"list": gone, "success": "1"}

    def _open_orders(self, params: Params) -> dict[str, Any]:
        wanted = self._wanted(params)
        done = str(params.get("openOnly", "0")) == "1" and "orderLinkId" in params
        rows = [
            order.row()
            for venue in self._venues(params)
            for order in [*venue.orders_by_id.values(), *venue.children.values()]
            if wanted(order) and (order.is_open or done)
        ]
        return _paged(rows, params, 50)

    def _history(self, params: Params) -> dict[str, Any]:
        wanted = self._wanted(params)
        if self.account.history_lags:
            return {"category": "linear", "list": [], "nextPageCursor": ""}
        rows = [
            order.row()
            for venue in self._venues({"settleCoin": "USDT", **params})
            for order in venue.orders_by_id.values()
            if wanted(order)
        ]
        return _paged(rows[::-1], params, 50)

    @staticmethod
    def _wanted(params: Params) -> Callable[[Order], bool]:
        link, number = params.get("orderLinkId"), params.get("orderId")
        return lambda order: (
            (link is None or order.link_id == link) and (number is None or order.order_id == number)
        )

    def _executions(self, params: Params) -> dict[str, Any]:
        link = params.get("orderLinkId")
        found = [
            one
            for venue in self._venues({"settleCoin": "USDT", **params})
            for one in venue.executions
            if _inside(one.ts, params) and (link is None or one.order.link_id == link)
        ]
        found.sort(key=lambda one: -one.ts)
        return _paged([one.row() for one in found], params, 100)

    # --- positions ------------------------------------------------------------------------------

    def _positions(self, params: Params) -> dict[str, Any]:
        venues = self._venues(params)
        if "symbol" not in params:
            venues = [venue for venue in venues if venue.position is not None]
        rows = [row for venue in venues for row in self.account.position_rows(venue)]
        return _paged(rows, params, 200)

    def _leverage(self, params: Params) -> dict[str, Any]:
        self._must_trade()
        venue = self._venue(params)
        buy, sell = str(params.get("buyLeverage")), str(params.get("sellLeverage"))
        if buy != sell:
            raise Refused(10001, "buy leverage not equal sell leverage")
        leverage = float(self._number({"x": buy}, "x", Decimal("0.01")))
        if leverage > float(venue.market.max_leverage):
            raise Refused(110013, "cannot set leverage due to risk limit")
        if leverage == venue.leverage:
            raise Refused(110043, "Set leverage has not been modified.")
        venue.set_leverage(leverage)
        venue.tell_position()
        return {}

    def _position_mode(self, params: Params) -> dict[str, Any]:
        self._must_trade()
        one_way = int(params.get("mode", -1)) == 0
        venues = self._venues({"settleCoin": params.get("coin", ""), **params})
        if one_way == self.account.is_one_way:
            raise Refused(110025, "Position mode has not been modified.")
        if any(venue.position is not None for venue in venues):
            raise Refused(110024, "You have an existing position, so position mode cannot be")
        if any(order.is_open for venue in venues for order in venue.orders_by_id.values()):
            raise Refused(110028, "You have existing open orders, so position mode cannot be")
        self.account.is_one_way = one_way
        return {}

    def _trading_stop(self, params: Params) -> dict[str, Any]:
        self._must_trade()
        venue = self._venue(params)
        if "positionIdx" not in params or params.get("tpslMode") not in {"Full", "Partial"}:
            raise Refused(10001, "params error: positionIdx, tpslMode")
        position = venue.position
        if position is None:
            raise Refused(10001, "can not set tp/sl/ts for zero position")
        side, wanted = position["side"], {}
        for name, key, sign in (("stopLoss", "stop", side), ("takeProfit", "target", -side)):
            if params.get(name) in {None, ""}:
                continue
            if params[name] == "0":
                wanted[key] = -sign * inf
                continue
            text = self._price(venue, params, name)
            self._check_level(venue, name, text, sign)
            wanted[key] = float(text)
        if all(position[key] == level for key, level in wanted.items()):
            raise Refused(34040, "not modified")
        venue.set_levels(wanted.get("stop"), wanted.get("target"))
        return {}

    @staticmethod
    def _check_level(venue: Venue, name: str, text: str, sign: int) -> None:
        if sign * (venue.last - float(text)) <= 0:
            assert venue.position is not None
            word = "Buy" if venue.position["side"] > 0 else "Sell"
            beyond = "lower" if sign > 0 else "higher"
            raise Refused(
                10001,
                f"{name[0].upper()}{name[1:]}:{text} set for {word} position should {beyond} than "
                f"base_price:{venue.last}??LastPrice",
            )

    def _closed_pnl(self, params: Params) -> dict[str, Any]:
        rows = [
            row
            for venue in self._venues({"settleCoin": "USDT", **params})
            for row in venue.closings
            if _inside(int(row["updatedTime"]), params)
        ]
        return _paged(rows[::-1], params, 100)

    # --- the account ----------------------------------------------------------------------------

    def _must_trade(self) -> None:
        if self.account.read_only:
            raise Refused(10005, "Permission denied, please check your API key permissions.")

    def _margin_mode(self, params: Params) -> dict[str, Any]:
        self._must_trade()
        mode = str(params.get("setMarginMode"))
        if mode not in {"ISOLATED_MARGIN", "REGULAR_MARGIN", "PORTFOLIO_MARGIN"}:
            raise Refused(10001, "setMarginMode invalid")
        if any(venue.position is not None for venue in self.account.venues.values()):
            raise Refused(3400045, "Set margin mode failed")
        self.account.margin_mode = mode
        return {"reasons": []}

    def _fee_rate(self, params: Params) -> dict[str, Any]:
        if self.account.is_demo:
            raise Refused(10032, "Demo trading are not supported.")
        row = {
            "symbol": params.get("symbol", ""),
            "takerFeeRate": format(Decimal(str(self.account.rules.taker_rate)), "f"),
            "makerFeeRate": format(Decimal(str(self.account.rules.maker_rate)), "f"),
        }
        return {"list": [row]}

    def _log(self, params: Params) -> dict[str, Any]:
        rows = [row for venue in self.account.venues.values() for row in venue.log]
        rows += self.account.transfers
        rows = [row for row in rows if _inside(int(row["transactionTime"]), params)]
        rows.sort(key=lambda row: -int(row["transactionTime"]))
        return _paged(rows, params, 50)


def _flag(value: object) -> bool:
    return value is True or value == "true"


def _inside(ts: int, params: Params) -> bool:
    start, end = int(params.get("startTime", 0)), int(params.get("endTime", 2**62))
    return start <= ts <= end


def _paged(rows: Iterable[dict[str, Any]], params: Params, most: int) -> dict[str, Any]:
    whole = list(rows)
    limit = min(int(params.get("limit", 20)), most)
    begin = int(params.get("cursor") or 0)
    more = begin + limit < len(whole)
    return {
        "category": "linear",
        "list": whole[begin : begin + limit],
        "nextPageCursor": str(begin + limit) if more else "",
    }
