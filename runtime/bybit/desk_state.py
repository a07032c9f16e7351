"""A desk as plain values, and back: what a restart goes on from (live-runtime.md 9).

The exchange wins on position, orders and money; what is kept here is intent: whose decision a
position came from, where its stop is wanted, what is under way, what was booked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any

from tradec.runtime.bybit.desk import Desk
from tradec.runtime.bybit.holding import Origin, Position, Seen
from tradec.runtime.bybit.link_ids import parse
from tradec.runtime.bybit.tickets import Leaving, Turn, Working
from tradec.runtime.live.protocols import OrderRequest

VERSION = 1
BOOKED = 2_000
"""How many of the last executions are remembered across a restart."""

_DECIMALS = ("qty", "price", "trigger_price", "stop_loss", "take_profit")
_MONEY = ("cash", "realized", "fees", "funding")


def saved(desk: Desk) -> dict[str, Any]:
    """Return the state of a desk as JSON takes it; floats keep every bit as hex."""
    account, position = desk.account, desk.account.position
    return {
        "v": VERSION,
        "money": {name: getattr(account, name).hex() for name in _MONEY},
        "booked": account.booked.last(BOOKED),
        "position": None if position is None else _position(position),
        "working": None if desk.working is None else _working(desk.working),
        "closing": None if desk.closing is None else _leaving(desk.closing),
        "turn": None if desk.turn is None else _turn(desk.turn),
        "target": None if desk.target is None else _order(desk.target),
        "abandoned": desk.following.abandoned.as_dict(),
        "blocked": sorted(desk.blocked),
    }


def restore(desk: Desk, state: Mapping[str, Any]) -> None:
    """Bring a new desk to a saved state; ValueError where the state is of another version."""
    if state.get("v") != VERSION:
        raise ValueError(f"the state of a desk has version {VERSION}, received {state.get('v')}")
    account = desk.account
    for name, text in state["money"].items():
        setattr(account, name, float.fromhex(text))
    for exec_id in state["booked"]:
        account.booked.is_new(exec_id)
    if state["position"] is not None:
        account.position = _position_of(state["position"])
    working, turn, target = state["working"], state["turn"], state["target"]
    was_held = account.position is not None
    desk.resume(None if working is None else _working_of(working), was_held=was_held)
    if turn is not None:
        close, seen = float.fromhex(turn["close"]), _seen_of(turn["seen"])
        desk.turn = Turn(turn["side"], close, seen, turn["ts"])
    desk.target = None if target is None else _order_of(target)
    if (closing := state["closing"]) is not None:
        link = parse(closing["link"])
        assert link is not None
        left, pending = Decimal(closing["left"]), set(closing["pending"])
        desk.closing = Leaving(link, left, pending)
    desk.following.abandoned.restore(state["abandoned"])
    desk.blocked |= set(state["blocked"])


# --- parts ----------------------------------------------------------------------------------------


def _position(position: Position) -> dict[str, Any]:
    return {one.name: _plain(getattr(position, one.name)) for one in fields(Position)}


def _position_of(row: Mapping[str, Any]) -> Position:
    given = dict(row)
    for name in ("entry", "best", "worst", "stop", "target"):
        given[name] = float.fromhex(row[name])
    return Position(**{**given, "qty": Decimal(row["qty"]), "seen": _seen_of(row["seen"])})


def _seen_of(row: Sequence[str]) -> Seen:
    shown = [float.fromhex(text) for text in row]
    return shown[0], shown[1], shown[2], shown[3]


def _working(working: Working) -> dict[str, Any]:
    order = _order(working.order)
    origin = {"seen": _plain(working.origin.seen), "rests": working.origin.rests}
    return {"order": order, "origin": origin, "expires": working.expires, "side": working.side}


def _working_of(row: Mapping[str, Any]) -> Working:
    origin = Origin(seen=_seen_of(row["origin"]["seen"]), rests=row["origin"]["rests"])
    return Working(_order_of(row["order"]), origin, row["expires"], row["side"])


def _order(order: OrderRequest) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(order).items()}


def _order_of(row: Mapping[str, Any]) -> OrderRequest:
    given = dict(row)
    for name in _DECIMALS:
        given[name] = None if row[name] is None else Decimal(row[name])
    return OrderRequest(**given)


def _turn(turn: Turn) -> dict[str, Any]:
    return {name: _plain(getattr(turn, name)) for name in ("side", "close", "seen", "ts")}


def _leaving(leaving: Leaving) -> dict[str, Any]:
    pending = sorted(leaving.pending)
    return {"link": str(leaving.link), "left": str(leaving.left), "pending": pending}


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Decimal) else value
