"""The queue between the threads that hear and the loop that acts."""

import threading
import time
from collections import deque
from collections.abc import Callable

from tradec.runtime.live.events import Event, Rank, Ticks, rank_of
from tradec.runtime.live.protocols import Frame


class EventQueue:
    """Events by rank, then by arrival; messages of the ticker are handed over together.

    `put` may be called from any thread and never blocks, unless the queue holds `room` events and
    the caller wants to `wait`; `get` belongs to the core loop.
    """

    def __init__(
        self, *, monotonic: Callable[[], float] = time.monotonic, room: int = 4096
    ) -> None:
        self._waiting: tuple[deque[tuple[float, Event]], ...] = tuple(deque() for _ in Rank)
        self._ticks: list[Frame] = []
        self._ticks_since = 0.0
        self._changed = threading.Condition()
        self._monotonic = monotonic
        self._room = room
        self._is_closed = False

    def put(self, event: Event, *, wait: bool = False) -> bool:
        """Take an event; return False once the queue is closed. With `wait`, when there is room."""
        rank = rank_of(event)
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: self._is_closed or self._depth() < self._room)
            if self._is_closed:
                return False
            if isinstance(event, Frame) and rank is Rank.TICK:
                self._ticks_since = self._ticks_since if self._ticks else self._monotonic()
                self._ticks.append(event)
            else:
                self._waiting[rank].append((self._monotonic(), event))
            self._changed.notify_all()
        return True

    def get(self, seconds: float) -> Event | None:
        """Return the most urgent event, None if there was none for so many seconds."""
        with self._changed:
            if not self._changed.wait_for(self._depth, seconds):
                return None
            event = self._taken()
            self._changed.notify_all()
            return event

    def _taken(self) -> Event:
        for rank, waiting in zip(Rank, self._waiting, strict=True):
            if waiting:
                return waiting.popleft()[1]
            if rank is Rank.TICK and self._ticks:
                frames, self._ticks = tuple(self._ticks), []
                return Ticks(frames)
        raise AssertionError("nothing waits")

    def close(self) -> None:
        """Take nothing more, and let those go who wait for room."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    @property
    def depth(self) -> int:
        """Return how many events wait; those of the ticker count as one."""
        with self._changed:
            return self._depth()

    @property
    def hears(self) -> bool:
        """Tell whether something that the exchange says of the account waits."""
        with self._changed:
            return any(self._waiting[rank] for rank in (Rank.EXEC, Rank.ORDER, Rank.POSITION))

    @property
    def age(self) -> float:
        """Return how many seconds the oldest event has waited, 0 if none does."""
        with self._changed:
            since = [waiting[0][0] for waiting in self._waiting if waiting]
            since += [self._ticks_since] if self._ticks else []
            return self._monotonic() - min(since) if since else 0.0

    def _depth(self) -> int:
        return sum(map(len, self._waiting)) + bool(self._ticks)
