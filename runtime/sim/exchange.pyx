# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The simulated exchange of a backtest: market entries, signal exits, stops and targets.

Follows simulation.md 3 (order of events), 5 and 6 (prices), 10 (sizing), 13 (ledger), 15 (ends).
"""

from libc.math cimport INFINITY, NAN
from libc.stdint cimport int8_t, int32_t, int64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

import numpy as np

from tradec.runtime.sim import records
from tradec.runtime.sim.ledger cimport (
    Settled, ledger_available, ledger_close, ledger_equity, ledger_init, ledger_open,
)
from tradec.runtime.sim.records cimport (
    AT_CLOSE, AT_LEVEL, AT_OPEN, BELOW_MIN_NOTIONAL, Buffer, CANCELLED, END_OF_DATA, END_OF_RUN,
    ENTRIES_DISABLED, ENTRY, ENTRY_ORDER_WORKING, FILLED, Fill, INSUFFICIENT_MARGIN, Leg,
    MAX_DRAWDOWN, MAX_LEVERAGE, NO_CODE, Order, POSITION_CLOSED, REJECTED, SIGNAL, STOP_LOSS,
    STOP_UNAVAILABLE, Signal, TAKE_PROFIT, WORKING, buffer_free, buffer_init, buffer_push,
    buffer_row,
)
from tradec.runtime.sim.sizing cimport (
    Levels, Size, is_affordable, is_too_small, least_notional, levels_at, market_price, order_cost,
    size_entry,
)

cdef enum Action:               # the codes of Decision.action
    ENTRY_LONG = 1
    ENTRY_SHORT = 2
    EXIT_LONG = 3
    EXIT_SHORT = 4
    EXIT_ALL = 5


cdef inline int64_t ts_open(const Feed* feed, Py_ssize_t i) noexcept nogil:
    return feed.ts0 + i * feed.base_ms


cdef inline int64_t ts_close(const Feed* feed, Py_ssize_t i) noexcept nogil:
    return feed.ts0 + (i + 1) * feed.base_ms


cdef class Exchange:
    """One run's exchange: `rules` and `instrument` of `rules.py`, room for `points` equity points.

    `points` is the number of exec closes from trade_start on, trade_start included.
    """

    def __cinit__(self, rules, instrument, Py_ssize_t points, *, bint signals=False):
        memset(&self.account, 0, sizeof(Account))
        self.terms = rules.terms(instrument)
        ledger_init(&self.ledger, rules.starting_equity_usdt)
        self.keeps_signals = signals
        self.low, self.high = -INFINITY, INFINITY
        self.room = points
        self.curve = <double*>malloc((points + 1) * sizeof(double))
        if not (
            buffer_init(&self.orders, sizeof(Order), 1024)
            and buffer_init(&self.fills, sizeof(Fill), 1024)
            and buffer_init(&self.legs, sizeof(Leg), 512)
            and buffer_init(&self.signals, sizeof(Signal), 1024)
            and self.curve != NULL
        ):
            raise MemoryError("no memory for the records of a run")

    def __dealloc__(self):
        free(self.curve)
        buffer_free(&self.orders)
        buffer_free(&self.fills)
        buffer_free(&self.legs)
        buffer_free(&self.signals)

    # --- what a run calls ---------------------------------------------------------------------

    cdef void begin(self, const Feed* feed, Py_ssize_t i) noexcept nogil:
        """Open the account for the close of bar i; the scan of bar i writes equity point 0."""
        self.peak = self.ledger.cash
        self._refresh()

    cdef void open_bar(self, const Feed* feed, Py_ssize_t i, bint present) noexcept nogil:
        """A2: what was decided before bar i arrives at its open; close before entry."""
        if not present:
            return
        if self.closing:
            self._close(self.closing, ts_open(feed, i), feed.open[i], AT_OPEN)
        if self.entering:
            self._enter(ts_open(feed, i), feed.open[i])

    cdef void inside_bar(self, const Feed* feed, Py_ssize_t i, bint present) noexcept nogil:
        """A3 the open beyond a level, B the levels inside the bar, C1 the extremes of bar i.

        The stop acts before the target. A bar that a position leaves counts its open and the exit
        price, and before a target the adverse extreme as well (rulings B3, simulation.md 16).
        """
        cdef double high, low
        cdef bint is_long = self.ledger.side > 0
        if not present or self.ledger.side == 0:
            return
        high, low = feed.high[i], feed.low[i]
        self._widen(feed.open[i], feed.open[i])
        if feed.open[i] <= self.low or feed.open[i] >= self.high:
            self._trigger(ts_open(feed, i), feed.open[i] <= self.low, feed.open[i], AT_OPEN)
        elif low <= self.low and (is_long or high < self.high):
            if not is_long:
                self._widen(high, high)
            self._trigger(ts_close(feed, i) - 1, True, self.low, AT_LEVEL)
        elif high >= self.high:
            if is_long:
                self._widen(low, low)
            self._trigger(ts_close(feed, i) - 1, False, self.high, AT_LEVEL)
        else:
            self._widen(low, high)

    cdef void decide(self, const Feed* feed, Py_ssize_t i, const Decision* decision) noexcept nogil:
        """C5: turn the decision at the close of bar i into an order that arrives at the next open.

        What the account does not admit (an entry in a position, an exit while flat) is ignored.
        """
        cdef Py_ssize_t number = 0
        cdef int64_t side = self.ledger.side, action = decision.action, ts = ts_close(feed, i)
        cdef Signal* signal
        if action == ENTRY_LONG or action == ENTRY_SHORT:
            if side == 0:
                number = self._submit_entry(ts, 1 if action == ENTRY_LONG else -1, feed.close[i])
        elif side != 0 and self.closing == 0 and (
            action == EXIT_ALL or action == (EXIT_LONG if side > 0 else EXIT_SHORT)
        ):
            number = self._submit_exit(ts, SIGNAL, feed.close[i])
        if number:
            (<Order*>buffer_row(&self.orders, number)).word = decision.word
        if self.keeps_signals and action != 0:
            signal = <Signal*>buffer_push(&self.signals)
            signal.ts, signal.word, signal.percent = ts, decision.word, decision.percent
            signal.order = <int32_t>number
        self._refresh()

    cdef void breach(self, const Feed* feed, Py_ssize_t i) noexcept nogil:
        """C4: stop the run if (peak - equity) / peak * 100 >= max_drawdown_pct at the close of i.

        Cancels a working entry and closes the position at the next open (simulation.md 15).
        """
        cdef double equity = ledger_equity(&self.ledger, feed.close[i])
        if self.stopping or self.terms.max_drawdown_pct >= 100.0:
            return
        if (self.peak - equity) / self.peak * 100.0 < self.terms.max_drawdown_pct:
            return
        self.stopping = True
        if self.entering:
            self._end_order(self.entering, CANCELLED, ENTRIES_DISABLED)
            self.entering = 0
        if self.ledger.side != 0 and self.closing == 0:
            self._submit_exit(ts_close(feed, i), MAX_DRAWDOWN, feed.close[i])
        self._refresh()

    cdef void arm(self, Watch* watch) noexcept nogil:
        """Write what `scan` needs of the account, and where equity points go."""
        cdef double dd = self.terms.max_drawdown_pct
        watch.low, watch.high = self.low, self.high
        watch.max_high, watch.min_low = self.max_high, self.min_low
        watch.cash, watch.entry = self.ledger.cash, self.ledger.entry
        watch.signed_qty = self.ledger.signed_qty
        watch.peak = self.peak
        # `floor` may be too high by a rounding error, never too low: `breach` tests exactly
        watch.keep = min(1.0, 1.0 - dd / 100.0 + 1e-12) if dd < 100.0 else NAN
        watch.floor = watch.peak * watch.keep
        watch.curve, watch.points = self.curve, self.points

    cdef void absorb(self, const Watch* watch) noexcept nogil:
        """Take back what `scan` changed: extremes, peak and the number of equity points."""
        self.max_high, self.min_low = watch.max_high, watch.min_low
        self.peak = watch.peak
        self.points = watch.points

    cdef void finish(self, const Feed* feed) noexcept nogil:
        """End the run: close at the last close, cancel what works, settle the last equity point.

        After a terminal stop only the last point is settled: it holds the account after the close.
        """
        cdef Py_ssize_t number = self.closing, last = feed.n - 1
        if self.entering:
            self._end_order(self.entering, CANCELLED, END_OF_DATA)
            self.entering = 0
        if self.ledger.side != 0:
            if number == 0 or (<Order*>buffer_row(&self.orders, number)).purpose != MAX_DRAWDOWN:
                if number:
                    self._end_order(number, CANCELLED, END_OF_DATA)
                number = self._submit_exit(ts_close(feed, last), END_OF_RUN, feed.close[last])
            self._close(number, ts_close(feed, last), feed.close[last], AT_CLOSE)
        if self.points > 0:
            self.curve[self.points - 1] = self.ledger.cash
        self._refresh()

    # --- orders -------------------------------------------------------------------------------

    cdef void _refresh(self) noexcept nogil:
        """Bring what others read up to date."""
        cdef bint is_flat = self.ledger.side == 0
        self.account.side = self.ledger.side
        self.account.may_enter = (
            is_flat and self.entering == 0 and not self.disabled and not self.stopping
        )
        self.account.may_exit = not is_flat and self.closing == 0
        self.pending = self.entering != 0 or self.closing != 0
        self.stopped = self.stopping and is_flat

    cdef Py_ssize_t _order(self, int64_t ts, int64_t purpose, int64_t side,
                           double reference) noexcept nogil:
        """Record a working order for the whole position; return its number."""
        cdef Order* order = <Order*>buffer_push(&self.orders)
        memset(order, 0, sizeof(Order))
        order.ts, order.reference, order.qty = ts, reference, self.ledger.qty
        order.purpose, order.side = <int8_t>purpose, <int8_t>side
        order.position = <int32_t>self.positions if self.ledger.side != 0 else 0
        return self.orders.size

    cdef void _end_order(self, Py_ssize_t number, int64_t status, int64_t code) noexcept nogil:
        cdef Order* order = <Order*>buffer_row(&self.orders, number)
        order.status, order.code = <int8_t>status, <int8_t>code

    cdef Py_ssize_t _submit_entry(self, int64_t ts, int64_t side, double reference) noexcept nogil:
        """Record an entry order sized at the decision's close, working or rejected."""
        cdef Py_ssize_t number = self._order(ts, ENTRY, side, reference)
        cdef Order* order = <Order*>buffer_row(&self.orders, number)
        cdef double available = ledger_available(&self.ledger)
        cdef Size size
        cdef int64_t code
        if self.entering or self.disabled or self.stopping:
            code = ENTRY_ORDER_WORKING if self.entering else ENTRIES_DISABLED
        else:
            size = size_entry(&self.terms, side, self.ledger.cash, available, reference)
            order.qty, order.cap = size.qty, <int8_t>size.cap
            code = self._refusal(side, size.qty, reference)
        if code != NO_CODE:
            self._end_order(number, REJECTED, code)
        else:
            self.entering = number
        return number

    cdef int64_t _refusal(self, int64_t side, double qty, double reference) noexcept nogil:
        """Why an entry is refused at submission, or NO_CODE.

        An account that cannot pay for the smallest order has its entries disabled from here on
        (`strategy_starved`, simulation.md 15).
        """
        cdef double available = ledger_available(&self.ledger)
        if 1.0 / self.terms.leverage <= self.terms.mmr:
            return MAX_LEVERAGE
        if order_cost(&self.terms, side, least_notional(&self.terms, reference)) > available:
            self.disabled = True
            return INSUFFICIENT_MARGIN
        if is_too_small(&self.terms, qty, reference):
            return BELOW_MIN_NOTIONAL
        if not levels_at(&self.terms, side, reference).is_valid:
            return STOP_UNAVAILABLE
        if not is_affordable(&self.terms, side, qty * reference, available):
            return INSUFFICIENT_MARGIN
        return NO_CODE

    cdef Py_ssize_t _submit_exit(self, int64_t ts, int64_t purpose,
                                 double reference) noexcept nogil:
        """Record a working market order that closes the position."""
        self.closing = self._order(ts, purpose, -self.ledger.side, reference)
        return self.closing

    # --- fills --------------------------------------------------------------------------------

    cdef double _fill(self, Py_ssize_t number, int64_t ts, double reference,
                      int64_t source) noexcept nogil:
        """Record that order `number` fills in full at market; return the price."""
        cdef Order* order = <Order*>buffer_row(&self.orders, number)
        cdef Fill* fill = <Fill*>buffer_push(&self.fills)
        memset(fill, 0, sizeof(Fill))
        fill.ts, fill.reference, fill.qty = ts, reference, order.qty
        fill.price = market_price(&self.terms, order.side, reference)
        fill.purpose, fill.side, fill.source = order.purpose, order.side, <int8_t>source
        fill.order = <int32_t>number
        order.position = fill.position = <int32_t>self.positions
        order.fill = <int32_t>self.fills.size
        order.status = FILLED
        return fill.price

    cdef void _enter(self, int64_t ts, double reference) noexcept nogil:
        """Fill the working entry at the open, unless its price breaks the gate or the levels."""
        cdef Py_ssize_t number = self.entering
        cdef Order* order = <Order*>buffer_row(&self.orders, number)
        cdef double price = market_price(&self.terms, order.side, reference)
        cdef double available = ledger_available(&self.ledger)
        cdef Levels levels = levels_at(&self.terms, order.side, price)
        self.entering = 0
        if not is_affordable(&self.terms, order.side, order.qty * price, available):
            self._end_order(number, REJECTED, INSUFFICIENT_MARGIN)
        elif not levels.is_valid:
            self._end_order(number, REJECTED, STOP_UNAVAILABLE)
        else:
            self.positions += 1
            self._fill(number, ts, reference, AT_OPEN)
            self.entry_fill = self.fills.size
            (<Fill*>buffer_row(&self.fills, self.entry_fill)).fee = ledger_open(
                &self.ledger, &self.terms, order.side, order.qty, price)
            self.low, self.high = levels.low, levels.high
            self.min_low = self.max_high = price
        self._refresh()

    cdef void _widen(self, double low, double high) noexcept nogil:
        """Take prices into the extremes of the position."""
        if low < self.min_low:
            self.min_low = low
        if high > self.max_high:
            self.max_high = high

    cdef void _trigger(self, int64_t ts, bint at_low, double reference,
                       int64_t source) noexcept nogil:
        """Close at a level: below a long is its stop, above it its target; a short mirrored."""
        cdef bint is_stop = at_low == (self.ledger.side > 0)
        cdef Py_ssize_t number = self._order(
            ts, STOP_LOSS if is_stop else TAKE_PROFIT, -self.ledger.side,
            self.low if at_low else self.high)
        self._close(number, ts, reference, source)

    cdef void _close(self, Py_ssize_t number, int64_t ts, double reference,
                     int64_t source) noexcept nogil:
        """Fill order `number`, which closes the position, and record the leg."""
        cdef Leg* leg = <Leg*>buffer_push(&self.legs)
        cdef Settled settled
        self._fill(number, ts, reference, source)
        cdef Fill* fill = <Fill*>buffer_row(&self.fills, self.fills.size)
        self._widen(fill.price, fill.price)
        settled = ledger_close(&self.ledger, &self.terms, fill.price)
        fill.fee = settled.fee
        leg.realized, leg.entry_fee, leg.net = settled.realized, settled.entry_fee, settled.net
        leg.low_level, leg.high_level = self.low, self.high
        leg.min_low, leg.max_high = self.min_low, self.max_high
        leg.position, leg.number, leg.is_final = <int32_t>self.positions, 1, True
        leg.entry_fill, leg.exit_fill = <int32_t>self.entry_fill, <int32_t>self.fills.size
        if self.closing and self.closing != number:
            self._end_order(self.closing, CANCELLED, POSITION_CLOSED)
        self.closing = 0
        self.low, self.high = -INFINITY, INFINITY
        self._refresh()

    # --- what a run leaves --------------------------------------------------------------------

    @property
    def cash(self):
        """Return the cash now, the final equity once the run is finished."""
        return self.ledger.cash

    @property
    def stop_reason(self):
        """Return why the run ended: `max_drawdown_hit` or `end_of_data`."""
        return "max_drawdown_hit" if self.stopping else "end_of_data"

    @property
    def entries_disabled(self):
        """Return whether the account could no longer pay for the smallest order."""
        return bool(self.disabled)

    def equity(self):
        """Return the equity points as a new array."""
        if self.points > self.room:
            raise RuntimeError(f"{self.points} equity points in room for {self.room}")
        points = np.empty(self.points, dtype=np.float64)
        cdef double[::1] view = points
        if self.points:
            memcpy(&view[0], self.curve, self.points * sizeof(double))
        return points

    def orders_made(self):
        """Return the orders as a structured array of type `records.ORDER`."""
        return rows_of(&self.orders, records.ORDER)

    def fills_made(self):
        """Return the fills as a structured array of type `records.FILL`."""
        return rows_of(&self.fills, records.FILL)

    def legs_closed(self):
        """Return the trade legs as a structured array of type `records.LEG`."""
        return rows_of(&self.legs, records.LEG)

    def signals_seen(self):
        """Return the decisions as a structured array of type `records.SIGNAL`."""
        return rows_of(&self.signals, records.SIGNAL)


cdef object rows_of(const Buffer* buffer, object dtype):
    """Copy a buffer into a structured array whose layout is that of the C rows."""
    if buffer.failed:
        raise MemoryError("memory ran out while the run was recorded")
    if dtype.itemsize != buffer.width:
        raise AssertionError(f"rows of {buffer.width} bytes, described as {dtype.itemsize}")
    return np.frombuffer(buffer.rows[: buffer.size * buffer.width], dtype=dtype).copy()
