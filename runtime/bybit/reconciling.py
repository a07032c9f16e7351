"""What differs between the exchange and the local model, and what to do about each difference.

`differences` is a pure function from a snapshot and a model to actions, in the order in which they
are to be carried out. The exchange wins on positions, fills and money; the journal on intent.
Source: the table of live-runtime.md 8 with rulings C2, C3, C5 and C12.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from tradec.runtime.bybit.link_ids import LinkId, parse
from tradec.runtime.bybit.orphans import orphans, own_id
from tradec.runtime.live.protocols import Execution, OrderRow, PositionRow, WalletRow

Foreign: TypeAlias = Literal["refuse", "ignore", "adopt"]

TRADES = frozenset({"Trade", "BustTrade", "AdlTrade", "Settle", "Delivery", "BlockTrade"})
"""Kinds of executions that change a position; funding does not."""

BALANCE_SHARE, BALANCE_LEAST = Decimal("0.005"), Decimal(1)
"""A wallet that differs by more than the larger of 0.5 % and 1 USDT is told."""

REASONS: Mapping[str, str] = {
    "StopLoss": "sl",
    "PartialStopLoss": "sl",
    "TrailingStop": "trailing",
    "TakeProfit": "tp",
    "PartialTakeProfit": "tp",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The exchange at one time; `position` was read after `orders`.

    `finals` holds what became of the model's orders that are no longer open, None where the
    exchange knows nothing of one. `transfers` is what was paid in since the model's balance.
    `earlier` are executions that are not to be booked: they only tell whose a position is.
    """

    orders: tuple[OrderRow, ...]
    position: PositionRow
    executions: tuple[Execution, ...]
    wallet: WalletRow
    margin_mode: str
    finals: Mapping[str, OrderRow | None]
    transfers: Decimal = Decimal(0)
    earlier: tuple[Execution, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What the session believes: `qty` is signed, `working` are its order ids.

    `balance` None is not compared. `tick` is the tolerance of a stop.
    """

    instance: str
    qty: Decimal
    stop_loss: Decimal | None
    working: frozenset[str]
    booked: Container[str]
    leverage: Decimal
    margin_mode: str
    tick: Decimal
    balance: Decimal | None = None
    foreign: Foreign = "refuse"
    entry_pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Book an execution that was not known."""

    execution: Execution


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOrder:
    """An order of the model is no longer open; `row` is its end, None if it never arrived."""

    link_id: str
    row: OrderRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The position was closed elsewhere: sl, tp, trailing, liquidation, adl, exit, manual."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt:
    """Take the position over as it stands: entry, size and levels of the exchange."""

    position: PositionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptOrder:
    """Take a working order of ours into the table of orders."""

    row: OrderRow


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """Cancel an order by its orderId: an entry that nobody decided, or an orphan."""

    row: OrderRow
    why: Literal["unknown_entry", "orphan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStop:
    """The position lacks the stop that is wanted: repair it as after a fill, or close."""

    wanted: Decimal
    have: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Something differs and the exchange wins; both values are journalled."""

    what: Literal["position", "wallet", "stop"]
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Block entries for a reason, and alert."""

    code: Literal[
        "DRIFT", "FOREIGN_POSITION", "LEVERAGE", "MARGIN_MODE", "POSITION_MODE", "REDUCE_ONLY"
    ]
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyLeverage:
    """Set the leverage again: the account is flat and has no orders."""

    leverage: Decimal


Action: TypeAlias = (
    Book
    | EndOrder
    | Closed
    | Adopt
    | AdoptOrder
    | CancelOrder
    | SetStop
    | Drift
    | Block
    | ApplyLeverage
)


def differences(snapshot: Snapshot, model: Model) -> tuple[Action, ...]:
    """Return what to do, in order: money first, then orders, then settings."""
    news = tuple(one for one in snapshot.executions if one.exec_id not in model.booked)
    return (
        *(Book(execution=one) for one in news),
        *_ended(snapshot, model),
        *_position(snapshot, model, news),
        *_orders(snapshot, model),
        *_settings(snapshot, model),
        *(() if news else _wallet(snapshot, model)),
    )


def signed(position: PositionRow) -> Decimal:
    """Return the quantity of a position, negative for a short one."""
    return -position.qty if position.side == "Sell" else position.qty


def moved(executions: tuple[Execution, ...]) -> Decimal:
    """Return by how much executions move a position."""
    trades = (one for one in executions if one.kind in TRADES)
    return sum((one.qty if one.side == "Buy" else -one.qty for one in trades), Decimal(0))


def closing_reason(executions: tuple[Execution, ...]) -> str:
    """Return why a position was closed, by the last execution that reduced it."""
    closing = [one for one in executions if one.closed and one.kind in TRADES]
    if not closing:
        return "manual"
    last = max(closing, key=lambda one: (one.ts, one.seq))
    if last.kind in {"BustTrade", "AdlTrade"}:
        return "liquidation" if last.kind == "BustTrade" else "adl"
    if last.stop_kind in REASONS:
        return REASONS[last.stop_kind]
    made = parse(last.link_id)
    return "manual" if made is None else _ROLES[made.role]


_ROLES: Mapping[str, str] = {
    "E": "opposite",
    "X": "exit",
    "S": "sl",
    "T": "tp",
    "M": "emergency",
    "P": "panic",
    "C": "manual",
}


# --- one kind of difference each ------------------------------------------------------------------


def _ended(snapshot: Snapshot, model: Model) -> Iterator[Action]:
    there = {row.link_id for row in snapshot.orders}
    for link_id in sorted(model.working - there):
        if link_id in snapshot.finals:
            yield EndOrder(link_id=link_id, row=snapshot.finals[link_id])


def _position(snapshot: Snapshot, model: Model, news: tuple[Execution, ...]) -> Iterator[Action]:
    expected, theirs = model.qty + moved(news), signed(snapshot.position)
    if model.qty and not expected:
        yield Closed(reason=closing_reason(news))
    if theirs == expected:
        if theirs and not model.qty:
            yield from _opened(snapshot, model)
        elif theirs:
            yield from _stop(snapshot, model)
        return
    if expected == 0:
        yield from _opened(snapshot, model)
        return
    yield Drift(what="position", ours=str(expected), theirs=str(theirs))
    yield Block(code="DRIFT", detail=f"{expected} here, {theirs} there")
    yield Adopt(position=snapshot.position) if theirs else Closed(reason="manual")


def _opened(snapshot: Snapshot, model: Model) -> Iterator[Action]:
    """Meet a position that we did not know of: ours is adopted, of others the policy says."""
    if _is_own(snapshot, model):
        yield Adopt(position=snapshot.position)
        yield from _stop(snapshot, model)
    else:
        yield from _foreign(snapshot, model)


def _is_own(snapshot: Snapshot, model: Model) -> bool:
    """Tell whether the open position came from an order of this instance."""
    if any(own_id(row, model.instance) for row in snapshot.orders if row.stop_kind):
        return True
    return any(_own(one.link_id, model.instance) for one in _opening(snapshot))


def _opening(snapshot: Snapshot) -> tuple[Execution, ...]:
    """Return the executions that made the open position: those since it was last flat."""
    left, made = signed(snapshot.position), []
    known = {one.exec_id: one for one in (*snapshot.earlier, *snapshot.executions)}
    for one in sorted(known.values(), key=lambda one: (one.ts, one.seq), reverse=True):
        if left == 0:
            break
        left -= moved((one,))
        made.append(one)
    return tuple(one for one in made if one.qty > one.closed)


def _own(link_id: str, instance: str) -> LinkId | None:
    made = parse(link_id)
    return made if made is not None and made.instance == instance else None


def _foreign(snapshot: Snapshot, model: Model) -> Iterator[Action]:
    match model.foreign:
        case "refuse":
            detail = f"{snapshot.position.side} {snapshot.position.qty} is not ours"
            yield Block(code="FOREIGN_POSITION", detail=detail)
        case "adopt":
            yield Adopt(position=snapshot.position)
        case "ignore":
            pass


def _stop(snapshot: Snapshot, model: Model) -> Iterator[Action]:
    wanted, have = model.stop_loss, snapshot.position.stop_loss
    if wanted is None:
        return
    if have is None or abs(have - wanted) > model.tick:
        if have is not None:
            yield Drift(what="stop", ours=str(wanted), theirs=str(have))
        yield SetStop(wanted=wanted, have=have)


def _orders(snapshot: Snapshot, model: Model) -> Iterator[Action]:
    found = orphans(
        snapshot.orders, snapshot.position, model.instance, entry_pending=model.entry_pending
    )
    for row in found:
        yield CancelOrder(row=row, why="orphan")
    for row in snapshot.orders:
        made = _own(row.link_id, model.instance)
        if made is None or row.link_id in model.working or row in found:
            continue
        if made.role == "E":
            yield CancelOrder(row=row, why="unknown_entry")
        else:
            yield AdoptOrder(row=row)


def _settings(snapshot: Snapshot, model: Model) -> Iterator[Action]:
    position = snapshot.position
    if position.is_hedged:
        yield Block(code="POSITION_MODE", detail="the symbol is in hedge mode")
    if position.is_reduce_only:
        yield Block(code="REDUCE_ONLY", detail="the exchange only lets the position be reduced")
    if snapshot.margin_mode != model.margin_mode:
        detail = f"{snapshot.margin_mode}, not {model.margin_mode}"
        yield Block(code="MARGIN_MODE", detail=detail)
    if position.leverage != model.leverage:
        yield Block(code="LEVERAGE", detail=f"{position.leverage}, not {model.leverage}")
        if not position.qty and not snapshot.orders:
            yield ApplyLeverage(leverage=model.leverage)


def _wallet(snapshot: Snapshot, model: Model) -> Iterator[Action]:
    """Compare the wallet after all that is booked; what was paid in or out is no difference."""
    if model.balance is None:
        return
    ours, theirs = model.balance + snapshot.transfers, snapshot.wallet.balance
    if abs(theirs - ours) > max(BALANCE_SHARE * abs(ours), BALANCE_LEAST):
        yield Drift(what="wallet", ours=str(ours), theirs=str(theirs))
