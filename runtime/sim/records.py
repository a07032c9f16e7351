"""The rows an exchange leaves behind, as NumPy types, and the words behind their codes.

Layouts and codes are those of `records.pxd`; the position in a tuple is the code.
"""

from typing import Final

import numpy as np

PURPOSES: Final = ("entry", "signal", "sl", "tp", "end_of_data", "max_drawdown")
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
)
SOURCES: Final = ("open", "level", "close")
CAPS: Final = (
    "",
    "margin_share",
    "affordability",
    "max_margin_usdt",
    "max_notional_usdt",
    "max_qty",
)

ORDER: Final = np.dtype(
    [
        ("ts", "i8"),
        ("word", "i8"),
        ("reference", "f8"),
        ("qty", "f8"),
        ("position", "i4"),
        ("fill", "i4"),
        ("purpose", "i1"),
        ("side", "i1"),
        ("status", "i1"),
        ("code", "i1"),
        ("cap", "i1"),
    ],
    align=True,
)
FILL: Final = np.dtype(
    [
        ("ts", "i8"),
        ("reference", "f8"),
        ("price", "f8"),
        ("qty", "f8"),
        ("fee", "f8"),
        ("order", "i4"),
        ("position", "i4"),
        ("purpose", "i1"),
        ("side", "i1"),
        ("source", "i1"),
    ],
    align=True,
)
LEG: Final = np.dtype(
    [
        ("realized", "f8"),
        ("entry_fee", "f8"),
        ("net", "f8"),
        ("low_level", "f8"),
        ("high_level", "f8"),
        ("min_low", "f8"),
        ("max_high", "f8"),
        ("position", "i4"),
        ("entry_fill", "i4"),
        ("exit_fill", "i4"),
        ("number", "i4"),
        ("is_final", "i1"),
    ],
    align=True,
)
SIGNAL: Final = np.dtype(
    [("ts", "i8"), ("word", "i8"), ("percent", "f8"), ("order", "i4")],
    align=True,
)
