# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The exchange driven by a list of decisions instead of a strategy: for tests and studies.

The loop is the engine's, with a scan that looks decisions up. With `by_bar` the exchange is called
on every bar instead, which gives the same run bit for bit.
"""

from libc.math cimport INFINITY
from libc.stdint cimport int64_t, uint8_t

from tradec.runtime.feed cimport Columns
from tradec.runtime.sim.exchange cimport Exchange
from tradec.runtime.sim.grid cimport Grid, grid_down, grid_up
from tradec.runtime.sim.ledger cimport Ledger, ledger_available, ledger_init, ledger_open
from tradec.runtime.sim.terms cimport Terms
from tradec.runtime.strategy cimport (
    AT_END, BREACHED, DECIDED, TOUCHED, Decision, Watch, equity_point, touched,
)


cdef class Replay:
    """One run of `exchange` over `bars` (tradec.runtime.data.bars.Bars).

    `actions[i]` is decided at the close of bar i where i closes an exec bar of `every` base bars;
    bar `first` closes at trade_start. An action's word is the action and i << 8.
    """

    cdef Exchange exchange
    cdef Columns columns
    cdef const uint8_t[::1] flags
    cdef const int64_t[::1] actions
    cdef Py_ssize_t first
    cdef Py_ssize_t every
    cdef bint by_bar

    def __init__(self, Exchange exchange not None, bars, actions, *, Py_ssize_t first,
                 Py_ssize_t every, bint by_bar=False):
        self.exchange, self.flags, self.actions = exchange, bars.flags, actions
        self.first, self.every, self.by_bar = first, every, by_bar
        self.columns = Columns(bars)

    def run(self):
        """Run from `first` to the end of the bars, or to a terminal stop."""
        cdef Watch watch
        cdef Decision decision
        cdef Py_ssize_t i = self.first
        watch.rows = NULL
        with nogil:
            self.exchange.begin(&self.columns.feed, i)
            while i < self.columns.feed.n and not self.exchange.stopped:
                if self.exchange.pending or self.by_bar:
                    self.exchange.open_bar(&self.columns.feed, i, self.flags[i] == 0)
                if not self.exchange.stopped:
                    i = self.pass_bars(i, &watch, &decision)
            self.exchange.finish(&self.columns.feed)

    cdef Py_ssize_t pass_bars(self, Py_ssize_t i, Watch* watch,
                              Decision* decision) noexcept nogil:
        """Pass bars until the exchange is needed again; return the first one not passed."""
        cdef Py_ssize_t stop = self.columns.feed.n
        cdef bint inside = self.by_bar
        if self.by_bar or self.exchange.pending:
            stop = i + 1
        if not inside:
            self.exchange.arm(watch)
            i = self.scan(i, stop, watch, decision)
            self.exchange.absorb(watch)
            if watch.why == AT_END:
                return i
            inside = watch.why == TOUCHED
        if inside:
            self.exchange.inside_bar(&self.columns.feed, i, self.flags[i] == 0)
            self.exchange.arm(watch)
            watch.low, watch.high = -INFINITY, INFINITY
            self.scan(i, i + 1, watch, decision)
            self.exchange.absorb(watch)
        if watch.why == BREACHED:
            self.exchange.breach(&self.columns.feed, i)
        if decision.action != 0:
            self.exchange.decide(&self.columns.feed, i, decision)
        return i + 1

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
                decision.word, decision.percent = self.actions[i] | (i << 8), 100.0
                if equity_point(watch, self.columns.feed.mark_close[i]):
                    watch.why = BREACHED
                    return i
                if decision.action != 0:
                    watch.why = DECIDED
                    return i
            i += 1
        return i


def rounded(grid, double x):
    """Return `x` rounded down and up to a grid of `rules.grid_of`."""
    cdef Grid units = grid
    return grid_down(&units, x), grid_up(&units, x)


def ledger_after_entry(rules, instrument, int64_t side, double qty, double price):
    """Return the ledger as a dict after an entry at `price`, with `available`."""
    cdef Terms terms = rules.terms(instrument)
    cdef Ledger ledger
    ledger_init(&ledger, rules.starting_equity_usdt)
    ledger_open(&ledger, &terms, side, qty, price)
    return {**ledger, "available": ledger_available(&ledger)}
