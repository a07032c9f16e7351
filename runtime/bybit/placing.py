"""From a decision to exactly one order, whatever is lost on the way (rulings C6).

An order is sent again under its own id alone: if the first arrived, the exchange says so. An entry
is sent again only as long as the caller says that it may be; what stays unknown then is abandoned:
watched by its id, and cancelled or adopted if it appears after all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from tradec.runtime.live.protocols import OrderRequest, OrderRow, Sent

WATCH_MS = 600_000
WATCH_EVERY_MS = 15_000
PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds before each attempt after the first."""


class Sender(Protocol):
    """What placing needs of a broker."""

    def send(self, order: OrderRequest) -> Sent:
        """Place an order."""

    def look_up(self, link_id: str) -> OrderRow | None:
        """Return an order by our id."""


def place(
    broker: Sender,
    order: OrderRequest,
    may_resend: Callable[[], bool],
    pause: Callable[[float], None],
) -> Sent:
    """Return what became of an order: `unknown` only where it may not be sent again, or never is.

    `may_resend` runs every check of an entry again; a reducing order may always be.
    """
    sent = broker.send(order)
    for seconds in PAUSES:
        if sent.outcome != "unknown" or not (order.reduce_only or may_resend()):
            break
        pause(seconds)
        sent = broker.send(order)
    return sent


@dataclass(slots=True)
class Abandoned:
    """Entries of which nobody knows whether they live; times are ms of the exchange."""

    _until: dict[str, int] = field(default_factory=dict)
    _next: dict[str, int] = field(default_factory=dict)

    def add(self, link_id: str, now_ms: int) -> None:
        """Begin to watch an id."""
        self._until[link_id] = now_ms + WATCH_MS
        self._next[link_id] = now_ms

    def drop(self, link_id: str) -> None:
        """End the watching of an id, as when a message tells of its order."""
        self._until.pop(link_id, None)
        self._next.pop(link_id, None)

    def as_dict(self) -> dict[str, int]:
        """Return until when each id is watched."""
        return dict(self._until)

    def restore(self, until: Mapping[str, int]) -> None:
        """Watch these ids again, at once."""
        self._until.update(until)
        self._next.update(dict.fromkeys(until, 0))

    def __contains__(self, link_id: str) -> bool:
        return link_id in self._until

    def __len__(self) -> int:
        return len(self._until)

    def appeared(self, broker: Sender, now_ms: int) -> tuple[OrderRow, ...]:
        """Look up what is due and return the orders that turned up; those are watched no more."""
        found = []
        for link_id in [one for one, due in self._next.items() if due <= now_ms]:
            row = broker.look_up(link_id)
            if row is not None:
                found.append(row)
            if row is not None or now_ms >= self._until[link_id]:
                self.drop(link_id)
            else:
                self._next[link_id] = now_ms + WATCH_EVERY_MS
        return tuple(found)


def split(qty: Decimal, most: Decimal | None, step: Decimal) -> tuple[Decimal, ...]:
    """Return a quantity in pieces of at most `most`, each on the step; they sum to it exactly.

    Only reducing orders are split (rulings B9). The pieces are as even as the step admits, so that
    none falls below the minimum.
    """
    if most is None or qty <= most:
        return (qty,)
    steps, most_steps = int(qty / step), int(most / step)
    count = -(-steps // most_steps)
    even, over = divmod(steps, count)
    pieces = [(even + (k < over)) * step for k in range(count)]
    pieces[-1] += qty - steps * step
    return tuple(pieces)
