"""The machine of a demo or live session: the compiled strategy, and a desk that trades for it.

It is fed minutes as the simulated session is, and gives the same steps; what it decides goes to the
exchange. Between minutes it hears private messages (`hear`) and brings the exchange to what is
wanted (`act`). It neither knows nor asks which environment it trades in.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

from tradec.runtime.live.stepping import Stepper
from tradec.runtime.strategy import Strategy

from tradec.runtime.bybit.desk import Desk
from tradec.runtime.bybit.desk_state import restore, saved
from tradec.runtime.data.bars import Bars
from tradec.runtime.live.known import Known
from tradec.runtime.live.protocols import Frame, Minute
from tradec.runtime.live.steps import Account, Decision, Step, outputs_hash
from tradec.runtime.timeframe import MINUTE_MS, TIMEFRAMES

NOBODY: Account = (0, False, False)
"""The account of a strategy that warms up."""


@dataclass(slots=True)
class _Curve:
    """Equity at exec closes: its peak, and whether it fell too far (rulings C11)."""

    limit_pct: float
    peak: float
    is_broken: bool = False

    def point(self, equity: float) -> bool:
        """Take an equity point; tell whether the drawdown is breached by it, once."""
        self.peak = max(self.peak, equity)
        far = (self.peak - equity) / self.peak * 100.0 >= self.limit_pct
        if self.is_broken or self.limit_pct >= 100.0 or not far:
            return False
        self.is_broken = True
        return True


class Exchanged:
    """A session's machine; `bars` warm it up, and the bar that closes at `trade_start` decides."""

    def __init__(
        self,
        strategy: Strategy,
        desk: Desk,
        bars: Bars,
        trade_start: int,
        exec_tf: str,
        *,
        mark_source: str | None = None,
    ) -> None:
        self.strategy, self.desk, self.trade_start = strategy, desk, trade_start
        self._timeframe = TIMEFRAMES[exec_tf]
        self._stepper = Stepper(strategy, bars, mark_source=mark_source)
        self._known = Known.after(bars)
        self._due: list[tuple[int, float]] = []
        self._curve = _Curve(desk.rules.max_drawdown_pct, desk.rules.starting_equity_usdt)

    def warm_up(self) -> None:
        """Feed the bars that are there."""
        self._stepper.warm_up()

    # --- a minute -------------------------------------------------------------------------------

    @property
    def mark_source(self) -> str:
        """Return where the marks come from: a word of `feed.MARK_SOURCES`."""
        return str(self._stepper.columns.mark_source)

    @property
    def last_close(self) -> float:
        """Return the close of the last minute."""
        return float(self._stepper.columns.last[0])

    @property
    def next_ts(self) -> int:
        """Return when the next minute opens."""
        return int(self._stepper.columns.ts0 + self._stepper.columns.n * MINUTE_MS)

    @property
    def is_trading(self) -> bool:
        """Tell whether trade_start has come."""
        return self.next_ts >= self.trade_start

    @property
    def is_stopped(self) -> bool:
        """Tell whether a terminal risk event has ended it."""
        return self._curve.is_broken

    def closes_bar(self, ts: int) -> bool:
        """Tell whether an exec bar closes at an instant."""
        return self._timeframe.open_of(self._timeframe.bar_number(ts)) == ts

    def step(self, minute: Minute, *, may_enter: bool, late_ms: int = 0) -> Step:
        """Feed the next minute; entries that it decides come to nothing unless `may_enter`."""
        if minute.ts != self.next_ts:
            raise ValueError(f"the minute at {minute.ts} does not follow; {self.next_ts} does")
        columns, close = self._stepper.columns, minute.ts + MINUTE_MS
        for ts, rate in self._due:
            columns.settle(ts, rate)
        self._due = list(minute.settled)
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
        account: Account = self.desk.facts if close >= self.trade_start else NOBODY
        decision: Decision = self._stepper.step(account)
        closes = self.closes_bar(close)
        if close >= self.trade_start:
            self._trade(minute, decision, closes=closes, may_enter=may_enter)
        return Step(
            minute=minute,
            seen=seen,
            account=account,
            decision=decision,
            digest=self.strategy.digest,
            outputs=outputs_hash(self.strategy.words()) if closes else "",
            barred=not may_enter,
            late_ms=late_ms,
        )

    def _trade(self, minute: Minute, decision: Decision, *, closes: bool, may_enter: bool) -> None:
        """C3b to C5 of a minute: the stop that follows, the drawdown, the decision."""
        shown = self.strategy.slots()
        slots = self.desk.rules.slots
        values = {name: nan if k is None else float(shown[k]) for name, k in slots.items()}
        self.desk.minute(minute, values["trail_volatility"])
        if closes and self._curve.point(self.equity()):
            self.desk.hooks.tell("risk", layer="max_drawdown", limit=self._curve.limit_pct)
            self.desk.close_all("M")
        action, _, percent = decision
        if action and not self._curve.is_broken:
            names = ("stop_volatility", "long_level", "short_level", "target_volatility")
            a, b, c, d = (values[name] for name in names)
            self.desk.decide(action, percent, minute, (a, b, c, d), may_enter=may_enter)

    # --- the exchange ---------------------------------------------------------------------------

    def hear(self, frame: Frame) -> None:
        """Take in a private message; `act` follows when all that waits is heard."""
        for said in self.desk.broker.read(frame):
            self.desk.hear(said)

    def act(self) -> None:
        """Bring the exchange to what is wanted."""
        self.desk.act()

    @property
    def position(self) -> dict[str, Any]:
        """Return the account as it stands: cash, side, quantity, entry, stop, target."""
        held, cash = self.desk.position, self.desk.account.cash
        if held is None:
            empty = dict.fromkeys(("entry", "stop", "target"))
            return {"cash": cash, "side": 0, "signed_qty": 0.0, **empty}
        levels = {"entry": held.entry, "stop": held.stop, "target": held.target}
        signed_qty = held.side * float(held.qty)
        return {"cash": cash, "side": held.side, "signed_qty": signed_qty, **levels}

    def equity(self) -> float:
        """Return the equity at the last close."""
        account, mark = self.position, float(self._stepper.columns.last[1])
        entry = mark if account["entry"] is None else account["entry"]
        return float(account["cash"] + account["signed_qty"] * (mark - entry))

    # --- restarts -------------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """Return the whole state: the strategy's arena, the desk, the peak of equity."""
        strategy: bytes = self.strategy.snapshot()
        state = {
            "strategy": base64.b64encode(strategy).decode(),
            "desk": saved(self.desk),
            "peak": self._curve.peak.hex(),
            "is_broken": self._curve.is_broken,
        }
        return json.dumps(state, sort_keys=True).encode()

    def restored(self, snapshot: bytes, before: Sequence[Step]) -> None:
        """Go on from a snapshot; the bars are those of the steps `before` it."""
        state = json.loads(snapshot)
        self.strategy.restore(base64.b64decode(state["strategy"]))
        restore(self.desk, state["desk"])
        self._curve.peak = float.fromhex(state["peak"])
        self._curve.is_broken = state["is_broken"]
        self._stepper = Stepper(
            self.strategy, self._bars_of(before), mark_source=self.mark_source, at=len(before)
        )
        last = before[-1]
        self._known = Known(last.seen.funding, last.seen.open_interest)
        self._due = list(last.minute.settled)

    def _bars_of(self, before: Sequence[Step]) -> Bars:
        from tradec.runtime.live.resuming import bars_of  # noqa: PLC0415 - of the simulated session

        minutes = [step.minute for step in before]
        return bars_of(minutes, minutes[0].ts, is_marked=self.mark_source == "mark_kline")
