"""What the desk keeps asking for until it knows: silent orders, abandoned entries, orphans.

Nothing here raises for a network that is down: it is told, and asked again later.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tradec.runtime.bybit.errors import BybitError
from tradec.runtime.bybit.orphans import clean_up
from tradec.runtime.bybit.placing import Abandoned
from tradec.runtime.live.protocols import Broker, Execution, OrderRow
from tradec.runtime.timeframe import MINUTE_MS

FILL_MS = 5_000
"""A market order of which nothing was heard by then is looked up (live-runtime.md 6.3)."""

CLEAN_AGAIN_MS = 2_000


@dataclass(slots=True)
class Following:
    """Times are ms of the exchange; `tell` takes a journal event and its fields."""

    broker: Broker
    instance: str
    tell: Callable[..., None]
    abandoned: Abandoned = field(default_factory=Abandoned)
    _sent_at: dict[str, int] = field(default_factory=dict)
    _clean_at: int | None = None

    def sent(self, link_id: str, now_ms: int) -> None:
        """Expect to hear of an order that fills or ends at once."""
        self._sent_at[link_id] = now_ms

    def heard(self, link_id: str) -> None:
        """Expect no more of an order: it has ended, or never was."""
        self._sent_at.pop(link_id, None)

    def flat(self, now_ms: int) -> None:
        """Clean up what a position leaves behind, from now on until it is done."""
        self._clean_at = now_ms

    @property
    def is_pending(self) -> bool:
        """Tell whether an entry may be under way of which nothing is known."""
        return len(self.abandoned) > 0

    def ask(self, now_ms: int) -> Iterator[Execution | OrderRow]:
        """Yield what the exchange knows of orders that have been silent for too long."""
        for link_id, at in list(self._sent_at.items()):
            if now_ms - at < FILL_MS:
                continue
            self._sent_at[link_id] = now_ms
            self.tell("order", cid=link_id, overdue_ms=now_ms - at)
            try:
                executions = self.broker.executions(at - MINUTE_MS)
                row = self.broker.look_up(link_id)
            except BybitError as error:
                self.tell("error", kind="look_up", msg=error.message)
                continue
            yield from executions
            if row is not None:
                yield row

    def appeared(self, now_ms: int) -> tuple[OrderRow, ...]:
        """Cancel abandoned entries that work after all; return every one that turned up."""
        try:
            found = self.abandoned.appeared(self.broker, now_ms)
        except BybitError as error:
            self.tell("error", kind="look_up", msg=error.message)
            return ()
        for row in found:
            self.tell("order", cid=row.link_id, appeared=row.status)
            if row.status == "working":
                self.broker.cancel(order_id=row.order_id)
        return found

    def clean(self, now_ms: int, *, entry_pending: bool) -> None:
        """Cancel orphans where that is due; a failure is repeated."""
        if self._clean_at is None or now_ms < self._clean_at:
            return
        try:
            done = clean_up(self.broker, self.instance, entry_pending=entry_pending)
        except BybitError as error:
            self.tell("error", kind="clean_up", msg=error.message)
            self._clean_at = now_ms + CLEAN_AGAIN_MS
            return
        self._clean_at = None
        for row, sent in done:
            self.tell("order", cid=row.link_id, cancel="ORPHAN", outcome=sent.outcome)
