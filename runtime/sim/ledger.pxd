# cython: cdivision=True
# The ledger (simulation.md 13): cash, and the one isolated position.
from libc.stdint cimport int64_t
from tradec.runtime.sim.terms cimport Terms

ctypedef struct Ledger:
    double cash
    int64_t side                # -1 short, 0 flat, 1 long
    double qty
    double signed_qty           # side * qty
    double entry                # average entry price, 0 when flat
    double margin               # qty * entry / L
    double reserve              # fee to close at the bankruptcy price
    double entry_fee            # of the part still open

ctypedef struct Settled:
    double realized
    double fee
    double entry_fee            # share of the entry fee that this close carries
    double net


cdef inline void ledger_clear(Ledger* ledger) noexcept nogil:
    """No position: nothing locked."""
    ledger.side = 0
    ledger.qty = 0.0
    ledger.signed_qty = 0.0
    ledger.entry = 0.0
    ledger.margin = 0.0
    ledger.reserve = 0.0
    ledger.entry_fee = 0.0


cdef inline void ledger_init(Ledger* ledger, double cash) noexcept nogil:
    """A flat account."""
    ledger.cash = cash
    ledger_clear(ledger)


cdef inline double ledger_available(const Ledger* ledger) noexcept nogil:
    """max(0, cash - (margin + reserve)): unrealized profit does not count."""
    cdef double free = ledger.cash - (ledger.margin + ledger.reserve)
    return free if free > 0.0 else 0.0


cdef inline double ledger_equity(const Ledger* ledger, double price) noexcept nogil:
    """cash + signed_qty * (price - entry)."""
    return ledger.cash + ledger.signed_qty * (price - ledger.entry)


cdef inline double ledger_open(Ledger* ledger, const Terms* terms, int64_t side, double qty,
                               double price) noexcept nogil:
    """Open a position and return its fee.

    fee = qty * price * f; margin = qty * price / L; reserve = qty * (price * (1 - side / L)) * f
    """
    cdef double fee = qty * price * terms.taker
    ledger.side = side
    ledger.qty = qty
    ledger.signed_qty = side * qty
    ledger.entry = price
    ledger.margin = qty * price / terms.leverage
    ledger.reserve = qty * (price * (1.0 - side / terms.leverage)) * terms.taker
    ledger.entry_fee = fee
    ledger.cash = ledger.cash - fee
    return fee


cdef inline Settled ledger_close(Ledger* ledger, const Terms* terms, double price) noexcept nogil:
    """Close the whole position and return what it came to.

    realized = signed_qty * (price - entry); fee = qty * price * f;
    net = realized - fee - entry_fee; cash = cash + (realized - fee)
    """
    cdef Settled settled
    settled.realized = ledger.signed_qty * (price - ledger.entry)
    settled.fee = ledger.qty * price * terms.taker
    settled.entry_fee = ledger.entry_fee
    settled.net = settled.realized - settled.fee - settled.entry_fee
    ledger.cash = ledger.cash + (settled.realized - settled.fee)
    ledger_clear(ledger)
    return settled
