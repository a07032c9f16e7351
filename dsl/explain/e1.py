"""E1xx: the file, its keys and its values."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "E101",
        "unknown key",
        "A mapping of the play has a key that the language does not have at this place.",
        """
A key that is not read would look effective and do nothing: a stop that is not placed, a filter
that never filters. So every level of a play is closed. The diagnostic lists the keys that the
place accepts, and the ones that look like the key that was written.
""",
        """
risk:
  stop_los_pct: 2.0
  take_profit_pct: 4.0
  max_position_pct: 50.0
""",
        """
risk:
  stop_loss_pct: 2.0
  take_profit_pct: 4.0
  max_position_pct: 50.0
""",
    ),
    Code(
        "E102",
        "missing key",
        "A key that this place requires is not there.",
        """
Only what has no sensible default is required: version, name or id, symbol, the timeframes, the
account, what the features and structures are, and at least one action.
""",
        """
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D}
""",
        """
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: low_tf}
""",
    ),
    Code(
        "E103",
        "wrong type",
        "A value is not of the type that its place takes.",
        """
The type of a value comes from the place where it stands, never from the way it looks: a name may
be 007, and a quoted "2.0" is no number. A number is written without quotes; true and false are
the only two words of a yes-or-no value.
""",
        """
risk:
  stop_loss_pct: "2 percent"
  take_profit_pct: 4.0
  max_position_pct: 50.0
""",
        """
risk:
  stop_loss_pct: 2.0
  take_profit_pct: 4.0
  max_position_pct: 50.0
""",
    ),
    Code(
        "E104",
        "value out of range",
        "A value has the right type, but its place does not admit it.",
        """
Numbers have bounds, words are one of a list, and names follow a pattern. The bounds stand in the
diagnostic. The value of a variable is checked at each place where the variable is used.
""",
        """
risk:
  stop_loss_pct: 0
  take_profit_pct: 4.0
  max_position_pct: 50.0
""",
        """
risk:
  stop_loss_pct: 0.5
  take_profit_pct: 4.0
  max_position_pct: 50.0
""",
    ),
    Code(
        "E105",
        "duplicate key or id",
        "A key or id is declared twice.",
        """
YAML readers usually keep the last of two equal keys and drop the first without a word. Features
and structures share one namespace, since conditions refer to both in the same way.
""",
        """
features:
  ema_9: {indicator: ema, params: {length: 9}}
  ema_9: {indicator: ema, params: {length: 21}}
actions:
  entry_long: "close > ema_9"
""",
        """
features:
  ema_9: {indicator: ema, params: {length: 9}}
  ema_21: {indicator: ema, params: {length: 21}}
actions:
  entry_long: "ema_9 > ema_21"
""",
    ),
    Code(
        "E106",
        "deprecated key",
        "A key or value of an older form of the language, which has a replacement.",
        """
Where the old meaning is unambiguous the replacement does the same. Where it is not, as with
risk_per_trade_pct (a share of the margin, or the loss at the stop?), the diagnostic names what
each meaning is written as today, and you choose.
""",
        """
risk_limits:
  max_drawdown_pct: 20.0
""",
        """
account:
  max_drawdown_pct: 20.0
""",
    ),
    Code(
        "E107",
        "not readable as a play file",
        "The text is not one YAML document with a mapping at its root.",
        """
A play is one UTF-8 file with one YAML document. Indentation is made of spaces, keys are plain
strings, tags are not part of the language, and an alias may not contain itself.
""",
        """
version: "3.0.0"
name: [unfinished
""",
        """
version: "3.0.0"
name: finished
symbol: BTCUSDT
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: low_tf}
account: {}
features:
  ema_9: {indicator: ema, params: {length: 9}}
actions:
  entry_long: "close > ema_9"
risk:
  stop_loss_pct: 2.0
  take_profit_pct: 4.0
""",
    ),
)
