"""A live market: minutes from the public socket, completed and fetched by REST.

The socket's thread only hands messages on. One worker reads them, asks for what belongs to a closed
minute beside its prices (mark price, settlements, open interest) within a deadline, and puts the
minute into the queue; the same worker fetches minutes that are missing.
"""

import contextlib
import json
import math
import queue as queues
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from tradec.runtime.bybit.client import Client
from tradec.runtime.bybit.errors import BybitError
from tradec.runtime.bybit.market import Row, Span, funding, klines, mark_klines, open_interest
from tradec.runtime.data.marks import PUBLISHED_AFTER_MS
from tradec.runtime.live.events import Bar, Fetched, topic_of
from tradec.runtime.live.protocols import Frame, Link, Minute, Stream
from tradec.runtime.live.queue import EventQueue
from tradec.runtime.timeframe import MINUTE_MS

FACT_SECONDS: Final = 2.0
"""How long a closed minute waits for its mark price and settlements (rulings B10)."""

ATTEMPTS: Final = 6
CLOCK_SECONDS: Final = 600.0
HOUR_MS: Final = 60 * MINUTE_MS
FIVE_MINUTES_MS: Final = 5 * MINUTE_MS

Pair: TypeAlias = tuple[int, float]
_STOP = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is read beside prices: mark-price bars, settlements of funding, open interest."""

    mark: bool = False
    funding: bool = False
    funding_interval_ms: int = 8 * HOUR_MS
    open_interest: bool = False


class LiveMarket:
    """The minutes of `symbol` (a `Source`). `client` belongs to the worker, from `start` on."""

    def __init__(
        self,
        symbol: str,
        stream: Stream,
        client: Client,
        facts: Facts,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.links: dict[str, bool] = {"public": False}
        self._symbol, self._stream, self._client, self._facts = symbol, stream, client, facts
        self._sleep = sleep
        self._work: queues.SimpleQueue[Any] = queues.SimpleQueue()
        self._queue: EventQueue | None = None
        self._thread = threading.Thread(target=self._run, name="market", daemon=True)
        self._owed: set[int] = set()
        self._measured_at = time.monotonic()

    def start(self, queue: EventQueue, next_ts: int) -> None:
        """Connect; the minute that opens at `next_ts` is the first that is wanted."""
        del next_ts
        self._queue = queue
        self._thread.start()
        self._stream.start(self)

    def put(self, event: Frame | Link) -> None:
        """Take what the socket hears (it is the stream's inbox)."""
        if isinstance(event, Frame) and topic_of(event) == "kline":
            self._work.put(event)
        else:
            self._put(event)

    def fetch(self, start: int, end: int) -> None:
        """Have the worker look for the minutes in [start, end)."""
        self._work.put((start, end))

    def close(self) -> None:
        """Close the socket and end the worker."""
        self._stream.close()
        self._work.put(_STOP)
        if self._thread.is_alive():
            self._thread.join(5.0)
        self._client.close()

    # --- the worker -----------------------------------------------------------------------------

    def _run(self) -> None:
        while (work := self._work.get()) is not _STOP:
            if isinstance(work, Frame):
                for minute in closed_minutes(work.text, self._symbol):
                    heard_ms = self._client.now_ms()
                    self._put(Bar(self._complete(minute), heard_ms))
                self._measure()
            else:
                self._put(self._fetched(*work))

    def _put(self, event: Bar | Fetched | Frame | Link) -> None:
        assert self._queue is not None
        self._queue.put(event)

    def _measure(self) -> None:
        """Measure the exchange's clock again after a while."""
        if time.monotonic() - self._measured_at < CLOCK_SECONDS:
            return
        self._measured_at = time.monotonic()
        with contextlib.suppress(BybitError):  # the offset of before goes on to serve
            self._client.measure_clock()

    def _fetched(self, start: int, end: int) -> Fetched:
        asked_ms = self._client.now_ms()
        span = Span(start=start, end=end)
        try:
            rows = sorted(row for page in klines(self._client, self._symbol, span) for row in page)
            found = [_minute(row) for row in rows]
            marks: dict[int, Row] = {}
            if self._facts.mark:
                pages = mark_klines(self._client, self._symbol, span)
                marks = {int(row[0]): row for page in pages for row in page}
        except BybitError as problem:
            return Fetched(start, end, (), asked_ms, failed=problem.message)
        minutes = tuple(self._dated(replace(one, mark=_mark(marks.get(one.ts)))) for one in found)
        return Fetched(start, end, minutes, asked_ms)

    def _complete(self, minute: Minute) -> Minute:
        """Return a minute with its mark price and what became known by its close."""
        if self._facts.mark:
            span = Span(start=minute.ts, end=minute.ts + MINUTE_MS)
            rows = self._soon(minute, lambda: mark_klines(self._client, self._symbol, span))
            minute = replace(minute, mark=_mark(rows[0] if rows else None))
        return self._dated(minute)

    def _dated(self, minute: Minute) -> Minute:
        """Return a minute with the settlements and the open interest that its close makes known.

        A settlement that does not come in time is told with the first minute after it has come.
        """
        close = minute.ts + MINUTE_MS
        if self._facts.funding:
            due = [*self._owed, *([close] if close % HOUR_MS == 0 else [])]
            rows = [row for one in due for row in self._settlement(one, minute)]
            minute = replace(minute, settled=_pairs(rows))
        if self._facts.open_interest and close % FIVE_MINUTES_MS == PUBLISHED_AFTER_MS:
            end = close - PUBLISHED_AFTER_MS + 1
            span = Span(start=end - MINUTE_MS, end=end)
            rows = self._soon(minute, lambda: open_interest(self._client, self._symbol, span))
            minute = replace(minute, interest=_pairs(rows))
        return minute

    def _settlement(self, at: int, minute: Minute) -> list[Row]:
        span = Span(start=at - MINUTE_MS + 1, end=at + 1)
        rows = self._soon(minute, lambda: funding(self._client, self._symbol, span))
        self._owed.discard(at)
        if not rows and self._client.now_ms() < at + HOUR_MS // 2 and self._settles(at):
            self._owed.add(at)
        return rows

    def _settles(self, at: int) -> bool:
        """Tell whether the symbol settles at an hour, as its interval says."""
        return at % self._facts.funding_interval_ms == 0

    def _soon(self, minute: Minute, pages: Callable[[], Iterable[tuple[Row, ...]]]) -> list[Row]:
        """Return the rows of a fact, asked for until they come or the deadline has passed.

        A minute that is long closed is asked about once: what was to come has come.
        """
        limit = minute.ts + MINUTE_MS + int(FACT_SECONDS * 1000)
        for attempt in range(ATTEMPTS):
            try:
                rows = sorted(row for page in pages() for row in page)
            except BybitError:
                rows = []
            if rows or self._client.now_ms() >= limit or attempt == ATTEMPTS - 1:
                return rows
            self._sleep(FACT_SECONDS / ATTEMPTS)
        return []


def closed_minutes(text: str, symbol: str) -> list[Minute]:
    """Return the closed minutes that a message of `kline.1` tells; none for what is still open.

    A message that is not whole tells nothing: the minute is fetched like any that is missing.
    """
    try:
        frame = json.loads(text)
        if frame["topic"] != f"kline.1.{symbol}":
            return []
        return [_told(row) for row in frame["data"] if row["confirm"] is True]
    except (KeyError, TypeError, ValueError):
        return []


def _told(row: Any) -> Minute:
    prices = [float(row[name]) for name in ("open", "high", "low", "close", "volume")]
    if not all(map(math.isfinite, prices)):
        raise ValueError("a minute has a price that is no number")
    return _minute((int(row["start"]), *prices), source="ws")


def _minute(row: Sequence[float], source: Any = "rest") -> Minute:
    return Minute(
        ts=int(row[0]),
        open=row[1],
        high=row[2],
        low=row[3],
        close=row[4],
        volume=row[5],
        source=source,
    )


def _mark(row: Row | None) -> tuple[float, float, float, float] | None:
    return None if row is None else (row[1], row[2], row[3], row[4])


def _pairs(rows: Iterable[Row]) -> tuple[Pair, ...]:
    return tuple((int(row[0]), row[1]) for row in rows)
