# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The simulated exchange of a backtest (simulation.md 3): the phases of a minute, and what is left.

What the phases do stands in the headers: orders, entries, exits, holding, on the state in book.
"""

from libc.math cimport INFINITY, NAN
from libc.stdint cimport int32_t, int64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy, memset

import numpy as np

from tradec.runtime.sim import records, terms
from tradec.runtime.sim.book cimport (
    DRAWDOWN_HIT, Minute, NO_STOP, end_closing, end_entry, end_order, minute_of, note_state,
    order_of, refresh, ts_close, widen,
)
from tradec.runtime.sim.entries cimport arrive, fill_at_open, fill_inside
from tradec.runtime.sim.exits cimport leave_at_market, pass_minute
from tradec.runtime.sim.holding cimport settle_funding, stop_run, test_floor, trail
from tradec.runtime.sim.ledger cimport ledger_equity, ledger_init
from tradec.runtime.sim.margin cimport Tier
from tradec.runtime.sim.orders cimport submit_entry, submit_exit
from tradec.runtime.sim.records cimport (
    AT_CLOSE, AT_OPEN, Buffer, CANCELLED, END_OF_DATA, END_OF_RUN, EQUITY_FLOOR, EXPIRED, Fill, Leg,
    MAX_DRAWDOWN, OPPOSITE, Order, Payment, SIGNAL, Signal, State, buffer_free, buffer_init,
    buffer_push,
)
from tradec.runtime.sim.terms cimport IGNORE, LIMIT, NO_TRAIL, REVERSE

cdef enum Action:               # the codes of Decision.action
    ENTRY_LONG = 1
    ENTRY_SHORT = 2
    EXIT_LONG = 3
    EXIT_SHORT = 4
    EXIT_ALL = 5


cdef class Exchange:
    """One run's exchange: `rules` and `instrument` of this package, room for `points` equity points.

    `points` is the number of exec closes from trade_start on, trade_start included; `exec_minutes`
    is the exec timeframe, 0 the calendar month. `signals` and `states` keep a row per decision and
    per change of the account.
    """

    def __cinit__(self, rules, instrument, Py_ssize_t points, *, int exec_minutes=1,
                  bint signals=False, bint states=False):
        memset(&self.book, 0, sizeof(self.book))
        self.book.terms = terms.terms_of(rules, instrument)
        self._take_tiers(terms.tiers_of(rules, instrument))
        ledger_init(&self.book.ledger, rules.starting_equity_usdt)
        self.book.keeps_signals, self.book.keeps_states = signals, states
        self.book.exec_minutes = exec_minutes
        self.book.low, self.book.high = -INFINITY, INFINITY
        self.book.mark_seen = self.book.trail_volatility = NAN
        self.book.seen.stop_volatility = self.book.seen.target_volatility = NAN
        self.book.seen.long_level = self.book.seen.short_level = NAN
        self.mark_source = rules.backtest.mark_source
        self.funding = rules.backtest.funding
        self.room = points
        self.curve = <double*>malloc((points + 1) * sizeof(double))
        if not (
            buffer_init(&self.book.orders, sizeof(Order), 1024)
            and buffer_init(&self.book.fills, sizeof(Fill), 1024)
            and buffer_init(&self.book.legs, sizeof(Leg), 512)
            and buffer_init(&self.book.signals, sizeof(Signal), 1024 if signals else 1)
            and buffer_init(&self.book.payments, sizeof(Payment), 64)
            and buffer_init(&self.book.states, sizeof(State), 1024 if states else 1)
            and self.curve != NULL
        ):
            raise MemoryError("no memory for the records of a run")

    def _take_tiers(self, tiers):
        cdef Py_ssize_t k
        self.book.tiers.rows = <Tier*>malloc(len(tiers) * sizeof(Tier))
        if self.book.tiers.rows == NULL:
            raise MemoryError("no memory for the risk tiers")
        self.book.tiers.n = len(tiers)
        for k, tier in enumerate(tiers):
            self.book.tiers.rows[k] = tier

    def __dealloc__(self):
        free(self.curve)
        free(self.book.tiers.rows)
        buffer_free(&self.book.orders)
        buffer_free(&self.book.fills)
        buffer_free(&self.book.legs)
        buffer_free(&self.book.signals)
        buffer_free(&self.book.payments)
        buffer_free(&self.book.states)

    # --- what a run calls ---------------------------------------------------------------------

    cdef int reserve(self, Py_ssize_t more) except -1:
        """Make room for so many more equity points than there are."""
        cdef double* grown
        if self.points + more <= self.room:
            return 0
        grown = <double*>realloc(self.curve, 2 * (self.points + more) * sizeof(double))
        if grown == NULL:
            raise MemoryError("no memory for the equity points of a run")
        self.curve, self.room = grown, 2 * (self.points + more)
        return 0

    cdef void begin(self, const Feed* feed, Py_ssize_t i) noexcept nogil:
        """Open the account for the close of bar i; the scan of bar i writes equity point 0."""
        self.book.feed = feed
        self.peak = self.book.ledger.cash
        note_state(&self.book, ts_close(feed, i))
        refresh(&self.book, i)

    cdef void open_bar(self, Py_ssize_t i, bint present) noexcept nogil:
        """A1 funding, A2 what was decided before bar i arrives at its open: close before entry."""
        cdef Minute m = minute_of(self.book.feed, i)
        if self.book.ledger.side != 0:
            settle_funding(&self.book, m.t0)    # also where nothing trades
        if present:
            if self.book.closing:
                leave_at_market(&self.book, &m, m.t0, m.open, AT_OPEN)
            if self.book.work.number and not self.book.work.rests:
                arrive(&self.book, &m)
        refresh(&self.book, i)

    cdef void inside_bar(self, Py_ssize_t i, bint present) noexcept nogil:
        """A3, A4 the open, B the range of bar i, C1 its extremes, C2 the floor, C4 the expiry."""
        cdef Minute m = minute_of(self.book.feed, i)
        cdef bint is_stop
        if present:
            if self.book.ledger.side != 0:
                pass_minute(&self.book, &m, False, False)
            elif self.book.work.number and self.book.work.rests:
                if fill_at_open(&self.book, &m):
                    pass_minute(&self.book, &m, False, False)
                elif self.book.work.number and self.book.work.rests:
                    is_stop = self.book.work.kind != LIMIT
                    if fill_inside(&self.book, &m):
                        pass_minute(&self.book, &m, True, is_stop)
        elif self.book.ledger.side != 0:
            settle_funding(&self.book, m.t1 - 1)
            widen(&self.book, m.low, m.high)    # an absent bar is one at the close before
        test_floor(&self.book, &m)
        if self.book.work.number and self.book.work.expires and m.t1 >= self.book.work.expires:
            end_entry(&self.book, m.t1, CANCELLED, EXPIRED)
        refresh(&self.book, i + 1)

    cdef void close_bar(self, Py_ssize_t i) noexcept nogil:
        """C3b: trailing and break-even after the step of bar i."""
        if self.book.ledger.side != 0 and (self.book.terms.trail != NO_TRAIL
                                           or self.book.terms.evens):
            trail(&self.book)
            refresh(&self.book, i + 1)

    cdef void decide(self, Py_ssize_t i, const Decision* decision) noexcept nogil:
        """C5: turn the decision at the close of bar i into an order that arrives at the next open.

        What the account does not admit (an entry in a position, an exit while flat) is ignored.
        """
        cdef int64_t side = self.book.ledger.side, action = decision.action
        cdef int64_t ts = ts_close(self.book.feed, i)
        cdef double close = self.book.feed.close[i]
        cdef Py_ssize_t before = self.book.orders.size, number
        cdef Signal* signal
        if action == ENTRY_LONG or action == ENTRY_SHORT:
            self._enter(ts, 1 if action == ENTRY_LONG else -1, close)
        elif side != 0 and self.book.closing == 0 and (
            action == EXIT_ALL or action == (EXIT_LONG if side > 0 else EXIT_SHORT)
        ):
            submit_exit(&self.book, ts, SIGNAL, decision.percent, close)
        for number in range(before + 1, self.book.orders.size + 1):
            order_of(&self.book, number).word = decision.word
        if self.book.keeps_signals and action != 0:
            signal = <Signal*>buffer_push(&self.book.signals)
            signal.ts, signal.word, signal.percent = ts, decision.word, decision.percent
            signal.order = <int32_t>self.book.orders.size if self.book.orders.size > before else 0
        refresh(&self.book, i + 1)

    cdef void _enter(self, int64_t ts, int64_t side, double close) noexcept nogil:
        """Enter, or turn a position of the other side as the rules say.

        Blocked entries open nothing; what closes is never blocked.
        """
        if self.book.ledger.side == 0:
            if self.entries_blocked:
                return
            submit_entry(&self.book, ts, side, close, True)
        elif (self.book.ledger.side != side and self.book.terms.opposite != IGNORE
              and self.book.closing == 0):
            submit_exit(&self.book, ts, OPPOSITE, 100.0, close)
            if self.book.terms.opposite == REVERSE and not self.entries_blocked:
                submit_entry(&self.book, ts, side, close, False)

    cdef void breach(self, Py_ssize_t i) noexcept nogil:
        """C4: end the run after a terminal stop, or stop it at the close of i if

        (peak - equity) / peak * 100 >= max_drawdown_pct.
        """
        cdef double equity = ledger_equity(&self.book.ledger, self.book.feed.mark_close[i])
        cdef double most = self.book.terms.max_drawdown_pct
        if self.book.ending:
            self.book.stopped = True
        elif (self.book.stopping == NO_STOP and most < 100.0
              and (self.peak - equity) / self.peak * 100.0 >= most):
            stop_run(&self.book, ts_close(self.book.feed, i), DRAWDOWN_HIT, MAX_DRAWDOWN,
                     self.book.feed.close[i])
            refresh(&self.book, i + 1)

    cdef void arm(self, Watch* watch) noexcept nogil:
        """Write what `scan` needs of the account, and where equity points go."""
        watch.low, watch.high = self.book.low, self.book.high
        watch.max_high, watch.min_low = self.book.held.max_high, self.book.held.min_low
        self.arm_points(watch)

    cdef void arm_points(self, Watch* watch) noexcept nogil:
        cdef double most = self.book.terms.max_drawdown_pct
        watch.cash, watch.entry = self.book.ledger.cash, self.book.ledger.entry
        watch.signed_qty = self.book.ledger.signed_qty
        watch.peak = self.peak
        # `floor` may be too high by a rounding error, never too low: `breach` tests exactly
        watch.keep = min(1.0, 1.0 - most / 100.0 + 1e-12) if most < 100.0 else NAN
        watch.floor = INFINITY if self.book.ending else watch.peak * watch.keep
        watch.curve, watch.points = self.curve, self.points

    cdef void absorb(self, const Watch* watch) noexcept nogil:
        """Take back what `scan` changed: extremes, peak and the number of equity points."""
        self.book.held.max_high, self.book.held.min_low = watch.max_high, watch.min_low
        self.absorb_points(watch)

    cdef void absorb_points(self, const Watch* watch) noexcept nogil:
        self.peak = watch.peak
        self.points = watch.points

    cdef void finish(self) noexcept nogil:
        """End the run: close at the last close, cancel what works, settle the last equity point.

        After a terminal stop only the last point is settled: it holds the account after the close.
        """
        cdef Minute m = minute_of(self.book.feed, self.book.feed.n - 1)
        cdef int64_t purpose
        if self.book.work.number:
            end_entry(&self.book, m.t1, CANCELLED, END_OF_DATA)
        if self.book.ledger.side != 0:
            settle_funding(&self.book, m.t1)
            if self.book.held.resting:
                end_order(&self.book, self.book.held.resting, m.t1, CANCELLED, END_OF_DATA)
                self.book.held.resting = 0
            if self.book.closing:
                purpose = order_of(&self.book, self.book.closing).purpose
                if purpose != MAX_DRAWDOWN and purpose != EQUITY_FLOOR:
                    end_closing(&self.book, 0, m.t1, END_OF_DATA)
            if self.book.closing == 0:
                submit_exit(&self.book, m.t1, END_OF_RUN, 100.0, m.close)
            leave_at_market(&self.book, &m, m.t1, m.close, AT_CLOSE)
        if self.points > 0:
            self.curve[self.points - 1] = self.book.ledger.cash
        refresh(&self.book, self.book.feed.n)

    # --- what a run leaves --------------------------------------------------------------------

    @property
    def cash(self):
        """Return the cash now, the final equity once the run is finished."""
        return self.book.ledger.cash

    @property
    def stop_reason(self):
        """Return why the run ended, in the words of `records.STOPS`."""
        return records.STOPS[self.book.stopping]

    @property
    def entries_disabled(self):
        """Return whether the account could no longer pay for the smallest order."""
        return bool(self.book.disabled)

    def equity(self):
        """Return the equity points as a new array."""
        if self.points > self.room:
            raise RuntimeError(f"{self.points} equity points in room for {self.room}")
        points = np.empty(self.points, dtype=np.float64)
        cdef double[::1] view = points
        if self.points:
            memcpy(&view[0], self.curve, self.points * sizeof(double))
        return points

    @property
    def is_stopped(self):
        """Return whether a terminal stop has ended the run."""
        return bool(self.book.stopped)

    @property
    def sizes(self):
        """Return how many orders, fills, legs and settlements there are."""
        return (self.book.orders.size, self.book.fills.size, self.book.legs.size,
                self.book.payments.size)

    def account(self):
        """Return the account as it stands; levels are None where there are none."""
        cdef bint held = self.book.ledger.side != 0
        return {
            "cash": self.book.ledger.cash,
            "side": self.book.ledger.side,
            "signed_qty": self.book.ledger.signed_qty,
            "entry": self.book.ledger.entry if held else None,
            "stop": finite(self.book.held.stop) if held else None,
            "target": finite(self.book.held.target) if held else None,
            "liquidation": finite(self.book.held.liquidation) if held else None,
            "working": self.book.work.number != 0,
        }

    def orders_made(self, Py_ssize_t first=0):
        """Return the orders, those after the `first`, as an array of type `records.ORDER`."""
        return rows_of(&self.book.orders, records.ORDER, first)

    def fills_made(self, Py_ssize_t first=0):
        """Return the fills, those after the `first`, as an array of type `records.FILL`."""
        return rows_of(&self.book.fills, records.FILL, first)

    def legs_closed(self, Py_ssize_t first=0):
        """Return the trade legs, those after the `first`, as an array of type `records.LEG`."""
        return rows_of(&self.book.legs, records.LEG, first)

    def signals_seen(self):
        """Return the decisions as a structured array of type `records.SIGNAL`."""
        return rows_of(&self.book.signals, records.SIGNAL)

    def funding_paid(self, Py_ssize_t first=0):
        """Return the settlements of funding, those after the `first`, of type `records.PAYMENT`."""
        return rows_of(&self.book.payments, records.PAYMENT, first)

    def states_kept(self):
        """Return the states of the account as a structured array of type `records.STATE`."""
        return rows_of(&self.book.states, records.STATE)


cdef object finite(double x):
    return x if -INFINITY < x < INFINITY else None


cdef object rows_of(const Buffer* buffer, object dtype, Py_ssize_t first=0):
    """Copy a buffer into a structured array whose layout is that of the C rows."""
    if buffer.failed:
        raise MemoryError("memory ran out while the run was recorded")
    if dtype.itemsize != buffer.width:
        raise AssertionError(f"rows of {buffer.width} bytes, described as {dtype.itemsize}")
    rows = buffer.rows[first * buffer.width : buffer.size * buffer.width]
    return np.frombuffer(rows, dtype=dtype).copy()

