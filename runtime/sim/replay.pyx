# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The exchange driven by a list of decisions instead of a strategy: for tests and studies.

The loop is the engine's, with a scan that looks decisions up. With `by_bar` the exchange is called
on every bar instead, which gives the same run bit for bit.
"""

from libc.math cimport INFINITY, NAN
from libc.stdint cimport int64_t, uint8_t

from tradec.runtime.feed cimport Columns
from tradec.runtime.sim.exchange cimport Exchange
from tradec.runtime.sim.grid cimport Grid, grid_down, grid_up
from tradec.runtime.strategy cimport (
    AT_END, BREACHED, DECIDED, TOUCHED, Decision, Watch, equity_point, touched,
)


cdef class Replay:
    """One run of `exchange` over `bars` (tradec.runtime.data.bars.Bars).

    `actions[i]` is decided at the close of bar i where i closes an exec bar of `every` base bars;
    bar `first` closes at trade_start. An action's word is the action and i << 8, its percent
    `percents[i]`. `seen[i]` is what the play shows at the close of bar i: the volatility and the
    long and short level of the stop, the volatility of the target and of the trailing stop.
    """

    cdef Exchange exchange
    cdef Columns columns
    cdef const uint8_t[::1] flags
    cdef const int64_t[::1] actions
    cdef const double[::1] percents
    cdef const double[:, ::1] seen
    cdef Py_ssize_t first
    cdef Py_ssize_t every
    cdef bint by_bar

    def __init__(self, Exchange exchange not None, bars, actions, *, Py_ssize_t first,
                 Py_ssize_t every, percents=None, seen=None, bint by_bar=False):
        self.exchange, self.flags, self.actions = exchange, bars.flags, actions
        self.percents, self.seen = percents, seen
        self.first, self.every, self.by_bar = first, every, by_bar
        self.columns = Columns(bars, exchange.mark_source, funding=exchange.funding)

    def run(self):
        """Run from `first` to the end of the bars, or to a terminal stop."""
        cdef Watch watch
        cdef Py_ssize_t i = self.first
        watch.rows = NULL
        self.exchange.book.is_marked = self.columns.is_marked
        with nogil:
            self.exchange.begin(&self.columns.feed, i)
            while i < self.columns.feed.n and not self.exchange.book.stopped:
                if self.by_bar or self.exchange.book.pending or self.exchange.book.due == i:
                    self.exchange.open_bar(i, self.flags[i] == 0)
                if not self.exchange.book.stopped:
                    i = self.pass_bars(i, &watch)
            self.exchange.finish()

    cdef Py_ssize_t pass_bars(self, Py_ssize_t i, Watch* watch) noexcept nogil:
        """Pass bars until the exchange is needed again; return the first one not passed."""
        cdef Decision decision
        if self.by_bar or self.exchange.book.pending or self.exchange.book.due == i:
            self.whole(i, watch, &decision)
        else:
            self.exchange.arm(watch)
            i = self.scan(i, min(self.columns.feed.n, self.exchange.book.due), watch, &decision)
            self.exchange.absorb(watch)
            if watch.why == AT_END:
                return i
            if watch.why == TOUCHED:
                self.whole(i, watch, &decision)
        if watch.why == BREACHED:
            self.exchange.breach(i)
        if decision.action != 0:
            self.decide(i, &decision)
        return i + 1

    cdef void whole(self, Py_ssize_t i, Watch* watch, Decision* decision) noexcept nogil:
        self.exchange.inside_bar(i, self.flags[i] == 0)
        self.exchange.arm_points(watch)
        watch.low, watch.high = -INFINITY, INFINITY
        self.scan(i, i + 1, watch, decision)
        self.exchange.absorb_points(watch)
        self.exchange.book.trail_volatility = self.show(i, 4)
        self.exchange.close_bar(i)

    cdef double show(self, Py_ssize_t i, Py_ssize_t what) noexcept nogil:
        return NAN if self.seen is None else self.seen[i, what]

    cdef void decide(self, Py_ssize_t i, const Decision* decision) noexcept nogil:
        self.exchange.book.seen.stop_volatility = self.show(i, 0)
        self.exchange.book.seen.long_level = self.show(i, 1)
        self.exchange.book.seen.short_level = self.show(i, 2)
        self.exchange.book.seen.target_volatility = self.show(i, 3)
        self.exchange.decide(i, decision)

    cdef Py_ssize_t scan(self, Py_ssize_t i, Py_ssize_t stop, Watch* watch,
                         Decision* decision) noexcept nogil:
        decision.action = 0
        watch.why = AT_END
        while i < stop:
            if touched(watch, self.columns.feed.low[i], self.columns.feed.high[i]):
                watch.why = TOUCHED
                return i
            if (i + 1) % self.every == 0:
                decision.action = self.actions[i]
                decision.word = self.actions[i] | (i << 8)
                decision.percent = 100.0 if self.percents is None else self.percents[i]
                if equity_point(watch, self.columns.feed.mark_close[i]):
                    watch.why = BREACHED
                    return i
                if decision.action != 0:
                    watch.why = DECIDED
                    return i
            i += 1
        return i


def rounded(grid, double x):
    """Return `x` rounded down and up to a grid of `instrument.grid_of`."""
    cdef Grid units = grid
    return grid_down(&units, x), grid_up(&units, x)
