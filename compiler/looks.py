"""How far back the rules look: each read with the time between it and the decision it serves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tradec.compiler import ir
from tradec.compiler.clocks import Clock, clock_of
from tradec.compiler.reads import beside_rules, rule_conditions
from tradec.compiler.rewrite import Tree, children
from tradec.compiler.settings import play_values, setting
from tradec.runtime.timeframe import TIMEFRAMES

_SHORTEST_MONTH = 28 * 1440
_LONGEST_MONTH = 31 * 1440


@dataclass(frozen=True, slots=True)
class Back:
    """So many steps of the exec clock before a decision, and so many minutes before that."""

    steps: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """A read, or None for a step itself, and the outermost memory that asks for it so early."""

    read: ir.Read | None
    back: Back
    cell: ir.Cell | None


def looks(play: ir.Play) -> Iterator[Look]:
    """Yield everything that the rules look at, and every step that they look back to."""
    walker = _Walker(play)
    for condition in rule_conditions(play):
        yield from walker.walk(condition, Back(), None)
    for read in beside_rules(play):
        yield Look(read, Back(), None)


def bars_back(back: Back, timeframe: str, exec_tf: str) -> int:
    """Return how many bars of a timeframe may close in that time, at the most."""
    if timeframe == exec_tf:
        return back.steps + -(-back.minutes // _least_minutes(timeframe))
    minutes = back.steps * (TIMEFRAMES[exec_tf].minutes or _LONGEST_MONTH) + back.minutes
    return -(-minutes // _least_minutes(timeframe))


def _least_minutes(timeframe: str) -> int:
    return TIMEFRAMES[timeframe].minutes or _SHORTEST_MONTH


class _Walker:
    def __init__(self, play: ir.Play) -> None:
        self._play = play
        self._values = play_values(play, {})

    def walk(self, node: Tree, back: Back, cell: ir.Cell | None) -> Iterator[Look]:
        match node:
            case ir.Read():
                yield Look(node, back, cell)
            case ir.Cross() | ir.Changed() | ir.Window():
                back = self._sampled(node, back)
                yield Look(None, back, cell or node)
                for child in children(node):
                    yield from self.walk(child, back, cell or node)
            case _:
                for child in children(node):
                    yield from self.walk(child, back, cell)

    def _sampled(self, cell: ir.Cell, back: Back) -> Back:
        """Return when a memory looks first: a step before, or at its first sample."""
        steps = 1
        if isinstance(cell, ir.Window):
            steps = (int(setting(cell.samples, self._values)) - 1) * cell.stride
        if clock_of(cell, self._play) is Clock.MINUTE:
            return replace(back, minutes=back.minutes + steps)
        held = 0 if self._play.evaluation == "exec_close" else 1  # it shows its last exec close
        return replace(back, steps=back.steps + steps + held)
