"""The exchange of simulation.md in plain Python, bar by bar, without cleverness.

Written from the specification, not from the Cython: everything is a dict in a list, every bar runs
through every phase. The order of float operations is that of the docstrings in `runtime/sim`.
"""

from math import floor, inf
from typing import Any

from tradec.runtime.data.bars import Bars
from tradec.runtime.sim.rules import Instrument, Rules, grid_of

Row = dict[str, Any]


def down(unit: dict[str, float], x: float) -> float:
    mantissa, scale = unit["mantissa"], unit["scale"]
    if not mantissa:
        return x
    n = floor(x * scale / mantissa + 1e-9)
    return (n + 1 if (n + 1) * mantissa / scale <= x else n) * mantissa / scale


def up(unit: dict[str, float], x: float) -> float:
    mantissa, scale = unit["mantissa"], unit["scale"]
    if not mantissa:
        return x
    n = -floor(1e-9 - x * scale / mantissa)
    return (n - 1 if (n - 1) * mantissa / scale >= x else n) * mantissa / scale


class ReferenceExchange:
    """One run; `orders`, `fills`, `legs` and `equity` are what it leaves."""

    def __init__(self, rules: Rules, instrument: Instrument) -> None:
        self.rules, self.instrument = rules, instrument
        self.tick, self.step = grid_of(instrument.tick), grid_of(instrument.step)
        self.cash = rules.starting_equity_usdt
        self.orders: list[Row] = []
        self.fills: list[Row] = []
        self.legs: list[Row] = []
        self.equity: list[float] = []
        self.position: Row | None = None
        self.working: Row | None = None
        self.positions = 0
        self.starved = self.over = False
        self.stop_reason = "end_of_data"

    def run(self, bars: Bars, actions: list[int], first: int, every: int) -> None:
        for i in range(first, bars.n):
            bar = {key: float(getattr(bars, key)[i]) for key in ("open", "high", "low", "close")}
            bar["t0"] = bars.ts0 + i * bars.base_ms
            bar["t1"] = bar["t0"] + bars.base_ms
            if bars.flags[i] == 0 and i > first:
                self.at_open(bar)
                if self.over:
                    break
                self.inside(bar)
            if (i + 1) % every == 0:
                self.at_close(bar)
                if actions[i]:
                    self.decide(bar, actions[i], actions[i] | i << 8)
                if self.over:
                    break
        self.finish(bar)

    # --- phases -------------------------------------------------------------------------------

    def at_open(self, bar: Row) -> None:
        order, self.working = self.working, None
        if order and order["purpose"] == "entry":
            self.open_position(order, bar["t0"], bar["open"])
        elif order:
            self.close_position(order, bar["t0"], bar["open"], "open")
        self.over = self.stop_reason != "end_of_data" and self.position is None

    def inside(self, bar: Row) -> None:
        if self.position is None:
            return
        side, stop, target = (self.position[key] for key in ("side", "stop", "target"))
        adverse, favorable = (bar["low"], bar["high"]) if side > 0 else (bar["high"], bar["low"])
        seen = self.position["seen"]
        seen.append(bar["open"])
        if side * (bar["open"] - stop) <= 0:
            self.trigger("sl", bar["t0"], bar["open"], "open")
        elif side * (bar["open"] - target) >= 0:
            self.trigger("tp", bar["t0"], bar["open"], "open")
        elif side * (adverse - stop) <= 0:
            self.trigger("sl", bar["t1"] - 1, stop, "level")
        elif side * (favorable - target) >= 0:
            seen.append(adverse)
            self.trigger("tp", bar["t1"] - 1, target, "level")
        else:
            seen += [adverse, favorable]

    def at_close(self, bar: Row) -> None:
        self.equity.append(self.worth(bar["close"]))
        peak, now, limit = max(self.equity), self.equity[-1], self.rules.max_drawdown_pct
        if limit == 100 or (peak - now) / peak * 100 < limit:
            return
        if self.stop_reason != "end_of_data":
            return
        self.stop_reason = "max_drawdown_hit"
        if self.working and self.working["purpose"] == "entry":
            self.working.update(status="cancelled", code="ENTRIES_DISABLED")
            self.working = None
        if self.position is None:
            self.over = True
        elif self.working is None:
            self.working = self.close_order("max_drawdown", bar["t1"], bar["close"])

    def decide(self, bar: Row, action: int, word: int) -> None:
        if action in (1, 2):
            if self.position is None:
                self.submit(bar, 1 if action == 1 else -1, word)
        elif self.position is not None and self.working is None:
            if action not in (5, 3 if self.position["side"] > 0 else 4):
                return
            self.working = self.close_order("signal", bar["t1"], bar["close"])
            self.working["word"] = word

    def finish(self, bar: Row) -> None:
        order, self.working = self.working, None
        if order and (order["purpose"] != "max_drawdown"):
            order.update(status="cancelled", code="END_OF_DATA")
            order = None
        if self.position is not None:
            order = order or self.close_order("end_of_data", bar["t1"], bar["close"])
            self.close_position(order, bar["t1"], bar["close"], "close")
        if self.equity:
            self.equity[-1] = self.cash

    # --- orders -------------------------------------------------------------------------------

    def order(self, purpose: str, ts: int, side: int, reference: float, qty: float) -> Row:
        row = {"ts": ts, "word": 0, "reference": reference, "qty": qty, "fill": 0, "cap": ""}
        row |= {"position": self.positions if self.position else 0, "purpose": purpose}
        row |= {"side": side, "status": "working", "code": "", "number": 1 + len(self.orders)}
        self.orders.append(row)
        return row

    def close_order(self, purpose: str, ts: int, reference: float) -> Row:
        assert self.position is not None
        return self.order(purpose, ts, -self.position["side"], reference, self.position["qty"])

    def submit(self, bar: Row, side: int, word: int) -> None:
        order = self.order("entry", bar["t1"], side, bar["close"], 0.0)
        order["word"] = word
        code = self.size(order, side, bar["close"])
        if code:
            order.update(status="rejected", code=code)
        else:
            self.working = order

    def size(self, order: Row, side: int, price: float) -> str:
        """Set the quantity of an entry order; return why it is refused, or ''."""
        r, x = self.rules, self.instrument
        lev, f, free = r.leverage, r.taker_rate, max(0.0, self.cash)
        if self.working:
            return "ENTRY_ORDER_WORKING"
        if self.starved or self.stop_reason != "end_of_data":
            return "ENTRIES_DISABLED"
        caps = {
            "": free * r.position_pct / 100 * lev,
            "margin_share": self.cash * r.max_position_equity_pct / 100 * lev,
            "affordability": free / (1 / lev + f + f * (1 - side / lev)),
            "max_margin_usdt": inf if r.max_margin_usdt is None else r.max_margin_usdt * lev,
            "max_notional_usdt": inf if r.max_notional_usdt is None else r.max_notional_usdt,
            "max_qty": inf if x.max_qty is None else x.max_qty * price,
        }
        order["cap"] = min(caps, key=lambda name: caps[name])
        qty = down(self.step, caps[order["cap"]] / price)
        order["qty"] = qty if x.max_qty is None else min(qty, x.max_qty)
        return self.refusal(order["qty"], side, price, free)

    def refusal(self, qty: float, side: int, price: float, free: float) -> str:
        r, x = self.rules, self.instrument
        least = max(x.min_notional_usdt, r.min_trade_notional_usdt)
        if 1 / r.leverage <= x.maintenance_margin_rate:
            return "MAX_LEVERAGE"
        if self.cost(side, max(x.min_qty * price, least)) > free:
            self.starved = True
            return "INSUFFICIENT_MARGIN"
        if qty <= 0 or qty < x.min_qty or qty * price < least:
            return "BELOW_MIN_NOTIONAL"
        if not self.levels(side, price):
            return "STOP_UNAVAILABLE"
        return "" if self.cost(side, qty * price) <= free * (1 + 1e-12) else "INSUFFICIENT_MARGIN"

    def cost(self, side: int, notional: float) -> float:
        lev, f = self.rules.leverage, self.rules.taker_rate
        return notional / lev + notional * f + notional * (1 - side / lev) * f

    def levels(self, side: int, entry: float) -> tuple[float, float] | None:
        """Return stop and target, None if one stands on the wrong side."""
        rounded = []
        for rule, sign in ((self.rules.stop, -side), (self.rules.target, side)):
            if rule is None:
                rounded.append(sign * inf)
                continue
            span = entry * rule[1] / 100
            if rule[0] == "percent":
                span /= self.rules.leverage
            level = entry - span if sign < 0 else entry + span
            rounded.append(down(self.tick, level) if sign < 0 else up(self.tick, level))
            if sign * (rounded[-1] - entry) <= 0:
                return None
        return rounded[0], rounded[1]

    # --- fills --------------------------------------------------------------------------------

    def market(self, side: int, reference: float) -> float:
        price = reference * (1 + side * self.rules.slippage_rate)
        if side > 0:
            return up(self.tick, price)
        return down(self.tick, price) or self.tick["mantissa"] / self.tick["scale"]

    def fill(self, order: Row, ts: int, reference: float, price: float, source: str) -> Row:
        row = {"ts": ts, "reference": reference, "price": price, "qty": order["qty"]}
        row |= {"fee": order["qty"] * price * self.rules.taker_rate, "side": order["side"]}
        row |= {"order": order["number"], "position": self.positions}
        row |= {"purpose": order["purpose"], "source": source}
        self.fills.append(row)
        order.update(status="filled", fill=len(self.fills), position=self.positions)
        return row

    def open_position(self, order: Row, ts: int, reference: float) -> None:
        side, qty = order["side"], order["qty"]
        price = self.market(side, reference)
        levels = self.levels(side, price)
        if self.cost(side, qty * price) > max(0.0, self.cash) * (1 + 1e-12):
            order.update(status="rejected", code="INSUFFICIENT_MARGIN")
        elif levels is None:
            order.update(status="rejected", code="STOP_UNAVAILABLE")
        else:
            self.positions += 1
            fee = self.fill(order, ts, reference, price, "open")["fee"]
            self.cash -= fee
            self.position = {"side": side, "qty": qty, "entry": price, "fee": fee, "seen": [price]}
            self.position |= {"stop": levels[0], "target": levels[1], "fill": len(self.fills)}

    def trigger(self, purpose: str, ts: int, reference: float, source: str) -> None:
        assert self.position is not None
        level = self.position["stop" if purpose == "sl" else "target"]
        if self.working:
            self.working.update(status="cancelled", code="POSITION_CLOSED")
            self.working = None
        self.close_position(self.close_order(purpose, ts, level), ts, reference, source)

    def close_position(self, order: Row, ts: int, reference: float, source: str) -> None:
        position, self.position = self.position, None
        assert position is not None
        price = self.market(order["side"], reference)
        fee = self.fill(order, ts, reference, price, source)["fee"]
        realized = position["side"] * position["qty"] * (price - position["entry"])
        self.cash += realized - fee
        levels = (position["stop"], position["target"])[:: position["side"]]
        leg = {"realized": realized, "entry_fee": position["fee"]}
        leg |= {"net": realized - fee - position["fee"], "is_final": 1, "number": 1}
        leg |= {"low_level": levels[0], "high_level": levels[1], "position": self.positions}
        leg |= {"entry_fill": position["fill"], "exit_fill": len(self.fills)}
        seen = [*position["seen"], price]
        self.legs.append(leg | {"min_low": min(seen), "max_high": max(seen)})

    def worth(self, price: float) -> float:
        """Return the equity at `price`."""
        if self.position is None:
            return self.cash
        signed_qty = self.position["side"] * self.position["qty"]
        return float(self.cash + signed_qty * (price - self.position["entry"]))
