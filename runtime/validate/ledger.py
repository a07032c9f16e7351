"""The account of a run, computed anew from its fills and settlements (simulation.md 8, 11 to 13).

Money is added up event by event: settlements before fills of the same instant. An entry adds to the
position at its average price, an exit takes its share of everything that the position carries.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tradec.runtime.validate.check import Array

Columns = Mapping[str, Array]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The account after an event: `qty` is signed, `paid_in` the entry fees still carried."""

    ts: int
    cash: float
    qty: float = 0.0
    entry: float = 0.0
    margin: float = 0.0
    reserve: float = 0.0
    paid_in: float = 0.0
    funding: float = 0.0
    bought: float = 0.0
    position: int = 0

    @property
    def bankruptcy(self) -> float:
        """Return the price at which the margin is lost."""
        return self.entry - self.margin / self.qty


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What an exit fill came to; `before` is the account that it found."""

    before: State
    share: float
    realized: float
    fee: float
    entry_fee: float
    funding: float

    @property
    def net(self) -> float:
        """Return what is left after fees and funding."""
        return self.realized - self.fee - self.entry_fee + self.funding


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """The states from the start on, the leg of each exit fill in order, the exit fills' rows."""

    states: tuple[State, ...]
    legs: tuple[Leg, ...]
    exit_rows: Array
    held_at_funding: Array

    def column(self, name: str) -> Array:
        """Return a field of every state."""
        return np.array([getattr(state, name) for state in self.states])

    def of_legs(self, name: str) -> Array:
        """Return a field of every leg."""
        return np.array([getattr(leg, name) for leg in self.legs], dtype=np.float64)

    def before_legs(self, name: str) -> Array:
        """Return a field of the account that every leg found."""
        return np.array([getattr(leg.before, name) for leg in self.legs], dtype=np.float64)


def replay(fills: Columns, funding: Columns, rules: Mapping[str, Any]) -> Replayed:
    """Return the account, from the first money to the last event."""
    state = State(ts=-(2**62), cash=float(rules["starting_equity_usdt"]))
    states, legs, exits, held = [state], [], [], []
    rows = [dict(zip(fills, row, strict=True)) for row in _rows(fills)]
    paid = [dict(zip(funding, row, strict=True)) for row in _rows(funding)]
    for kind, row in _in_order(fills, funding):
        if kind == 0:
            held.append(state.qty)
            state = _settled(state, paid[row])
        elif rows[row]["reason"] == "entry":
            state = _entered(state, rows[row], rules)
        else:
            state, leg = _left(state, rows[row])
            legs.append(leg)
            exits.append(row)
        states.append(state)
    return Replayed(
        states=tuple(states),
        legs=tuple(legs),
        exit_rows=np.array(exits, dtype=np.int64),
        held_at_funding=np.array(held),
    )


def _rows(columns: Columns) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.tolist() for column in columns.values()), strict=True)


def _in_order(fills: Columns, funding: Columns) -> list[tuple[int, int]]:
    """Return (0, row) for settlements and (1, row) for fills, by time."""
    events = [(ts, 0, row) for row, ts in enumerate(funding["ts_funding"].tolist())]
    events += [(ts, 1, row) for row, ts in enumerate(fills["ts_fill"].tolist())]
    return [(kind, row) for _, kind, row in sorted(events)]


def _settled(state: State, payment: Mapping[str, Any]) -> State:
    """Return the account after funding; what cash cannot pay comes off the margin."""
    pnl = -state.qty * payment["mark_price"] * payment["rate"]
    free = max(0.0, state.cash - state.margin - state.reserve)
    lacking = max(0.0, -pnl - free)
    return replace(
        state,
        ts=payment["ts_funding"],
        cash=state.cash + pnl,
        margin=max(0.0, state.margin - lacking),
        funding=state.funding + pnl,
    )


def _entered(state: State, fill: Mapping[str, Any], rules: Mapping[str, Any]) -> State:
    """Return the account after an entry, or a further part of one."""
    side = 1.0 if fill["side"] == "buy" else -1.0
    value = fill["qty"] * fill["price"]
    held = abs(state.qty)
    margin = state.margin + value / rules["leverage"]
    entry = (held * state.entry + value) / (held + fill["qty"])
    bankruptcy = entry - side * margin / (held + fill["qty"])
    return State(
        ts=fill["ts_fill"],
        cash=state.cash - fill["fee"],
        qty=side * (held + fill["qty"]),
        entry=entry,
        margin=margin,
        reserve=(held + fill["qty"]) * bankruptcy * rules["taker_rate"],
        paid_in=state.paid_in + fill["fee"],
        funding=state.funding,
        bought=state.bought + fill["qty"],
        position=fill["position_id"],
    )


def _left(state: State, fill: Mapping[str, Any]) -> tuple[State, Leg]:
    """Return the account after an exit, and what the exit came to."""
    side = 1.0 if state.qty > 0.0 else -1.0
    rest = abs(state.qty) - fill["qty"]
    share = 1.0 if rest <= 1e-9 * fill["qty"] else fill["qty"] / abs(state.qty)
    leg = Leg(
        before=state,
        share=share,
        realized=side * fill["qty"] * (fill["price"] - state.entry),
        fee=fill["fee"],
        entry_fee=state.paid_in * share,
        funding=state.funding * share,
    )
    cash = state.cash + leg.realized - leg.fee
    if share == 1.0:
        return State(ts=fill["ts_fill"], cash=cash), leg
    left = replace(
        state,
        ts=fill["ts_fill"],
        cash=cash,
        qty=side * rest,
        margin=state.margin * (1.0 - share),
        reserve=state.reserve * (1.0 - share),
        paid_in=state.paid_in - leg.entry_fee,
        funding=state.funding - leg.funding,
    )
    return left, leg
