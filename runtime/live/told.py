"""What a step and the exchange's answer to it are in the journal."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

from tradec.runtime.live.steps import Step
from tradec.runtime.sim.records import CODES, KINDS, PURPOSES, STATUSES
from tradec.runtime.sim.tables import ACTIONS, OTHERWISE

Record = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What the exchange did in a minute: orders that ended or began, fills, closed legs, funding.

    `orders` holds (number, row) of every order that was made or ended since the minute before.
    """

    orders: Sequence[tuple[int, Any]] = ()
    fills: Sequence[tuple[int, Any]] = ()
    legs: Sequence[tuple[int, Any]] = ()
    payments: Sequence[tuple[int, Any]] = ()


def signal_records(step: Step, codes: Sequence[str]) -> Iterator[Record]:
    """Yield the decision of a step, and why nothing comes of it if it is an entry."""
    action, word, percent = step.decision
    if not action:
        return
    case = word >> 24 & 0xFFFF
    signal = {
        "action": ACTIONS[action],
        "percent": percent,
        "block": word >> 8 & 0xFFFF,
        "case": None if case == OTHERWISE else case,
        "bar": step.ts,
        "px_last": step.minute.close,
    }
    yield "signal", signal
    if codes and ACTIONS[action].startswith("entry"):
        stale = "SIGNAL_STALE" in codes
        yield (
            "signal_stale" if stale else "blocked",
            {"bar": step.ts, "code": codes[-1], "detail": list(codes), "late_ms": step.late_ms},
        )


def exchange_records(happened: Happened) -> Iterator[Record]:
    """Yield what the simulated exchange did: orders, fills, settlements, closed legs."""
    for number, row in happened.payments:
        yield (
            "funding",
            {
                "n": number,
                "at": int(row["ts"]),
                "position": int(row["position"]),
                "rate": float(row["rate"]),
                "mark": float(row["mark"]),
                "pnl": float(row["pnl"]),
            },
        )
    for number, row in happened.orders:
        yield (
            "order",
            {
                "n": number,
                "at": int(row["ts"]),
                "role": PURPOSES[row["purpose"]],
                "side": _side(row),
                "kind": KINDS[row["kind"]],
                "qty": float(row["qty"]),
                "filled": float(row["filled"]),
                "price": _number(row["price"]),
                "trigger": _number(row["trigger"]),
                "status": STATUSES[row["status"]],
                "code": CODES[row["code"]],
            },
        )
    for number, row in happened.fills:
        yield (
            "exec",
            {
                "n": number,
                "at": int(row["ts"]),
                "order": int(row["order"]),
                "role": PURPOSES[row["purpose"]],
                "side": _side(row),
                "px": float(row["price"]),
                "qty": float(row["qty"]),
                "fee": float(row["fee"]),
                "maker": bool(row["is_maker"]),
                "position": int(row["position"]),
            },
        )
    for number, row in happened.legs:
        yield (
            "trade",
            {
                "n": number,
                "position": int(row["position"]),
                "entry": float(row["entry"]),
                "realized": float(row["realized"]),
                "funding": float(row["funding"]),
                "net": float(row["net"]),
                "final": bool(row["is_final"]),
            },
        )


def _side(row: Any) -> str:
    return "buy" if row["side"] > 0 else "sell"


def _number(value: Any) -> float | None:
    return float(value) if isfinite(value) else None


def plain(value: Any) -> Any:
    """Return a value as JSON has it: records as objects, Decimals as their text."""
    match value:
        case Decimal():
            return format(value, "f")
        case float():
            return value if isfinite(value) else None
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    return value
