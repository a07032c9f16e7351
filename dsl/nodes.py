"""The play as written: surface nodes, one for each form of the language, all with spans.

Nothing is resolved here: roles are roles, names are names, and a value is a literal or a
reference to a variable. Both forms of a condition (lists and expressions) give these same nodes.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from tradec.dsl.span import NOWHERE, Span

if TYPE_CHECKING:
    from tradec.dsl import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every surface node has: its place, which does not take part in equality."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)


# --- values -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    """A scalar whose type came from where it stands: int, float, bool or str."""

    value: int | float | bool | str


@dataclass(frozen=True, slots=True, kw_only=True)
class VarRef(Node):
    """A whole scalar `${name}`; the variable keeps its type."""

    name: str


Value: TypeAlias = Literal | VarRef


# --- operands ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment(Node):
    """One dotted part of a reference with its brackets: `level[0.618][1]`."""

    name: str
    indexes: tuple[int | float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref(Node):
    """A reference such as `ema_9`, `macd.signal[1]`, `1h.close`, `high_tf.high`.

    `qualifier` is a concrete timeframe or role in front (`1h`, `D`, `high_tf`, `exec`), else None.
    A bracket that the mapping form wrote as `offset:` is the last index of the last segment.
    """

    qualifier: str | None
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Negate(Node):
    """Unary minus on something that is no literal."""

    operand: "Operand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """`left op right` with op one of `+ - * / %`."""

    op: str
    left: "Operand"
    right: "Operand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """`abs` of one operand, `min` or `max` of two or more."""

    function: str
    operands: tuple["Operand", ...]


Operand: TypeAlias = Literal | VarRef | Ref | Negate | Arithmetic | Call


# --- conditions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """`left op right` with op one of `> < >= <= == !=`; a literal never stands on the left."""

    op: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True, kw_only=True)
class Cross(Node):
    """`left` crosses `right`, upwards if `above`."""

    above: bool
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(Node):
    """`low <= operand <= high`."""

    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True, kw_only=True)
class Near(Node):
    """`left` within `tolerance` of `right`: in percent of `right` if `relative`, else absolute."""

    relative: bool
    left: Operand
    right: Operand
    tolerance: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class In(Node):
    """`operand` is one of `members`: literals, variables, or an enum's words as bare references."""

    operand: Operand
    members: tuple[Literal | VarRef | Ref, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed(Node):
    """The value of `operand` is another one than a step before."""

    operand: Operand


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth(Node):
    """A bare operand as a condition: a BOOL output, `true` or `false`."""

    operand: Operand


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    """Not `operand`."""

    operand: "Condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class All(Node):
    """Every one of `operands`, at least one; nested All is already flattened."""

    operands: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Any(Node):
    """At least one of `operands`; nested Any is already flattened."""

    operands: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupRef(Node):
    """The condition that a setup names; `span` is that of the name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Node):
    """`operand` looked at over the last steps: one of `holds`, `occurred`, `count`.

    `length` counts samples, or is a duration such as `4h` if it is a string. `least` is how many
    samples must be true, for `count` alone. `every` is the timeframe or role between two samples.
    """

    kind: str
    length: Value
    operand: "Condition"
    least: Value | None = None
    every: Literal | None = None


Condition: TypeAlias = (
    Compare | Cross | Between | Near | In | Changed | Truth | SetupRef | Window | Not | All | Any
)


# --- sections ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeframes(Node):
    """The three roles and the role that `exec` points at, as written."""

    low_tf: Literal
    med_tf: Literal
    high_tf: Literal
    exec: Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument(Node):
    """One entry of `params:`; `span` is that of the key."""

    name: str
    value: Value | tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature(Node):
    """One entry of `features:`; `span` is that of the id."""

    id: str
    indicator: Literal
    params: tuple[Argument, ...] = ()
    tf: Literal | None = None
    source: Literal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure(Node):
    """One entry of `structures:`; `span` is that of the entry's key.

    `role` is the section (`exec`, `low_tf`, ...); `nested_tf` the concrete timeframe of the nested
    form, which wins over the role.
    """

    key: Literal
    type: Literal
    role: Literal
    nested_tf: Literal | None = None
    params: tuple[Argument, ...] = ()
    uses: tuple[Literal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable(Node):
    """One entry of `variables:`; `span` is that of its name."""

    name: str
    value: Literal | tuple[Literal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Node):
    """One entry of `metadata:`; `span` is that of its name."""

    name: str
    value: Value | Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup(Node):
    """One entry of `setups:`; `span` is that of its name."""

    name: str
    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent(Node):
    """One member of an `emit:` list."""

    action: Literal
    percent: Value | None = None
    metadata: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Node):
    """`when` and what it emits."""

    when: Condition
    emit: tuple[Intent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Node):
    """One ordered block of `actions`; in the map form its id is the action's name."""

    id: Literal
    cases: tuple[Case, ...]
    otherwise: tuple[Intent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Play(Node):
    """A whole file."""

    version: Literal
    name: Literal
    id: Literal | None
    description: Literal | None
    symbol: Literal
    timeframes: Timeframes
    account: "written.Account"
    features: tuple[Feature, ...]
    structures: tuple[Structure, ...]
    variables: tuple[Variable, ...]
    setups: tuple[Setup, ...]
    actions: tuple[Block, ...]
    policy: "written.Policy"
    entry: "written.Entry"
    risk: "written.Risk | None"
    backtest: "written.Backtest"
    deploy: "written.Deploy"
    validation: "written.Validation"
    evaluation: Literal | None
    warmup: Literal | None
