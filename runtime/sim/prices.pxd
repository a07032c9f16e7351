# cython: cdivision=True
# Prices of fills (simulation.md 4.3, 5 and 6.3). Each docstring fixes the order of the float
# operations. `side` is that of the order: 1 buys, -1 sells.
from libc.math cimport fabs, sqrt
from libc.stdint cimport int64_t
from tradec.runtime.sim.grid cimport Grid, grid_by, grid_down, grid_up
from tradec.runtime.sim.terms cimport NO_IMPACT, ROOT, Terms


cdef inline double impact(const Terms* terms, double notional, double traded) noexcept nogil:
    """Slippage on top, by the order's share of what trades: min(k * g(notional / traded), cap).

    g is the square root or the identity; where nothing trades the cap, or k without a cap.
    """
    cdef double extra
    if terms.impact == NO_IMPACT:
        return 0.0
    if traded <= 0.0:
        extra = terms.impact_cap if terms.impact_cap < 1e300 else terms.impact_k
    elif terms.impact == ROOT:
        extra = terms.impact_k * sqrt(notional / traded)
    else:
        extra = terms.impact_k * (notional / traded)
    return terms.impact_cap if extra > terms.impact_cap else extra


cdef inline double market_price(const Terms* terms, int64_t side, double reference,
                                double extra) noexcept nogil:
    """The price of a market order: reference * (1 + side * (slippage + extra)), on the grid.

    A buy rounds up, a sell down, but never below one tick.
    """
    cdef double price = reference * (1.0 + side * (terms.slippage + extra))
    if side > 0:
        return grid_up(&terms.tick, price)
    price = grid_down(&terms.tick, price)
    return price if price > 0.0 else terms.tick.mantissa / terms.tick.scale


cdef inline double within_limit(int64_t side, double price, double limit) noexcept nogil:
    """`price`, but never beyond the limit of an order."""
    return limit if side * (price - limit) > 0.0 else price


cdef inline bint is_marketable(int64_t side, double price, double limit) noexcept nogil:
    """Whether a limit order that arrives at `price` fills at once: a buy at or below its limit."""
    return side * (price - limit) <= 0.0


cdef inline bint is_traded(const Terms* terms, int64_t side, double price,
                           double limit) noexcept nogil:
    """Whether a price fills a resting limit order: trades through it, or touches it if that does."""
    return side * (price - limit) <= 0.0 if terms.touch else side * (price - limit) < 0.0


cdef inline bint is_triggered(int64_t side, double price, double trigger) noexcept nogil:
    """Whether a price triggers a stop order: rises to the trigger of a buy, falls to a sell's."""
    return side * (price - trigger) >= 0.0


cdef inline double limit_price(const Terms* terms, int64_t side, double reference) noexcept nogil:
    """The price of a limit entry: reference * (1 - side * limit_pct / 100), never worse by rounding."""
    return grid_by(&terms.tick, reference * (1.0 - side * terms.limit_pct / 100.0), -side)


cdef inline double trigger_price(const Terms* terms, int64_t side,
                                 double reference) noexcept nogil:
    """The trigger of a stop entry: reference * (1 + side * trigger_pct / 100), rounded away."""
    return grid_by(&terms.tick, reference * (1.0 + side * terms.trigger_pct / 100.0), side)


cdef inline double worst_price(const Terms* terms, int64_t side, double trigger) noexcept nogil:
    """The limit of a stop-limit entry: trigger * (1 + side * limit_pct / 100), never worse by rounding."""
    return grid_by(&terms.tick, trigger * (1.0 + side * terms.limit_pct / 100.0), -side)


cdef inline bint is_outside_band(const Terms* terms, double price, double low,
                                 double high) noexcept nogil:
    """Whether a market fill lies further from the mark, between low and high, than the band."""
    cdef double mark = price
    if price < low:
        mark = low
    elif price > high:
        mark = high
    return fabs(price - mark) / mark > terms.market_band
