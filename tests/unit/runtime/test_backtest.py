"""When a run begins, what it refuses, and which points of equity it leaves."""

from collections.abc import Mapping

import numpy as np
import pytest

from generators.driving import MIDNIGHT
from generators.scripted import plain_bars
from tradec.runtime.backtest import trade_start
from tradec.runtime.data.bars import Bars
from tradec.runtime.data.timestamps import iso
from tradec.runtime.timeframe import MINUTE_MS

HOUR_MS = 60 * MINUTE_MS


def flat_bars(n: int, *, start: int = MIDNIGHT, base_ms: int = MINUTE_MS) -> Bars:
    return plain_bars(np.full(n, 100.0), start=start, base_ms=base_ms)


@pytest.mark.parametrize(
    ("exec_tf", "begins", "warmup", "expected"),
    [
        ("15m", "2025-01-06T00:00:00Z", {"15m": 3}, "2025-01-06T00:45:00Z"),
        ("15m", "2025-01-06T00:01:00Z", {"15m": 3}, "2025-01-06T01:00:00Z"),  # 00:00 is partial
        ("15m", "2025-01-06T00:14:00Z", {"15m": 3}, "2025-01-06T01:00:00Z"),
        ("15m", "2025-01-06T00:00:00Z", {"15m": 3, "1h": 2}, "2025-01-06T02:00:00Z"),
        ("15m", "2025-01-06T00:20:00Z", {"15m": 3, "1h": 2}, "2025-01-06T03:00:00Z"),
        ("15m", "2025-01-06T00:20:00Z", {"15m": 20, "1h": 2}, "2025-01-06T05:30:00Z"),
        ("1h", "2025-01-06T00:20:00Z", {"15m": 3, "1h": 1}, "2025-01-06T02:00:00Z"),
        ("1h", "2025-01-06T00:00:00Z", {"15m": 5, "1h": 1}, "2025-01-06T02:00:00Z"),  # 01:15
        ("1h", "2025-01-06T00:00:00Z", {"D": 1}, "2025-01-07T00:00:00Z"),
        ("D", "2025-01-06T00:00:00Z", {"D": 2}, "2025-01-08T00:00:00Z"),
        ("D", "2025-01-06T23:59:00Z", {"D": 2}, "2025-01-09T00:00:00Z"),
        ("D", "2025-01-07T12:00:00Z", {"D": 1, "W": 1}, "2025-01-20T00:00:00Z"),
        ("W", "2025-01-06T00:00:00Z", {"W": 2}, "2025-01-20T00:00:00Z"),
        ("W", "2025-01-05T23:00:00Z", {"W": 2}, "2025-01-20T00:00:00Z"),
        ("W", "2025-01-01T00:00:00Z", {"W": 1, "M": 1}, "2025-02-03T00:00:00Z"),
        ("M", "2024-02-01T00:00:00Z", {"M": 1}, "2024-03-01T00:00:00Z"),
        ("M", "2024-01-31T23:00:00Z", {"M": 2}, "2024-04-01T00:00:00Z"),
        ("M", "2024-11-15T00:00:00Z", {"M": 1, "D": 40}, "2025-01-01T00:00:00Z"),
        ("M", "2024-11-15T00:00:00Z", {"M": 1, "D": 48}, "2025-02-01T00:00:00Z"),
        ("1h", "2025-01-06T00:00:00Z", {}, "2025-01-06T01:00:00Z"),  # a whole bar, even unasked
    ],
)
def test_trade_start_by_hand(
    exec_tf: str, begins: str, warmup: Mapping[str, int], expected: str
) -> None:
    bars = flat_bars(1, start=instant(begins))
    assert iso(trade_start(bars, exec_tf, warmup, None)) == expected


def instant(text: str) -> int:
    return int(np.datetime64(text.removesuffix("Z"), "ms").astype(np.int64))
