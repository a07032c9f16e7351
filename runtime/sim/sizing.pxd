# cython: cdivision=True
# Prices, costs, size and levels of an order: simulation.md 2, 5, 6.1 and 10. Each docstring fixes
# the order of the float operations.
from libc.math cimport INFINITY
from libc.stdint cimport int64_t
from tradec.runtime.sim.grid cimport grid_down, grid_up
from tradec.runtime.sim.terms cimport NO_LEVEL, PERCENT, Distance, Terms

cdef enum Cap:
    NO_CAP = 0
    MARGIN_SHARE = 1
    AFFORDABILITY = 2
    MAX_MARGIN = 3
    MAX_NOTIONAL = 4
    MAX_QTY = 5

ctypedef struct Size:
    double qty
    int64_t cap                 # which cap bound the notional

ctypedef struct Levels:
    double low                  # the exchange acts at or below this, -inf: never
    double high                 # and at or above this, +inf: never
    bint is_valid               # stop on the losing side of the entry, target on the winning one


cdef inline double market_price(const Terms* terms, int64_t order_side,
                                double reference) noexcept nogil:
    """The fill price of a market order: reference * (1 + order_side * slippage), on the grid.

    A buy rounds up, a sell down, but never below one tick.
    """
    cdef double price = reference * (1.0 + order_side * terms.slippage)
    if order_side > 0:
        return grid_up(&terms.tick, price)
    price = grid_down(&terms.tick, price)
    return price if price > 0.0 else terms.tick.mantissa / terms.tick.scale


cdef inline double order_cost(const Terms* terms, int64_t side, double notional) noexcept nogil:
    """N / L + N * f + N * (1 - side / L) * f: margin, fee to open, fee to close at bankruptcy."""
    return (notional / terms.leverage + notional * terms.taker
            + notional * (1.0 - side / terms.leverage) * terms.taker)


cdef inline bint is_affordable(const Terms* terms, int64_t side, double notional,
                               double available) noexcept nogil:
    """The entry gate: the order cost is at most what is available.

    A relative 1e-12 is forgiven: the affordability cap gives a cost that is available but for floats.
    """
    return order_cost(terms, side, notional) <= available * (1.0 + 1e-12)


cdef inline void cap_notional(double* notional, Size* size, double cap, int64_t name) noexcept nogil:
    """Lower the notional to `cap` and name the cap, if it binds."""
    if cap < notional[0]:
        notional[0] = cap
        size.cap = name


cdef inline Size size_entry(const Terms* terms, int64_t side, double equity, double available,
                            double reference) noexcept nogil:
    """The quantity of an entry: notional = available * position_pct / 100 * L, capped, over price.

    Caps in the order of simulation.md 10; of equal ones the first is named.
    """
    cdef Size size
    cdef double leverage = terms.leverage
    cdef double notional = available * terms.position_pct / 100.0 * leverage
    size.cap = NO_CAP
    cap_notional(&notional, &size, equity * terms.share_pct / 100.0 * leverage, MARGIN_SHARE)
    cap_notional(&notional, &size, available / (
        1.0 / leverage + terms.taker + terms.taker * (1.0 - side / leverage)), AFFORDABILITY)
    cap_notional(&notional, &size, terms.max_margin * leverage, MAX_MARGIN)
    cap_notional(&notional, &size, terms.max_notional, MAX_NOTIONAL)
    cap_notional(&notional, &size, terms.max_qty * reference, MAX_QTY)
    size.qty = grid_down(&terms.step, notional / reference)
    if size.qty > terms.max_qty:        # the quotient may exceed it by a rounding error
        size.qty = terms.max_qty
    return size


cdef inline bint is_too_small(const Terms* terms, double qty, double reference) noexcept nogil:
    """Below the least quantity or the least notional."""
    return qty <= 0.0 or qty < terms.min_qty or qty * reference < terms.min_notional


cdef inline double least_notional(const Terms* terms, double reference) noexcept nogil:
    """The notional of the smallest order there is: max(min_qty * reference, min_notional)."""
    cdef double notional = terms.min_qty * reference
    return notional if notional > terms.min_notional else terms.min_notional


cdef inline double span_of(const Distance* rule, double entry, double leverage) noexcept nogil:
    """entry * value / 100 for `price_percent`, over L as well for `percent`."""
    cdef double span = entry * rule.value / 100.0
    return span / leverage if rule.measure == PERCENT else span


cdef inline Levels levels_at(const Terms* terms, int64_t side, double entry) noexcept nogil:
    """Stop and target of a position entered at `entry`, on the grid (simulation.md 2 and 6.1).

    Stop = entry - side * span, target = entry + side * span; the stop rounds towards more loss,
    the target away from the entry: the lower level down, the higher level up.
    """
    cdef Levels levels
    cdef const Distance* below = &terms.stop if side > 0 else &terms.target
    cdef const Distance* above = &terms.target if side > 0 else &terms.stop
    levels.low = -INFINITY
    levels.high = INFINITY
    if below.measure != NO_LEVEL:
        levels.low = grid_down(&terms.tick, entry - span_of(below, entry, terms.leverage))
    if above.measure != NO_LEVEL:
        levels.high = grid_up(&terms.tick, entry + span_of(above, entry, terms.leverage))
    levels.is_valid = levels.low < entry and entry < levels.high
    return levels
