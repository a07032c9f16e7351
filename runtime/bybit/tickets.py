"""What the desk sends: an entry as the figures say, what reduces, and how far either has come."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from math import inf, isfinite
from typing import Any, Protocol

from tradec.runtime.bybit.holding import Origin, Seen
from tradec.runtime.bybit.link_ids import LinkId
from tradec.runtime.bybit.securing import Closing
from tradec.runtime.live.protocols import OrderRequest

LONG, SHORT, EXIT_LONG, EXIT_SHORT, EXIT_ALL = 1, 2, 3, 4, 5
"""The actions of a decision, as `runtime/strategy.pxd`."""


def entry_side(action: int) -> int:
    """Return the side that an action enters, 0 if it enters none."""
    return {LONG: 1, SHORT: -1}.get(action, 0)


def exits(side: int) -> set[int]:
    """Return the actions that leave a position of a side."""
    return {EXIT_ALL, EXIT_LONG if side > 0 else EXIT_SHORT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What the session adds: objections to an entry, and where things are written.

    `admits` returns a code, "" for none; `tell` takes a journal event and its fields.
    """

    admits: Callable[[OrderRequest], str]
    tell: Callable[..., None]


class Figures(Protocol):
    """What the desk asks of `runtime/sim/figures.pyx`."""

    def entry(self, side: int, close: float, equity: float, seen: Seen, ts: int) -> dict[str, Any]:
        """Return an entry decided at `close` by a flat account."""

    def levels(
        self, side: int, qty: float, price: float, seen: Seen
    ) -> tuple[float, float, int, bool]:
        """Return stop, target, flags and validity of a position."""

    def exit_qty(self, qty: float, percent: float, reference: float) -> float:
        """Return what an exit closes."""

    def trailed(
        self, side: int, entry: float, state: tuple[float, float, bool, bool], volatility: float
    ) -> tuple[float, float, bool, bool]:
        """Return the state of a stop after a minute."""


@dataclass(slots=True)
class Working:
    """The entry at work: what was asked, when it expires (0 never), and how far it is filled."""

    order: OrderRequest
    origin: Origin
    expires: int
    side: int


@dataclass(frozen=True, slots=True)
class Turn:
    """An entry that waits until the position of the other side is closed."""

    side: int
    close: float
    seen: Seen
    ts: int


@dataclass(slots=True)
class Leaving:
    """An exit under way: its id, what is still to be closed, and which of its orders work."""

    link: LinkId
    left: Decimal
    pending: set[str] = field(default_factory=set)


def entry_order(
    figures: dict[str, Any], turn: Turn, how: Closing, tick: Decimal, *, with_target: bool
) -> OrderRequest:
    """Return an entry as its figures say; a target that is an order of its own is left out."""
    kind = figures["kind"]
    is_limit = kind in {"LIMIT", "STOP_LIMIT"}
    triggers = kind in {"STOP_MARKET", "STOP_LIMIT"}
    return OrderRequest(
        link_id=str(LinkId(instance=how.instance, ts=turn.ts, role="E")),
        symbol=how.symbol,
        side="Buy" if turn.side > 0 else "Sell",
        qty=on_grid(figures["qty"], how.step),
        kind="Limit" if is_limit else "Market",
        price=on_grid(figures["price"], tick) if is_limit else None,
        trigger_price=on_grid(figures["trigger"], tick) if triggers else None,
        time_in_force=figures["in_force"] if is_limit else "IOC",
        stop_loss=level(figures["stop"], tick),
        take_profit=level(figures["target"] if with_target else inf, tick),
    )


def reduction(link_id: str, symbol: str, side: int, qty: Decimal) -> OrderRequest:
    """Return a market order that reduces a position of a side."""
    return OrderRequest(
        link_id=link_id,
        symbol=symbol,
        side="Sell" if side > 0 else "Buy",
        qty=qty,
        reduce_only=True,
    )


def on_grid(x: float, unit: Decimal) -> Decimal:
    """Return a number that lies on a grid but for float noise as the Decimal it is."""
    return (Decimal(repr(x)) / unit).to_integral_value() * unit


def level(x: float, tick: Decimal) -> Decimal | None:
    """Return a stop or a target, None where it is infinite."""
    return on_grid(x, tick) if isfinite(x) else None
