"""A feed made of events, without a network: what a session hears, and what it may ask for."""

import threading
from collections.abc import Sequence

from tradec.runtime.live.events import Bar, End, Event, Fetched
from tradec.runtime.live.protocols import Link, Minute
from tradec.runtime.live.queue import EventQueue
from tradec.runtime.timeframe import MINUTE_MS


class Heard:
    """A source that tells what a test wrote down, and fetches from the clean minutes.

    Each event is told once the one before is taken; a fetch is answered at once, like the worker's.
    """

    def __init__(self, clean: Sequence[Minute], events: Sequence[Event]) -> None:
        self.links: dict[str, bool] = {"public": False}
        self.clean = {minute.ts: minute for minute in clean}
        self.events = events
        self.last = clean[-1].ts if clean else 0
        self._queue: EventQueue | None = None
        self._closed = threading.Event()

    def start(self, queue: EventQueue, next_ts: int) -> None:
        self._queue = queue
        self.next_ts = next_ts
        threading.Thread(target=self._tell, daemon=True).start()

    def _tell(self) -> None:
        assert self._queue is not None
        told: list[Event] = [Link("public", 1, "up", 0.0), *self.events]
        for event in told:
            while self._queue.depth and not self._closed.wait(0.0002):
                pass
            self._queue.put(event)
        end = self.last + MINUTE_MS
        while self._queue.depth and not self._closed.wait(0.0002):
            pass
        self.fetch(self.next_ts, end)  # what was lost at the very end
        while self._queue.depth and not self._closed.wait(0.0002):
            pass
        self._queue.put(End())

    def fetch(self, start: int, end: int) -> None:
        assert self._queue is not None
        span = range(start, end, MINUTE_MS)
        found = tuple(self.clean[ts] for ts in span if ts in self.clean)
        self._queue.put(Fetched(start, end, found, end))

    def close(self) -> None:
        self._closed.set()


def heard(minute: Minute) -> Bar:
    return Bar(minute, minute.ts + MINUTE_MS)
