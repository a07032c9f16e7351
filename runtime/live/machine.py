"""What a session asks of its machine: the strategy, and who trades for it."""

from collections.abc import Iterable
from typing import Any, Protocol

from tradec.runtime.strategy import Strategy

from tradec.runtime import backtest
from tradec.runtime.live.protocols import Frame, Minute
from tradec.runtime.live.steps import Step


class Machine(Protocol):
    """A strategy that is fed minutes, on a simulated exchange or on a real one."""

    trade_start: int

    @property
    def strategy(self) -> Strategy:
        """Return the strategy."""

    @property
    def mark_source(self) -> str:
        """Return where the marks come from."""

    @property
    def last_close(self) -> float:
        """Return the close of the last minute."""

    @property
    def next_ts(self) -> int:
        """Return when the next minute opens."""

    @property
    def is_trading(self) -> bool:
        """Tell whether trade_start has come."""

    @property
    def is_stopped(self) -> bool:
        """Tell whether a terminal risk event has ended it."""

    @property
    def position(self) -> dict[str, Any]:
        """Return the account as it stands."""

    def closes_bar(self, ts: int) -> bool:
        """Tell whether an exec bar closes at an instant."""

    def step(self, minute: Minute, *, may_enter: bool, late_ms: int = 0) -> Step:
        """Feed the next minute; entries that it decides come to nothing unless `may_enter`."""

    def news(self) -> Iterable[tuple[str, dict[str, Any]]]:
        """Return what happened since the last time as records of the journal."""

    def hear(self, frame: Frame) -> None:
        """Take in a private message."""

    def ticks(self, frames: Iterable[Frame]) -> None:
        """Take in messages of the ticker."""

    def act(self) -> None:
        """Bring the exchange to what is wanted, after all that was heard."""

    def reconcile(self) -> None:
        """Compare with the exchange after a new connection, and put right what differs."""

    def equity(self) -> float:
        """Return the equity at the last close."""

    def snapshot(self) -> bytes:
        """Return the whole state."""

    def finish(self) -> backtest.Outcome | None:
        """End it; return its outcome where it has the form of a backtest's."""
