"""What the reference exchange keeps: cash, the position, orders, and the rows that it leaves."""

from math import nan

from differential.reference_market import Row, rows_of, settlements_of
from differential.reference_money import Money
from tradec.runtime.data.bars import Bars
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.rules import Rules
from tradec.runtime.timeframe import Timeframe


class ReferenceBook:
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
        self.exit: Row | None = None  # the orders that close at market, and what they have left
        self.positions = 0
        self.starved = self.over = False
        self.stop_reason = "end_of_data"
        self.funding: list[tuple[int, float]] = []
        self.rows: list[Row] = []

    def bars_of(self, bars: Bars) -> list[Row]:
        """Return every bar with its mark prices, and take note of the settlements of funding."""
        self.rows = rows_of(bars, self.rules.backtest.mark_source)
        self.funding = settlements_of(bars) if self.rules.backtest.funding else []
        return self.rows

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
        if qty <= 0:
            order = self.order(purpose, ts, -position["side"], reference, qty)
            self.end(order, ts, "rejected", "BELOW_MIN_NOTIONAL")
            return None
        if self.entry is not None:
            self.end_entry(ts, "cancelled", "POSITION_CLOSED")
        return self.split(purpose, ts, reference, qty)

    def split(self, purpose: str, ts: int, reference: float, qty: float) -> Row:
        """Return what closes `qty` at market: no order above the largest (rulings B9)."""
        assert self.position is not None
        parts = self.money.market_parts(qty)
        side = -self.position["side"]
        orders = [self.order(purpose, ts, side, reference, part) for part in parts]
        return {"orders": orders, "left": qty, "purpose": purpose}

    def end_exit(self, ts: int, code: str) -> None:
        """Cancel what would close the position."""
        for order in self.exit["orders"] if self.exit else ():
            self.end(order, ts, "cancelled", code)
        self.exit = None

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

    def marks(self, bar: Row, source: str) -> tuple[float, float]:
        if source == "open":
            return bar["mark_open"], bar["mark_open"]
        return bar["mark_low"], bar["mark_high"]
