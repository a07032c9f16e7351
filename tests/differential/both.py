"""One run through the compiled exchange and through its reference, and what both leave."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from tradec.runtime.sim.exchange import Exchange

from differential.reference_exchange import ReferenceExchange
from differential.told import told
from generators.exchange_cases import EXEC, MINUTE_MS, START_MS, Case, bars_of, case_of, play
from tradec.runtime.sim.rules import Rules
from tradec.runtime.timeframe import TIMEFRAMES

Row = dict[str, Any]
Minutes = Sequence[tuple[float, ...]]
LONG, SHORT, EXIT_LONG, EXIT_SHORT, EXIT = 1, 2, 3, 4, 5
PIVOT = 100.0
"""Prices of a short are those of a long, mirrored here."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a run leaves: rows in words, and the equity points."""

    stop_reason: str
    entries_disabled: bool
    orders: list[Row]
    fills: list[Row]
    legs: list[Row]
    payments: list[Row]
    equity: list[float]

    def shown(self) -> dict[str, Any]:
        """Return all of it in a form that can be compared, floats by their shortest repr."""
        return {one.name: _shown(getattr(self, one.name)) for one in fields(self)}

    def same_as(self, other: "Left") -> None:
        """Fail at the first thing that differs."""
        mine, theirs = self.shown(), other.shown()
        for name in mine:
            assert mine[name] == theirs[name], name

    def exit(self) -> tuple[Any, ...]:
        """Return why, at what price and when the first position was left, in ms from the start."""
        fill = next(fill for fill in self.fills if fill["purpose"] != "entry")
        return fill["purpose"], fill["price"], fill["ts"] - START_MS

    def codes(self) -> list[str]:
        """Return what became of each order: its code, or its status where it has none."""
        return [order["code"] or order["status"] for order in self.orders]


def _shown(value: Any) -> Any:
    """Return a value in a form that tells -0.0 from 0.0 and holds NaN equal to itself."""
    if isinstance(value, list):
        return [repr(sorted(one.items())) if isinstance(one, dict) else repr(one) for one in value]
    return value


def left_by(exchange: Exchange) -> Left:
    """Return what a compiled exchange left."""
    return Left(
        exchange.stop_reason,
        exchange.entries_disabled,
        told(exchange.orders_made()),
        told(exchange.fills_made()),
        told(exchange.legs_closed()),
        told(exchange.funding_paid()),
        exchange.equity().tolist(),
    )


def in_python(case: Case) -> Left:
    """Return what the reference leaves."""
    timeframe = TIMEFRAMES[EXEC[case.every]]
    one = ReferenceExchange(case.rules, case.instrument, timeframe)
    how = (case.first, case.every, case.percents.tolist(), case.seen)
    one.run(case.bars, case.actions.tolist(), *how)
    rows = (one.orders, one.fills, one.legs, one.payments)
    return Left(one.stop_reason, one.starved, *rows, one.equity)


def both(case: Case) -> Left:
    """Return what both leave; fail where they differ."""
    left = left_by(play(case))
    left.same_as(in_python(case))
    return left


def minutes(rows: Minutes, actions: list[int], rules: Rules, **changed: Any) -> Left:
    """Return what both leave after the minutes `rows` of open, high, low, close.

    `actions[i]` is decided at the close of minute i; `volume` and `flags` are those of the bars.
    """
    beside = {name: changed.pop(name) for name in ("volume", "flags", "mark") if name in changed}
    return both(case_of(bars_of(rows, **beside), actions, rules, **changed))


def quiet(price: float) -> tuple[float, ...]:
    """Return a minute in which nothing happens."""
    return (price,) * 4


def mirrored(rows: Minutes) -> list[tuple[float, ...]]:
    """Return the minutes as a short has to see them: P becomes 2 * PIVOT - P."""
    return [(flip(o), flip(w), flip(h), flip(c)) for o, h, w, c in rows]


def flip(price: float) -> float:
    """Return a mirrored price."""
    return 2 * PIVOT - price


def at(minute: float) -> int:
    """Return the offset of a fill at the open of a minute, or inside it for `minute` + 0.5."""
    whole = int(minute)
    return whole * MINUTE_MS if whole == minute else (whole + 1) * MINUTE_MS - 1
