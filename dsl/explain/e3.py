"""E3xx: indicators, structures and what they depend on."""

from tradec.dsl.explain.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "E301",
        "unknown indicator",
        "The indicator of a feature is not in the catalogue.",
        """
`tradec describe` lists the catalogue. Structures such as swings have a section of their own.
""",
        """
features:
  bb_20: {indicator: bbandz, params: {length: 20}}
actions:
  entry_long: "close > bb_20.upper"
""",
        """
features:
  bb_20: {indicator: bbands, params: {length: 20}}
actions:
  entry_long: "close > bb_20.upper"
""",
    ),
    Code(
        "E302",
        "bad indicator parameter",
        "A parameter is unknown to the indicator, missing, of the wrong type or out of bounds.",
        """
A parameter that is not read would look effective and do nothing. Whole numbers are strict:
14.0 is none. The bounds stand in the diagnostic and in `tradec describe`.
""",
        """
features:
  ema_9: {indicator: ema, params: {lenght: 9}}
actions:
  entry_long: "close > ema_9"
""",
        """
features:
  ema_9: {indicator: ema, params: {length: 9}}
actions:
  entry_long: "close > ema_9"
""",
    ),
    Code(
        "E303",
        "bad source",
        "A `source` names neither a price nor a feature that can be read there.",
        """
Sources are open high low close volume hl2 hlc3 ohlc4 and the ids of features on the same
timeframe, whose main output is then read. Structures are no sources.
""",
        """
features:
  ema_9: {indicator: ema, params: {length: 9}, source: hlc4}
actions:
  entry_long: "close > ema_9"
""",
        """
features:
  ema_9: {indicator: ema, params: {length: 9}, source: ohlc4}
actions:
  entry_long: "close > ema_9"
""",
    ),
    Code(
        "E304",
        "unknown structure type",
        "The type of a structure is not in the catalogue.",
        """
`tradec describe` lists the catalogue. Indicators have a section of their own, `features`.
""",
        """
structures:
  exec:
    - {type: swings, key: swing, params: {left: 5, right: 5}}
actions:
  entry_long: "close > swing.high_level"
""",
        """
structures:
  exec:
    - {type: swing, key: swing, params: {left: 5, right: 5}}
actions:
  entry_long: "close > swing.high_level"
""",
    ),
    Code(
        "E305",
        "bad structure parameter",
        "A parameter is unknown to the structure, missing, of the wrong type or out of bounds.",
        """
The rules are those of indicators. Some parameters are required only by a mode, such as `left` and
`right` by the fractal swings.
""",
        """
structures:
  exec:
    - {type: swing, key: swing, params: {left: 5, right: 0}}
actions:
  entry_long: "close > swing.high_level"
""",
        """
structures:
  exec:
    - {type: swing, key: swing, params: {left: 5, right: 5}}
actions:
  entry_long: "close > swing.high_level"
""",
    ),
    Code(
        "E306",
        "bad or unordered dependency",
        "A structure uses something that is missing, stands below it or is of the wrong type.",
        """
`uses` names structures that are declared above, on the same timeframe, one for each type that the
structure takes. `atr_key` names a feature that is an average true range of the same timeframe;
`atr_length` asks for a private one instead.
""",
        """
structures:
  exec:
    - {type: trend, key: trend, uses: swing}
    - {type: swing, key: swing, params: {left: 5, right: 5}}
actions:
  entry_long: "trend.direction == 1"
""",
        """
structures:
  exec:
    - {type: swing, key: swing, params: {left: 5, right: 5}}
    - {type: trend, key: trend, uses: swing}
actions:
  entry_long: "trend.direction == 1"
""",
    ),
)
