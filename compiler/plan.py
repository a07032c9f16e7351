"""The last stages of the IR: a play with its warm-up, and the plan that is emitted."""

from dataclasses import dataclass

from tradec.compiler import ir
from tradec.compiler.clocks import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmup:
    """Closed bars of `timeframe` that must precede the first decision, and the node that asks."""

    timeframe: str
    bars: int
    because: str
    memory: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A play with its warm-up, one entry per timeframe in use, fastest first."""

    play: ir.Play
    warmup: tuple[Warmup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The last `depth` + 1 values of one output on its own timeframe, for reads with an offset."""

    series: str
    output: str
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RingPlace:
    """A ring that a series owns; `size` is the SPEC's formula, evaluated for each instance."""

    series: str
    name: str
    size: str
    ctype: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticking:
    """A condition that remembers, and the clock it ticks on."""

    cell: ir.Cell
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the emitter lays out: each table in the order in which it stands in the state.

    `cells` are the distinct conditions that remember, each after those that it holds; `witnessed`
    the outputs that rules read, which the digest absorbs (rulings A8): bars fastest first, then
    the built-ins, then series in order.
    """

    play: ir.Play
    warmup: tuple[Warmup, ...]
    rings: tuple[RingPlace, ...]
    histories: tuple[History, ...]
    cells: tuple[Ticking, ...]
    witnessed: tuple[tuple[str, str], ...]
