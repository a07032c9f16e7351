"""Orders that outlived their position: found and cancelled one by one (rulings C3).

Position-level stops vanish with the position; what is left over is a reduce-only or conditional
order of ours. An entry is never an orphan, and nothing is one while an entry may be under way.
"""

from collections.abc import Sequence
from typing import Protocol

from tradec.runtime.bybit.link_ids import LinkId, parse
from tradec.runtime.live.protocols import OrderRow, PositionRow, Sent

YOUNG_MS = 5_000
"""An entry sent less than this long ago may not show yet."""


class Cleaner(Protocol):
    """What this needs of a broker."""

    def orders(self) -> tuple[OrderRow, ...]:
        """Return every open order of the symbol."""

    def position(self) -> PositionRow:
        """Return the position of the symbol."""

    def cancel(self, *, link_id: str = "", order_id: str = "") -> Sent:
        """Cancel one order."""


def own_id(row: OrderRow, instance: str) -> LinkId | None:
    """Return the id by which an order, or the entry it is attached to, is this instance's."""
    for text in (row.link_id, row.parent_link_id):
        made = parse(text)
        if made is not None and made.instance == instance:
            return made
    return None


def is_own_entry(row: OrderRow, instance: str) -> bool:
    """Tell whether an order is an entry of this instance itself, not what is attached to one."""
    made = parse(row.link_id)
    return made is not None and made.instance == instance and made.role == "E"


def orphans(
    orders: Sequence[OrderRow], position: PositionRow, instance: str, *, entry_pending: bool
) -> tuple[OrderRow, ...]:
    """Return the orders to cancel; `position` was read after them.

    `entry_pending`: an own entry is of unknown outcome, or younger than 5 s.
    """
    if position.qty or entry_pending:
        return ()
    if any(is_own_entry(row, instance) for row in orders):
        return ()
    return tuple(
        row
        for row in orders
        if row.status == "working"
        and (row.reduce_only or row.stop_kind)
        and own_id(row, instance) is not None
    )


def clean_up(
    broker: Cleaner, instance: str, *, entry_pending: bool
) -> tuple[tuple[OrderRow, Sent], ...]:
    """Cancel what is orphaned; return each with what became of it."""
    orders = broker.orders()
    position = broker.position()
    found = orphans(orders, position, instance, entry_pending=entry_pending)
    return tuple((row, broker.cancel(order_id=row.order_id)) for row in found)
