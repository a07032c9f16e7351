"""What the catalogue lacks of what is wanted, and getting it.

A sync asks only for spans that no manifest knows (there, absent, or asked for before), commits
every batch together with the span it answers for, and so goes on after any interruption where the
last batch ended. One symbol is synced under its lock; several symbols at once, each in a thread.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from itertools import groupby

from tradec.runtime.bybit.client import Client
from tradec.runtime.bybit.market import Span
from tradec.runtime.data import snapshots
from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.checks import Refused
from tradec.runtime.data.fetching import FETCHERS, Batch
from tradec.runtime.data.ingest import HEARD_KIND, take_in
from tradec.runtime.data.kinds import kind_named
from tradec.runtime.data.manifest import Spans, lacking

SOURCE = "rest"
SETTLING_MS = 600_000
"""How long the exchange may take to publish a row: the youngest stretch is asked for again."""

_ROWS_PER_EVENT_MS = {"funding": 8 * 3_600_000, "open_interest": 300_000, "ls_ratio": 300_000}
"""About how far apart the rows of a kind without a step are, to tell progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A series over a span; the span of a snapshot (instrument, risk_tier) is not looked at."""

    symbol: str
    kind: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One stretch that the catalogue lacks."""

    symbol: str
    kind: str
    span: Span

    @property
    def rows(self) -> int:
        """Return about how many rows it has."""
        step = kind_named(self.kind).step_ms or _ROWS_PER_EVENT_MS.get(self.kind, 0)
        return max((self.span.end - self.span.start) // step, 1) if step else 1


@dataclass(slots=True, kw_only=True)
class Done:
    """What became of one series: rows written, bars absent on the exchange, rows refused."""

    symbol: str
    kind: str
    written: int = 0
    absent: int = 0
    refused: list[Refused] = field(default_factory=list)
    missing: Spans = ()


Progress = Callable[[str, str, int, int], None]
"""Called with symbol, kind, rows done and rows there are to do."""


def lacking_of(catalog: Catalog, venue: str, wants: Iterable[Want]) -> list[Task]:
    """Return the stretches of what is wanted that the catalogue does not know, oldest first."""
    tasks = []
    for want in wants:
        known = catalog.manifest(venue, want.symbol, want.kind).known
        tasks += [
            Task(symbol=want.symbol, kind=want.kind, span=Span(start=start, end=end))
            for start, end in lacking(known, want.span.start, want.span.end)
        ]
    return tasks


class Sync:
    """One sync into a catalogue; `connect` makes a client for each thread.

    With `closes` the client is closed after its symbol.
    """

    def __init__(
        self,
        catalog: Catalog,
        venue: str,
        connect: Callable[[], Client],
        progress: Progress = lambda _symbol, _kind, _done, _total: None,
        *,
        closes: bool = True,
    ) -> None:
        self._catalog = catalog
        self._venue = venue
        self._connect = connect
        self._progress = progress
        self._closes = closes
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.done: dict[tuple[str, str], Done] = {}

    def run(self, wants: Iterable[Want], jobs: int = 1) -> list[Done]:
        """Get what is lacking and return what became of it, in the order of the wants.

        An interrupt lets the batches that have arrived be written, and is then raised on.
        """
        wanted = list(wants)
        for want in wanted:
            self.done[want.symbol, want.kind] = Done(symbol=want.symbol, kind=want.kind)
        by_symbol = {
            symbol: list(group)
            for symbol, group in groupby(
                sorted(wanted, key=lambda want: want.symbol), lambda want: want.symbol
            )
        }
        if jobs == 1 or len(by_symbol) == 1:
            for found in by_symbol.values():
                self._symbol(found)
        else:
            self._at_once(by_symbol, jobs)
        return list(self.done.values())

    def _at_once(self, by_symbol: Mapping[str, list[Want]], jobs: int) -> None:
        pool = ThreadPoolExecutor(min(jobs, len(by_symbol)), thread_name_prefix="sync")
        waiting: set[Future[None]] = {pool.submit(self._symbol, w) for w in by_symbol.values()}
        try:
            while waiting:
                ended, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
                for one in ended:
                    one.result()
        finally:
            self._stop.set()
            pool.shutdown(wait=True, cancel_futures=True)

    def _symbol(self, wants: list[Want]) -> None:
        """Sync one symbol under its lock."""
        client = self._connect()
        try:
            with self._catalog.writing(self._venue, wants[0].symbol):
                self._take_in(client, wants)
                for want in wants:
                    self._want(client, want)
        finally:
            if self._closes:
                client.close()

    def _take_in(self, client: Client, wants: list[Want]) -> None:
        """Write what sessions heard of the symbol, so that it is not asked for again."""
        for want in wants:
            if want.kind == HEARD_KIND:
                report = take_in(self._catalog, self._venue, want.symbol, client.now_ms())
                self.done[want.symbol, want.kind].written += report.written if report else 0
                return

    def _want(self, client: Client, want: Want) -> None:
        done = self.done[want.symbol, want.kind]
        if want.kind in snapshots.KINDS:
            done.written = snapshots.take(
                client, self._catalog, self._venue, want.symbol, want.kind
            )
            return
        client.measure_clock()
        want, settled = _by_now(want, client.now_ms())
        tasks = lacking_of(self._catalog, self._venue, [want])
        total, so_far = sum(task.rows for task in tasks), 0
        self._progress(want.symbol, want.kind, 0, total)
        for task in reversed(tasks):
            for batch in self._batches(client, task, settled):
                self._write(task, batch, done)
                so_far += max(len(batch.table), 1)
                self._progress(want.symbol, want.kind, min(so_far, total), total)
        known = self._catalog.manifest(self._venue, want.symbol, want.kind).known
        done.missing = lacking(known, want.span.start, want.span.end)
        self._progress(want.symbol, want.kind, total, total)

    def _batches(self, client: Client, task: Task, settled: int) -> Iterator[Batch]:
        for batch in FETCHERS[task.kind].batches(client, task.symbol, task.span, settled):
            yield batch
            if self._stop.is_set():
                return

    def _write(self, task: Task, batch: Batch, done: Done) -> None:
        """Commit a batch; a span in which rows were refused stays open to be asked for again."""
        start, end = batch.span.start, batch.span.end
        span = None if batch.refused or end <= start else (start, end)
        report = self._catalog.write(
            self._venue, task.symbol, task.kind, batch.table, SOURCE, "keep", checked=span
        )
        done.written += report.written
        done.absent += batch.absent
        done.refused += batch.refused


def _by_now(want: Want, now_ms: int) -> tuple[Want, int]:
    """Return what can be had of a want by now, and until when the exchange has told everything."""
    step = kind_named(want.kind).step_ms
    last = now_ms if step is None else now_ms // step * step
    span = Span(start=want.span.start, end=min(want.span.end, last))
    return replace(want, span=span), last - SETTLING_MS
