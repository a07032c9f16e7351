"""E401 to E403: names that nothing declares."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "E401",
        "undeclared feature",
        "A name in a condition is no price and no id of the play.",
        """
Names are the ids of features and structures, and open high low close volume of the exec bar. A
timeframe in front, as in 1h.close or 1h.ema_50, means the last closed bar of that timeframe.
""",
        """
actions:
  entry_long: "ema_9 > ema_12"
""",
        """
actions:
  entry_long: "ema_9 > ema_21"
""",
    ),
    Code(
        "E402",
        "unknown field",
        "A feature or structure has no output of this name.",
        """
Outputs are named after a dot: macd_12_26_9.signal. `tradec describe` lists them for each unit.
""",
        """
structures:
  exec:
    - {type: swing, key: swing, params: {left: 5, right: 5}}
actions:
  entry_long: "close > swing.high_levl"
""",
        """
structures:
  exec:
    - {type: swing, key: swing, params: {left: 5, right: 5}}
actions:
  entry_long: "close > swing.high_level"
""",
    ),
)
