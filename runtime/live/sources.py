"""Where a session's minutes come from: recorded ones, at a speed; live ones are in `market`."""

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Protocol

import numpy as np

from tradec.runtime.data.bars import Bars
from tradec.runtime.data.marks import MARK_PRICES, PUBLISHED_AFTER_MS
from tradec.runtime.live.events import Bar, End
from tradec.runtime.live.protocols import Minute
from tradec.runtime.live.queue import EventQueue
from tradec.runtime.timeframe import MINUTE_MS


class Source(Protocol):
    """Puts minutes into the queue, each when it has closed, and fetches those that are missing."""

    links: dict[str, bool]
    """Its sockets, and whether each is up."""

    def start(self, queue: EventQueue, next_ts: int) -> None:
        """Begin with the minute that opens at `next_ts`."""

    def fetch(self, start: int, end: int) -> None:
        """Look for the minutes in [start, end); the answer is a `Fetched` in the queue."""

    def close(self) -> None:
        """End, and join what runs."""


class LiveClock:
    """The clock of the exchange, as `now_ms` knows it."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.now_ms = now_ms

    def monotonic(self) -> float:
        """Return this machine's seconds."""
        return time.monotonic()


class DataClock:
    """The clock of recorded minutes: it stands at the close of the one that is handled."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """Return the close of the last minute."""
        return self._now_ms

    def follow(self, close_ms: int) -> None:
        """Go on to a close."""
        self._now_ms = max(self._now_ms, close_ms)

    def monotonic(self) -> float:
        """Return this machine's seconds."""
        return time.monotonic()


class Recorded:
    """Recorded minutes at `speed` market minutes a minute; None: as fast as they are taken."""

    def __init__(self, minutes: Iterable[Minute], speed: float | None = None) -> None:
        self.links: dict[str, bool] = {}
        self._minutes = minutes
        self._seconds = 0.0 if speed is None else 60.0 / speed
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, queue: EventQueue, next_ts: int) -> None:
        """Push the minutes that open at `next_ts` or later, then the end."""
        self._thread = threading.Thread(
            target=self._push, args=(queue, next_ts), name="replay", daemon=True
        )
        self._thread.start()

    def fetch(self, start: int, end: int) -> None:
        """Do nothing: what is not recorded cannot be had, and a grid of bars has no holes."""

    def close(self) -> None:
        """Stop pushing."""
        self._stopped.set()

    def _push(self, queue: EventQueue, next_ts: int) -> None:
        begun, pushed = time.monotonic(), 0
        for minute in self._minutes:
            if minute.ts < next_ts:
                continue
            pushed += 1
            due = begun + pushed * self._seconds
            if self._seconds and self._stopped.wait(max(0.0, due - time.monotonic())):
                return
            if not queue.put(Bar(minute, minute.ts + MINUTE_MS), wait=True):
                return
        queue.put(End(), wait=True)


def warm_part(bars: Bars, first: int) -> Bars:
    """Return the bars before number `first`, and every settlement that is known at their end."""
    part = bars.slice(0, first)
    if bars.funding is None:
        return part
    return replace(part, funding=bars.funding.between(part.ts0, part.end + 1))


def minutes_of(bars: Bars, first: int = 0) -> Iterator[Minute]:
    """Yield the minutes of bars from number `first` on, each with what became known by its close.

    A settlement is known at its instant, open interest a minute after its time (rulings B10).
    """
    settled = _Events(bars.funding and bars.funding.ts, bars.funding and bars.funding.rate, 0)
    read = bars.open_interest
    interest = _Events(read and read.ts, read and read.value, PUBLISHED_AFTER_MS)
    opens = bars.ts_open(first)
    settled.until(opens)
    interest.until(opens)
    columns = zip(
        *(getattr(bars, name)[first:].tolist() for name in ("open", "high", "low", "close")),
        bars.volume[first:].tolist(),
        bars.flags[first:].tolist(),
        _marks(bars, first),
        strict=True,
    )
    for i, (open_, high, low, close, volume, flag, mark) in enumerate(columns, first):
        ts = bars.ts_open(i)
        yield Minute(
            ts=ts,
            open=open_,
            high=high,
            low=low,
            close=close,
            volume=volume,
            mark=mark,
            settled=settled.until(ts + MINUTE_MS),
            interest=interest.until(ts + MINUTE_MS),
            is_flat=flag != 0,
            source="catalogue",
        )


def _marks(bars: Bars, first: int) -> Iterator[tuple[float, float, float, float] | None]:
    if bars.mark is None:
        yield from [None] * (bars.n - first)
        return
    for row in zip(
        *(getattr(bars.mark, name)[first:].tolist() for name in MARK_PRICES), strict=True
    ):
        yield None if math.isnan(row[3]) else (row[0], row[1], row[2], row[3])


class _Events:
    """Times and values that become known `after` ms later, taken in order."""

    def __init__(self, ts: object, values: object, after: int) -> None:
        self._ts = np.asarray([] if ts is None else ts, np.int64).tolist()
        self._values = np.asarray([] if values is None else values, np.float64).tolist()
        self._after = after
        self._next = 0

    def until(self, instant: int) -> tuple[tuple[int, float], ...]:
        """Return what has become known by an instant and was not returned before."""
        begin = self._next
        while self._next < len(self._ts) and self._ts[self._next] + self._after <= instant:
            self._next += 1
        span = slice(begin, self._next)
        return tuple(zip(self._ts[span], self._values[span], strict=True))
