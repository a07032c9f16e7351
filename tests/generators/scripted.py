"""Strategies that decide what a test tells them to, and plain bars for them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from tradec.runtime.sim.exchange import Exchange
from tradec.runtime.strategy import PythonStrategy

from generators.driving import MIDNIGHT
from generators.money import rules
from tradec.compiler import ir
from tradec.runtime.data.bars import FLAT, Bars
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.rules import Rules
from tradec.runtime.timeframe import MINUTE_MS

LONG, SHORT = int(ir.Action.ENTRY_LONG), int(ir.Action.ENTRY_SHORT)
LEAVE = int(ir.Action.EXIT_ALL)


class Script:
    """A machine that is evaluated every so many bars and decides what `actions` says for a bar.

    As a play does, it decides nothing that the account does not admit.
    `seen` keeps (bar, side, may_enter, may_exit) of every step; `hook` is called before each.
    """

    def __init__(
        self,
        actions: Mapping[int, int],
        *,
        every: int = 1,
        hook: Callable[[int], None] | None = None,
        outputs: bool = True,
    ) -> None:
        self.outputs = outputs
        self.actions, self.every, self.hook = actions, every, hook
        self.exec_closed = False
        self.bars = self.digest = 0
        self.seen: list[tuple[int, int, bool, bool]] = []

    def step(self, *given: Any) -> tuple[int, int, float]:
        """Return (action, word, percent) of the next bar."""
        if self.hook is not None:
            self.hook(self.bars)
        self.seen.append((self.bars, *given[7:10]))
        self.exec_closed = (self.bars + 1) % self.every == 0
        action = self.actions.get(self.bars, 0) if self.exec_closed else 0
        may_enter, may_exit = given[8:10]
        if not (may_enter if action in (LONG, SHORT) else may_exit):
            action = 0
        self.bars += 1
        self.digest += action
        return (action, action, 100.0)

    def words(self) -> list[int]:
        """Return the number of steps, and twice that, or nothing."""
        return [self.bars, 2 * self.bars][: 2 * self.outputs]

    def strategy(self) -> PythonStrategy:
        """Return the strategy that this machine drives."""
        columns = (("steps", "int", ()), ("twice", "int", ())) if self.outputs else ()
        return PythonStrategy(self, self.every, columns)


def plain_bars(
    prices: Any,
    *,
    absent: Iterable[int] = (),
    start: int = MIDNIGHT,
    base_ms: int = MINUTE_MS,
) -> Bars:
    """Return bars that open, close and stay at each price, those in `absent` flagged as holes."""
    column = np.array(prices, np.float64)
    flags = np.zeros(len(column), np.uint8)
    flags[list(absent)] = FLAT
    return Bars(
        ts0=start,
        base_ms=base_ms,
        open=column,
        high=column,
        low=column,
        close=column,
        volume=np.ones(len(column)),
        flags=flags,
        source="by hand",
    )


def free_rules(**changed: Any) -> Rules:
    """Return rules without costs: 10 % of 10,000 USDT a trade, no stop and no target."""
    costless: dict[str, Any] = {"taker_rate": 0.0, "slippage_rate": 0.0}
    return rules(**(costless | changed))


def exchange_for(rules: Rules, points: int) -> Exchange:
    """Return an exchange without grid or limits."""
    return Exchange(rules, Instrument.unconstrained(), points, signals=True)
