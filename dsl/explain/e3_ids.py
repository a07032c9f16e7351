"""E307: ids that the language keeps for itself."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "E307",
        "reserved id",
        "A feature or structure is named like a word of the language.",
        """
Prices (close, last_price), roles (low_tf, exec), timeframes (D), words of conditions (and, above,
setup) and actions (entry_long) have a meaning of their own, which an id would hide.
""",
        """
features:
  close: {indicator: ema, params: {length: 9}}
""",
        """
features:
  ema_9: {indicator: ema, params: {length: 9}}
actions:
  entry_long: "close > ema_9"
""",
    ),
)
