"""What one unit (an indicator or a structure) declares about itself.

A unit is a pair of files: `<name>.py` holds `SPEC` and the plain-Python reference, `<name>.pxd`
the C struct and kernel. Validation, types, warm-up, state layout, emission, documentation and
tests are derived from SPEC alone; nothing else names the unit.

The reference (`<name>.py`), class `CamelCase(name)`:
    __init__(self, *, <every param of SPEC>)            optional params may be None, a choice is its
                                                        word, a series (named by an input) None
    step(self, <deps in `slots` order, None where absent>, <inputs>) -> tuple, in `outputs` order
The kernel (`<name>.pxd`):
    ctypedef struct Name                                plain C, no pointers
    name_init(Name* s, <params in order, no series>)    int, bool, choice's position: int64_t;
                                                        float: double; absent: MISSING or NaN;
                                                        list: how many values, int64_t
    name_step(Name* s, <rings>, <slots>, <inputs: double, or int64_t for INTEGER_INPUTS>)
                                                        -> double                 one output
        ... and a last argument `NameOut* out`                                    several outputs
    ctypedef struct NameOut                             an 8-byte field for each of `outputs`
For each of `slots` the step takes `const Dep*` and its shared rings, NULL where it is absent.
Rings are `double*`, `int64_t*` or pointers to a struct of 8-byte fields that `<name>.pxd` knows,
into the strategy's arena, zeroed when an instance is made. A ring with the name of a list parameter
holds its values. The outputs of a family are read where the kernel keeps them, in its ring, which
the first step has to fill; the reference returns them after `outputs`, member by member.

An output without a value is NaN, or MISSING if it is no float.

A formula may name the parameters, `volatility_first_valid`, `data_dependent` (a lag), and for each
unit of `slots` whether it is used (`uses_<unit>`), its `<unit>_first_valid`, `<unit>_lag` (0 where
it is absent) and, where it is used, its parameters as `<unit>_<parameter>`; and `bars_per_day`,
`bars_per_week`, `bars_per_month`, the most bars of the timeframe that begin within one, at least 1.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from tradec.runtime.formula import evaluate

Kind: TypeAlias = Literal["float", "int", "bool", "enum"]

BAR_INPUTS = ("open", "high", "low", "close", "volume")
INTEGER_INPUTS = ("ts_open", "bar_number")
"""Inputs that are int64: the bar's opening time, its number since the epoch on its timeframe."""

NEARLY = 1e-9
"""The slack of a well-conditioned calculation."""

DATA_DEPENDENT = -1
"""The lag of an output whose confirmation takes as long as it takes."""

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
    "id",
    "slot",
    "bool",
    "event",
    "enum",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A parameter with its bounds; without `required` and default it may be absent.

    A series with `of` is the key of a structure of that unit on the same timeframe: it says what an
    indicator finds in that slot of its own.
    A list is one of distinct numbers, told apart by six digits.
    """

    name: str
    kind: Literal["int", "float", "bool", "choice", "series", "list"]
    default: int | float | bool | str | None = None
    low: float | None = None
    high: float | None = None
    low_exclusive: bool = False
    choices: tuple[str, ...] = ()
    required: bool = False
    required_if: str = ""  # a formula over the other parameters
    of: str = ""
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


def structure_key(name: str, of: str, *, required: bool = True) -> Param:
    """Return a parameter that is the key of a structure of the unit `of`."""
    return Param(name=name, kind="series", of=of, required=required, meaning=f"the key of a {of}")


def numbers(name: str) -> Param:
    """Return a parameter that is a list of real numbers."""
    return Param(name=name, kind="list", required=True)


def volatility_params(default: str | None = "atr", *, needed: str = "True") -> tuple[Param, Param]:
    """Return the parameters of an input "volatility", which is needed if the formula is true.

    `default` is the feature that `atr_key` names unless it is given.
    """
    absent = f"({needed}) if atr_length == None else False"
    return (
        Param(name="atr_key", kind="series", default=default, required_if=absent),
        integer("atr_length", required=False),
    )


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Integral:
    """A sum of everything there was: two starts differ by a constant for ever."""


Memory: TypeAlias = Finite | Fading | Anchored | Integral


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One output over time.

    `low`, `high` bound it (numbers or formulas) where `given` holds: a formula over the parameters,
    or `source >= 0`. Rounding carries a float past them by at most `slack`, a share of the larger
    one: 0 if the bounds are exact, None if that depends on the data, as for a quotient of running
    sums. `empty` is the value of an int output that the language reads as missing (-1 for a bar
    index); `tokens` are (word, code) of an enum, where the empty word is written `none` in the
    language; `lag` is the confirmation lag in bars, a formula; `first_valid` and `memory` override
    those of the unit. An `exclusive` output is missing while a sibling has the value, perhaps for
    ever.

    `relations` are what else the compiler may rely on: Python expressions that hold on every bar on
    which each output that they name has a value. They name outputs, inputs (also those prices of
    the bar that the unit does not read) and parameters, and are made of numbers, `+ - * /`,
    comparisons (also chained, and `==` between truths), `and`, `or`, `not`, and
        max(input, n), min(input, n)  the extreme of an input over the last n bars, without n of all
        present(output)               whether an output has a value
        A if formula else B           as the parameters choose; `True` where nothing is to be said
    What an extreme bounds by `<=` holds up to rounding, as for averages; all else is exact.
    """

    name: str
    kind: Kind = "float"
    unit: str = "source"
    low: float | str | None = None
    high: float | str | None = None
    slack: float | None = None
    given: str = ""
    empty: int | None = None
    tokens: tuple[tuple[str, int], ...] = ()
    lag: str = "0"
    first_valid: str | None = None
    memory: Memory | None = None
    exclusive: bool = False
    relations: tuple[str, ...] = ()
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Outputs that there are several times, read as `name[key].output`, or `name[key]`.

    The keys are the values of the list parameter `over`, or the numbers below the whole one. The
    ring `ring` holds an item for each key: a struct with a field for each output, or the one output
    itself, whose name is empty. A relation speaks of the outputs of one member.
    """

    name: str
    over: str
    ring: str
    outputs: tuple[Output, ...]

    def keys(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the keys as they stand in the names of outputs."""
        over = values[self.over]
        return tuple(map(key_text, over if isinstance(over, tuple) else range(int(over))))

    def member(self, key: str) -> tuple[Output, ...]:
        """Return the outputs of one key."""
        own = {o.name: self.name_of(key, o.name) for o in self.outputs if o.name}
        return tuple(
            replace(
                output,
                name=self.name_of(key, output.name),
                relations=tuple(_renamed(relation, own) for relation in output.relations),
            )
            for output in self.outputs
        )

    def name_of(self, key: str, output: str = "") -> str:
        """Return the name of one output of one key."""
        return f"{self.name}[{key}]" + (f".{output}" if output else "")


