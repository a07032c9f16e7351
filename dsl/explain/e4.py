"""E404 and E405: variables."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "E403",
        "undeclared setup",
        "A condition names a setup that the play does not declare.",
        """
Setups are conditions with names, under `setups:` at the top level, in any order. They are named by
`{setup: name}` in the list form, and by `setup(name)` or the bare name in an expression.
""",
        """
setups:
  rising: "ema_9 > ema_21"
actions:
  entry_long: "setup(risng) and rsi_14 < 70"
""",
        """
setups:
  rising: "ema_9 > ema_21"
actions:
  entry_long: "setup(rising) and rsi_14 < 70"
""",
    ),
    Code(
        "E404",
        "circular setup or variable",
        "A variable or setup needs itself, or a variable that is declared below it.",
        """
The value of a variable may use the variables above it. A setup may use any other setup, as long
as no chain of them comes back to where it began.
""",
        """
variables:
  slow: ${fast}
  fast: 9
actions:
  entry_long: "rsi_14 > ${fast} and rsi_14 > ${slow}"
""",
        """
variables:
  fast: 9
  slow: ${fast}
actions:
  entry_long: "rsi_14 > ${fast} and rsi_14 > ${slow}"
""",
    ),
    Code(
        "E405",
        "undeclared variable",
        "A `${name}` refers to a variable that the play does not declare.",
        """
Variables are declared under `variables:` at the top level. A literal dollar sign is written `$$`.
The same code is reported when a value is set from outside for a variable that does not exist.
""",
        """
variables:
  rsi_max: 70
actions:
  entry_long: "rsi_14 < ${rsi_mx}"
""",
        """
variables:
  rsi_max: 70
actions:
  entry_long: "rsi_14 < ${rsi_max}"
""",
    ),
)
