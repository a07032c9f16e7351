"""When a lost connection is tried again: growing pauses, and a rest after too many attempts.

Source   Bybit admits 500 connection attempts per 5 minutes and host; live-runtime.md 4b, 10.13.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

WINDOW_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Pauses in seconds: `first` after a loss, then 1, 2, 4... up to `longest`, each +-20 %.

    More than `attempts` within 5 minutes is a storm: a rest of `rest`, doubling to `longest_rest`.
    A connection that held for `settled` seconds begins anew.
    """

    first: float = 0.1
    second: float = 1.0
    longest: float = 60.0
    attempts: int = 20
    rest: float = 60.0
    longest_rest: float = 600.0
    settled: float = 30.0


@dataclass(slots=True)
class Pacer:
    """The pauses of one socket; `now` are monotonic seconds."""

    pace: Pace
    jitter: Callable[[], float] = field(default=lambda: random.uniform(0.8, 1.2))  # noqa: S311
    _losses: int = 0
    _rests: int = 0
    _tried: deque[float] = field(default_factory=deque)

    def attempt(self, now: float) -> None:
        """Note an attempt to connect."""
        self._tried.append(now)

    def lost(self, held_seconds: float) -> None:
        """Note that a connection is gone, or never came to be (0 seconds)."""
        if held_seconds >= self.pace.settled:
            self._losses = self._rests = 0
        self._losses += 1

    def is_storm(self, now: float) -> bool:
        """Tell whether the attempts of the last 5 minutes are used up."""
        while self._tried and now - self._tried[0] > WINDOW_SECONDS:
            self._tried.popleft()
        return len(self._tried) >= self.pace.attempts

    def rest(self) -> float:
        """Return the seconds of rest in a storm; attempts count anew after it."""
        seconds = min(self.pace.rest * 2.0**self._rests, self.pace.longest_rest)
        self._rests += 1
        self._tried.clear()
        return seconds

    def pause(self) -> float:
        """Return the seconds until the next attempt."""
        if self._losses == 0:
            return 0.0
        if self._losses == 1:
            return self.pace.first * self.jitter()
        return min(self.pace.second * 2.0 ** (self._losses - 2), self.pace.longest) * self.jitter()
