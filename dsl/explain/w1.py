"""W1xx: what the compiler finds suspicious."""

from tradec.dsl.explain.code import Code

_ACCOUNT = """
account:
  starting_equity_usdt: 10000.0
  max_leverage: {leverage}
  max_drawdown_pct: 30.0
  fee_model: {{taker_bps: 5.5, maker_bps: 2.0}}
  slippage_bps: 2.0
  min_trade_notional_usdt: 10.0
risk:
  stop_loss_pct: 2.0
  take_profit_pct: 4.0
  max_position_pct: 50.0
"""

CODES: tuple[Code, ...] = (
    Code(
        "W103",
        "primary output assumed",
        "A name without a field means a unit that has several outputs.",
        """
The unit's main output is taken. Naming it says the same to every reader.
""",
        """
features:
  macd_12_26_9: {indicator: macd, params: {fast: 12, slow: 26, signal: 9}}
actions:
  entry_long: "macd_12_26_9 > 0"
""",
        """
features:
  macd_12_26_9: {indicator: macd, params: {fast: 12, slow: 26, signal: 9}}
actions:
  entry_long: "macd_12_26_9.macd > 0"
""",
    ),
    Code(
        "W106",
        "id does not say its parameters",
        "The id of a feature has none of the whole numbers that the feature is given.",
        """
Conditions are read by their names. `ema_9` says what it is; `fast` has to be looked up, and says
something false once the length changes.
""",
        """
features:
  fast: {indicator: ema, params: {length: 9}}
actions:
  entry_long: "close > fast"
""",
        """
features:
  ema_9: {indicator: ema, params: {length: 9}}
actions:
  entry_long: "close > ema_9"
""",
    ),
    Code(
        "W108",
        "nested timeframe differs from its role",
        "A structure stands under a role, and names another timeframe than the role means.",
        """
The named timeframe counts. The role in front of it then says something false.
""",
        """
structures:
  high_tf:
    4h: [{type: swing, key: swing, params: {left: 5, right: 5}}]
actions:
  entry_long: "close > swing.high_level"
""",
        """
structures:
  high_tf:
    D: [{type: swing, key: swing, params: {left: 5, right: 5}}]
actions:
  entry_long: "close > swing.high_level"
""",
    ),
    Code(
        "W109",
        "money left to its default",
        "Fields of the account, or the position size, are not written and take their defaults.",
        """
The defaults stand in the diagnostic. What a position costs and risks is worth writing down:
max_position_pct is 10 where it is absent, and other systems assume 100.
""",
        """
risk:
  stop_loss_pct: 2.0
  take_profit_pct: 4.0
""",
        _ACCOUNT.format(leverage="1.0"),
    ),
    Code(
        "W110",
        "without effect",
        "A key is written where it changes nothing.",
        """
An average true range reads high, low and close whatever its `source` says; a market order has no
time in force; `risk` says nothing beside `risk_model`. The play means something else than it says.
""",
        """
features:
  atr_14: {indicator: atr, params: {length: 14}, source: close}
actions:
  entry_long: "atr_14 > 5"
""",
        """
features:
  atr_14: {indicator: atr, params: {length: 14}}
actions:
  entry_long: "atr_14 > 5"
""",
    ),
    Code(
        "W111",
        "signal mode without exits",
        "`exit_mode: signal` is chosen, and no action ever exits.",
        """
Positions then end at a stop or target if there is one, and otherwise never.
""",
        """
position_policy: {exit_mode: signal}
actions:
  entry_long: "ema_9 crosses above ema_21"
""",
        """
position_policy: {exit_mode: signal}
actions:
  entry_long: "ema_9 crosses above ema_21"
  exit_long: "ema_9 crosses below ema_21"
""",
    ),
    Code(
        "W113",
        "very small tolerance",
        "The tolerance of near_pct is below 0.05 percent.",
        """
The tolerance is in percent: 0.5 is half a percent. A ratio, 0.005, is meant surprisingly often.
""",
        """
actions:
  entry_long: [close, near_pct, ema_21, 0.005]
""",
        """
actions:
  entry_long: [close, near_pct, ema_21, 0.5]
""",
    ),
    Code(
        "W115",
        "duration is no multiple of the step",
        "The duration of a window is rounded down to whole steps.",
        """
A window over a duration looks at every step in it: at exec closes, or each minute where its
condition reads `last_price` or `mark_price`. Of 40 minutes on a timeframe of 15 it sees two.
""",
        """
actions:
  entry_long: "holds(ema_9 > ema_21, 40m)"
""",
        """
actions:
  entry_long: "holds(ema_9 > ema_21, 45m)"
""",
    ),
)