def key_text(key: float) -> str:
    """Return a key as it stands in the name of an output."""
    return f"{key:g}"


def _renamed(relation: str, names: Mapping[str, str]) -> str:
    return re.sub(r"[a-z_]\w*", lambda found: names.get(found[0], found[0]), relation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A stretch of the arena that a unit owns: `size` (a formula) items of one kind.

    The kind is "double", "int64", or the name of a struct of 8-byte fields in the unit's kernel.
    A shared ring is passed to those who use the unit, after its state.
    """

    name: str
    size: str
    kind: str = "double"
    shared: bool = False

    @property
    def ctype(self) -> str:
        """The C type of an item."""
        return "int64_t" if self.kind == "int64" else self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """Everything the rest of tradec knows about a unit.

    `inputs`: BAR_INPUTS, INTEGER_INPUTS, "source" (the chosen series) or "volatility" (the average
    true range that `atr_key` or `atr_length` names, NaN where there is none).
    `needs`, `optional`: unit names of the structures it uses, in the order its step takes them.
    `outputs` are there once, those of `families` once for each key.
    `constraints`: (formula that must hold, message); `use_rules` are those about what it uses,
    `warnings` those of which the opposite is legal but hardly meant.
    `provides`: capabilities other rules ask for, such as "volatility" or "pivots".
    `together`: groups of outputs that have values on the same bars.
    """

    kind: Literal["indicator", "structure"]
    title: str
    inputs: tuple[str, ...]
    params: tuple[Param, ...] = ()
    outputs: tuple[Output, ...]
    families: tuple[Family, ...] = ()
    primary: str | None = None
    first_valid: str
    memory: Memory
    rings: tuple[Ring, ...] = ()
    needs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    constraints: tuple[tuple[str, str], ...] = ()
    use_rules: tuple[tuple[str, str], ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    provides: tuple[str, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    reference: str = ""
    cost: str = "O(1)"

    @property
    def slots(self) -> tuple[str, ...]:
        """The units that it can use, in the order in which its step takes them."""
        return (*self.needs, *self.optional)

    def names_of_used(self, used: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """Return what formulas may say of `used`: by unit its parameters, first_valid and lag."""
        names: dict[str, Any] = {"data_dependent": DATA_DEPENDENT}
        for slot in self.slots:
            facts = {"first_valid": 0, "lag": 0, **used.get(slot, {})}
            names[f"uses_{slot}"] = slot in used
            names |= {f"{slot}_{name}": value for name, value in facts.items()}
        return names

    def param(self, name: str) -> Param:
        """Return the parameter `name`."""
        return next(p for p in self.params if p.name == name)

    def output(self, name: str) -> Output:
        """Return the output `name`, which may be one of a family."""
        stem, bracket, rest = name.partition("[")
        if not bracket:
            return next(o for o in self.outputs if o.name == name)
        key = rest.partition("]")[0]
        members = (f.member(key) for f in self.families if f.name == stem)
        return next(o for member in members for o in member if o.name == name)

    def outputs_of(self, values: Mapping[str, Any]) -> tuple[Output, ...]:
        """Return every output that an instance with these parameters has."""
        members = (family.member(key) for family in self.families for key in family.keys(values))
        return (*self.outputs, *(output for member in members for output in member))

    def is_fixed(self, name: str) -> bool:
        """Return whether the code of a play depends on the value of a parameter."""
        return self.param(name).kind == "list" or any(f.over == name for f in self.families)

    def first_valid_of(self, output: Output, values: Mapping[str, Any]) -> int:
        """Return the index of the first bar on which `output` has a value."""
        return int(evaluate(output.first_valid or self.first_valid, values))

    def memory_of(self, output: Output) -> Memory:
        """Return how long `output` remembers."""
        return output.memory or self.memory
