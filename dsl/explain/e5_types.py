"""E501, E504, E505: types, windows and clocks of conditions."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "E501",
        "operator does not fit its operands",
        "The operands of a condition or of arithmetic have kinds or units that do not go together.",
        """
> < >= <=, crossings, between and near take numbers. == and != take whole numbers, truths and
words: two real numbers are hardly ever equal, so `near` is what you mean. Arithmetic takes
numbers. Prices, differences of prices (an ATR, a MACD) and volumes compare only with their like;
a plain number compares with everything.
""",
        """
actions:
  entry_long: "rsi_14 > close"
""",
        """
actions:
  entry_long: "rsi_14 > 50 and close > ema_9"
""",
    ),
    Code(
        "E504",
        "window out of bounds",
        "A window looks at too few or too many samples, or asks for more of them than it has.",
        """
A window counts from 1 to 500 samples, or all steps of a duration from 1m to 24h; a duration is at
least one step long, which is one bar of the exec timeframe, or a minute where the condition reads
`last_price` or `mark_price`. How many must be true lies between 1 and the number of samples.
""",
        """
actions:
  entry_long: "holds(ema_9 > ema_21, 5m)"
""",
        """
actions:
  entry_long: "holds(ema_9 > ema_21, 1h)"
""",
    ),
    Code(
        "E505",
        "samples between steps",
        "The samples of a window lie so close or so oddly that they fall between its steps.",
        """
With `anchor_tf` (or `every` in an expression) the samples lie that far apart, counted back from
now. They can only be taken where the condition is looked at: at exec closes, or each minute where
it reads `last_price` or `mark_price`. So the timeframe must be a multiple of that step.
""",
        """
actions:
  entry_long: "holds(rsi_14 > 50, 3, every 5m)"
""",
        """
actions:
  entry_long: "holds(rsi_14 > 50, 3, every 1h)"
""",
    ),
)
