"""Exits of the reference exchange: stops, targets, closes (simulation.md 6, 8, 11)."""

from math import isnan, nan

from differential.reference_book import ReferenceBook
from differential.reference_market import Row


class Exits(ReferenceBook):
    """How a position is left."""

    def exit_at_open(self, position: Row, bar: Row) -> None:
        """A3."""
        side, price, ts = position["side"], bar["open"], bar["t0"]
        if side * (bar["mark_open"] - self.liquidated_at(position)) <= 0:
            self.liquidate(ts)
        elif position["triggered"]:
            pass
        elif position["resting"]:
            if self.money.rested(-side, price, position["stop"]):
                self.leave_resting(position["resting"], ts, position["stop"])
        elif side * (price - position["stop"]) <= 0:
            if self.rules.sl_order_type == "limit":
                self.rest_stop(position, ts)
            else:
                self.act(position["by"], position["stop"], bar, (ts, price, "open"))
        elif self.wins(position, price):
            self.win(position, bar, (ts, price, "open"))

    def exit_inside(self, position: Row, bar: Row, *, is_new: bool, by_stop: bool) -> None:
        """B1, and B2 for a position that is new."""
        side, ts, stop = position["side"], bar["t1"] - 1, position["stop"]
        traded = self.traded_stop(position) if is_new else stop
        best, worst = (bar["high"], bar["low"])[::side]
        mark = bar["mark_low"] if side > 0 else bar["mark_high"]
        liquidation = self.liquidated_at(position)
        dies = side * (mark - liquidation) <= 0
        acts = not position["triggered"] and not position["resting"]
        hit = acts and side * (worst - stop) <= 0
        won = acts and self.wins(position, best)
        back = bool(position["resting"]) and self.money.rested(-side, best, stop)
        stop_first = hit and side * (stop - liquidation) >= 0
        events = [
            name
            for name, happened in (("target", won), ("back", back), ("stop", hit), ("dies", dies))
            if happened
        ]
        if dies and not stop_first:
            self.doubt(position, bar, events, "dies", is_new=is_new, by_stop=by_stop)
            self.liquidate(ts)
        elif back:
            position["seen"].append(worst)
            self.leave_resting(position["resting"], ts, stop)
        elif hit and self.rules.sl_order_type == "limit":
            self.rest_stop(position, ts)
            if dies:
                self.liquidate(ts)
        elif hit:
            self.doubt(position, bar, events, "stop", is_new=is_new, by_stop=by_stop)
            self.act(position["by"], stop, bar, (ts, traded, "level"))
        elif won and is_new:
            self.doubt(position, bar, events, "entry", is_new=True, by_stop=by_stop)
        elif won:
            position["seen"].append(worst)
            self.win(position, bar, (ts, position["target"], "level"))

    def traded_stop(self, position: Row) -> float:
        """Return where a stop acts in the minute of its entry: at no better a price than that."""
        worst = min if position["side"] > 0 else max
        return float(worst(position["stop"], self.fills[position["fill"] - 1]["reference"]))

    def doubt(
        self,
        position: Row,
        bar: Row,
        events: list[str],
        chosen: str,
        *,
        is_new: bool,
        by_stop: bool,
    ) -> None:
        """Keep the exit price of the other order of events (rulings B7), the first time."""
        maker, taker = self.rules.maker_rate, self.rules.taker_rate
        marked = not isnan(bar["mark_at_open"])
        if "target" in events and self.rules.tp_order_type == "limit":
            other = (position["target"], maker)
        elif "target" in events:
            other = (self.market_exit(position, bar, position["target"]), taker)
        elif "back" in events:
            other = (position["stop"], maker)
        elif chosen == "dies" and "stop" in events and marked:
            stop = self.traded_stop(position) if is_new else position["stop"]
            other = (self.market_exit(position, bar, stop), taker)
        elif chosen == "stop" and "dies" in events and marked:
            other = (self.bankrupt(position), taker)
        elif by_stop:
            other = (self.market_exit(position, bar, bar["close"]), taker)
        else:
            return
        if position["other"] is None:
            position["other"] = (*other, 0.0 if is_new else 1.0)

    def market_exit(self, position: Row, bar: Row, reference: float) -> float:
        price = self.money.market(-position["side"], reference, position["qty"], bar)
        worst = self.bankrupt(position)
        return worst if position["side"] * (price - worst) < 0 else price

    def wins(self, position: Row, price: float) -> bool:
        side, target = position["side"], position["target"]
        if self.rules.tp_order_type == "limit":
            return self.money.rested(-side, price, target)
        return bool(side * (price - target) >= 0)

    def win(self, position: Row, bar: Row, at: tuple[int, float, str]) -> None:
        target = position["target"]
        if self.rules.tp_order_type == "market":
            self.act("tp", target, bar, at)
            return
        order = self.order("tp", at[0], -position["side"], target, position["qty"])
        order["row"].update(kind="LIMIT", price=target)
        self.leave_resting(order, at[0], target)

    def act(self, purpose: str, level: float, bar: Row, at: tuple[int, float, str]) -> None:
        """Let a stop or target become a market order for the whole position."""
        position, (ts, reference, source) = self.position, at
        assert position is not None
        self.end_exit(ts, "POSITION_CLOSED")
        self.exit, position["triggered"] = self.split(purpose, ts, level, position["qty"]), True
        for order in self.exit["orders"]:
            order["row"]["trigger"] = level
        self.leave(bar, ts, reference, source)

    def rest_stop(self, position: Row, ts: int) -> None:
        stop = position["stop"]
        order = self.order(position["by"], ts, -position["side"], stop, position["qty"])
        order["row"].update(kind="LIMIT", price=stop, trigger=stop)
        position["resting"] = order

    def leave(self, bar: Row, ts: int, reference: float, source: str) -> None:
        """Fill what closes at market, as far as the minute takes it."""
        position, leaving = self.position, self.exit
        assert position is not None
        assert leaving is not None
        part = leaving["left"] if source == "close" else self.money.takes(leaving["left"], bar)
        if part <= 0:
            return
        price = self.money.market(-position["side"], reference, part, bar)
        if position["side"] * (price - self.bankrupt(position)) < 0:
            self.liquidate(ts)
            return
        if source != "close" and not self.money.in_band(price, *self.marks(bar, source)):
            return
        for order in list(leaving["orders"]):
            if part <= 0:
                break
            is_final = len(leaving["orders"]) == 1
            left = self.money.near(order["row"]["qty"] - order["row"]["filled"])
            left = leaving["left"] if is_final else left
            piece, last = min(part, left), part >= left
            part = self.money.near(part - piece)
            order["left"] = self.money.near(left - piece)
            leaving["left"] = self.money.near(leaving["left"] - piece)
            if last:
                leaving["orders"].remove(order)
            at = (reference, price, piece, self.rules.taker_rate)
            self.settle(order, ts, at, source, maker=False, last=last)
        if not leaving["orders"]:
            self.exit = None

    def leave_resting(self, order: Row, ts: int, price: float) -> None:
        position = self.position
        assert position is not None
        if position["side"] * (price - self.bankrupt(position)) < 0:
            self.liquidate(ts)
            return
        qty = order["row"]["qty"] = position["qty"]
        at = (price, price, qty, self.rules.maker_rate)
        self.settle(order, ts, at, "level", maker=True, last=True)

    def liquidate(self, ts: int) -> None:
        position = self.position
        assert position is not None
        price = self.bankrupt(position)
        order = self.order("liquidation", ts, -position["side"], price, position["qty"])
        if self.entry is not None:
            self.end_entry(ts, "cancelled", "POSITION_CLOSED")
        goes_on = self.rules.backtest.continue_after_liquidation
        if self.stop_reason == "end_of_data" and not goes_on:
            self.stop_reason = "liquidated"
        at = (price, price, position["qty"], self.rules.taker_rate)
        self.settle(order, ts, at, "bankruptcy_price", maker=False, last=True)

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
        """8: one leg, with its share of what the position carries."""
        position, (reference, price, qty, rate) = self.position, at
        assert position is not None
        side, whole = position["side"], qty >= position["qty"]
        share = 1.0 if whole else qty / position["qty"]
        fee, realized = qty * price * rate, side * qty * (price - position["entry"])
        entry_fee, funding = position["fee"] * share, position["funding"] * share
        self.fill(order, ts, (reference, price, qty, fee), source, maker=maker, last=last)
        self.cash += realized - fee
        position["legs"] += 1
        position["seen"].append(price)
        other = nan
        if position["other"] is not None:
            exit_price, exit_rate, funded = position["other"]
            held = qty / position["qty"]
            other = side * qty * (exit_price - position["entry"]) - qty * exit_price * exit_rate
            other = other - position["fee"] * held + position["funding"] * held * funded
        leg = {"entry": position["entry"], "bought": position["bought"], "realized": realized}
        leg |= {"entry_fee": entry_fee, "funding": funding, "other_net": other}
        leg |= {"net": realized - fee - entry_fee + funding, "stop": position["first_stop"]}
        leg |= {"last_stop": position["stop"], "target": position["target"]}
        leg |= {"min_low": min(position["seen"]), "max_high": max(position["seen"])}
        leg |= {"position": self.positions, "entry_fill": position["fill"]}
        leg |= {"exit_fill": len(self.fills), "number": position["legs"]}
        self.legs.append(leg | {"flags": position["flags"], "is_final": int(whole)})
        if whole:
            self.gone(position, order, ts)
            return
        position["qty"] = self.money.near(position["qty"] - qty)
        position["margin"] -= position["margin"] * share
        position["reserve"] -= position["reserve"] * share
        position["fee"] -= entry_fee
        position["funding"] -= funding

    def gone(self, position: Row, order: Row, ts: int) -> None:
        self.position = None
        self.end_exit(ts, "POSITION_CLOSED")
        resting = position["resting"]
        if resting is not None and resting is not order:
            self.end(resting, ts, "cancelled", "POSITION_CLOSED")
        if self.entry is not None and self.entry["sized"]:
            self.end_entry(ts, "cancelled", "POSITION_CLOSED")
