"""Runs an engine over bars that arrive in portions, with restarts between them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradec.runtime.engine import Engine
from tradec.runtime.sim.exchange import Exchange
from tradec.runtime.strategy import PythonStrategy

from generators.exchange_cases import Case
from tradec.runtime.data.bars import Bars


class Puppet:
    """A machine that decides and shows what a case says of each bar; `digest` counts the bars."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.digest = 0
        self.exec_closed = False

    def step(self, *_: Any) -> tuple[int, int, float]:
        i = self.digest
        self.digest += 1
        self.exec_closed = (i + 1) % self.case.every == 0
        action = int(self.case.actions[i]) if self.exec_closed and i >= self.case.first else 0
        return action, action | i << 8, float(self.case.percents[i])

    def seen(self, slot: int) -> float:
        return float(self.case.seen[self.digest - 1, slot])

    def snapshot(self) -> bytes:
        return str(self.digest).encode()

    def restore(self, snapshot: bytes) -> None:
        self.digest = int(snapshot)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a run left."""

    engine: Engine
    exchange: Exchange


def exchange_of(case: Case, points: int) -> Exchange:
    return Exchange(
        case.rules, case.instrument, points, exec_minutes=case.every, signals=True, states=True
    )


def made(case: Case, bars: Bars, first: int, *, points: int = 1, grows: bool = True) -> Left:
    strategy = PythonStrategy(Puppet(case), case.every, (), ("slot",) * 5)
    exchange = exchange_of(case, points)
    engine = Engine(strategy, exchange, bars, first, slots=5, grows=grows, by_step=grows)
    return Left(engine=engine, exchange=exchange)


def at_once(case: Case) -> Left:
    left = made(case, case.bars, case.first, points=case.bars.n + 2, grows=False)
    left.engine.run()
    return left


def in_portions(case: Case, portions: Sequence[int], restarts: Sequence[bool]) -> Left:
    """Return what comes of a run in which the bars come in portions of so many.

    After a portion for which `restarts` says so, the run goes on from its snapshot in a new engine,
    which is given the bars from trade_start on alone.
    """
    done = min(max(1, portions[0]), case.bars.n)
    left = made(case, case.bars.slice(0, done), case.first)
    for size, restart in zip(portions[1:], restarts, strict=False):
        if left.engine.advance():
            break
        if restart and done > case.first:
            snapshot = left.engine.snapshot()
            left = made(case, case.bars.slice(case.first, done), 0)
            left.engine.restore(snapshot)
        for i in range(done, min(done + size, case.bars.n)):
            append(left.engine, case.bars, i)
        done = min(done + size, case.bars.n)
    while not left.engine.advance() and done < case.bars.n:
        append(left.engine, case.bars, done)
        done += 1
    if not left.engine.advance():
        settle(left.engine, case.bars, case.bars.end, case.bars.end + 1)
    left.engine.finish()
    return left


def append(engine: Engine, bars: Bars, i: int) -> None:
    """Give an engine bar i, and the settlements that fall due in it."""
    settle(engine, bars, bars.ts_open(i), bars.ts_close(i))
    mark = None
    if bars.mark is not None and not math.isnan(bars.mark.close[i]):
        mark = tuple(getattr(bars.mark, name)[i] for name in ("open", "high", "low", "close"))
    prices = (getattr(bars, name)[i] for name in ("open", "high", "low", "close", "volume"))
    engine.columns.append(*prices, mark=mark, is_flat=bool(bars.flags[i]))


def settle(engine: Engine, bars: Bars, start: int, end: int) -> None:
    if bars.funding is not None:
        due = bars.funding.between(start, end)
        for ts, rate in zip(due.ts.tolist(), due.rate.tolist(), strict=True):
            engine.columns.settle(ts, rate)
