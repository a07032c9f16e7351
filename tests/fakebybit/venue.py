"""Matching of one symbol's orders against a scripted path of minutes, by the simulator's rules.

Prices, phases of a minute, funding and liquidation are those of the reference of simulation.md;
here is what an exchange has on top: any number of orders at once, each with what it asked for,
positions that are netted, and children of a position that stand in the list of orders.

An order that needs no waiting fills as it arrives, at the open of the minute that follows the last
one that was released. `release` runs that minute to its end.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import Any

from differential.reference_exchange import ReferenceExchange
from differential.reference_money import Money, Row
from fakebybit.market import MINUTE_MS, Market
from fakebybit.path import bars_of, instrument_of
from fakebybit.rows import closing_row, log_row, position_row
from fakebybit.wire import Execution, Order, text
from tradec.runtime.sim.rules import Entry, Rules
from tradec.runtime.timeframe import TIMEFRAMES

BY_PURPOSE = {
    "sl": ("StopLoss", "CreateByStopLoss"),
    "tp": ("TakeProfit", "CreateByTakeProfit"),
    "liquidation": ("", "CreateByLiq"),
}
STATUS = {"filled": "Filled", "cancelled": "Cancelled", "rejected": "Rejected"}
REASONS = {
    "POST_ONLY_REJECT": "EC_PostOnlyWillTakeLiquidity",
    "INSUFFICIENT_MARGIN": "EC_NoEnoughQtyToFill",
    "IOC_CANCEL": "EC_NoImmediateQtyToFill",
    "FOK_CANCEL": "EC_CanNotFillAll",
}


@dataclass
class Purse:
    """The wallet of an account in USDT, which all of its symbols share."""

    cash: float


class _Money(Money):
    """Prices and sizes, with a bound on what the next market order takes."""

    at_most: float | None = None

    def market_parts(self, qty: float) -> list[float]:
        """Return the quantity whole: it is a client that splits."""
        return [qty]

    def takes(self, wanted: float, bar: Row) -> float:
        part = super().takes(wanted, bar)
        return part if self.at_most is None else min(part, self.down(self.step, self.at_most))


class Venue(ReferenceExchange):
    """The book, the position and the path of one symbol.

    `tell(topic, row)` is called with what changes. `shares` makes the next market orders fill
    that share of theirs and cancel the rest; `keeps_stops` False forgets attached stops.
    """

    def __init__(
        self,
        market: Market,
        rules: Rules,
        purse: Purse,
        tell: Callable[[str, Row], None],
        now_ms: Callable[[], int],
    ) -> None:
        kind = replace(
            rules.backtest, continue_after_liquidation=True, max_position_equity_pct=100.0
        )
        self.market, self.purse = market, purse
        self.base = replace(rules, backtest=kind)
        self.tell, self.now_ms = tell, now_ms
        self.orders_by_id: dict[str, Order] = {}
        self.by_link: dict[str, Order] = {}
        self.book: list[Row] = []
        self.children: dict[str, Order] = {}
        self.executions: list[Execution] = []
        self.closings: list[dict[str, Any]] = []
        self.log: list[dict[str, Any]] = []
        self.shares: deque[float] = deque()
        self.keeps_stops = True
        self.seq = 1_000
        self.realized = 0.0
        self._wire: Order | None = None
        self._closing: tuple[float, float] = (0.0, 0.0)
        super().__init__(self.base, instrument_of(market), TIMEFRAMES["1m"])
        self.money: _Money = _Money(self.base, instrument_of(market))
        self.path = self.bars_of(bars_of(market))
        first = self.now_ms() // MINUTE_MS * MINUTE_MS
        self.i = max(0, (first - self.path[0]["t0"]) // MINUTE_MS)
        self.funding = [pair for pair in self.funding if pair[0] >= first]
        self.last = self.path[self.i - 1]["close"] if self.i else self.path[0]["open"]

    @property
    def cash(self) -> float:
        return self.purse.cash

    @cash.setter
    def cash(self, value: float) -> None:
        self.purse.cash = value

    # --- what the account sets ------------------------------------------------------------------

    def set_leverage(self, leverage: float) -> None:
        self.base = replace(self.base, leverage=leverage)
        self._use(Entry())

    @property
    def leverage(self) -> float:
        return self.base.leverage

    def _use(self, entry: Entry, tp_order_type: str = "market") -> None:
        self.rules = replace(self.base, entry=entry, tp_order_type=tp_order_type)
        self.money.rules = self.rules

    @property
    def bar(self) -> Row | None:
        """Return the minute that comes next, None past the end of the path."""
        if self.i >= len(self.path):
            return None
        row: Row = self.path[self.i]
        return row

    @property
    def mark(self) -> float:
        return float(self.path[self.i - 1]["mark_close"]) if self.i else self.last

    # --- orders arrive --------------------------------------------------------------------------

    def accept(self, wire: Order) -> None:
        """Take an order that has passed every check, and fill it where it need not wait."""
        self.orders_by_id[wire.order_id] = wire
        if wire.link_id:
            self.by_link[wire.link_id] = wire
        self._wire = wire
        nan = float("nan")
        order = self.order("entry", self.now_ms(), wire.side, self.last, float(wire.qty))
        limit, trigger = float(wire.price or nan), float(wire.trigger or nan)
        names = {"Market": "MARKET", "Limit": "LIMIT"}
        now = names[wire.order_type]
        if wire.trigger:
            now = f"STOP_{now}"
        order |= {"limit": limit, "trigger": trigger, "now": now, "rests": False, "sized": True}
        order |= {"seen": {}, "expires": 0, "arrived": False}
        wire.status = "Untriggered" if wire.trigger else "New"
        self.book.append(order)
        self._told(wire)
        self.run_arrivals()

    def run_arrivals(self) -> None:
        """Let orders that have not met the market yet meet its next open."""
        bar = self.bar
        if bar is None or not bar["present"]:
            return
        self.settle_funding(bar["t0"])
        for order in list(self.book):
            if not order["arrived"] and order["wire"].is_open:
                order["arrived"] = True
                self.last = bar["open"]
                self._arrive(order, bar)

    def _arrive(self, order: Row, bar: Row) -> None:
        wire, ts = order["wire"], self.now_ms()
        closes = self.position is not None and self.position["side"] == -order["side"]
        if wire.reduce_only or (closes and order["now"] == "MARKET"):
            self._close(order, bar, ts)
            if wire.reduce_only or order["left"] <= 0:
                return
        self._enter(order, lambda: self.arrive(order, bar))

    def _enter(self, order: Row, how: Callable[[], Any]) -> Any:
        """Run a step of the reference with this order as its entry."""
        self.entry = order
        self._use(Entry(time_in_force=order["wire"].in_force))
        if order["now"] == "MARKET" and self.shares:
            self.money.at_most = order["left"] * self.shares.popleft()
        result = how()
        self.money.at_most = None
        if self.entry is order and order["now"] == "MARKET" and order["arrived"]:
            self.end_entry(self.now_ms(), "cancelled", "IOC_CANCEL")
        self.entry = None
        return result

    def _close(self, order: Row, bar: Row, ts: int) -> None:
        """Let an order that reduces the position meet the market."""
        position = self.position
        if position is None or position["side"] == order["side"]:
            self.end(order, ts, "cancelled", "POSITION_CLOSED")
            return
        beyond = order["left"] - position["qty"]
        order["left"] = min(order["left"], position["qty"])
        if order["now"] == "LIMIT" and order["side"] * (order["limit"] - bar["open"]) < 0:
            order["rests"] = True
            return
        if order["now"].startswith("STOP"):
            order["rests"] = True
            return
        if self.shares:
            self.money.at_most = order["left"] * self.shares.popleft()
        self._leave_by(order, bar, (ts, bar["open"], "open"))
        self.money.at_most = None
        if order["wire"].is_open and order["wire"].reduce_only:
            self.end(order, ts, "cancelled", "IOC_CANCEL")
        elif beyond > 0:
            order["left"] = self.money.near(beyond)

    def _leave_by(self, order: Row, bar: Row, at: tuple[int, float, str]) -> None:
        """Let one order close at market."""
        self.exit = {"orders": [order], "left": order["left"], "purpose": order["row"]["purpose"]}
        self.leave(bar, *at)
        self.exit = None

    # --- a minute -------------------------------------------------------------------------------

    def release(self) -> Row:
        """Run the next minute to its end and return it."""
        bar: Row = self.path[self.i]
        self.before_step(bar)
        self.i += 1
        self.last = bar["close"]
        return bar

    def before_step(self, bar: Row) -> None:
        self.run_arrivals()
        self.settle_funding(bar["t0"])
        if bar["present"]:
            self.live(bar)
        elif self.position is not None:
            self.settle_funding(bar["t1"] - 1)
            self.position["seen"].append(bar["close"])

    def live(self, bar: Row) -> None:
        position = self.position
        if position is not None:
            self._live_position(position, bar)
        for order in list(self.book):
            if order["rests"] and order["wire"].is_open and not order["wire"].reduce_only:
                self._live_entry(order, bar)
        self.book = [order for order in self.book if order["wire"].is_open]

    def _live_position(self, position: Row, bar: Row) -> None:
        target = self._target_order(position)
        self._use(Entry(), "limit" if target else "market")
        attached = position["target"]
        if target:
            position["target"] = target["limit"]
        super().live(bar)
        if self.position is position:
            position["target"] = attached
            self._live_reductions(position, bar)
        self._use(Entry())

    def _target_order(self, position: Row) -> Row | None:
        """Return the resting reduce-only limit order that is as large as the position."""
        for order in self.book:
            wire = order["wire"]
            fits = wire.reduce_only and order["rests"] and wire.is_open and order["now"] == "LIMIT"
            if fits and order["side"] == -position["side"] and order["left"] >= position["qty"]:
                return order
        return None

    def _live_reductions(self, position: Row, bar: Row) -> None:
        """Fill resting reduce-only orders smaller than the position, and conditional ones."""
        for order in list(self.book):
            if self.position is not position:
                return
            wire, side = order["wire"], order["side"]
            if not (wire.reduce_only and order["rests"] and wire.is_open):
                continue
            best = bar["high"] if side < 0 else bar["low"]
            if order["now"] == "LIMIT" and self.money.rested(side, best, order["limit"]):
                qty = min(order["left"], position["qty"])
                at = (order["limit"], order["limit"], qty, self.rules.maker_rate)
                self.settle(order, bar["t1"] - 1, at, "level", maker=True, last=True)
            elif order["now"] == "STOP_MARKET":
                rising = wire.direction == 1
                reached = bar["high"] if rising else bar["low"]
                if (1 if rising else -1) * (reached - order["trigger"]) >= 0:
                    self._leave_by(order, bar, (bar["t1"] - 1, order["trigger"], "level"))

    def _live_entry(self, order: Row, bar: Row) -> None:
        if self.position is None:
            self._enter(order, lambda: super(Venue, self).live(bar))
        else:
            self._enter(order, lambda: self.open_fills(order, bar) or self.range_fills(order, bar))

    # --- what the reference tells ---------------------------------------------------------------

    def order(self, purpose: str, ts: int, side: int, reference: float, qty: float) -> Row:
        order = super().order(purpose, ts, side, reference, qty)
        wire, self._wire = self._wire, None
        if wire is None:
            wire = self._child_that_acts(purpose, side, qty)
        return order | {"wire": wire}

    def _child_that_acts(self, purpose: str, side: int, qty: float) -> Order:
        stop_type, create_type = BY_PURPOSE[purpose]
        wire = self.children.pop(purpose, None) or self._new(side, stop_type, create_type)
        wire.qty, wire.status = text(qty), "New"
        self.orders_by_id[wire.order_id] = wire
        return wire

    def _new(self, side: int, stop_type: str, create_type: str) -> Order:
        self.seq += 1
        now = self.now_ms()
        return Order(
            symbol=self.market.symbol,
            order_id=f"{self.market.symbol}-{self.seq}",
            link_id="",
            side=side,
            order_type="Market",
            qty="0",
            reduce_only=True,
            stop_order_type=stop_type,
            create_type=create_type,
            created=now,
            updated=now,
        )

    def win(self, position: Row, bar: Row, at: tuple[int, float, str]) -> None:
        target = self._target_order(position)
        if target is None:
            super().win(position, bar, at)
        else:
            self.leave_resting(target, at[0], target["limit"])

    def end(self, order: Row, ts: int, status: str, code: str) -> None:
        super().end(order, ts, status, code)
        wire = order["wire"]
        wire.status = STATUS[status]
        if code in REASONS:
            wire.reject_reason = REASONS[code]
        elif code == "POSITION_CLOSED":
            wire.cancel_type = "CancelByReduceOnly"
        self._told(wire)

    def fill(
        self,
        order: Row,
        ts: int,
        what: tuple[float, float, float, float],
        source: str,
        *,
        maker: bool,
        last: bool,
    ) -> None:
        super().fill(order, ts, what, source, maker=maker, last=last)
        _, price, qty, fee = what
        wire = order["wire"]
        wire.filled = self.money.near(wire.filled + qty)
        wire.value += price * qty
        wire.fee += fee
        wire.status = "Filled" if wire.left <= 0 else "PartiallyFilled"
        if wire.status == "PartiallyFilled" and last and wire.reduce_only:
            wire.status, wire.cancel_type = "Cancelled", "CancelByReduceOnly"
        closed, pnl = self._closing
        wire.closed_pnl += pnl
        kind = "BustTrade" if wire.create_type == "CreateByLiq" else "Trade"
        rate = fee / (price * qty) if price * qty else 0.0
        what = (price, qty, fee, rate)
        self._execute(wire, kind, ts, what, maker=maker, closed=closed, pnl=pnl)
        self._told(wire)

    def _execute(
        self,
        wire: Order,
        kind: str,
        ts: int,
        what: tuple[float, float, float, float],
        *,
        maker: bool,
        closed: float = 0.0,
        pnl: float = 0.0,
    ) -> None:
        self.seq += 1
        price, qty, fee, rate = what
        execution = Execution(
            order=wire,
            number=self.seq,
            exec_type=kind,
            price=price,
            qty=qty,
            fee=fee,
            rate=rate,
            is_maker=maker,
            closed=closed,
            pnl=pnl,
            mark=self.mark,
            ts=max(ts, self.now_ms()),
            exec_id=f"{self.market.symbol}-x{self.seq}",
        )
        self.executions.append(execution)
        self.tell("execution", execution.row())

    def settle(
        self,
        order: Row,
        ts: int,
        at: tuple[float, float, float, float],
        source: str,
        *,
        maker: bool,
        last: bool,
    ) -> None:
        position, (_, price, qty, rate) = self.position, at
        assert position is not None
        pnl = position["side"] * qty * (price - position["entry"])
        share = qty / position["qty"]
        entry_fee, entry, fee = position["fee"] * share, position["entry"], qty * price * rate
        self._closing = (qty, pnl)
        super().settle(order, ts, at, source, maker=maker, last=last)
        self._closing = (0.0, 0.0)
        self.realized += pnl - fee - entry_fee
        what, net = (qty, entry, price), pnl - fee - entry_fee
        self.closings.append(closing_row(self, order["wire"], what, net))
        self.log.append(
            log_row(self, "TRADE", order["wire"], (qty, price), fee=fee, change=pnl - fee)
        )
        self.tell_position()

    def enter(
        self,
        order: Row,
        part: float,
        ts: int,
        at: tuple[float, float, float, str],
        *,
        maker: bool = False,
    ) -> bool:
        first = self.position is None
        if not super().enter(order, part, ts, at, maker=maker):
            return False
        _, price, rate, _ = at
        fee = part * price * rate
        self.log.append(log_row(self, "TRADE", order["wire"], (part, price), fee=fee, change=-fee))
        if first:
            assert self.position is not None
            self.position["links"] = order["wire"].link_id
        self._raise_children(order["wire"])
        self.tell_position()
        return True

    def first_levels(self, order: Row, qty: float, price: float) -> Row:
        wire, side = order["wire"], order["side"]
        del qty, price
        stop = float(wire.stop_loss) if wire.stop_loss and self.keeps_stops else -side * inf
        target = float(wire.take_profit) if wire.take_profit else side * inf
        position = self.position
        if position is not None:
            stop = stop if isfinite(stop) else position.get("stop", stop)
            target = target if isfinite(target) else position.get("target", target)
        return {"stop": stop, "target": target, "valid": True, "flags": 0}

    def gone(self, position: Row, order: Row, ts: int) -> None:
        super().gone(position, order, ts)
        for child in self.children.values():
            child.status, child.cancel_type = "Deactivated", "CancelByTpSlTsClear"
            self._told(child)
        self.children.clear()

    def settle_funding(self, until: int) -> None:
        before = len(self.payments)
        super().settle_funding(until)
        for paid in self.payments[before:]:
            held = abs(paid["signed_qty"])
            wire = self._new(1 if paid["signed_qty"] > 0 else -1, "", "")
            wire.reduce_only = False
            change, fee = paid["pnl"], -paid["pnl"]
            what = (paid["mark"], held, fee, paid["rate"])
            self._execute(wire, "Funding", paid["ts"], what, maker=False)
            row = log_row(self, "SETTLEMENT", wire, what[:2][::-1], funding=change, change=change)
            self.log.append(row)
            self.tell_position()

    # --- levels of the position -----------------------------------------------------------------

    def set_levels(self, stop: float | None, target: float | None) -> None:
        """Set stop and target of the position; None leaves one as it is, infinity removes it."""
        position = self.position
        assert position is not None
        if stop is not None:
            position["stop"] = stop
        if target is not None:
            position["target"] = target
        self._raise_children(None)
        self.tell_position()

    def _raise_children(self, parent: Order | None) -> None:
        position = self.position
        assert position is not None
        for purpose, level in (("sl", position["stop"]), ("tp", position["target"])):
            child = self.children.get(purpose)
            if not isfinite(level):
                if child is not None:
                    child.status, child.cancel_type = "Deactivated", "CancelByUser"
                    self._told(self.children.pop(purpose))
                continue
            if child is None:
                child = self._new(-position["side"], *BY_PURPOSE[purpose])
                child.parent_link = parent.link_id if parent else ""
                self.children[purpose] = child
            child.trigger, child.qty = text(level), text(position["qty"])
            child.status = "Untriggered"
            falls = (position["side"] > 0) == (purpose == "sl")
            child.direction = 2 if falls else 1
            self._told(child)

    def _told(self, wire: Order) -> None:
        wire.updated = self.now_ms()
        self.tell("order", wire.row())

    def tell_position(self) -> None:
        self.seq += 1
        row = position_row(self)
        row["entryPrice"] = row.pop("avgPrice")
        self.tell("position", row)
