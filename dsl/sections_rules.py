"""The keys of actions, conditions and operands."""

from tradec.dsl.schema import Key, Later, Number, Section, Special, Text

BLOCK = Section(
    path="actions[]",
    keys=(
        Key(name="id", kind=Text(), required=True, meaning="name of the block"),
        Key(name="cases", kind=Special(what="cases"), required=True, meaning="the first true wins"),
        Key(name="else", kind=Special(what="otherwise"), meaning="when no case is true"),
    ),
)

CASE = Section(
    path="actions[].cases[]",
    keys=(
        Key(name="when", kind=Special(what="condition"), required=True, meaning="the condition"),
        Key(name="emit", kind=Special(what="intents"), required=True, meaning="what follows"),
    ),
)

OTHERWISE = Section(
    path="actions[].else",
    keys=(Key(name="emit", kind=Special(what="intents"), required=True, meaning="what follows"),),
)

_PERCENT = Key(
    name="percent",
    kind=Special(what="percent"),
    default="100",
    meaning="share of the remaining position that an exit closes",
)
_METADATA = Key(
    name="metadata",
    kind=Special(what="metadata"),
    meaning="named values that the trade records",
)

INTENT = Section(
    path="actions[].cases[].emit[]",
    keys=(
        Key(name="action", kind=Special(what="action"), required=True, meaning="the action"),
        _PERCENT,
        _METADATA,
    ),
)

ACTION = Section(
    path="actions.*",
    keys=(
        Key(name="when", kind=Special(what="condition"), required=True, meaning="the condition"),
        _PERCENT,
        _METADATA,
    ),
)

WINDOWS = (
    "holds_for",
    "occurred_within",
    "count_true",
    "holds_for_duration",
    "occurred_within_duration",
    "count_true_duration",
)

CONDITION = Section(
    path="condition",
    keys=(
        Key(name="all", kind=Special(what="conditions"), meaning="every one of a list"),
        Key(name="any", kind=Special(what="conditions"), meaning="at least one of a list"),
        Key(name="not", kind=Special(what="condition"), meaning="the opposite"),
        Key(name="lhs", kind=Special(what="operand"), meaning="left side of a comparison"),
        Key(name="op", kind=Special(what="operator"), meaning="how the sides compare"),
        Key(name="rhs", kind=Special(what="operand"), meaning="right side of a comparison"),
        Key(name="tolerance", kind=Special(what="tolerance"), meaning="how near is near"),
        Key(name="setup", kind=Later()),
        *(Key(name=name, kind=Later()) for name in WINDOWS),
    ),
)

OPERAND = Section(
    path="operand",
    keys=(
        Key(name="feature_id", kind=Text(), required=True, meaning="a feature or structure"),
        Key(name="field", kind=Text(), meaning="its output"),
        Key(
            name="offset",
            kind=Number(integer=True, parameter=False),
            default="0",
            meaning="closed bars back",
        ),
    ),
)

RANGE = Section(
    path="range",
    keys=(
        Key(name="low", kind=Special(what="operand"), required=True, meaning="lower bound"),
        Key(name="high", kind=Special(what="operand"), required=True, meaning="upper bound"),
    ),
)
