"""What a session holds on the exchange, as its executions tell: position, cash, extremes.

The arithmetic is that of the simulated ledger: an average entry price, realized profit and fees in
cash, funding paid from it. Quantities are Decimals on the step, prices floats as in the simulator.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from math import inf, nan

from tradec.runtime.bybit.recent import Recent
from tradec.runtime.bybit.reconciling import TRADES
from tradec.runtime.live.protocols import Execution, Minute, PositionRow
from tradec.runtime.timeframe import MINUTE_MS

Seen = tuple[float, float, float, float]
"""What the play showed at a decision: stop volatility, long and short level, target volatility."""

NOTHING: Seen = (nan, nan, nan, nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a position came from: what was shown, and whether its entry rested in the book."""

    seen: Seen = NOTHING
    rests: bool = False


UNKNOWN = Origin()


@dataclass(slots=True)
class Position:
    """An open position; `best` and `worst` are prices since the fill, as simulation.md 7 says."""

    side: int
    qty: Decimal
    entry: float
    ts: int
    best: float
    worst: float
    seen: Seen
    stop: float
    target: float
    link_id: str
    trails: bool = False
    is_even: bool = False
    moved: bool = False
    secured: bool = False

    def live(self, minute: Minute) -> None:
        """Take in the range of a minute; one in which the position began counts against it."""
        whole = self.ts <= minute.ts
        favor, against = (minute.high, minute.low)[:: self.side]
        better, worse = (max, min)[:: self.side]
        self.worst = worse(self.worst, against)
        if whole:
            self.best = better(self.best, favor)


@dataclass(slots=True)
class Account:
    """Cash since the session began, and the position; `booked` remembers what was counted."""

    cash: float
    position: Position | None = None
    realized: float = 0.0
    fees: float = 0.0
    funding: float = 0.0
    booked: Recent[str] = field(default_factory=Recent)

    def book(self, execution: Execution, origin: Origin = UNKNOWN) -> bool:
        """Book an execution once; tell whether it was new."""
        if not self.booked.is_new(execution.exec_id):
            return False
        fee = float(execution.fee)
        if execution.kind == "Funding":
            self.cash += -fee
            self.funding -= fee
        elif execution.kind in TRADES:
            self.fees += fee
            self._trade(execution, fee, origin)
        return True

    def _trade(self, execution: Execution, fee: float, origin: Origin) -> None:
        side = 1 if execution.side == "Buy" else -1
        position, qty, price, profit = self.position, execution.qty, float(execution.price), 0.0
        if position is not None and position.side != side:
            closed = min(qty, position.qty)
            profit = position.side * float(closed) * (price - position.entry)
            self.realized += profit
            position.qty -= closed
            if not position.qty:
                self.position = None
            qty -= closed
        self.cash += profit - fee
        if qty:
            self._open(execution, side, qty, origin)

    def _open(self, execution: Execution, side: int, qty: Decimal, origin: Origin) -> None:
        price, position = float(execution.price), self.position
        if position is not None:
            total = position.qty + qty
            held = float(position.qty) * position.entry + float(qty) * price
            position.entry, position.qty = held / float(total), total
            position.secured = False
            return
        self.position = Position(
            side=side,
            qty=qty,
            entry=price,
            ts=execution.ts if origin.rests else execution.ts // MINUTE_MS * MINUTE_MS,
            best=price,
            worst=price,
            seen=origin.seen,
            stop=-side * inf,
            target=side * inf,
            link_id="" if origin is UNKNOWN else execution.link_id,
        )


def adopted(row: PositionRow) -> Position | None:
    """Return a position of the exchange as one to hold, None if it is flat."""
    if row.side is None or row.entry_price is None:
        return None
    side, entry = 1 if row.side == "Buy" else -1, float(row.entry_price)
    return Position(
        side=side,
        qty=row.qty,
        entry=entry,
        ts=row.updated_ms,
        best=entry,
        worst=entry,
        seen=NOTHING,
        stop=-side * inf if row.stop_loss is None else float(row.stop_loss),
        target=side * inf if row.take_profit is None else float(row.take_profit),
        link_id="",
        moved=True,
    )
