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
)
