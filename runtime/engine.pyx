# cython: cdivision=True, boundscheck=False, wraparound=False
"""The loop that runs a strategy against the simulated exchange over an array of base bars.

Between two events the strategy scans alone; the exchange is asked only when an order arrives, a
watched price trades, a bar is due, a decision falls or an equity point may breach the drawdown
stop.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport INFINITY
from libc.stdint cimport int64_t
from libc.string cimport memcpy

import struct

import numpy as np

from tradec.runtime.feed cimport Columns, Growing
from tradec.runtime.sim.book cimport Book, NO_STOP, refresh
from tradec.runtime.sim.exchange cimport Exchange
from tradec.runtime.sim.keeping cimport restore, snapshot_of
from tradec.runtime.sim.ledger cimport ledger_available, ledger_equity
from tradec.runtime.sim.records cimport Buffer, buffer_free, buffer_init, buffer_push
from tradec.runtime.sim.terms cimport Seen, Slots
from tradec.runtime.strategy cimport (
    AT_END, BREACHED, TOUCHED, Account, Decision, Strategy, Watch,
)

PART = struct.Struct("<q")      # the length of a part of a snapshot

cdef enum:
    BLOCK = 1 << 18         # base bars between two looks at signals and progress
    PORTION = 1 << 14       # and where rows are drained

PORTION_BARS = PORTION


cdef class Engine:
    """One run: `bars` (tradec.runtime.data.bars.Bars) through `strategy` into `exchange`.

    The bar with index `first` closes at trade_start; bars before it warm up. With `rows` (int64
    [exec closes, width]) and `times` every exec close leaves a row of output words; with `slots`
    every decision leaves what so many slots showed. `drain` takes (times, rows) every PORTION bars,
    and they begin anew: `rows` then needs no more room than that. Of the bar `asked` the account is
    kept as the strategy was shown it (`account_asked`). `by_step` takes the plain path of one
    `step` per bar, which the fast one must equal. With `grows` bars may be added to `columns`
    between two calls of `advance`, and `first` may lie beyond those that are there: in whatever
    portions the bars come, the run is the same bit for bit.
    """

    cdef Strategy strategy
    cdef Exchange exchange
    cdef readonly Columns columns
    cdef int64_t[:, ::1] rows
    cdef int64_t[::1] times
    cdef Py_ssize_t first
    cdef Py_ssize_t slots
    cdef Buffer noted
    cdef bint by_step
    cdef Py_ssize_t asked
    cdef Book then              # the exchange when bar `asked` was stepped
    cdef bint was_asked
    cdef bint grows
    cdef object drain
    cdef bint has_begun
    cdef Watch watch
    cdef Account passed
    cdef Decision decided
    cdef readonly Py_ssize_t at         # the next bar

    def __init__(self, Strategy strategy not None, Exchange exchange not None, bars,
                 Py_ssize_t first, *, rows=None, times=None, drain=None, Py_ssize_t slots=0,
                 Py_ssize_t asked=-1, bint by_step=False, bint grows=False):
        if first < 0 or (first >= bars.n and not grows):
            raise IndexError(f"bar {first} is outside of {bars.n} bars")
        if rows is not None and (rows.shape[1] != strategy.width or len(times) < len(rows)):
            raise ValueError(f"a row has {strategy.width} words and a time, not {rows.shape[1]}")
        self.strategy, self.exchange, self.first = strategy, exchange, first
        self.grows = grows
        self.columns = (Growing if grows else Columns)(
            bars, exchange.mark_source, funding=exchange.funding, needs=strategy.NEEDS)
        self.rows = rows
        self.times = times
        self.drain = drain
        self.slots = slots
        self.asked, self.was_asked = asked, False
        self.by_step = by_step or rows is not None
        if not buffer_init(&self.noted, 8 * slots, 1024 if slots else 1):
            raise MemoryError("no memory for what the decisions saw")
        self.exchange.book.is_marked = self.columns.is_marked
        self._open_watch(&self.watch)

    def __dealloc__(self):
        buffer_free(&self.noted)

    def run(self, progress=None):
        """Run to the end, or to a terminal stop; `progress` is called with the bars done."""
        self.advance(progress)
        self.finish()

    def advance(self, progress=None):
        """Run over the bars that are there, or to a terminal stop; return whether it stopped."""
        cdef Py_ssize_t block = BLOCK if self.drain is None else PORTION
        self._renew()
        while self.at < self.columns.feed.n and not self.exchange.book.stopped:
            with nogil:
                self.at = self._block(self.at, min(self.at + block, self.columns.feed.n))
            if self.drain is not None and self.watch.row:
                self._drain()
            PyErr_CheckSignals()
            self.strategy.check()
            if progress is not None:
                progress(self.at)
        return bool(self.exchange.book.stopped)

    def finish(self):
        """End the run at the last bar, unless trade_start never came."""
        if not self.has_begun:
            return
        with nogil:
            self.exchange.finish()
        self.strategy.check()

    def _drain(self):
        """Hand over the rows that were written, and begin anew."""
        row = self.watch.row
        self.drain(np.asarray(self.times)[:row], np.asarray(self.rows)[:row])
        self.watch.row = 0

    cdef int _renew(self) except -1:
        """Let the exchange know of bars and settlements that were added."""
        if self.grows:
            self.exchange.reserve(self.columns.feed.n - max(self.at, self.first) + 2)
        if self.first == self.at:
            self._begin()
        elif self.has_begun:
            with nogil:
                refresh(&self.exchange.book, self.at)
        return 0

    cdef void _begin(self) noexcept nogil:
        if not self.has_begun:
            self.exchange.begin(&self.columns.feed, self.first)
            self.has_begun = True

    def snapshot(self) -> bytes:
        """Return strategy, exchange and notes as bytes, once trade_start has come."""
        if not self.has_begun:
            raise RuntimeError("before trade_start there is nothing to keep")
        parts = (
            self.strategy.snapshot(), snapshot_of(self.exchange),
            (<char*>self.noted.rows)[: self.noted.size * self.noted.width],
        )
        return b"".join(PART.pack(len(part)) + part for part in parts)

    def restore(self, bytes snapshot not None):
        """Go on from `snapshot`: the engine's bars begin with `first` and are all stepped."""
        cdef Py_ssize_t k, width = self.noted.width
        cdef const char* rows
        if self.first != 0 or self.at != 0:
            raise RuntimeError("only an engine that has done nothing goes on from a snapshot")
        strategy, exchange, notes = parts_of(snapshot)
        self.strategy.restore(strategy)
        restore(self.exchange, exchange, &self.columns.feed, self.columns.feed.n)
        rows = notes
        for k in range(len(notes) // width if width else 0):
            memcpy(buffer_push(&self.noted), rows + k * width, width)
        self.at, self.has_begun = self.columns.feed.n, True

    @property
    def row(self):
        """Return the number of rows that were written."""
        return self.watch.row

    @property
    def last_account(self):
        """Return (side, may_enter, may_exit) as the last bar's step was given them."""
        return self.passed.side, bool(self.passed.may_enter), bool(self.passed.may_exit)

    @property
    def last_decision(self):
        """Return (action, word, percent) of the last bar; action 0: none."""
        return self.decided.action, self.decided.word, self.decided.percent

    @property
    def mark_source(self):
        """Return where the exchange's marks come from: a word of `feed.MARK_SOURCES`."""
        return self.columns.mark_source

    def account_asked(self):
        """Return the account as it was at the decision of bar `asked`, None before trade_start."""
        cdef const Book* b = &self.then
        cdef bint is_held = b.ledger.side != 0
        if not self.was_asked:
            return None
        return {
            "side": b.account.side,
            "may_enter": bool(b.account.may_enter),
            "may_exit": bool(b.account.may_exit),
            "cash": b.ledger.cash,
            "equity": ledger_equity(&b.ledger, self.columns.feed.mark_close[self.asked]),
            "available": ledger_available(&b.ledger),
            "qty": b.ledger.qty if is_held else None,
            "entry_price": b.ledger.entry if is_held else None,
            "stop_loss": level(b.held.stop, is_held),
            "take_profit": level(b.held.target, is_held),
            "liquidation_price": level(b.held.liquidation, is_held),
            "entry_order_id": b.work.number or None,
            "exit_order_id": b.closing or None,
            "entries_disabled": bool(b.disabled),
            "is_stopping": b.stopping != NO_STOP,
        }

    def slots_noted(self):
        """Return what the slots showed at each decision, as an array [decisions, slots]."""
        cdef const double[::1] view
        if self.noted.failed:
            raise MemoryError("memory ran out while the run was recorded")
        if self.noted.size * self.slots == 0:
            return np.empty((self.noted.size, self.slots))
        view = <double[: self.noted.size * self.slots]><double*>self.noted.rows
        return np.array(view).reshape(self.noted.size, self.slots)

    # noexcept: it takes addresses, without bounds checks
    cdef void _open_watch(self, Watch* watch) noexcept:
        watch.low, watch.high = -INFINITY, INFINITY
        watch.curve = NULL
        watch.rows = NULL
        watch.times = NULL
        watch.row = 0
        if self.rows is not None and self.rows.shape[0] > 0:
            watch.times = &self.times[0]
            watch.rows = &self.rows[0, 0] if self.rows.shape[1] else <int64_t*>watch.times

    cdef Py_ssize_t _block(self, Py_ssize_t i, Py_ssize_t stop) noexcept nogil:
        if i < self.first:
            i = self._warm_up(i, min(stop, self.first))
            if i == self.first:
                self._begin()
            return i
        return self._trade(i, stop, &self.watch)

    cdef Py_ssize_t _warm_up(self, Py_ssize_t i, Py_ssize_t stop) noexcept nogil:
        cdef Account nobody
        nobody.side = nobody.may_enter = nobody.may_exit = 0
        return self._scan(i, stop, &nobody, &self.watch, &self.decided)

    cdef Py_ssize_t _scan(self, Py_ssize_t i, Py_ssize_t stop, const Account* account,
                          Watch* watch, Decision* decision) noexcept nogil:
        self.passed = account[0]
        if self.by_step:
            return self.strategy.scan_by_step(&self.columns.feed, i, stop, account, watch, decision)
        return self.strategy.scan(&self.columns.feed, i, stop, account, watch, decision)

    cdef Py_ssize_t _trade(self, Py_ssize_t i, Py_ssize_t stop, Watch* watch) noexcept nogil:
        cdef Decision* decision = &self.decided
        cdef Book* book = &self.exchange.book
        cdef Py_ssize_t until
        while i < stop and not book.stopped:
            if book.pending or book.due == i:
                self.exchange.open_bar(i, self.columns.flags[i] == 0)
                if book.stopped:
                    return i
            if book.pending or book.due == i or i == self.asked:    # a hole, or the bar is due
                self._whole(i, watch, decision)
            else:
                self.exchange.arm(watch)
                until = min(stop, book.due)
                if i < self.asked < until:
                    until = self.asked
                i = self._scan(i, until, &book.account, watch, decision)
                self.exchange.absorb(watch)
                if watch.why == AT_END:
                    continue
                if watch.why == TOUCHED:
                    self._whole(i, watch, decision)
            if watch.why == BREACHED:
                self.exchange.breach(i)
            if decision.action != 0:
                self._decide(i, decision)
            i += 1
        return i

    cdef void _whole(self, Py_ssize_t i, Watch* watch, Decision* decision) noexcept nogil:
        """Let the exchange act inside bar i, then step that bar alone."""
        cdef Book* book = &self.exchange.book
        cdef int64_t slot
        self.exchange.inside_bar(i, self.columns.flags[i] == 0)
        self.exchange.arm_points(watch)
        watch.low, watch.high = -INFINITY, INFINITY
        self.passed = book.account
        if i == self.asked:
            self.then, self.was_asked = book[0], True
        self.strategy.scan_by_step(
            &self.columns.feed, i, i + 1, &book.account, watch, decision)
        self.exchange.absorb_points(watch)
        slot = book.terms.slots.trail_volatility
        if slot >= 0 and book.ledger.side != 0:
            book.trail_volatility = self.strategy.seen(slot)
        self.exchange.close_bar(i)

    cdef void _decide(self, Py_ssize_t i, const Decision* decision) noexcept nogil:
        """Show the exchange what the play sees, then the decision."""
        cdef const Slots* slots = &self.exchange.book.terms.slots
        cdef Seen* seen = &self.exchange.book.seen
        cdef double* row
        cdef Py_ssize_t slot
        if slots.stop_volatility >= 0:
            seen.stop_volatility = self.strategy.seen(slots.stop_volatility)
        if slots.target_volatility >= 0:
            seen.target_volatility = self.strategy.seen(slots.target_volatility)
        if slots.long_level >= 0:
            seen.long_level = self.strategy.seen(slots.long_level)
        if slots.short_level >= 0:
            seen.short_level = self.strategy.seen(slots.short_level)
        if self.slots:
            row = <double*>buffer_push(&self.noted)
            for slot in range(self.slots):
                row[slot] = self.strategy.seen(slot)
        self.exchange.decide(i, decision)


cdef list parts_of(bytes snapshot):
    """Return the parts of a snapshot."""
    parts, place = [], 0
    while place < len(snapshot):
        size, = PART.unpack_from(snapshot, place)
        place += PART.size
        parts.append(snapshot[place : place + size])
        place += size
    return parts


cdef object level(double price, bint is_held):
    """Return a price that a position hangs on, None where there is none."""
    return price if is_held and price == price and abs(price) < INFINITY else None
