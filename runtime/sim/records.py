"""The rows an exchange leaves behind, as NumPy types, and the words behind their codes.

Layouts and codes are those of `records.pxd`; the position in a tuple is the code.
"""

from typing import Final

import numpy as np

PURPOSES: Final = (
    *("entry", "signal", "sl", "tp", "end_of_data", "max_drawdown"),
    *("trailing", "break_even", "liquidation", "equity_floor", "opposite"),
)
STATUSES: Final = ("working", "filled", "rejected", "cancelled")
CODES: Final = (
    "",
    "ENTRIES_DISABLED",
    "BELOW_MIN_NOTIONAL",
    "INSUFFICIENT_MARGIN",
    "STOP_UNAVAILABLE",
    "MAX_LEVERAGE",
    "ENTRY_ORDER_WORKING",
    "END_OF_DATA",
    "POSITION_CLOSED",
    "SL_BEYOND_LIQUIDATION",
    "LIQUIDITY_EXCEEDED",
    "POST_ONLY_REJECT",
    "IOC_CANCEL",
    "FOK_CANCEL",
    "EXPIRED",
    "REPLACED",
    "MARKET_BAND",
)
SOURCES: Final = ("open", "level", "close", "bankruptcy_price")
CAPS: Final = (
    "",
    "margin_share",
    "affordability",
    "max_margin_usdt",
    "max_notional_usdt",
    "max_qty",
    "risk_tier",
)
KINDS: Final = ("MARKET", "LIMIT", "STOP_MARKET", "STOP_LIMIT")
IN_FORCE: Final = ("GTC", "IOC", "FOK", "PostOnly")
STOPS: Final = ("end_of_data", "liquidated", "equity_floor_hit", "max_drawdown_hit")
FLAGS: Final = {1: "stop_fallback", 2: "stop_adjusted", 4: "stop_beyond_liquidation"}


def _row(**columns: str) -> np.dtype[np.void]:
    """Return the type of rows whose columns are named by their kind, as C aligns them."""
    pairs = [(name, kind) for kind, names in columns.items() for name in names.split()]
    return np.dtype(pairs, align=True)


ORDER: Final = _row(
    i8="ts ts_end word",
    f8="reference price trigger qty filled",
    i4="position fill",
    i1="purpose side kind in_force status code cap",
)
FILL: Final = _row(
    i8="ts",
    f8="reference price qty fee",
    i4="order position",
    i1="purpose side source is_maker",
)
LEG: Final = _row(
    f8="entry bought realized entry_fee funding net other_net stop last_stop target min_low "
    "max_high",
    i4="position entry_fill exit_fill number",
    i1="flags is_final",
)
SIGNAL: Final = _row(i8="ts word", f8="percent", i4="order")
PAYMENT: Final = _row(i8="ts", f8="rate mark signed_qty pnl", i4="position")
STATE: Final = _row(
    i8="ts",
    f8="cash reserved signed_qty entry margin reserve liquidation",
    i1="is_disabled",
)
