# cython: cdivision=True, boundscheck=False, wraparound=False
"""The loop that runs a strategy against the simulated exchange over an array of base bars.

Between two events the strategy scans alone; the exchange is asked only when an order arrives, a
watched price trades, a decision falls or an equity point may breach the drawdown stop.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int64_t, uint8_t

from tradec.runtime.feed cimport Columns
from tradec.runtime.sim.exchange cimport Exchange
from tradec.runtime.strategy cimport (
    AT_END, BREACHED, TOUCHED, Account, Decision, Strategy, Watch,
)

cdef enum:
    BLOCK = 1 << 18         # base bars between two looks at signals and progress

cdef double INFINITY = float("inf")


cdef class Engine:
    """One run: `bars` (tradec.runtime.data.bars.Bars) through `strategy` into `exchange`.

    The bar with index `first` closes at trade_start; bars before it warm up. With `rows` (int64
    [exec closes, width]) and `times` every exec close leaves a row of output words. `by_step` takes
    the plain path of one `step` per bar, which the fast one must equal.
    """

    cdef Strategy strategy
    cdef Exchange exchange
    cdef Columns columns
    cdef const uint8_t[::1] flags
    cdef int64_t[:, ::1] rows
    cdef int64_t[::1] times
    cdef Py_ssize_t first
    cdef bint by_step
    cdef readonly Py_ssize_t row

    def __init__(self, Strategy strategy not None, Exchange exchange not None, bars,
                 Py_ssize_t first, *, rows=None, times=None, bint by_step=False):
        if not 0 <= first < bars.n:
            raise IndexError(f"bar {first} is outside of {bars.n} bars")
        if rows is not None and (rows.shape[1] != strategy.width or len(times) < len(rows)):
            raise ValueError(f"a row has {strategy.width} words and a time, not {rows.shape[1]}")
        self.strategy, self.exchange, self.first = strategy, exchange, first
        self.columns = Columns(bars, needs=strategy.NEEDS)
        self.flags = bars.flags
        self.rows = rows
        self.times = times
        self.by_step = by_step or rows is not None

    def run(self, progress=None):
        """Run to the end, or to a terminal stop; `progress` is called with the bars done."""
        cdef Py_ssize_t i = 0
        cdef Watch watch
        self._open_watch(&watch)
        if self.first == 0:
            self.exchange.begin(&self.columns.feed, 0)
        while i < self.columns.feed.n and not self.exchange.stopped:
            with nogil:
                i = self._block(i, min(i + BLOCK, self.columns.feed.n), &watch)
            PyErr_CheckSignals()
            self.strategy.check()
            if progress is not None:
                progress(i)
        with nogil:
            self.exchange.finish(&self.columns.feed)
        self.strategy.check()
        self.row = watch.row

    cdef void _open_watch(self, Watch* watch) noexcept:
        watch.low, watch.high = -INFINITY, INFINITY
        watch.curve = NULL
        watch.rows = NULL
        watch.times = NULL
        watch.row = 0
        if self.rows is not None and self.rows.shape[0] > 0:
            watch.times = &self.times[0]
            watch.rows = &self.rows[0, 0] if self.rows.shape[1] else <int64_t*>watch.times

    cdef Py_ssize_t _block(self, Py_ssize_t i, Py_ssize_t stop, Watch* watch) noexcept nogil:
        if i < self.first:
            i = self._warm_up(i, min(stop, self.first), watch)
            if i == self.first:
                self.exchange.begin(&self.columns.feed, i)
            return i
        return self._trade(i, stop, watch)

    cdef Py_ssize_t _warm_up(self, Py_ssize_t i, Py_ssize_t stop, Watch* watch) noexcept nogil:
        cdef Account nobody
        cdef Decision decision
        nobody.side = nobody.may_enter = nobody.may_exit = 0
        return self._scan(i, stop, &nobody, watch, &decision)

    cdef Py_ssize_t _scan(self, Py_ssize_t i, Py_ssize_t stop, const Account* account,
                          Watch* watch, Decision* decision) noexcept nogil:
        if self.by_step:
            return self.strategy.scan_by_step(&self.columns.feed, i, stop, account, watch, decision)
        return self.strategy.scan(&self.columns.feed, i, stop, account, watch, decision)

    cdef Py_ssize_t _trade(self, Py_ssize_t i, Py_ssize_t stop, Watch* watch) noexcept nogil:
        cdef Decision decision
        cdef Py_ssize_t limit
        while i < stop and not self.exchange.stopped:
            limit = stop
            if self.exchange.pending:
                self.exchange.open_bar(&self.columns.feed, i, self.flags[i] == 0)
                if self.exchange.stopped:
                    return i
                if self.exchange.pending:        # a hole: the order waits for the next present bar
                    limit = i + 1
            self.exchange.arm(watch)
            i = self._scan(i, limit, &self.exchange.account, watch, &decision)
            self.exchange.absorb(watch)
            if watch.why == AT_END:
                continue
            if watch.why == TOUCHED:
                self._touch(i, watch, &decision)
            if watch.why == BREACHED:
                self.exchange.breach(&self.columns.feed, i)
            if decision.action != 0:
                self.exchange.decide(&self.columns.feed, i, &decision)
            i += 1
        return i

    cdef void _touch(self, Py_ssize_t i, Watch* watch, Decision* decision) noexcept nogil:
        """Let the exchange act inside bar i, then step that bar alone."""
        self.exchange.inside_bar(&self.columns.feed, i, self.flags[i] == 0)
        self.exchange.arm(watch)
        watch.low, watch.high = -INFINITY, INFINITY
        self.strategy.scan_by_step(&self.columns.feed, i, i + 1, &self.exchange.account, watch, decision)
        self.exchange.absorb(watch)
