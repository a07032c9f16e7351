"""A session that trades on an exchange: its machine, and what it tells and asks.

Nothing on the command line leads here yet: the gates of a start are missing (docs/live.md).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from tradec.runtime.bybit.broker import BybitBroker
from tradec.runtime.bybit.errors import BybitError
from tradec.runtime.bybit.machine import Exchanged
from tradec.runtime.bybit.reconciling import Foreign
from tradec.runtime.bybit.recovery import model_of, reconcile
from tradec.runtime.live.guard import Guard
from tradec.runtime.live.protocols import (
    Execution,
    Frame,
    Link,
    OrderRequest,
    Sent,
    Stream,
)
from tradec.runtime.live.queue import EventQueue
from tradec.runtime.live.session import Session
from tradec.runtime.live.sources import Source
from tradec.runtime.live.told import plain

RECONCILE_MS: Final = 300_000
AGAIN_MS: Final = 5_000
RECONCILE: Final = "RECONCILE"


@dataclass(slots=True)
class Teller:
    """Writes what a desk tells into the journal of the session, and asks it before an entry."""

    session: Session | None = None
    guard: Guard | None = None
    _intended: dict[str, OrderRequest] = field(default_factory=dict)

    def tell(self, ev: str, **fields: Any) -> None:
        """Write an event, and count what went out; what reduces does not wait for it."""
        if self.session is not None:
            execution = fields.get("execution")
            told = filled(execution) if isinstance(execution, Execution) else plain(fields)
            self.session.write(ev, **told)
        sent = fields.get("sent")
        order = self._intended.pop(fields.get("cid", ""), None)
        if self.guard is not None and order is not None and isinstance(sent, Sent):
            self.guard.answered(order, sent)

    def intend(self, order: OrderRequest) -> None:
        """Write an order that is about to go out: it is on the disk before it is on the wire."""
        self._intended[order.link_id] = order
        self.tell("intent", order=order)

    def admits(self, order: OrderRequest) -> str:
        """Return why an entry must not go out, `` if it may: the session's word, then the layers'.

        Without a session and its guard nobody watches, and nothing is entered.
        """
        if self.session is None or self.guard is None:
            return "NO_GUARD"
        codes = self.session.refusals()
        if codes:
            return codes[-1]
        found = self.guard.objection(order)
        return "" if found is None else found.code


def filled(execution: Execution) -> dict[str, Any]:
    """Return an execution as it stands in the journal (live-runtime.md 14)."""
    return {
        "execId": execution.exec_id,
        "at": execution.ts,
        "cid": execution.link_id,
        "oid": execution.order_id,
        "side": execution.side.lower(),
        "px": float(execution.price),
        "qty": float(execution.qty),
        "fee": float(execution.fee),
        "maker": execution.is_maker,
        "type": execution.kind,
        "closed": float(execution.closed),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """How a desk is compared with the exchange: the margin mode that is wanted, and the policy."""

    broker: BybitBroker
    margin_mode: str
    foreign: Foreign = "refuse"
    now_ms: Callable[[], int]


class Trading(Exchanged):
    """The machine of a session that trades; `books` reconcile it, `teller` is its journal."""

    books: Books
    teller: Teller
    _next_ms: int = 0
    _since_ms: int = 0
    _balance: Decimal | None = None

    def news(self) -> Iterable[tuple[str, dict[str, Any]]]:
        """Return nothing: the desk tells by itself."""
        return ()

    def ticks(self, frames: Iterable[Frame]) -> None:
        """Take in the ticker: the layers ask for a fresh mark price."""
        if self.teller.guard is not None:
            self.teller.guard.heard(frames)

    def finish(self) -> None:
        """End it: the position stays as it is, its stop with it (live-runtime.md 12)."""
        self.desk.cancel_entry("STOPPING")

    def act(self) -> None:
        """Bring the exchange to what is wanted, and compare with it every five minutes."""
        if self._next_ms and self.books.now_ms() >= self._next_ms:
            self.reconcile()
        super().act()

    def reconcile(self) -> None:
        """Compare with the exchange and put right what differs; entries wait until that is done."""
        now, books = self.books.now_ms(), self.books
        session = self.teller.session
        since = self._since_ms or now
        model = model_of(self.desk, books.margin_mode, books.foreign, self._balance)
        try:
            found = reconcile(self.desk, books.broker, model, since, since)
        except BybitError as error:
            self.teller.tell("error", kind="reconcile", msg=error.message)
            self._next_ms = now + AGAIN_MS
            if session is not None:
                session.blocked.add(RECONCILE)
            return
        self._next_ms, self._since_ms = now + RECONCILE_MS, now
        self._balance = None if self.desk.wallet is None else self.desk.wallet.balance
        if session is not None:
            session.blocked.discard(RECONCILE)
            session.blocked |= self.desk.blocked
        diffs = [{"kind": type(one).__name__, **plain(one)} for one in found]
        self.teller.tell("reconcile", diffs=diffs)


@dataclass(slots=True)
class WithAccount:
    """The minutes of a market and the private socket of an account, as one source."""

    market: Source
    account: Stream
    links: dict[str, bool] = field(default_factory=dict)

    def start(self, queue: EventQueue, next_ts: int) -> None:
        """Begin both."""
        self.links = self.market.links
        self.links["private"] = False
        self.account.start(_Inbox(queue))
        self.market.start(queue, next_ts)

    def fetch(self, start: int, end: int) -> None:
        """Look for minutes."""
        self.market.fetch(start, end)

    def close(self) -> None:
        """End both."""
        self.account.close()
        self.market.close()


@dataclass(frozen=True, slots=True)
class _Inbox:
    queue: EventQueue

    def put(self, event: Frame | Link) -> None:
        self.queue.put(event)
