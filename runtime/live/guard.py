"""Asks the safety layers before an entry goes out, with everything that the session knows."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tradec.runtime.live.machine import Machine
from tradec.runtime.live.protocols import Frame, OrderRequest, Sent
from tradec.runtime.live.safety.layers import Objection, objection_to
from tradec.runtime.live.safety.situation import Limits, Risk, Situation
from tradec.runtime.live.safety.trackers import DailyProfit, Drawdown, Orders
from tradec.runtime.live.session import Session
from tradec.runtime.live.ticker import Ticker
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.rules import Rules


@dataclass(slots=True, kw_only=True)
class Guard:
    """What stands between a decision and the wire.

    `panic_file` is the flag of the environment, whoever wrote it; `exposure` gives the notional of
    all positions of the account, None where it is not known.
    """

    session: Session
    machine: Machine
    rules: Rules
    instrument: Instrument
    limits: Limits
    mode: Literal["demo", "live"]
    host: Literal["demo", "live"]
    panic_file: Path
    exposure: Callable[[], float | None] = lambda: 0.0
    profit: DailyProfit = field(default_factory=DailyProfit)
    drawdown: Drawdown = field(default_factory=Drawdown)
    orders: Orders = field(default_factory=Orders)
    ticker: Ticker = field(default_factory=Ticker)
    _sent: deque[str] = field(default_factory=lambda: deque(maxlen=10_000))

    def heard(self, frames: Iterable[Frame]) -> None:
        """Take in the ticker."""
        self.ticker.take(frames)

    def answered(self, order: OrderRequest, sent: Sent) -> None:
        """Count an order that went out, and what became of it."""
        self._sent.append(order.link_id)
        self.orders.sent(self.session.clock.now_ms())
        self.orders.answered(is_refused=sent.outcome == "refused")

    def objection(self, order: OrderRequest) -> Objection | None:
        """Return why an entry must not go out; what the account holds besides must be known."""
        if order.reduce_only:
            return None
        exposure = self.exposure()
        if exposure is None:
            return Objection("EXPOSURE", "not known")
        found = objection_to(order, self._situation(order, exposure), self.limits)
        if found is not None:
            self.session.write(
                "risk", layer=found.code, value=found.value, limit=found.limit, action="refused"
            )
        return found

    def _situation(self, order: OrderRequest, exposure: float) -> Situation:
        clock, equity = self.session.clock, self.machine.equity()
        self.drawdown.see(equity)
        return Situation(
            panic=self.panic_file.exists(),
            state=self.session.states.now,
            blocked=frozenset(self.session.blocked),
            host=self.host,
            mode=self.mode,
            reference=self.machine.last_close,
            quote=self.ticker.quote(clock.monotonic()),
            equity=equity,
            balance=float(self.machine.position["cash"]),
            exposure=exposure,
            day_pnl=self.profit.at(clock.now_ms()),
            drawdown_pct=self.drawdown.pct(equity),
            risk=self._risk(order),
            funding=self.ticker.funding(clock.now_ms()),
            sent=frozenset(self._sent),
            is_storm=self.orders.is_storm,
        )

    def _risk(self, order: OrderRequest) -> Risk:
        leverage = self.rules.leverage
        fitting = [
            tier
            for tier in self.instrument.tiers
            if tier.max_leverage is None or tier.max_leverage >= leverage
        ]
        most = self.instrument.max_leverage
        ends = [tier.limit_usdt for tier in fitting]
        is_endless = not self.instrument.tiers or None in ends
        notional = max((end for end in ends if end is not None), default=0.0)
        return Risk(
            leverage=leverage,
            tier_leverage=float("inf") if most is None else most,
            tier_notional=float("inf") if is_endless else notional,
            stop=None if order.stop_loss is None else float(order.stop_loss),
            liquidation=None,
        )
