"""What the layers need to have been counted: the day's profit, the peak, orders and refusals."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

DAY_MS: Final = 86_400_000
ORDERS_PER_MINUTE: Final = 20
REFUSALS_IN_A_ROW: Final = 5


@dataclass(slots=True)
class DailyProfit:
    """The profit of the UTC day, None until it is seeded with what the day had before."""

    day: int | None = None
    value: float | None = None

    def seed(self, now_ms: int, value: float) -> None:
        """Begin with what the exchange says of the day so far."""
        self.day, self.value = now_ms // DAY_MS, value

    def book(self, ts: int, amount: float) -> None:
        """Count a realized profit, a fee (negative) or funding at its time."""
        day = ts // DAY_MS
        if self.value is None or self.day is None or day < self.day:
            return
        if day > self.day:
            self.day, self.value = day, 0.0
        self.value += amount

    def at(self, now_ms: int) -> float | None:
        """Return the profit of the day that it is now."""
        if self.value is None or self.day is None:
            return None
        return self.value if now_ms // DAY_MS == self.day else 0.0


@dataclass(slots=True)
class Drawdown:
    """How far equity is below its peak; what is paid in or out moves the peak with it.

    `peak` begins with the first equity that the exchange confirmed, and is kept over restarts.
    """

    peak: float | None = None

    def see(self, equity: float) -> None:
        """Take in an equity."""
        self.peak = equity if self.peak is None else max(self.peak, equity)

    def transfer(self, amount: float) -> None:
        """Take in money that was paid in (above 0) or out: no profit and no loss."""
        if self.peak is not None:
            self.peak += amount

    def pct(self, equity: float) -> float:
        """Return the drawdown in percent of the peak."""
        if self.peak is None or self.peak <= 0.0:
            return 0.0
        return max(0.0, (self.peak - equity) / self.peak * 100.0)


@dataclass(slots=True)
class Orders:
    """More than 20 orders a minute, or 5 refusals in a row, are a storm; `calm` ends it."""

    is_storm: bool = False
    _sent: deque[int] = field(default_factory=deque)
    _refused: int = 0

    def sent(self, now_ms: int) -> None:
        """Count an order."""
        self._sent.append(now_ms)
        while self._sent and now_ms - self._sent[0] >= 60_000:
            self._sent.popleft()
        self.is_storm |= len(self._sent) > ORDERS_PER_MINUTE

    def answered(self, *, is_refused: bool) -> None:
        """Count what became of an order."""
        self._refused = self._refused + 1 if is_refused else 0
        self.is_storm |= self._refused > REFUSALS_IN_A_ROW

    def calm(self) -> None:
        """Begin to count anew: somebody has looked at it."""
        self.is_storm, self._refused = False, 0
        self._sent.clear()
