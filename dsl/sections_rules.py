"""The keys of actions, conditions and operands."""

from tradec.dsl.schema import Inner, Key, Number, Section, Special, Text

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

_BARS = Key(name="bars", kind=Number(integer=True), required=True, meaning="samples, 1 to 500")
_DURATION = Key(
    name="duration", kind=Text(), required=True, meaning="a stretch of time such as 4h, up to 24h"
)
_LEAST = Key(
    name="min_true",
    kind=Number(integer=True),
    required=True,
    meaning="how many samples must be true",
)
_EXPR = Key(
    name="expr", kind=Special(what="condition"), required=True, meaning="what is looked back at"
)
_ANCHOR = Key(name="anchor_tf", kind=Text(), meaning="timeframe or role between two samples")


def _window(name: str, *keys: Key) -> Section:
    return Section(path=f"condition.{name}", keys=keys)


WINDOWS = {
    "holds_for": _window("holds_for", _BARS, _EXPR, _ANCHOR),
    "occurred_within": _window("occurred_within", _BARS, _EXPR, _ANCHOR),
    "count_true": _window("count_true", _BARS, _LEAST, _EXPR, _ANCHOR),
    "holds_for_duration": _window("holds_for_duration", _DURATION, _EXPR),
    "occurred_within_duration": _window("occurred_within_duration", _DURATION, _EXPR),
    "count_true_duration": _window("count_true_duration", _DURATION, _LEAST, _EXPR),
}
"""The windows by their keys."""

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
        Key(name="setup", kind=Text(), meaning="the condition that a setup names"),
        *(
            Key(name=name, kind=Inner(section=section), meaning="a window over past steps")
            for name, section in WINDOWS.items()
        ),
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
