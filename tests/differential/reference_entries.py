"""Entries of the reference exchange: submitted, sized, refused, filled (simulation.md 4, 10)."""

from differential.reference_book import ReferenceBook
from differential.reference_market import Row


class Entries(ReferenceBook):
    """What a decision to enter leads to."""

    def submit(self, bar: Row, side: int, shown: Row, *, sized: bool) -> None:
        reference, limit, trigger = self.money.entry_prices(side, bar["close"])
        order = self.order("entry", bar["t1"], side, reference, 0.0)
        names = {"market": "MARKET", "limit": "LIMIT", "stop": "STOP_MARKET"}
        kind = names.get(self.rules.entry.order_type, "STOP_LIMIT")
        order["row"].update(price=limit, trigger=trigger, position=0, kind=kind)
        order["row"]["in_force"] = self.rules.entry.time_in_force
        if self.starved or self.stop_reason != "end_of_data":
            self.end(order, bar["t1"], "rejected", "ENTRIES_DISABLED")
            return
        if self.entry is not None:
            if self.rules.entry.on_resignal == "ignore":
                self.end(order, bar["t1"], "rejected", "ENTRY_ORDER_WORKING")
                return
            self.end_entry(bar["t1"], "cancelled", "REPLACED")
        order |= {"limit": limit, "trigger": trigger, "now": kind, "rests": False, "sized": False}
        order |= {"reference": reference, "seen": shown, "expires": 0}
        if bars := self.rules.entry.expire_after_bars:
            number = self.timeframe.bar_number(bar["t1"])
            order["expires"] = self.timeframe.open_of(number + bars)
        self.entry = order
        if sized:
            self.give_size(order, bar["t1"])

    def give_size(self, order: Row, ts: int) -> None:
        code = self.refusal(order)
        order["sized"], order["left"] = True, order["row"]["qty"]
        if code:
            self.end_entry(ts, "rejected", code)

    def refusal(self, order: Row) -> str:
        """Give an entry its quantity; return why it is refused, or ''."""
        m, r, x = self.money, self.rules, self.money.instrument
        side, price, free = order["side"], order["reference"], self.free()
        too_high = x.max_leverage is not None and r.leverage > x.max_leverage
        first_rate = m.tiers[0].maintenance_margin_rate
        if too_high or m.tier_cap() <= 0 or 1 / r.leverage <= first_rate:
            return "MAX_LEVERAGE"
        if m.cost(side, max(x.min_qty * price, m.least())) > free:
            self.starved = True
            return "INSUFFICIENT_MARGIN"
        levels = m.levels(side, price, order["seen"])
        if not levels["valid"]:
            return "STOP_UNAVAILABLE"
        qty, cap = m.size(side, self.worth(price), free, price, levels["stop"])
        order["row"].update(qty=qty, cap=cap)
        if qty <= 0 or qty < x.min_qty or qty * price < m.least():
            return "BELOW_MIN_NOTIONAL"
        if 1 / r.leverage <= m.tier(qty * price).maintenance_margin_rate:
            return "MAX_LEVERAGE"
        liquidation = m.liquidation(side, qty, price, qty * price / r.leverage)
        beyond = m.is_beyond(side, price, levels["stop"], liquidation)
        if beyond and r.on_sl_beyond_liq == "reject":
            return "SL_BEYOND_LIQUIDATION"
        return "" if m.affords(side, qty * price, free) else "INSUFFICIENT_MARGIN"

    # --- how an entry fills (4.2, 4.3) --------------------------------------------------------

    def arrive(self, order: Row, bar: Row) -> None:
        if not order["sized"]:
            if self.position is not None:
                return
            self.give_size(order, bar["t0"])
            if self.entry is None:
                return
        if order["now"] == "MARKET":
            self.buy(order, bar, bar["t0"], bar["open"], "open")
        elif order["now"] == "LIMIT":
            self.place(order, bar, bar["t0"], bar["open"], "open")
        elif order["side"] * (bar["open"] - order["trigger"]) >= 0:
            self.trigger(order, bar, bar["t0"], bar["open"], "open")
        else:
            order["rests"] = True

    def open_fills(self, order: Row, bar: Row) -> bool:
        """A4."""
        side = order["side"]
        if order["now"] != "LIMIT":
            reached = side * (bar["open"] - order["trigger"]) >= 0
            return reached and self.trigger(order, bar, bar["t0"], bar["open"], "open")
        return self.money.rested(side, bar["open"], order["limit"]) and self.rested(
            order, bar["t0"]
        )

    def range_fills(self, order: Row, bar: Row) -> bool:
        """B2."""
        side, ts = order["side"], bar["t1"] - 1
        highest, lowest = (bar["high"], bar["low"])[::side]
        if order["now"] != "LIMIT":
            reached = side * (highest - order["trigger"]) >= 0
            return reached and self.trigger(order, bar, ts, order["trigger"], "level")
        return self.money.rested(side, lowest, order["limit"]) and self.rested(order, ts)

    def rested(self, order: Row, ts: int) -> bool:
        limit, rate = order["limit"], self.rules.maker_rate
        return self.enter(order, order["left"], ts, (limit, limit, rate, "level"), maker=True)

    def trigger(self, order: Row, bar: Row, ts: int, price: float, source: str) -> bool:
        if order["now"] == "STOP_LIMIT":
            return self.place(order, bar, ts, price, source)
        return self.buy(order, bar, ts, price, source)

    def place(self, order: Row, bar: Row, ts: int, price: float, source: str) -> bool:
        """Let a limit order meet the market at `price`: the table of 4.2."""
        order["now"], tif = "LIMIT", self.rules.entry.time_in_force
        marketable = order["side"] * (order["limit"] - price) >= 0
        if marketable and tif == "PostOnly":
            self.end_entry(ts, "cancelled", "POST_ONLY_REJECT")
        elif marketable:
            return self.take(order, bar, ts, price, source)
        elif tif in ("IOC", "FOK"):
            self.end_entry(ts, "cancelled", f"{tif}_CANCEL")
        else:
            order["rests"] = True
        return False

    def take(self, order: Row, bar: Row, ts: int, reference: float, source: str) -> bool:
        tif, part = self.rules.entry.time_in_force, self.money.takes(order["left"], bar)
        whole = part >= order["left"]
        if not whole and (part <= 0 or tif == "FOK"):
            self.end_entry(ts, "cancelled", "LIQUIDITY_EXCEEDED")
            return False
        price = self.money.market(order["side"], reference, part, bar)
        best = min if order["side"] > 0 else max
        price = best(price, order["limit"])
        terms = (reference, price, self.rules.taker_rate, source)
        if not self.enter(order, part, ts, terms):
            return False
        if not whole:
            self.end_entry(ts, "cancelled", "IOC_CANCEL" if tif == "IOC" else "LIQUIDITY_EXCEEDED")
        return True

    def buy(self, order: Row, bar: Row, ts: int, reference: float, source: str) -> bool:
        """Fill a market entry, as far as the minute takes it."""
        part = self.money.takes(order["left"], bar)
        if part <= 0:
            order.update(now="MARKET", rests=False)
            return False
        price = self.money.market(order["side"], reference, part, bar)
        if not self.money.in_band(price, *self.marks(bar, source)):
            self.end_entry(ts, "cancelled", "MARKET_BAND")
            return False
        return self.enter(order, part, ts, (reference, price, self.rules.taker_rate, source))

    def enter(
        self,
        order: Row,
        part: float,
        ts: int,
        at: tuple[float, float, float, str],
        *,
        maker: bool = False,
    ) -> bool:
        """Fill a part of an entry; open the position, or add to it."""
        reference, price, rate, source = at
        side, first, last = order["side"], self.position is None, part >= order["left"]
        levels = self.first_levels(order, part, price)
        if not self.money.affords(side, part * price, self.free()):
            self.end_entry(ts, "rejected" if first else "cancelled", "INSUFFICIENT_MARGIN")
            return False
        if first and not levels["valid"]:
            self.end_entry(ts, "rejected", "STOP_UNAVAILABLE")
            return False
        self.positions += first
        fee = part * price * rate
        self.fill(order, ts, (reference, price, part, fee), source, maker=maker, last=last)
        self.cash -= fee
        lev = self.rules.leverage
        if first:
            reserve = part * (price * (1 - side / lev)) * self.rules.taker_rate
            self.position = {"side": side, "qty": part, "entry": price, "fee": fee, "ts": ts}
            self.position |= {"margin": part * price / lev, "reserve": reserve, "funding": 0.0}
            self.position |= {"fill": len(self.fills), "seen": [price], "bought": part, "legs": 0}
            self.position |= {"by": "sl", "trails": False, "even": False, "triggered": False}
            self.position |= {"resting": None, "other": None, "flags": 0}
        position = self.position
        assert position is not None
        if not first:
            total = self.money.near(position["qty"] + part)
            position["entry"] = (position["qty"] * position["entry"] + part * price) / total
            position["qty"], position["margin"] = total, position["margin"] + part * price / lev
            position["reserve"] = total * self.bankrupt(position) * self.rules.taker_rate
            position["fee"] += fee
            position["bought"] = self.money.near(position["bought"] + part)
            levels = self.first_levels(order, total, position["entry"])
        if levels["valid"]:
            position["target"] = levels["target"]
            position["flags"] |= levels["flags"]
            if position["by"] == "sl":
                position["stop"] = position["first_stop"] = levels["stop"]
        if last:
            self.entry = None
        else:
            order.update(left=self.money.near(order["left"] - part), now="MARKET", rests=False)
        return True

    def first_levels(self, order: Row, qty: float, price: float) -> Row:
        side = order["side"]
        levels = self.money.levels(side, price, order["seen"])
        how = self.rules.on_sl_beyond_liq
        liquidation = self.money.liquidation(side, qty, price, qty * price / self.rules.leverage)
        beyond = self.money.is_beyond(side, price, levels["stop"], liquidation)
        if how == "adjust" and beyond:
            nearest = price - side * self.money.room(price, liquidation)
            levels["stop"] = self.money.tick_by(nearest, side)
            levels["flags"] |= 2
            levels["valid"] = levels["valid"] and side * (price - levels["stop"]) > 0
        elif how == "warn" and beyond:
            levels["flags"] |= 4
        return levels
