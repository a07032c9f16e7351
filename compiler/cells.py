"""What the rules of a play remember: crossings, changes and windows, each on its own clock.

A crossing holds its two samples at two steps, a change its value at two steps, a window what its
condition was at each step that a sample may still ask for.
"""

from collections import deque
from collections.abc import Mapping
from typing import TypeAlias, cast

from tradec.compiler import ir
from tradec.compiler.clocks import Clock, clock_of
from tradec.compiler.evaluate import Raw, Truth, View, double, missing, number, truth
from tradec.compiler.reads import cells
from tradec.compiler.settings import setting
from tradec.runtime.kernels.arith import NAN

Samples: TypeAlias = tuple[float, float, float, float]
Pair: TypeAlias = tuple[Raw, Raw]
Truths: TypeAlias = deque[Truth]
Held: TypeAlias = dict[ir.Cell, Samples | Pair | Truths]


class Cells:
    """The conditions of one play that remember, with the values of its variables."""

    def __init__(self, play: ir.Play, values: Mapping[str, int | float]) -> None:
        self._values = values
        self._clocks = {cell: clock_of(cell, play) for cell in cells(play)}

    def start(self) -> Held:
        """Return the memories before the first step."""
        return {cell: self._empty(cell) for cell in self._clocks}

    def _empty(self, cell: ir.Cell) -> Samples | Pair | Truths:
        match cell:
            case ir.Cross():
                return (NAN, NAN, NAN, NAN)
            case ir.Changed(operand=operand):
                return (missing(operand.type.kind), missing(operand.type.kind))
            case ir.Window(stride=stride):
                return deque(maxlen=(self.samples(cell) - 1) * stride + 1)

    def samples(self, window: ir.Window) -> int:
        """Return how many samples a window looks at in this run."""
        return int(setting(window.samples, self._values))

    def tick(self, held: Held, clock: Clock, view: View) -> None:
        """Take one step of a clock: what holds others comes after them."""
        for cell, ticks_on in self._clocks.items():
            if ticks_on is clock:
                self._step(held, cell, view)

    def _step(self, held: Held, cell: ir.Cell, view: View) -> None:
        match cell:
            case ir.Cross(left=left, right=right):
                now = (double(number(left, view)), double(number(right, view)))
                held[cell] = (*samples_of(held, cell)[2:], *now)
            case ir.Changed(operand=operand):
                held[cell] = (pair_of(held, cell)[1], number(operand, view))
            case ir.Window(operand=operand):
                cast("Truths", held[cell]).append(truth(operand, view))

    def window(self, held: Held, window: ir.Window) -> list[Truth]:
        """Return what the condition of a window was at each sample, the present one first."""
        past = list(reversed(cast("Truths", held[window])))
        found = past[:: window.stride]
        return [*found, *[None] * (self.samples(window) - len(found))]


def samples_of(held: Held, cross: ir.Cross) -> Samples:
    """Return left and right at the step before, then left and right at the last one."""
    return cast("Samples", held[cross])


def pair_of(held: Held, changed: ir.Changed) -> Pair:
    """Return the operand at the step before, and at the last one."""
    return cast("Pair", held[changed])
