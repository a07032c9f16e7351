"""W102 and W105: what reading a play finds suspicious."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "W102",
        "unused feature or variable",
        "Something is declared that nothing in the play uses.",
        """
Often a condition was meant to use it and names something else. An unused feature costs time on
every bar and may lengthen the warm-up.
""",
        """
variables:
  rsi_max: 70
""",
        """
variables:
  rsi_max: 70
actions:
  entry_long: "ema_9 crosses above ema_21 and rsi_14 < ${rsi_max}"
""",
    ),
    Code(
        "W105",
        "deprecated alias",
        "A key of an older form of the language that still means the same.",
        """
The play is read as if the replacement stood there. The alias will become an error.
""",
        """
position_policy:
  max_positions: 1
""",
        """
position_policy:
  max_positions_per_symbol: 1
""",
    ),
)
