"""What prices did while a position was open: the bars that it lived through, leg by leg.

A position that was entered at an open lives through that whole bar; one that was entered inside a
bar was there for the adverse extreme alone. The bar of an exit counts for what came before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from tradec.runtime.validate.check import Array
from tradec.runtime.validate.evidence import Evidence

STOPPED: Final = ("sl", "trailing", "break_even")
"""The reasons of a stop, by who moved it last."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Life:
    """A leg's row, and the bars its position lived through: [first, exit) whole, exit in part.

    `is_inside` tells whether it was entered inside its first bar, `at_open` whether it left at an
    open, `passed` are the prices of the position's legs up to this one.
    """

    row: int
    side: int
    entry: float
    first: int
    is_inside: bool
    exit: int
    at_open: bool
    reason: str
    passed: tuple[float, ...]


@lru_cache(maxsize=2)
def lives_of(run: Evidence) -> tuple[Life, ...]:
    """Return the life of every leg, in order."""
    return tuple(_lives(run))


def _lives(run: Evidence) -> Iterator[Life]:
    trades, minutes = run.tables["trades"], run.minutes
    first, exit_ = minutes.places(trades["ts_entry"]), minutes.places(trades["ts_exit"])
    inside = (trades["ts_entry"] - minutes.ts0) % minutes.base_ms != 0
    at_open = (trades["ts_exit"] - minutes.ts0) % minutes.base_ms == 0
    passed: tuple[float, ...] = ()
    opened = run.tables["fills"]["price"][first_fills(run)]
    for row in range(trades["trade_id"].size):
        if row == 0 or trades["position_id"][row] != trades["position_id"][row - 1]:
            passed = (float(opened[row]),)
        passed = (*passed, float(trades["exit_price"][row]))
        yield Life(
            row=row,
            side=1 if trades["side"][row] == "long" else -1,
            entry=float(trades["entry_price"][row]),
            first=int(first[row]),
            is_inside=bool(inside[row]),
            exit=int(exit_[row]),
            at_open=bool(at_open[row]),
            reason=str(trades["exit_reason"][row]),
            passed=passed,
        )


def first_fills(run: Evidence) -> Array:
    """Return the row of the first fill of each leg's position."""
    ids, first = np.unique(run.tables["fills"]["position_id"], return_index=True)
    place = np.searchsorted(ids, run.tables["trades"]["position_id"])
    return np.asarray(first[np.minimum(place, max(first.size - 1, 0))])


def extremes(run: Evidence, life: Life) -> tuple[float, float]:
    """Return the lowest and the highest price of a leg, from its position's entry to its exit."""
    minutes = run.minutes
    low, high = [min(life.passed)], [max(life.passed)]
    begin = life.first
    if life.is_inside and life.exit > life.first:
        against = minutes.low if life.side > 0 else minutes.high
        low.append(float(against[begin]))
        high.append(float(against[begin]))
        begin += 1
    if life.exit > begin:
        low.append(float(minutes.low[begin : life.exit].min()))
        high.append(float(minutes.high[begin : life.exit].max()))
    for price in _of_exit_bar(run, life):
        low.append(price)
        high.append(price)
    return min(low), max(high)


def _of_exit_bar(run: Evidence, life: Life) -> Iterator[float]:
    """Yield what the bar of the exit showed before the exit.

    A decision leaves at the open, at the fill's own price; a level is tested after the open. A
    target, and a limit that rests, fill after the adverse extreme: the worse order of events.
    """
    minutes = run.minutes
    is_level = life.reason in {*STOPPED, "tp", "liquidation"}
    if life.exit >= minutes.n or not is_level:
        return
    came_inside = life.is_inside and life.exit == life.first
    if not came_inside:
        yield float(minutes.open[life.exit])
    if life.at_open:
        return
    rests = run.config["sl_order_type"] == "limit" and life.reason in STOPPED
    if life.reason == "tp" or rests:
        yield float((minutes.low if life.side > 0 else minutes.high)[life.exit])


def best_before_exit(run: Evidence, life: Life) -> float:
    """Return the best price, at the last close before the exit, that trailing has seen."""
    begin = life.first + life.is_inside
    best = [life.passed[0]]
    if life.is_inside and life.exit > life.first:
        best.append(float((run.minutes.low if life.side > 0 else run.minutes.high)[life.first]))
    if life.exit > begin:
        favor = run.minutes.high if life.side > 0 else run.minutes.low
        part = favor[begin : life.exit]
        best.append(float(part.max() if life.side > 0 else part.min()))
    return max(best) if life.side > 0 else min(best)


def whole_bars(run: Evidence, life: Life) -> Any:
    """Return the bars that a leg lived through from open to close, absent ones aside, as a mask."""
    begin = life.first + life.is_inside
    return np.arange(begin, max(life.exit, begin))[~run.minutes.flat[begin : max(life.exit, begin)]]
