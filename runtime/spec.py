"""What one unit (an indicator or a structure) declares about itself.

A unit is a pair of files: `<name>.py` holds `SPEC` and the plain-Python reference, `<name>.pxd`
the C struct and kernel. Validation, types, warm-up, state layout, emission, documentation and
tests are derived from SPEC alone; nothing else names the unit.

The reference (`<name>.py`), class `CamelCase(name)`:
    __init__(self, *, <every param of SPEC>)            optional params may be None, a choice is its
                                                        word, a series (named by an input) None
    step(self, <deps in `needs`/`optional` order>, <inputs in order>) -> tuple, in `outputs` order
The kernel (`<name>.pxd`):
    ctypedef struct Name                                plain C, no pointers
    name_init(Name* s, <params in order, no series>)    int, bool, choice's position: int64_t;
                                                        float: double; absent: MISSING or NaN
    name_step(Name* s, <rings>, <const Dep* ...>, <inputs: double, or int64_t for INTEGER_INPUTS>)
                                                        -> double                 one output
        ... and a last argument `NameOut* out`                                    several outputs
    ctypedef struct NameOut                             8-byte fields in `outputs` order
Rings are `double*` or `int64_t*` into the strategy's arena, zeroed when an instance is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from tradec.runtime.formula import evaluate

Kind: TypeAlias = Literal["float", "int", "bool", "enum"]

BAR_INPUTS = ("open", "high", "low", "close", "volume")
INTEGER_INPUTS = ("ts_open", "bar_number")
"""Inputs that are int64: the bar's opening time, its number since the epoch on its timeframe."""

UNITS = (
    "source",  # the unit of the unit's source
    "source-difference",
    "price",
    "price-difference",
    "ratio",
    "percent",
    "bounded oscillator",
    "oscillator",
    "volume",
    "bars",
    "bar index",
    "count",
    "direction",
    "version",
    "bool",
    "event",
    "enum",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A parameter with its bounds; without `required` and default it may be absent."""

    name: str
    kind: Literal["int", "float", "bool", "choice", "series"]
    default: int | float | bool | str | None = None
    low: float | None = None
    high: float | None = None
    low_exclusive: bool = False
    choices: tuple[str, ...] = ()
    required: bool = False
    required_if: str = ""  # a formula over the other parameters
    meaning: str = ""


def integer(
    name: str, default: int | None = None, *, low: int = 1, high: int = 5000, **more: Any
) -> Param:
    """Return a whole-number parameter; without a default it is required unless `required=False`."""
    more.setdefault("required", default is None)
    return Param(name=name, kind="int", default=default, low=low, high=high, **more)


def number(name: str, default: float | None = None, **more: Any) -> Param:
    """Return a real parameter; without a default it is required unless `required=False`."""
    more.setdefault("required", default is None)
    return Param(name=name, kind="float", default=default, **more)


def flag(name: str, default: bool) -> Param:  # noqa: FBT001  the default is the point
    """Return a true/false parameter."""
    return Param(name=name, kind="bool", default=default)


def choice(name: str, choices: tuple[str, ...], default: str | None = None) -> Param:
    """Return a parameter that is one of `choices`; its code is its position."""
    return Param(
        name=name, kind="choice", default=default, choices=choices, required=default is None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One output over time.

    `low`, `high` bound it (numbers or formulas); `empty` is the value of an int output that the
    language reads as missing (-1 for a bar index); `tokens` are (word, code) of an enum, where the
    empty word is written `none` in the language; `lag` is the confirmation lag in bars as a
    formula, or the words "data dependent"; `first_valid` overrides the unit's.
    """

    name: str
    kind: Kind = "float"
    unit: str = "source"
    low: float | str | None = None
    high: float | str | None = None
    empty: int | None = None
    tokens: tuple[tuple[str, int], ...] = ()
    lag: str = "0"
    first_valid: str | None = None
    relations: tuple[str, ...] = ()
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finite:
    """A function of the last `window` bars."""

    window: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fading:
    """A bar k ago weighs at most poly(order - 1) * decay**k once `window` bars have passed."""

    decay: str
    order: int = 1
    window: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored:
    """Depends on everything since `event`; `bars_required` bars must have closed."""

    event: str
    bars_required: str


Memory: TypeAlias = Finite | Fading | Anchored


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A stretch of the arena that a unit owns: `size` (a formula) items of 8 bytes."""

    name: str
    size: str
    kind: Literal["double", "int64"] = "double"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """Everything the rest of tradec knows about a unit.

    `inputs`: BAR_INPUTS, INTEGER_INPUTS, "source" (the chosen series) or "volatility" (the average
    true range that `atr_key` or `atr_length` names, NaN where there is none).
    `needs`, `optional`: unit names of the structures it uses, in the order its step takes them.
    `constraints`: (formula that must hold, message).
    `provides`: capabilities other rules ask for, such as "volatility" or "pivots".
    """

    kind: Literal["indicator", "structure"]
    title: str
    inputs: tuple[str, ...]
    params: tuple[Param, ...] = ()
    outputs: tuple[Output, ...]
    primary: str | None = None
    first_valid: str
    memory: Memory
    rings: tuple[Ring, ...] = ()
    needs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    constraints: tuple[tuple[str, str], ...] = ()
    provides: tuple[str, ...] = ()
    reference: str = ""
    cost: str = "O(1)"

    def param(self, name: str) -> Param:
        """Return the parameter `name`."""
        return next(p for p in self.params if p.name == name)

    def output(self, name: str) -> Output:
        """Return the output `name`."""
        return next(o for o in self.outputs if o.name == name)

    def first_valid_of(self, output: Output, values: Mapping[str, Any]) -> int:
        """Return the index of the first bar on which `output` has a value."""
        return int(evaluate(output.first_valid or self.first_valid, values))
