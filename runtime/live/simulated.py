"""The machine and the simulated exchange, one minute at a time: replay and shadow.

The loop is the backtest's own engine, given its bars as they become known, so that a session is
the backtest of its minutes by construction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from tradec.runtime.engine import Engine
from tradec.runtime.strategy import Strategy

from tradec.runtime import backtest
from tradec.runtime.data.bars import Bars
from tradec.runtime.data.marks import MARK_PRICES, Funding, Mark
from tradec.runtime.live.history import joined
from tradec.runtime.live.known import Known
from tradec.runtime.live.protocols import Frame, Minute
from tradec.runtime.live.steps import Step, outputs_hash
from tradec.runtime.live.told import Happened, exchange_records
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.rules import Rules
from tradec.runtime.timeframe import MINUTE_MS, TIMEFRAMES

Array: TypeAlias = NDArray[np.void]
_PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    """What a simulated session trades: the play's machine and rules, and the instrument."""

    strategy: Strategy
    rules: Rules
    instrument: Instrument
    exec_tf: str
    warmup: Mapping[str, int]


class Simulated:
    """A session's machine; `bars` warm it up, and the bar that closes at `trade_start` decides.

    `bars` end before `trade_start` closes. After `restored` they begin with that bar instead, and
    `warm` are those before it.
    """

    def __init__(
        self, traded: Traded, bars: Bars, trade_start: int, warm: Bars | None = None
    ) -> None:
        self.traded = traded
        self.trade_start = trade_start
        self._warm = bars if warm is None else warm
        self._interest: list[tuple[int, float]] = []
        self._exchange = backtest.exchange_of(
            traded.rules, traded.instrument, bars, 1, traded.exec_tf
        )
        self._engine = Engine(
            traded.strategy,
            self._exchange,
            bars,
            (trade_start - bars.ts0) // MINUTE_MS - 1,
            slots=len(traded.strategy.SLOTS),
            grows=True,
            by_step=True,
        )
        self._known = Known.after(bars)
        self._due: list[tuple[int, float]] = []
        self._numbers = _Numbers()

    def warm_up(self) -> None:
        """Feed the bars that are there."""
        self._engine.advance()

    def restored(self, snapshot: bytes, before: Sequence[Step]) -> None:
        """Go on from a snapshot taken after the last of the steps `before`, the session's own."""
        last = before[-1]
        seen, settled = last.seen, last.minute.settled
        self._engine.restore(snapshot)
        self._known = Known(seen.funding, seen.open_interest)
        self._due = [pair for pair in settled if pair[0] == last.ts]
        self._interest = [pair for step in before for pair in step.minute.interest]
        self.happened()

    def snapshot(self) -> bytes:
        """Return the whole state, from trade_start on."""
        snapshot: bytes = self._engine.snapshot()
        return snapshot

    # --- a minute -------------------------------------------------------------------------------

    @property
    def mark_source(self) -> str:
        """Return where the marks come from: a word of `feed.MARK_SOURCES`."""
        return str(self._engine.mark_source)

    @property
    def last_close(self) -> float:
        """Return the close of the last minute."""
        return float(self._engine.columns.last[0])

    @property
    def next_ts(self) -> int:
        """Return when the next minute opens."""
        return int(self._engine.columns.ts0 + self._engine.columns.n * MINUTE_MS)

    @property
    def is_trading(self) -> bool:
        """Tell whether trade_start has come."""
        return self.next_ts >= self.trade_start

    @property
    def is_stopped(self) -> bool:
        """Tell whether a terminal risk event has ended it."""
        return bool(self._exchange.is_stopped)

    def step(self, minute: Minute, *, may_enter: bool, late_ms: int = 0) -> Step:
        """Feed the next minute; entries that it decides come to nothing unless `may_enter`."""
        if minute.ts != self.next_ts:
            raise ValueError(f"the minute at {minute.ts} does not follow; {self.next_ts} does")
        columns = self._engine.columns
        for ts, rate in self._due:
            columns.settle(ts, rate)
        self._due = list(minute.settled)
        self._interest += minute.interest
        seen = self._known.at_close(minute)
        columns.append(
            minute.open,
            minute.high,
            minute.low,
            minute.close,
            minute.volume,
            mark=minute.mark,
            is_flat=minute.is_flat,
            funding_seen=seen.funding,
            open_interest_seen=seen.open_interest,
        )
        self._exchange.entries_blocked = not may_enter
        self._engine.advance()
        strategy = self.traded.strategy
        closes_bar = self.closes_bar(minute.ts + MINUTE_MS)
        return Step(
            minute=minute,
            seen=seen,
            account=self._engine.last_account,
            decision=self._engine.last_decision,
            digest=strategy.digest,
            outputs=outputs_hash(strategy.words()) if closes_bar else "",
            barred=not may_enter,
            late_ms=late_ms,
        )

    def closes_bar(self, ts: int) -> bool:
        """Tell whether an exec bar closes at an instant."""
        timeframe = TIMEFRAMES[self.traded.exec_tf]
        return timeframe.open_of(timeframe.bar_number(ts)) == ts

    def happened(self) -> Happened:
        """Return what is new on the exchange since the last time this was asked."""
        return self._numbers.news(self._exchange)

    def news(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what is new on the exchange as records of the journal."""
        return list(exchange_records(self.happened()))

    def hear(self, frame: Frame) -> None:
        """Take nothing in: a simulated exchange says nothing by itself."""

    def ticks(self, frames: Iterable[Frame]) -> None:
        """Take nothing in: what is simulated is priced by closed minutes."""

    def act(self) -> None:
        """Do nothing: what was decided stands on the simulated exchange."""

    def reconcile(self) -> None:
        """Compare with nobody: the simulated exchange is what is known of it."""

    @property
    def strategy(self) -> Strategy:
        """Return the strategy."""
        return self.traded.strategy

    @property
    def position(self) -> dict[str, Any]:
        """Return the account as it stands: cash, side, quantity, entry, stop, target."""
        return dict(self._exchange.account())

    def equity(self) -> float:
        """Return the equity at the last close."""
        account, (_, mark) = self._exchange.account(), self._engine.columns.last
        entry = mark if account["entry"] is None else account["entry"]
        return float(account["cash"] + account["signed_qty"] * (mark - entry))

    # --- the end --------------------------------------------------------------------------------

    def finish(self) -> backtest.Outcome | None:
        """End it as a backtest ends: close at the last close; None if trade_start never came."""
        if not self.is_trading:
            return None
        self._engine.finish()
        bars = self._bars()
        first = (self.trade_start - bars.ts0) // MINUTE_MS - 1
        own = bars.slice(first, bars.n)
        warm = self._warm.slice(0, self._warm.position(own.ts0))
        instants = backtest.instants(self.trade_start, bars.end, self.traded.exec_tf)
        return backtest.outcome_of(
            self._engine,
            self._exchange,
            self.traded.strategy,
            trade_start=self.trade_start,
            initial_equity=self.traded.rules.starting_equity_usdt,
            ts_close=instants,
            features=None,
            history=joined(warm, own, self._interest),
            traded=own,
        )

    def _bars(self) -> Bars:
        columns = self._engine.columns
        rows = {name: columns.column(name) for name in (*_PRICES, "volume")}
        mark = None
        if columns.mark_source == "mark_kline":
            mark = Mark(**{name: columns.column(f"mark_{name}") for name in MARK_PRICES})
        settled = Funding(ts=columns.column("funding_ts"), rate=columns.column("funding_rate"))
        return Bars(
            ts0=columns.ts0,
            base_ms=MINUTE_MS,
            **rows,
            flags=columns.column("flags"),
            source="session",
            mark=mark,
            funding=settled if len(settled.ts) else None,
        )


@dataclass(slots=True)
class _Numbers:
    """How many rows of each table were told already, and which orders were still open."""

    orders: int = 0
    fills: int = 0
    legs: int = 0
    payments: int = 0
    open: set[int] = field(default_factory=set)

    def news(self, exchange: Any) -> Happened:
        orders, fills, legs, payments = exchange.sizes
        if not self.open and (orders, fills, legs, payments) == (
            self.orders,
            self.fills,
            self.legs,
            self.payments,
        ):
            return Happened()
        first = min([self.orders, *(number - 1 for number in self.open)])
        rows = list(enumerate(exchange.orders_made(first), first + 1))
        changed = [
            (number, row)
            for number, row in rows
            if number > self.orders or (number in self.open and row["status"] != 0)
        ]
        told = Happened(
            orders=changed,
            fills=list(enumerate(exchange.fills_made(self.fills), self.fills + 1)),
            legs=list(enumerate(exchange.legs_closed(self.legs), self.legs + 1)),
            payments=list(enumerate(exchange.funding_paid(self.payments), self.payments + 1)),
        )
        self.open = {number for number, row in rows if row["status"] == 0}
        self.orders, self.fills, self.legs, self.payments = orders, fills, legs, payments
        return told
