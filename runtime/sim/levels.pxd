# cython: cdivision=True
# Stops and targets (simulation.md 2, 6.1 and 7; play-language.md 11.3 to 11.5; rulings B4), for the
# simulated exchange and for live sessions alike. `side` is that of the position.
from libc.math cimport INFINITY, fabs
from libc.stdint cimport int64_t
from tradec.runtime.sim.grid cimport grid_by
from tradec.runtime.sim.margin cimport safe_distance
from tradec.runtime.sim.terms cimport (
    NO_LEVEL, PERCENT, POINTS, PRICE_PERCENT, RATIO, STRUCTURE, VOLATILITY, Distance, Seen, Terms,
)

cdef enum Flag:                 # what is to be told of a trade
    STOP_FALLBACK = 1           # the level was missing or on the wrong side
    STOP_ADJUSTED = 2           # moved before the liquidation
    STOP_BEYOND_LIQUIDATION = 4 # and left there, as the play wants

ctypedef struct Levels:
    double stop                 # -side * inf: none
    double target               # side * inf: none
    int64_t flags
    bint is_valid               # stop on the losing side of the entry, target on the winning one


cdef inline double span_of(const Distance* rule, double entry, double leverage,
                           double volatility) noexcept nogil:
    """The distance of a rule, without its buffer.

    percent: entry * value / 100 / leverage; price_percent: entry * value / 100;
    fixed_points: value; atr_multiple: value * volatility
    """
    if rule.measure == POINTS:
        return rule.value
    if rule.measure == VOLATILITY:
        return rule.value * volatility
    if rule.measure == PRICE_PERCENT:
        return entry * rule.value / 100.0
    return entry * rule.value / 100.0 / leverage


cdef inline double stop_distance(const Terms* terms, const Seen* seen, int64_t side, double entry,
                                 int64_t* flags) noexcept nogil:
    """The distance of the first stop.

    structure: |entry - level| + entry * buffer_pct / 100 where the level is on the losing side,
    else the fallback as for percent, NaN without one; atr_multiple has the same buffer
    """
    cdef const Distance* rule = &terms.stop
    cdef double level
    if rule.measure == STRUCTURE:
        level = seen.long_level if side > 0 else seen.short_level
        if side * (entry - level) > 0.0:
            return fabs(entry - level) + entry * rule.buffer_pct / 100.0
        flags[0] |= STOP_FALLBACK
    if rule.measure == VOLATILITY:
        return span_of(rule, entry, terms.leverage, seen.stop_volatility) + (
            entry * rule.buffer_pct / 100.0)
    return span_of(rule, entry, terms.leverage, 0.0)


cdef inline Levels levels_at(const Terms* terms, const Seen* seen, int64_t side,
                             double entry) noexcept nogil:
    """Stop and target of a position entered at `entry`, on the grid.

    stop = entry - side * distance, target = entry + side * distance; both round away from the
    entry: the stop towards more loss, the target to be harder to reach. A ratio is of
    |entry - stop| as rounded.
    """
    cdef Levels levels
    cdef double span
    levels.stop, levels.target = -side * INFINITY, side * INFINITY
    levels.flags = 0
    if terms.stop.measure != NO_LEVEL:
        span = stop_distance(terms, seen, side, entry, &levels.flags)
        levels.stop = grid_by(&terms.tick, entry - side * span, -side)
    if terms.target.measure == RATIO:
        span = terms.target.value * fabs(entry - levels.stop)
        levels.target = grid_by(&terms.tick, entry + side * span, side)
    elif terms.target.measure != NO_LEVEL:
        span = span_of(&terms.target, entry, terms.leverage, seen.target_volatility)
        levels.target = grid_by(&terms.tick, entry + side * span, side)
    levels.is_valid = side * (entry - levels.stop) > 0.0 and side * (levels.target - entry) > 0.0
    return levels


cdef inline bint is_beyond(const Terms* terms, int64_t side, double entry, double stop,
                           double liquidation) noexcept nogil:
    """Whether a stop lies so far that the liquidation comes first; without a stop it does not."""
    if terms.stop.measure == NO_LEVEL:
        return False
    return side * (entry - stop) >= safe_distance(entry, liquidation)


cdef inline double nearer_stop(const Terms* terms, int64_t side, double entry,
                               double liquidation) noexcept nogil:
    """The furthest stop before the liquidation: entry - side * safe distance, rounded inwards."""
    return grid_by(&terms.tick, entry - side * safe_distance(entry, liquidation), side)


cdef inline double move_pct(int64_t side, double entry, double best) noexcept nogil:
    """How far the best price has moved: side * (best - entry) / entry * 100."""
    return side * (best - entry) / entry * 100.0


cdef inline double trailed_stop(const Terms* terms, int64_t side, double best,
                                double distance) noexcept nogil:
    """The stop that trails `best`: best - side * distance, rounded towards more loss."""
    return grid_by(&terms.tick, best - side * distance, -side)


cdef inline double even_stop(const Terms* terms, int64_t side, double entry) noexcept nogil:
    """The break-even stop: entry * (1 + side * offset_pct / 100), rounded towards more loss."""
    return grid_by(&terms.tick, entry * (1.0 + side * terms.even_pct / 100.0), -side)
