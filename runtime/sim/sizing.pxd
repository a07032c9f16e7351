# cython: cdivision=True
# How large an entry is, and whether it may be (simulation.md 2 and 10), for the simulated exchange
# and for live sessions alike. Each docstring fixes the order of the float operations.
from libc.math cimport INFINITY, fabs
from libc.stdint cimport int64_t
from tradec.runtime.sim.grid cimport grid_down, grid_near
from tradec.runtime.sim.margin cimport Tiers, notional_cap
from tradec.runtime.sim.prices cimport market_price
from tradec.runtime.sim.terms cimport (
    FIXED_MARGIN, FIXED_NOTIONAL, MARKET, PERCENT_EQUITY, RISK_BASED, STOP, Terms,
)

cdef enum:                      # which cap binds the notional of an entry
    NO_CAP = 0
    MARGIN_SHARE = 1
    AFFORDABILITY = 2
    MAX_MARGIN = 3
    MAX_NOTIONAL = 4
    MAX_QTY = 5
    RISK_TIER = 6

cdef enum:
    CAPS = 7                    # how many names there are

ctypedef struct Size:
    double qty
    int64_t cap                 # which cap bound the notional


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


cdef inline double intended_notional(const Terms* terms, double equity, double available,
                                     double reference, double stop) noexcept nogil:
    """The notional that the sizing model wants.

    percent_equity: available * value / 100 * L; fixed_usdt: value * L; fixed_notional: value;
    risk_based: equity * value / 100 * reference / distance, distance = |reference - stop|, with
    costs + reference * (2 * taker + 2 * slippage)
    """
    cdef double distance
    if terms.model == PERCENT_EQUITY:
        return available * terms.size / 100.0 * terms.leverage
    if terms.model == FIXED_MARGIN:
        return terms.size * terms.leverage
    if terms.model == FIXED_NOTIONAL:
        return terms.size
    distance = fabs(reference - stop)
    if terms.with_costs:
        distance = distance + reference * (2.0 * terms.taker + 2.0 * terms.slippage)
    return equity * terms.size / 100.0 * reference / distance


cdef inline void cap_notional(double* notional, Size* size, double cap, int64_t name) noexcept nogil:
    """Lower the notional to `cap` and name the cap, if it binds."""
    if cap < notional[0]:
        notional[0] = cap
        size.cap = name


cdef inline double largest_qty(const Terms* terms, int64_t kind) noexcept nogil:
    """The instrument's largest quantity of an order that ends as a market or as a limit order."""
    return terms.max_market_qty if kind == MARKET or kind == STOP else terms.max_limit_qty


cdef inline double affordable_notional(const Terms* terms, int64_t kind, int64_t side,
                                       double available, double reference) noexcept nogil:
    """The notional at `reference` whose order cost is available at the price that is to be paid.

    available / (1 / L + f + f * (1 - side / L)); of a buy at market times reference / the price
    with its slippage, so that what is sized to the last can be filled.
    """
    cdef double leverage = terms.leverage
    cdef double notional = available / (
        1.0 / leverage + terms.taker + terms.taker * (1.0 - side / leverage))
    if side > 0 and (kind == MARKET or kind == STOP):
        notional = notional * (reference / market_price(terms, side, reference, 0.0))
    return notional


cdef inline void entry_caps(const Terms* terms, const Tiers* tiers, int64_t kind, int64_t side,
                            double equity, double available, double reference,
                            double* caps) noexcept nogil:
    """What bounds the notional of an entry, each cap at the place of its name (simulation.md 10)."""
    cdef double leverage = terms.leverage
    caps[NO_CAP] = INFINITY
    caps[MARGIN_SHARE] = equity * terms.share_pct / 100.0 * leverage
    caps[AFFORDABILITY] = affordable_notional(terms, kind, side, available, reference)
    caps[MAX_MARGIN] = terms.max_margin * leverage
    caps[MAX_NOTIONAL] = terms.max_notional
    caps[MAX_QTY] = largest_qty(terms, kind) * reference
    caps[RISK_TIER] = notional_cap(tiers, leverage)


cdef inline Size size_entry(const Terms* terms, const Tiers* tiers, int64_t kind, int64_t side,
                            double equity, double available, double reference,
                            double stop) noexcept nogil:
    """The quantity of an entry: the intended notional, capped, over the price, down to the step.

    Caps in the order of simulation.md 10; of equal ones the first is named.
    """
    cdef Size size
    cdef double[CAPS] caps
    cdef int64_t cap
    cdef double most = largest_qty(terms, kind)
    cdef double notional = intended_notional(terms, equity, available, reference, stop)
    entry_caps(terms, tiers, kind, side, equity, available, reference, caps)
    size.cap = NO_CAP
    for cap in range(MARGIN_SHARE, CAPS):
        cap_notional(&notional, &size, caps[cap], cap)
    size.qty = grid_down(&terms.step, notional / reference)
    if size.qty > most:        # the quotient may exceed it by a rounding error
        size.qty = most
    return size


cdef inline bint is_too_small(const Terms* terms, double qty, double reference) noexcept nogil:
    """Below the least quantity or the least notional."""
    return qty <= 0.0 or qty < terms.min_qty or qty * reference < terms.min_notional


cdef inline double least_notional(const Terms* terms, double reference) noexcept nogil:
    """The notional of the smallest order there is: max(min_qty * reference, min_notional)."""
    cdef double notional = terms.min_qty * reference
    return notional if notional > terms.min_notional else terms.min_notional


cdef inline double exit_qty(const Terms* terms, double qty, double percent,
                            double reference) noexcept nogil:
    """What an exit of so many percent closes: qty * percent / 100 down to the step.

    Everything, if what is left would be below the instrument's minimum; 0 if it is too small itself.
    """
    cdef double part, left
    if percent >= 100.0:
        return qty
    part = grid_down(&terms.step, qty * percent / 100.0)
    if part <= 0.0:
        return 0.0
    left = grid_near(&terms.step, qty - part)
    if left <= 0.0 or left < terms.min_qty or left * reference < terms.own_min_notional:
        return qty
    return part if part >= terms.min_qty else 0.0
