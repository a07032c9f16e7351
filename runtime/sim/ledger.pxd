# cython: cdivision=True
# The ledger (simulation.md 8, 11 to 13): cash, and the one isolated position. Each docstring fixes
# the order of the float operations; nothing else changes cash.
from libc.stdint cimport int64_t
from tradec.runtime.sim.grid cimport grid_near
from tradec.runtime.sim.margin cimport bankruptcy_price
from tradec.runtime.sim.terms cimport Terms

ctypedef struct Ledger:
    double cash
    double reserved             # order cost of the entry at work
    int64_t side                # -1 short, 0 flat, 1 long
    double qty
    double signed_qty           # side * qty
    double entry                # average entry price, 0 when flat
    double margin               # qty * entry / L, less funding that cash could not pay
    double reserve              # fee to close at the bankruptcy price
    double entry_fee            # of the part still open, as is funding
    double funding

ctypedef struct Settled:
    double realized
    double fee
    double entry_fee            # share of the entry fee that this close carries
    double funding              # and of the funding
    double net


cdef inline void ledger_clear(Ledger* ledger) noexcept nogil:
    """No position: nothing locked by one."""
    ledger.side = 0
    ledger.qty = 0.0
    ledger.signed_qty = 0.0
    ledger.entry = 0.0
    ledger.margin = 0.0
    ledger.reserve = 0.0
    ledger.entry_fee = 0.0
    ledger.funding = 0.0


cdef inline void ledger_init(Ledger* ledger, double cash) noexcept nogil:
    """A flat account."""
    ledger.cash = cash
    ledger.reserved = 0.0
    ledger_clear(ledger)


cdef inline double ledger_locked(const Ledger* ledger) noexcept nogil:
    """margin + reserve + reserved"""
    return ledger.margin + ledger.reserve + ledger.reserved


cdef inline double ledger_available(const Ledger* ledger) noexcept nogil:
    """max(0, cash - locked): unrealized profit does not count."""
    cdef double free = ledger.cash - ledger_locked(ledger)
    return free if free > 0.0 else 0.0


cdef inline double ledger_equity(const Ledger* ledger, double price) noexcept nogil:
    """cash + signed_qty * (price - entry)."""
    return ledger.cash + ledger.signed_qty * (price - ledger.entry)


cdef inline double ledger_open(Ledger* ledger, const Terms* terms, int64_t side, double qty,
                               double price, double rate) noexcept nogil:
    """Open a position, or add to it, and return the fee.

    fee = qty * price * rate; margin += qty * price / L; entry = the average,
    (old qty * old entry + qty * price) / new qty; reserve = new qty * bankruptcy price * taker
    """
    cdef double fee = qty * price * rate
    if ledger.side == 0:
        ledger.side = side
        ledger.qty, ledger.entry = qty, price
        ledger.margin = qty * price / terms.leverage
        ledger.reserve = qty * (price * (1.0 - side / terms.leverage)) * terms.taker
        ledger.entry_fee = fee
    else:
        ledger.entry = ledger.qty * ledger.entry + qty * price
        ledger.qty = grid_near(&terms.step, ledger.qty + qty)
        ledger.entry = ledger.entry / ledger.qty
        ledger.margin = ledger.margin + qty * price / terms.leverage
        ledger.reserve = ledger.qty * bankruptcy_price(
            side, ledger.qty, ledger.entry, ledger.margin) * terms.taker
        ledger.entry_fee = ledger.entry_fee + fee
    ledger.signed_qty = side * ledger.qty
    ledger.cash = ledger.cash - fee
    return fee


cdef inline Settled ledger_close(Ledger* ledger, const Terms* terms, double qty, double price,
                                 double rate) noexcept nogil:
    """Close `qty` of the position, all of it if that is not less, and return what it came to.

    realized = side * qty * (price - entry); fee = qty * price * rate; share = qty / old qty, and
    what the position carries goes down by itself * share;
    net = realized - fee - entry_fee + funding; cash = cash + (realized - fee)
    """
    cdef Settled settled
    cdef double share = 1.0
    cdef bint whole = qty >= ledger.qty
    if not whole:
        share = qty / ledger.qty
    settled.realized = ledger.side * qty * (price - ledger.entry)
    settled.fee = qty * price * rate
    settled.entry_fee = ledger.entry_fee * share
    settled.funding = ledger.funding * share
    settled.net = settled.realized - settled.fee - settled.entry_fee + settled.funding
    ledger.cash = ledger.cash + (settled.realized - settled.fee)
    if whole:
        ledger_clear(ledger)
    else:
        ledger.qty = grid_near(&terms.step, ledger.qty - qty)
        ledger.signed_qty = ledger.side * ledger.qty
        ledger.margin = ledger.margin - ledger.margin * share
        ledger.reserve = ledger.reserve - ledger.reserve * share
        ledger.entry_fee = ledger.entry_fee - settled.entry_fee
        ledger.funding = ledger.funding - settled.funding
    return settled


cdef inline double ledger_fund(Ledger* ledger, double mark, double rate) noexcept nogil:
    """Settle funding and return what was received: -signed_qty * mark * rate.

    What the available cash cannot pay comes off the margin, which does not fall below 0.
    """
    cdef double pnl = -ledger.signed_qty * mark * rate, lacking = -pnl - ledger_available(ledger)
    if lacking > 0.0:
        ledger.margin = ledger.margin - lacking if ledger.margin > lacking else 0.0
    ledger.cash = ledger.cash + pnl
    ledger.funding = ledger.funding + pnl
    return pnl
