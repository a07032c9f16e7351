"""What is known of funding and open interest at the close of a minute (rulings B10)."""

import math

from tradec.runtime.data.bars import Bars
from tradec.runtime.data.marks import PUBLISHED_AFTER_MS
from tradec.runtime.live.protocols import Minute
from tradec.runtime.live.steps import Seen
from tradec.runtime.timeframe import MINUTE_MS


class Known:
    """Follows what became known, minute by minute; begins with the last values before them."""

    def __init__(self, funding: float = math.nan, open_interest: float = math.nan) -> None:
        self._funding = funding
        self._interest = open_interest
        self._coming: list[tuple[int, float]] = []

    @classmethod
    def after(cls, bars: Bars) -> "Known":
        """Return what is known at the end of bars; what is published later is still to come."""
        known = cls()
        if bars.funding is not None:
            rates = bars.funding.rate
            known._funding = float(rates[-1]) if len(rates) else bars.funding.before
        if (read := bars.open_interest) is not None:
            known._interest = read.before
            known._coming = [
                (ts + PUBLISHED_AFTER_MS, value)
                for ts, value in zip(read.ts.tolist(), read.value.tolist(), strict=True)
            ]
            known._publish(bars.end)
        return known

    def at_close(self, minute: Minute) -> Seen:
        """Take a minute's news; return what is known at its close."""
        if minute.settled:
            self._funding = minute.settled[-1][1]
        self._coming += [(ts + PUBLISHED_AFTER_MS, value) for ts, value in minute.interest]
        self._publish(minute.ts + MINUTE_MS)
        return Seen(funding=self._funding, open_interest=self._interest)

    def _publish(self, until: int) -> None:
        while self._coming and self._coming[0][0] <= until:
            self._interest = self._coming.pop(0)[1]
