"""The fixed words of the language."""

IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_]*"
ROLES = ("low_tf", "med_tf", "high_tf")
EXIT_ACTIONS = ("exit_long", "exit_short", "exit_all")
ACTIONS = ("entry_long", "entry_short", *EXIT_ACTIONS, "no_action")
CANDLE = ("open", "high", "low", "close", "volume")
MARKET_NAMES = ("last_price", "mark_price", "funding_rate", "open_interest", "timestamp")
CALENDAR_TIMEFRAMES = ("D", "W", "M")
EVALUATIONS = ("exec_close", "every_1m")

_WORDS = """and or not in is between near within crosses above below holds occurred count setup
every over under true false"""
RESERVED = frozenset(
    (*CANDLE, *MARKET_NAMES, *ROLES, "exec", *CALENDAR_TIMEFRAMES, *ACTIONS, *_WORDS.split())
)
"""What no feature, structure or setup may be called; words of conditions in any case."""

RENAMED_KEYS = {
    "timeframe": "tf",
    "parameters": "params",
    "depends_on": "uses",
    "leverage": "max_leverage",
    "equity": "starting_equity_usdt",
    "sl_pct": "stop_loss_pct",
    "tp_pct": "take_profit_pct",
    "indicators": "features",
    "rules": "actions",
    "conditions": "when",
    "then": "emit",
    "if": "when",
}
"""Keys that people write although the language never had them."""
