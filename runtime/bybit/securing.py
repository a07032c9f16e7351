"""An open position has its stop, or it is closed: the check after a fill, and how to get flat.

Source: live-runtime.md 6.4, rulings C4, C6 and C12. Nothing here refuses a reducing order.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain, repeat
from typing import Literal, Protocol

from tradec.runtime.bybit.errors import BybitError
from tradec.runtime.bybit.link_ids import LinkId, Role
from tradec.runtime.bybit.placing import split
from tradec.runtime.live.protocols import OrderRequest, PositionRow, Protection, Sent

CHECKS = (0.0, 0.5, 1.0)
"""Seconds before each attempt to set a stop that is missing."""

BACKOFF = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds between attempts to get flat; 5 s from then on."""

_SLOWEST = 5.0
_MOST_PIECES = 36


class Holder(Protocol):
    """What this needs of a broker."""

    def send(self, order: OrderRequest) -> Sent:
        """Place an order."""

    def protect(self, levels: Protection) -> Sent:
        """Set the levels of the open position."""

    def position(self) -> PositionRow:
        """Return the position of the symbol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How to get flat: whose ids, the limits of the instrument, and what to tell.

    `intend` is called with each order before it goes out, for the journal; `now_ms` dates its id.
    `goes_on` False ends the attempts; a panic never does.
    """

    symbol: str
    instance: str
    step: Decimal
    most: Decimal | None
    now_ms: Callable[[], int]
    pause: Callable[[float], None]
    intend: Callable[[OrderRequest], None]
    goes_on: Callable[[], bool] = lambda: True


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """What became of getting flat: whether a position row showed 0, after how many attempts."""

    is_flat: bool
    attempts: int
    sent: tuple[Sent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    """What became of a check: `closed` and `open` follow an emergency close, for `reason`."""

    outcome: Literal["secured", "flat", "closed", "open"]
    tries: int
    have: Decimal | None
    reason: str = ""


def close_out(broker: Holder, how: Closing, role: Role, known: PositionRow | None = None) -> Flat:
    """Close the position reduce-only, again and again, until a row of the exchange shows 0.

    Where the position cannot be read, what was `known` of it is closed: too much does no harm.
    """
    attempts, last_ts = 0, 0
    sent: list[Sent] = []
    for seconds in chain(BACKOFF, repeat(_SLOWEST)):
        row = _read(broker) or known
        if row is not None and row.side is None:
            return Flat(is_flat=True, attempts=attempts, sent=tuple(sent))
        if attempts and not how.goes_on():
            break
        if row is not None:
            known, last_ts = row, max(how.now_ms(), last_ts + 1)
            sent += _close_once(
                broker, how, LinkId(instance=how.instance, ts=last_ts, role=role), row
            )
        attempts += 1
        row = _read(broker)
        if row is not None and row.side is None:
            return Flat(is_flat=True, attempts=attempts, sent=tuple(sent))
        how.pause(seconds)
    return Flat(is_flat=False, attempts=attempts, sent=tuple(sent))


def _close_once(broker: Holder, how: Closing, link: LinkId, row: PositionRow) -> Iterator[Sent]:
    """Send one reducing order, or its pieces, and yield what became of each."""
    for number, qty in enumerate(split(row.qty, how.most, how.step)[:_MOST_PIECES]):
        order = OrderRequest(
            link_id=str(link.child(number)),
            symbol=how.symbol,
            side="Sell" if row.side == "Buy" else "Buy",
            qty=qty,
            reduce_only=True,
        )
        how.intend(order)
        yield broker.send(order)


def secure(broker: Holder, wanted: Protection, tick: Decimal, how: Closing) -> Secured:
    """See that the position has the levels that are wanted, to a tick; else close it."""
    have: Decimal | None = None
    row: PositionRow | None = None
    for tries, seconds in enumerate(CHECKS):
        how.pause(seconds)
        row = _read(broker) or row
        if row is not None and row.side is None:
            return Secured(outcome="flat", tries=tries, have=None)
        if row is not None and _fits(row, wanted, tick):
            return Secured(outcome="secured", tries=tries, have=row.stop_loss)
        have = row.stop_loss if row is not None else None
        sent = broker.protect(wanted)
        if sent.outcome == "crossed":
            if sent.meaning == "target_crossed" and wanted.stop_loss is not None:
                broker.protect(replace(wanted, take_profit=None))  # while the close is under way
            return _emergency(broker, how, row, Secured(
                outcome="open", tries=tries + 1, have=have, reason=sent.meaning
            ))  # fmt: skip
        if sent.outcome == "flat":
            return Secured(outcome="flat", tries=tries + 1, have=None)
    row = _read(broker) or row
    if row is not None and row.side is None:
        return Secured(outcome="flat", tries=len(CHECKS), have=None)
    if row is not None and _fits(row, wanted, tick):
        return Secured(outcome="secured", tries=len(CHECKS), have=row.stop_loss)
    have = row.stop_loss if row is not None else None
    found = Secured(outcome="open", tries=len(CHECKS), have=have, reason="stop_missing")
    return _emergency(broker, how, row, found)


def _emergency(broker: Holder, how: Closing, row: PositionRow | None, found: Secured) -> Secured:
    closed = close_out(broker, how, "M", row)
    return replace(found, outcome="closed" if closed.is_flat else "open")


def _fits(row: PositionRow, wanted: Protection, tick: Decimal) -> bool:
    """Tell whether the levels of a position are the wanted ones; None is not judged."""
    pairs = ((row.stop_loss, wanted.stop_loss), (row.take_profit, wanted.take_profit))
    return all(
        level is None or abs((there or Decimal(0)) - level) <= tick for there, level in pairs
    )


def _read(broker: Holder) -> PositionRow | None:
    """Return the position, None where it cannot be read now."""
    try:
        return broker.position()
    except BybitError:
        return None
