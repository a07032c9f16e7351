"""E502, E503, E506, E507: the form of conditions."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "E502",
        "malformed condition",
        "A condition in list or mapping form has the wrong shape.",
        """
A condition is [left, operator, right], with a fourth element, the tolerance, for near_abs and
near_pct. The left side is a name or arithmetic. Blocks of conditions are {all: [...]},
{any: [...]}, {not: ...} or a bare list, which means all of its members; a mapping has exactly one
of these keys.
""",
        """
actions:
  entry_long:
    - [ema_9, crosses_above, ema_21]
""",
        """
actions:
  entry_long:
    - [ema_9, cross_above, ema_21]
""",
    ),
    Code(
        "E503",
        "tolerance missing or negative",
        "near_abs and near_pct need to know how near, as a number that is not negative.",
        """
The tolerance is the fourth element of the list, or the key `tolerance`. near_abs takes it in the
unit of the operands, near_pct in percent of the right operand: 0.5 is half a percent.
""",
        """
actions:
  entry_long:
    - [close, near_pct, ema_21]
""",
        """
actions:
  entry_long:
    - [close, near_pct, ema_21, 0.5]
""",
    ),
    Code(
        "E506",
        "expression syntax",
        "An expression cannot be read.",
        """
Expressions are written with > < >= <= == != is, `crosses above`, `crosses below`,
`between ... and ...`, `near ... within ...`, joined by and, or, not and parentheses. The caret
stands where reading stopped.
""",
        """
actions:
  entry_long: "30 < rsi_14 < 70"
""",
        """
actions:
  entry_long: "rsi_14 between 30 and 70"
""",
    ),
    Code(
        "E507",
        "offset out of range",
        "An offset is not a whole number from 0 to 500.",
        """
An offset counts closed bars back on the timeframe of the feature itself: rsi_14[0] is the last
closed bar and rsi_14[1] the one before. Negative offsets would look into the future.
""",
        """
actions:
  entry_long: "rsi_14[501] < 30"
""",
        """
actions:
  entry_long: "rsi_14[1] < 30"
""",
    ),
)
