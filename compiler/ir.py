"""The typed IR: what a play means, resolved and typed by construction.

Roles are timeframes, variables are parameters or gone, setups are inlined, enum words are codes,
defaults are explicit. Nodes compare by meaning; spans do not take part.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, TypeAlias

from tradec.compiler.types import Type
from tradec.dsl.span import NOWHERE, Span

if TYPE_CHECKING:
    from tradec.compiler import trading


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every IR node has."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)


# --- numbers ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Const(Node):
    """A literal; a bool is 0 or 1 with kind BOOL, an enum word is its code with kind ENUM."""

    value: int | float
    type: Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Param(Node):
    """A numeric variable: a run-time parameter of the module. Kind INT or FLOAT."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Node):
    """The value of one output of a series, `offset` closed bars of its own timeframe ago."""

    series: str
    output: str
    offset: int
    type: Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Negate(Node):
    """Unary minus."""

    operand: "Number"
    type: Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """`left op right`, op one of `+ - * / %`; INT if both are INT and op is not `/`, else FLOAT."""

    op: str
    left: "Number"
    right: "Number"
    type: Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Function(Node):
    """`abs` of one operand, `min` or `max` of several; missing if any operand is."""

    name: str
    operands: tuple["Number", ...]
    type: Type


Number: TypeAlias = Const | Param | Read | Negate | Arithmetic | Function
Setting: TypeAlias = Const | Param
Given: TypeAlias = Setting | tuple[Setting, ...] | None
"""The value of a unit's parameter: one, a list, or none where an optional one is absent."""


# --- conditions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """`left op right`; two INT-like operands compare as int64, anything else as doubles."""

    op: str
    left: Number
    right: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Cross(Node):
    """`left` crosses `right` between two steps of its clock."""

    above: bool
    left: Number
    right: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(Node):
    """`low <= operand <= high`."""

    operand: Number
    low: Number
    high: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Near(Node):
    """|left - right| <= tolerance, or <= tolerance * |right| if `relative` (a ratio then).

    A Param tolerance is in percent as written, and the ratio is Arithmetic(Param / 100).
    """

    relative: bool
    left: Number
    right: Number
    tolerance: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class In(Node):
    """`operand`, which is INT-like, is one of at least two `members`: literals, then variables."""

    operand: Number
    members: tuple[Setting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed(Node):
    """`operand`, of any kind, is another value than at the step of its clock before."""

    operand: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Node):
    """`operand` was true at `least` or more of `samples` steps of its clock, `stride` apart.

    The last sample is the present step. `holds` is a window whose `least` is its `samples`,
    `occurred` one whose `least` is 1.
    """

    operand: "Condition"
    samples: Setting
    stride: int
    least: Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Known(Node):
    """`true` or `false` itself."""

    value: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    """Strong Kleene negation."""

    operand: "Condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class All(Node):
    """Strong Kleene conjunction of at least two operands, in the order written."""

    operands: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Any(Node):
    """Strong Kleene disjunction of at least two operands, in the order written."""

    operands: tuple["Condition", ...]


Condition: TypeAlias = (
    Compare | Cross | Between | Near | In | Changed | Window | Known | Not | All | Any
)
Cell: TypeAlias = Cross | Changed | Window
"""A condition that remembers: it ticks on its own clock and holds its value in between."""


# --- series -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Node):
    """One output of a series with its type; `first_valid` counts bars of the series' timeframe.

    `empty` is the raw int that reads as missing. An `exclusive` output is missing while a sibling
    has the value, perhaps for ever, so that no play waits for it.
    """

    name: str
    type: Type
    first_valid: int
    empty: int | None = None
    exclusive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(Node):
    """The bars of one timeframe, which is their id: open, high, low, close, volume."""

    id: str
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Builtin(Node):
    """One of the market's own numbers besides its bars, such as `last_price`, which is its id.

    Its offsets count steps of `timeframe`.
    """

    id: str
    timeframe: str
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series(Node):
    """One unit at work: a feature or a structure.

    `params` holds every parameter of the SPEC in its order, None where an optional one is absent
    and for the parameters that name a series. `inputs` are what its step takes, in the order of
    SPEC.inputs: a Read, an expression such as hl2, or None (integer inputs, and no volatility).
    `uses` are the ids of the structures it steps after, in the order of needs and optional.
    `private` series were made by the compiler and are not part of features.parquet.
    """

    id: str
    unit: str
    kind: str
    timeframe: str
    params: tuple[tuple[str, Given], ...]
    inputs: tuple[Number | None, ...]
    uses: tuple[str, ...] = ()
    outputs: tuple[Output, ...]
    private: bool = False


# --- actions ----------------------------------------------------------------------------------


class Action(IntEnum):
    """What an intent asks for; the codes are those of `runtime/strategy.pxd`."""

    NO_ACTION = 0
    ENTRY_LONG = 1
    ENTRY_SHORT = 2
    EXIT_LONG = 3
    EXIT_SHORT = 4
    EXIT_ALL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Node):
    """A text among the metadata."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Node):
    """One entry of an intent's metadata; a Read is resolved when the intent is decided."""

    name: str
    value: Setting | Read | Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent(Node):
    """An action, the share of the position it closes, (0, 100], and what its trade records."""

    action: Action
    percent: Setting
    metadata: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Node):
    """A condition and what it emits when it is True."""

    when: Condition
    emit: tuple[Intent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Node):
    """Cases of which the first True one speaks, else `otherwise`."""

    id: str
    cases: tuple[Case, ...]
    otherwise: tuple[Intent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Default(Node):
    """A variable's value: what a Param is unless a run says otherwise."""

    name: str
    value: int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Play(Node):
    """A whole play.

    `bars` are the timeframes in use, fastest first; `builtins` the market's own numbers in use;
    `series` are in an order in which each stands after everything it reads. `evaluation` is
    exec_close or every_1m; `warmup_tolerance` is what the seed of a fading memory may still weigh.
    `name`, `roles`, `deploy` and `validation` are not part of its meaning.
    """

    name: str
    symbol: str
    exec: str
    evaluation: str
    bars: tuple[Bars, ...]
    builtins: tuple[Builtin, ...]
    series: tuple[Series, ...]
    blocks: tuple[Block, ...]
    account: "trading.Account"
    risk: "trading.Risk"
    entry: "trading.Entry"
    policy: "trading.Policy"
    backtest: "trading.Backtest"
    deploy: "trading.Deploy"
    validation: "trading.Validation"
    warmup_tolerance: float
    params: tuple[Default, ...]
    roles: tuple[tuple[str, str], ...]
