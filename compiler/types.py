"""What the compiler knows of a value: kind, unit, timeframe, confirmation lag and memory."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Kind(StrEnum):
    """The sort of a value; everything but FLOAT is an int64 at run time."""

    FLOAT = "float"
    INT = "int"
    BOOL = "bool"
    ENUM = "enum"


@dataclass(frozen=True, slots=True)
class Constant:
    """The same on every bar."""


@dataclass(frozen=True, slots=True)
class FiniteMemory:
    """A function of the last `bars` bars of the timeframe."""

    bars: int


@dataclass(frozen=True, slots=True)
class FadingMemory:
    """A bar k ago weighs at most about decay**k, times k**(order - 1), after `window` bars."""

    decay: float
    order: int
    window: int


@dataclass(frozen=True, slots=True)
class AnchoredMemory:
    """Depends on everything since `event`; `bars_required` bars must have closed."""

    event: str
    bars_required: int


@dataclass(frozen=True, slots=True)
class IntegralMemory:
    """A sum of everything since the first bar; `bars_required` bars must have closed."""

    bars_required: int


Memory: TypeAlias = Constant | FiniteMemory | FadingMemory | AnchoredMemory | IntegralMemory

NUMBER = "number"
"""The unit of a literal, and of a result that has no unit of its own: fits every other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """The type of an expression.

    `unit` is one of `runtime.spec.UNITS` (never "source"), NUMBER, or what `unit_algebra` makes of
    them; `tokens` are an enum's
    (word, code) pairs; `timeframe` is the fastest timeframe it changes on, "" for a constant;
    `lag` counts bars of that timeframe.
    """

    kind: Kind
    unit: str = NUMBER
    tokens: tuple[tuple[str, int], ...] = ()
    timeframe: str = ""
    lag: int = 0
    memory: Memory = Constant()
