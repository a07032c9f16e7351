# cython: cdivision=True
# What happens to a position while it is held: funding, trailing and break-even, the equity floor
# (simulation.md 7, 12 and 15).
from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t
from tradec.runtime.sim.book cimport (
    Book, FLOOR_HIT, Minute, NO_STOP, best_price, end_closing, end_entry, margin_prices, note_state,
)
from tradec.runtime.sim.ledger cimport ledger_equity, ledger_fund
from tradec.runtime.sim.levels cimport even_stop, move_pct, trailed_stop
from tradec.runtime.sim.orders cimport submit_exit
from tradec.runtime.sim.records cimport (
    BREAK_EVEN, CANCELLED, ENTRIES_DISABLED, EQUITY_FLOOR, POSITION_CLOSED, Payment, TRAILING, buffer_push,
)
from tradec.runtime.sim.terms cimport NO_TRAIL, TRAIL_PERCENT
from tradec.runtime.strategy cimport Feed


cdef inline double mark_at(const Book* b, int64_t ts) noexcept nogil:
    """The mark at a settlement: its open where a bar of its own begins then, else the close before."""
    cdef const Feed* f = b.feed
    cdef Py_ssize_t i = (ts - f.ts0) // f.base_ms
    if b.is_marked and i < f.n and f.ts0 + i * f.base_ms == ts:
        return f.mark_open[i]
    return f.mark_close[i - 1]


cdef inline void settle_funding(Book* b, int64_t until) noexcept nogil:
    """A1: settle what fell due up to `until` while the position was held."""
    cdef Payment* payment
    cdef int64_t ts
    while b.next_funding < b.feed.fundings and b.feed.funding_ts[b.next_funding] <= until:
        ts = b.feed.funding_ts[b.next_funding]
        payment = <Payment*>buffer_push(&b.payments)
        payment.ts, payment.rate = ts, b.feed.funding_rate[b.next_funding]
        payment.mark, payment.signed_qty = mark_at(b, ts), b.ledger.signed_qty
        payment.position = <int32_t>b.positions
        payment.pnl = ledger_fund(&b.ledger, payment.mark, payment.rate)
        b.next_funding += 1
        margin_prices(b)
        note_state(b, ts)


cdef inline void move_stop(Book* b, double stop, int64_t by) noexcept nogil:
    """Move the stop if that is in favor of the position; never back."""
    if b.ledger.side * (stop - b.held.stop) > 0.0:
        b.held.stop, b.held.stop_by = stop, by


cdef inline void trail(Book* b) noexcept nogil:
    """C3b: trailing and break-even, from the best price and from what the play shows now.

    distance = best * trail_by / 100, or trail_by * volatility; binding from the next minute on
    """
    cdef int64_t side = b.ledger.side
    cdef double best, move, distance
    b.held.is_fresh = False
    if b.held.is_triggered or b.held.resting:
        return
    best = best_price(b)
    move = move_pct(side, b.ledger.entry, best)
    if b.terms.trail != NO_TRAIL:
        if move >= b.terms.trail_from_pct:
            b.held.trails = True
        if b.held.trails:
            distance = b.terms.trail_by * b.trail_volatility
            if b.terms.trail == TRAIL_PERCENT:
                distance = best * b.terms.trail_by / 100.0
            move_stop(b, trailed_stop(&b.terms, side, best, distance), TRAILING)
    if b.terms.evens and not b.held.is_even and move >= b.terms.even_from_pct:
        b.held.is_even = True
        move_stop(b, even_stop(&b.terms, side, b.ledger.entry), BREAK_EVEN)


cdef inline void stop_run(Book* b, int64_t ts, int64_t reason, int64_t purpose,
                          double close) noexcept nogil:
    """A terminal reason stands: nothing is entered any more, and the next open closes."""
    b.stopping = reason
    if b.work.number:
        end_entry(b, ts, CANCELLED, ENTRIES_DISABLED)
    if b.closing and b.closing_left < b.ledger.qty:
        end_closing(b, 0, ts, POSITION_CLOSED)
    if b.ledger.side != 0 and b.closing == 0:
        submit_exit(b, ts, purpose, 100.0, close)
    note_state(b, ts)


cdef inline void test_floor(Book* b, const Minute* m) noexcept nogil:
    """C2: stop the run if equity at the mark's close is down to the floor."""
    if b.stopping == NO_STOP and ledger_equity(&b.ledger, m.mark_close) <= b.terms.stop_equity:
        stop_run(b, m.t1, FLOOR_HIT, EQUITY_FLOOR, m.close)
