"""Feeds plays with bars, for tests that look at what comes out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tradec.compiler import ir
from tradec.compiler.catalog import standard
from tradec.compiler.interpreter import Interpreter
from tradec.runtime.timeframe import MINUTE_MS

MIDNIGHT = 1_736_121_600_000
"""Monday 2025-01-06."""


Row = tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Step:
    """What one base bar gave."""

    decision: tuple[int, int, float]
    digest: int
    words: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Candles:
    """Contiguous base bars from `start` on, as (open, high, low, close, volume)."""

    rows: tuple[Row, ...]
    start: int = MIDNIGHT
    base_ms: int = MINUTE_MS

    def items(self, first: int = 0) -> Iterator[tuple[int, Row]]:
        for k in range(first, len(self.rows)):
            yield self.start + k * self.base_ms, self.rows[k]


def closes(*values: float, start: int = MIDNIGHT) -> Candles:
    """Return one-minute bars of which only the close matters."""
    rows = tuple((float(v), v + 1.0, v - 1.0, float(v), 1.0) for v in values)
    return Candles(rows, start)


Side = Callable[[int], int]


def flat(_bar: int) -> int:
    return 0


@dataclass(slots=True)
class Trader:
    """A position that fills every decision at once, and is stopped out after some bars."""

    side: int = 0
    held: int = 0
    patience: int = 10

    def act(self, action: int) -> None:
        """Take a decision, or its absence, on the next bar."""
        self.held += 1
        match action:
            case ir.Action.ENTRY_LONG | ir.Action.ENTRY_SHORT:
                self.side = 1 if action == ir.Action.ENTRY_LONG else -1
                self.held = 0
            case ir.Action.EXIT_LONG | ir.Action.EXIT_SHORT | ir.Action.EXIT_ALL:
                self.side = 0
            case _ if self.held >= self.patience:
                self.side = 0


def trade(
    machine: Interpreter, candles: Candles, *, first: int = 0, trader: Trader | None = None
) -> list[Step]:
    """Return one Step for each bar from `first` on, in the hands of `trader`."""
    trader = trader or Trader()
    steps = []
    for ts, row in candles.items(first):
        decision = machine.step(ts, ts + candles.base_ms, *row, trader.side, True, True)
        trader.act(decision[0])
        steps.append(Step(decision, machine.digest, tuple(machine.words())))
    return steps


def drive(
    machine: Interpreter, candles: Candles, *, first: int = 0, side: Side = flat
) -> list[Step]:
    """Return one Step for each bar from `first` on."""
    steps = []
    for k, (ts, row) in enumerate(candles.items(first), start=first):
        decision = machine.step(ts, ts + candles.base_ms, *row, side(k), True, True)
        steps.append(Step(decision, machine.digest, tuple(machine.words())))
    return steps


def interpret(play: ir.Play, candles: Candles, *, side: Side = flat) -> list[Step]:
    """Return what the interpreter gives for each bar."""
    return drive(Interpreter(play, standard()), candles, side=side)


def decided(steps: list[Step]) -> list[int]:
    """Return the bars on which a decision was made."""
    return [k for k, step in enumerate(steps) if step.decision[0]]
