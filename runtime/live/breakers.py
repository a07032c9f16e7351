"""What stops entries without anybody asking: a feed that flaps, minutes that do not come.

Source: live-runtime.md 10.9 and 10.13, minutes as rulings C9 count them.
"""

from collections import deque
from typing import Final

from tradec.runtime.timeframe import MINUTE_MS

STORM_EPOCHS: Final = 5
STORM_SECONDS: Final = 300.0
MISSED_MINUTES: Final = 2

RECONNECT_STORM, MISSED_BARS = "RECONNECT_STORM", "MISSED_BARS"


class Reconnects:
    """More than 5 new connections within 5 minutes are a storm, until 5 minutes were calmer."""

    def __init__(self) -> None:
        self._at: deque[float] = deque()

    def connected(self, monotonic: float) -> None:
        """Take note of a new connection."""
        self._at.append(monotonic)

    def is_storm(self, monotonic: float) -> bool:
        """Tell whether it is one now."""
        while self._at and monotonic - self._at[0] > STORM_SECONDS:
            self._at.popleft()
        return len(self._at) > STORM_EPOCHS


def missed_minutes(now_ms: int, next_ts: int) -> int:
    """Return how many minutes have closed and were not fed; `next_ts` opens the next one."""
    return max(0, (now_ms - next_ts) // MINUTE_MS)
