"""The exchange of simulation.md in plain Python, bar by bar, without cleverness.

Written from the specification, not from the Cython: everything is a dict in a list, every bar runs
through every phase of section 3.1.
"""

from math import isnan, nan
from typing import Any

from differential.reference_money import Money
from tradec.runtime.data.bars import Bars
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.rules import Rules
from tradec.runtime.timeframe import Timeframe

Row = dict[str, Any]
TERMINAL = ("liquidated", "equity_floor_hit")
SHOWN = ("stop_volatility", "long_level", "short_level", "target_volatility", "trail_volatility")
BLIND = dict.fromkeys(SHOWN, nan)


class ReferenceExchange:
    """One run; `orders`, `fills`, `legs`, `payments` and `equity` are what it leaves."""

    def __init__(self, rules: Rules, instrument: Instrument, timeframe: Timeframe) -> None:
        self.rules, self.money, self.timeframe = rules, Money(rules, instrument), timeframe
        self.cash = rules.starting_equity_usdt
        self.orders: list[Row] = []
        self.fills: list[Row] = []
        self.legs: list[Row] = []
        self.payments: list[Row] = []
        self.equity: list[float] = []
        self.position: Row | None = None
        self.entry: Row | None = None  # the order at work
        self.exit: Row | None = None
        self.positions = 0
        self.starved = self.over = False
        self.stop_reason = "end_of_data"
        self.funding: list[tuple[int, float]] = []
        self.rows: list[Row] = []

    def bars_of(self, bars: Bars) -> list[Row]:
        """Return every bar with its mark prices, and take note of the settlements of funding."""
        columns = ("open", "high", "low", "close", "volume")
        rows = [
            {name: float(getattr(bars, name)[i]) for name in columns}
            | {"t0": bars.ts_open(i), "t1": bars.ts_close(i), "present": bars.flags[i] == 0}
            for i in range(bars.n)
        ]
        source = self.rules.backtest.mark_source
        source = source or ("last_extreme" if bars.mark is None else "mark_kline")
        before = rows[0]["open"] if rows else nan
        for i, row in enumerate(rows):
            row["mark_before"] = before
            row.update(self.mark_of(bars, i, row, source))
            before = row["mark_close"]
        if bars.funding is not None and self.rules.backtest.funding:
            pairs = zip(bars.funding.ts.tolist(), bars.funding.rate.tolist(), strict=True)
            self.funding = list(pairs)
        self.rows = rows
        return rows

    def mark_of(self, bars: Bars, i: int, row: Row, source: str) -> Row:
        names, values = ("open", "high", "low", "close"), Row()
        own = source == "mark_kline" and bars.mark is not None
        if own and not isnan(bars.mark.close[i]):  # type: ignore[union-attr]
            values = {name: float(getattr(bars.mark, name)[i]) for name in names}
        elif source == "last_close":
            values = dict.fromkeys(names, row["close"]) | {"open": row["mark_before"]}
        else:
            values = {name: row[name] for name in names}
            if own:
                values["open"] = row["mark_before"]
        marks = {f"mark_{name}": value for name, value in values.items()}
        return marks | {"mark_at_open": nan if source == "last_extreme" else values["open"]}

    def run(
        self, bars: Bars, actions: Any, first: int, every: int, percents: Any, seen: Any
    ) -> None:
        rows = self.bars_of(bars)
        for i in range(first, bars.n):
            shown = dict(zip(SHOWN, seen[i].tolist(), strict=True))
            if i > first:
                self.before_step(rows[i])
                if self.over:
                    break
            is_close = (i + 1) % every == 0
            self.after_step(rows[i], shown, is_close=is_close)
            if is_close and actions[i]:
                self.decide(rows[i], actions[i], actions[i] | i << 8, percents[i], shown)
            if self.over:
                break
        self.finish(rows[-1])

    # --- the phases of a minute (3.1) ---------------------------------------------------------

    def before_step(self, bar: Row) -> None:
        """A, B and what of C does not need the features of the minute."""
        if bar["present"]:
            self.settle_funding(bar["t0"])
            self.at_open(bar)
            if self.over:
                return
            if self.position is not None:
                self.settle_funding(bar["t1"] - 1)
            self.live(bar)
        elif self.position is not None:
            self.position["seen"].append(bar["close"])  # absent: flat at the close before
        if self.stop_reason == "end_of_data":
            floor = self.rules.backtest.stop_equity_usdt
            if self.worth(bar["mark_close"]) <= floor:
                self.stop("equity_floor_hit", bar)
        order = self.entry
        if order is not None and order["expires"] and bar["t1"] >= order["expires"]:
            self.end_entry(bar["t1"], "cancelled", "EXPIRED")

    def at_open(self, bar: Row) -> None:
        """A2: the close before the entry."""
        if self.exit is not None:
            self.leave(self.exit, bar, bar["t0"], bar["open"], "open")
        if self.entry is not None and not self.entry["rests"]:
            self.arrive(self.entry, bar)
        if self.stop_reason == "max_drawdown_hit" and self.position is None:
            self.over = True

    def live(self, bar: Row) -> None:
        """A3, A4, B and the extremes of C1."""
        is_new, by_stop = False, False
        if self.position is None:
            if self.entry is None or not self.entry["rests"]:
                return
            if not self.open_fills(self.entry, bar):
                if self.entry is None or not self.entry["rests"]:
                    return
                by_stop = self.entry["now"] != "LIMIT"
                if not self.range_fills(self.entry, bar):
                    return
                is_new = True
        position = self.position
        assert position is not None
        if not is_new:
            position["seen"].append(bar["open"])
            self.exit_at_open(position, bar)
        if self.position is not None:
            self.exit_inside(position, bar, is_new=is_new, by_stop=by_stop)
        if self.position is not None:
            adverse = bar["low"] if position["side"] > 0 else bar["high"]
            position["seen"] += [adverse] if is_new else [bar["low"], bar["high"]]

    def after_step(self, bar: Row, shown: Row, *, is_close: bool) -> None:
        """C3b, C4."""
        if self.position is not None:
            self.trail(self.position, shown)
        elif self.stop_reason == "max_drawdown_hit":
            self.over = True
        if not is_close:
            return
        self.equity.append(self.worth(bar["mark_close"]))
        if self.stop_reason in TERMINAL and self.position is None:
            self.over = True
            return
        peak, now, limit = max(self.equity), self.equity[-1], self.rules.max_drawdown_pct
        if self.stop_reason == "end_of_data" and limit < 100 and (peak - now) / peak * 100 >= limit:
            self.stop("max_drawdown_hit", bar)
            self.over = self.position is None

    def stop(self, reason: str, bar: Row) -> None:
        self.stop_reason = reason
        if self.entry is not None:
            self.end_entry(bar["t1"], "cancelled", "ENTRIES_DISABLED")
        if self.position is None:
            return
        if self.exit is not None and self.exit["left"] < self.position["qty"]:
            self.end(self.exit, bar["t1"], "cancelled", "POSITION_CLOSED")
            self.exit = None
        if self.exit is None:
            purpose = "max_drawdown" if reason == "max_drawdown_hit" else "equity_floor"
            self.exit = self.close_order(purpose, bar["t1"], bar["close"])

    def finish(self, bar: Row) -> None:
        if self.entry is not None:
            self.end_entry(bar["t1"], "cancelled", "END_OF_DATA")
        if self.position is not None:
            self.settle_funding(bar["t1"])
            resting, self.position["resting"] = self.position["resting"], None
            if resting:
                self.end(resting, bar["t1"], "cancelled", "END_OF_DATA")
            kept = ("max_drawdown", "equity_floor")
            if self.exit is not None and self.exit["purpose"] not in kept:
                self.end(self.exit, bar["t1"], "cancelled", "END_OF_DATA")
                self.exit = None
            order = self.exit or self.close_order("end_of_data", bar["t1"], bar["close"])
            assert order is not None
            self.exit = order
            self.leave(order, bar, bar["t1"], bar["close"], "close")
        if self.equity:
            self.equity[-1] = self.cash

    # --- money --------------------------------------------------------------------------------

    def worth(self, price: float) -> float:
        """Return the equity at a price."""
        if self.position is None:
            return self.cash
        signed_qty = self.position["side"] * self.position["qty"]
        return float(self.cash + signed_qty * (price - self.position["entry"]))

    def free(self) -> float:
        locked = 0.0
        if self.position is not None:
            locked = self.position["margin"] + self.position["reserve"]
        return max(0.0, self.cash - locked)

    def bankrupt(self, position: Row) -> float:
        at = (position["side"], position["qty"], position["entry"], position["margin"])
        return self.money.bankruptcy(*at)

    def liquidated_at(self, position: Row) -> float:
        at = (position["side"], position["qty"], position["entry"], position["margin"])
        return self.money.liquidation(*at)

    def settle_funding(self, until: int) -> None:
        """A1: (12)."""
        while self.position is not None and self.funding and self.funding[0][0] <= until:
            ts, rate = self.funding.pop(0)
            position = self.position
            if ts <= position["ts"]:
                continue
            mark = self.mark_by_ts(ts)
            pnl = -(position["side"] * position["qty"]) * mark * rate
            lacking = -pnl - self.free()
            if lacking > 0:
                position["margin"] = max(0.0, position["margin"] - lacking)
            self.cash += pnl
            position["funding"] += pnl
            row = {"ts": ts, "rate": rate, "mark": mark, "pnl": pnl, "position": self.positions}
            signed_qty = position["side"] * position["qty"]
            self.payments.append(row | {"signed_qty": signed_qty})

    def mark_by_ts(self, ts: int) -> float:
        """Return the mark's open where a bar begins at `ts`, else the close of the bar before."""
        length = self.rows[0]["t1"] - self.rows[0]["t0"]
        i = (ts - self.rows[0]["t0"]) // length
        if i < len(self.rows) and self.rows[i]["t0"] == ts:
            row = self.rows[i]
            if not isnan(row["mark_at_open"]):
                return float(row["mark_at_open"])
        return float(self.rows[i - 1]["mark_close"])

    # --- orders -------------------------------------------------------------------------------

    def order(self, purpose: str, ts: int, side: int, reference: float, qty: float) -> Row:
        row: Row = {"ts": ts, "ts_end": 0, "word": 0, "reference": reference, "qty": qty, "fill": 0}
        row |= {"price": nan, "trigger": nan, "filled": 0.0, "cap": "", "kind": "MARKET"}
        row |= {"position": self.positions if self.position else 0, "purpose": purpose}
        row |= {"side": side, "status": "working", "code": "", "in_force": "GTC"}
        self.orders.append(row)
        return row | {"row": row, "number": len(self.orders), "left": qty}

    def end(self, order: Row, ts: int, status: str, code: str) -> None:
        order["row"].update(ts_end=ts, status=status, code=code)

    def end_entry(self, ts: int, status: str, code: str) -> None:
        assert self.entry is not None
        self.end(self.entry, ts, status, code)
        self.entry = None

    def close_order(
        self, purpose: str, ts: int, reference: float, percent: float = 100.0
    ) -> Row | None:
        position = self.position
        assert position is not None
        qty = self.money.exit_qty(position["qty"], percent, reference)
        order = self.order(purpose, ts, -position["side"], reference, qty)
        if qty <= 0:
            self.end(order, ts, "rejected", "BELOW_MIN_NOTIONAL")
            return None
        if self.entry is not None:
            self.end_entry(ts, "cancelled", "POSITION_CLOSED")
        return order

    def decide(self, bar: Row, action: int, word: int, percent: float, shown: Row) -> None:
        """C5."""
        made, position = len(self.orders), self.position
        if action in (1, 2):
            side = 1 if action == 1 else -1
            if position is None:
                self.submit(bar, side, shown, sized=True)
            elif position["side"] == -side and self.exit is None:
                self.turn(bar, side, shown)
        elif position is None or self.exit is not None:
            return
        elif action in (5, 3 if position["side"] > 0 else 4):
            self.exit = self.close_order("signal", bar["t1"], bar["close"], percent)
        for row in self.orders[made:]:
            row["word"] = word

    def turn(self, bar: Row, side: int, shown: Row) -> None:
        """9: an entry of the other side."""
        if self.rules.on_opposite == "ignore":
            return
        self.exit = self.close_order("opposite", bar["t1"], bar["close"])
        if self.rules.on_opposite == "reverse":
            self.submit(bar, side, shown, sized=False)

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

    def marks(self, bar: Row, source: str) -> tuple[float, float]:
        if source == "open":
            return bar["mark_open"], bar["mark_open"]
        return bar["mark_low"], bar["mark_high"]

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
        reference, price, qty, fee = what
        row: Row = {"ts": ts, "reference": reference, "price": price, "qty": qty, "fee": fee}
        row |= {"side": order["row"]["side"], "order": order["number"], "position": self.positions}
        row |= {"purpose": order["row"]["purpose"], "source": source, "is_maker": int(maker)}
        self.fills.append(row)
        order["row"].update(fill=len(self.fills), position=self.positions)
        if last:
            order["row"].update(filled=order["row"]["qty"], status="filled", ts_end=ts)
        else:
            order["row"]["filled"] = self.money.near(order["row"]["filled"] + qty)

    # --- how a position is left (6.3, 6.4, 8, 11.4) -------------------------------------------

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
            self.act(position["by"], stop, bar, (ts, stop, "level"))
        elif won and is_new:
            self.doubt(position, bar, events, "entry", is_new=True, by_stop=by_stop)
        elif won:
            position["seen"].append(worst)
            self.win(position, bar, (ts, position["target"], "level"))

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
            other = (self.market_exit(position, bar, position["stop"]), taker)
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
        order = self.order(purpose, ts, -position["side"], level, position["qty"])
        order["row"]["trigger"] = level
        if self.exit is not None:
            self.end(self.exit, ts, "cancelled", "POSITION_CLOSED")
        self.exit, position["triggered"] = order, True
        self.leave(order, bar, ts, reference, source)

    def rest_stop(self, position: Row, ts: int) -> None:
        stop = position["stop"]
        order = self.order(position["by"], ts, -position["side"], stop, position["qty"])
        order["row"].update(kind="LIMIT", price=stop, trigger=stop)
        position["resting"] = order

    def leave(self, order: Row, bar: Row, ts: int, reference: float, source: str) -> None:
        """Fill a closing market order, as far as the minute takes it."""
        position = self.position
        assert position is not None
        part = order["left"] if source == "close" else self.money.takes(order["left"], bar)
        if part <= 0:
            return
        price = self.money.market(order["side"], reference, part, bar)
        if position["side"] * (price - self.bankrupt(position)) < 0:
            self.liquidate(ts)
            return
        if source != "close" and not self.money.in_band(price, *self.marks(bar, source)):
            return
        last = part >= order["left"]
        order["left"] = self.money.near(order["left"] - part)
        at = (reference, price, part, self.rules.taker_rate)
        self.settle(order, ts, at, source, maker=False, last=last)

    def leave_resting(self, order: Row, ts: int, price: float) -> None:
        assert self.position is not None
        qty = order["row"]["qty"] = self.position["qty"]
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
        if last and self.exit is order:
            self.exit = None

    def gone(self, position: Row, order: Row, ts: int) -> None:
        self.position = None
        for other in (self.exit, position["resting"]):
            if other is not None and other is not order:
                self.end(other, ts, "cancelled", "POSITION_CLOSED")
        if self.entry is not None and self.entry["sized"]:
            self.end_entry(ts, "cancelled", "POSITION_CLOSED")
        self.exit = None

    # --- trailing and break-even (7) ----------------------------------------------------------

    def trail(self, position: Row, shown: Row) -> None:
        side, entry, r = position["side"], position["entry"], self.rules
        if position["triggered"] or position["resting"]:
            return
        best = max(position["seen"]) if side > 0 else min(position["seen"])
        move = side * (best - entry) / entry * 100
        if r.trailing is not None:
            position["trails"] = position["trails"] or move >= r.trailing.activation_pct
            distance = r.trailing.distance * shown["trail_volatility"]
            if r.trailing.rule == "percent":
                distance = best * r.trailing.distance / 100
            if position["trails"]:
                self.tighten(position, best - side * distance, "trailing")
        even = r.break_even
        if even is not None and not position["even"] and move >= even.activation_pct:
            position["even"] = True
            self.tighten(position, entry * (1 + side * even.offset_pct / 100), "break_even")

    def tighten(self, position: Row, stop: float, by: str) -> None:
        stop = self.money.tick_by(stop, -position["side"])
        if position["side"] * (stop - position["stop"]) > 0:
            position.update(stop=stop, by=by)
