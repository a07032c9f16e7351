# cython: cdivision=True
# From decisions to orders (simulation.md 4.1, 4.4, 8 to 10): what is submitted at a decision, and
# why an entry is refused.
from libc.math cimport NAN
from libc.stdint cimport int8_t, int64_t
from tradec.runtime.clock cimport bar_number, open_of
from tradec.runtime.sim.book cimport (
    Book, NO_STOP, end_entry, end_order, new_closing, new_order, note_state, order_of,
)
from tradec.runtime.sim.ledger cimport ledger_available, ledger_equity
from tradec.runtime.sim.levels cimport Levels, is_beyond, levels_at
from tradec.runtime.sim.margin cimport liquidation_price, notional_cap, tier_of
from tradec.runtime.sim.prices cimport limit_price, trigger_price, worst_price
from tradec.runtime.sim.records cimport (
    BELOW_MIN_NOTIONAL, CANCELLED, ENTRIES_DISABLED, ENTRY, ENTRY_ORDER_WORKING,
    INSUFFICIENT_MARGIN, MAX_LEVERAGE, NO_CODE, Order, POSITION_CLOSED, REJECTED, REPLACED,
    SL_BEYOND_LIQUIDATION, STOP_UNAVAILABLE,
)
from tradec.runtime.sim.sizing cimport (
    Size, exit_qty, is_affordable, is_too_small, least_notional, order_cost, size_entry,
)
from tradec.runtime.sim.terms cimport LIMIT, MARKET, REJECT, STOP


cdef inline void price_entry(Book* b, Order* order, double close) noexcept nogil:
    """Give an entry its limit, its trigger, and the price from which it is sized."""
    order.kind, order.in_force = <int8_t>b.terms.kind, <int8_t>b.terms.in_force
    order.reference = close
    if order.kind == LIMIT:
        order.reference = order.price = limit_price(&b.terms, order.side, close)
    elif order.kind != MARKET:
        order.reference = order.trigger = trigger_price(&b.terms, order.side, close)
        if order.kind != STOP:
            order.reference = order.price = worst_price(&b.terms, order.side, order.trigger)


cdef inline int64_t refusal(Book* b, Order* order) noexcept nogil:
    """Size an entry; return why it is refused, or NO_CODE.

    An account that cannot pay for the smallest order has its entries disabled from here on
    (`strategy_starved`, simulation.md 15).
    """
    cdef double reference = order.reference, notional
    cdef double available = ledger_available(&b.ledger)
    cdef double equity = ledger_equity(&b.ledger, reference)
    cdef Levels levels = levels_at(&b.terms, &b.work.seen, order.side, reference)
    cdef Size size
    if b.terms.leverage > b.terms.max_leverage or notional_cap(&b.tiers, b.terms.leverage) <= 0.0:
        return MAX_LEVERAGE
    if 1.0 / b.terms.leverage <= b.tiers.rows[0].mmr:
        return MAX_LEVERAGE
    if order_cost(&b.terms, order.side, least_notional(&b.terms, reference)) > available:
        b.disabled = True
        return INSUFFICIENT_MARGIN
    if not levels.is_valid:
        return STOP_UNAVAILABLE
    size = size_entry(&b.terms, &b.tiers, order.kind, order.side, equity, available, reference,
                      levels.stop)
    order.qty, order.cap = size.qty, <int8_t>size.cap
    notional = size.qty * reference
    if is_too_small(&b.terms, size.qty, reference):
        return BELOW_MIN_NOTIONAL
    if 1.0 / b.terms.leverage <= tier_of(&b.tiers, notional).mmr:
        return MAX_LEVERAGE
    if b.terms.beyond == REJECT and is_beyond(
            &b.terms, order.side, reference, levels.stop, liquidation_price(
                &b.terms, &b.tiers, order.side, size.qty, reference,
                notional / b.terms.leverage)):
        return SL_BEYOND_LIQUIDATION
    return NO_CODE if is_affordable(&b.terms, order.side, notional, available) else (
        INSUFFICIENT_MARGIN)


cdef inline int64_t expiry(const Book* b, int64_t ts) noexcept nogil:
    """The close of exec bar n + k for an entry submitted at the close of bar n; 0: never."""
    cdef int64_t number
    if b.terms.expires == 0:
        return 0
    number = bar_number(b.exec_minutes, ts)
    return open_of(b.exec_minutes, number + b.terms.expires)


cdef inline void size_working(Book* b, int64_t ts) noexcept nogil:
    """Size the entry at work; it ends here if it is refused."""
    cdef Order* order = order_of(b, b.work.number)
    cdef int64_t code = refusal(b, order)
    b.work.is_sized = True
    if code != NO_CODE:
        end_entry(b, ts, REJECTED, code)
        return
    b.work.left, b.work.limit, b.work.trigger = order.qty, order.price, order.trigger
    b.work.reference = order.reference
    if order.kind == LIMIT:
        b.ledger.reserved = order_cost(&b.terms, order.side, order.qty * order.reference)
        note_state(b, ts)


cdef inline Py_ssize_t submit_entry(Book* b, int64_t ts, int64_t side, double close,
                                    bint is_sized) noexcept nogil:
    """Record an entry order, at work or rejected; a reversal is sized when it arrives."""
    cdef Py_ssize_t number = new_order(b, ts, ENTRY, side, close, 0.0)
    cdef Order* order = order_of(b, number)
    order.position = 0
    price_entry(b, order, close)
    if b.disabled or b.stopping != NO_STOP:
        end_order(b, number, ts, REJECTED, ENTRIES_DISABLED)
        return number
    if b.work.number:
        if not b.terms.replaces:
            end_order(b, number, ts, REJECTED, ENTRY_ORDER_WORKING)
            return number
        end_entry(b, ts, CANCELLED, REPLACED)
    b.work.number, b.work.side, b.work.kind = number, side, order.kind
    b.work.rests, b.work.is_sized = False, False
    b.work.expires, b.work.seen = expiry(b, ts), b.seen
    if is_sized:
        size_working(b, ts)
    return number


cdef inline void submit_exit(Book* b, int64_t ts, int64_t purpose, double percent,
                             double reference) noexcept nogil:
    """Record market orders that close so much of the position, at work or rejected.

    What is still to be entered of the position is not.
    """
    cdef double qty = exit_qty(&b.terms, b.ledger.qty, percent, reference)
    if qty <= 0.0:
        end_order(b, new_order(b, ts, purpose, -b.ledger.side, reference, qty), ts, REJECTED,
                  BELOW_MIN_NOTIONAL)
        return
    new_closing(b, ts, purpose, reference, NAN, qty)
    if b.work.number:
        end_entry(b, ts, CANCELLED, POSITION_CLOSED)
