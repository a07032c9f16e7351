# Liquidity beyond equal highs and lows (formulas: liquidity_zones.py).
# The lows lie in negated prices, so that the outermost is the largest on both sides.
from libc.math cimport fabs
from libc.stdint cimport int64_t
from libc.string cimport memmove

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.structures.swing cimport Swing

ctypedef struct Pool:
    double level            # of lows: negated
    int64_t touches

ctypedef struct PoolSide:
    int64_t pivots          # in the history, oldest first
    int64_t zones           # in the order of their creation
    double innermost        # of the history; NaN where it is empty
    int64_t swept           # this bar's
    Pool farthest           # of the swept ones

ctypedef struct LiquidityZones:
    PoolSide high
    PoolSide low
    double tolerance_atr
    double sweep_atr
    int64_t min_touches
    int64_t max_active
    int64_t max_history
    int64_t version
    int64_t is_new

ctypedef struct LiquidityZonesOut:
    int64_t new_zone_this_bar
    int64_t sweep_this_bar
    int64_t sweep_direction
    double swept_level
    double nearest_high_level
    double nearest_low_level
    int64_t nearest_high_touches
    int64_t nearest_low_touches
    int64_t version
    int64_t high_swept_this_bar
    int64_t low_swept_this_bar
    double swept_high_level
    double swept_low_level
    int64_t swept_touches
    int64_t sweep_rejected_this_bar

cdef inline void liquidity_zones_init_side(PoolSide* s) noexcept nogil:
    s.pivots = 0
    s.zones = 0
    s.innermost = NAN
    s.swept = 0
    s.farthest = Pool(NAN, 0)

cdef inline void liquidity_zones_init(LiquidityZones* s, double tolerance_atr, double sweep_atr,
                                      int64_t min_touches, int64_t max_active,
                                      int64_t max_swing_history,
                                      int64_t atr_length) noexcept nogil:
    liquidity_zones_init_side(&s.high)
    liquidity_zones_init_side(&s.low)
    s.tolerance_atr = tolerance_atr
    s.sweep_atr = sweep_atr
    s.min_touches = min_touches
    s.max_active = max_active
    s.max_history = max_swing_history
    s.version = 0
    s.is_new = 0

cdef inline void liquidity_zones_remember(LiquidityZones* s, PoolSide* mine, double* pivots,
                                          double level) noexcept nogil:
    if mine.pivots == s.max_history:
        mine.pivots -= 1
        memmove(pivots, pivots + 1, mine.pivots * sizeof(double))
    pivots[mine.pivots] = level
    mine.pivots += 1
    if not level >= mine.innermost:     # too low a bound after the oldest left does no harm
        mine.innermost = level

cdef inline Pool liquidity_zones_cluster(const PoolSide* mine, const double* pivots, double level,
                                         double tolerance) noexcept nogil:
    cdef Pool found = Pool(level, 0)
    cdef int64_t i
    for i in range(mine.pivots):
        if fabs(pivots[i] - level) <= tolerance:
            found.touches += 1
            if pivots[i] > found.level:
                found.level = pivots[i]
    return found

cdef inline void liquidity_zones_create(LiquidityZones* s, PoolSide* mine, Pool* zones,
                                        Pool zone) noexcept nogil:
    if mine.zones == s.max_active:      # the oldest leaves
        mine.zones -= 1
        memmove(zones, zones + 1, mine.zones * sizeof(Pool))
    zones[mine.zones] = zone
    mine.zones += 1
    s.version += 1
    s.is_new = 1

cdef inline void liquidity_zones_take(LiquidityZones* s, PoolSide* mine, double* pivots,
                                      Pool* zones, double level, double tolerance) noexcept nogil:
    cdef Pool found
    cdef int64_t i
    liquidity_zones_remember(s, mine, pivots, level)
    found = liquidity_zones_cluster(mine, pivots, level, tolerance)
    if found.touches < s.min_touches:
        return
    for i in range(mine.zones):
        if fabs(zones[i].level - found.level) <= tolerance:
            if found.level > zones[i].level or found.touches > zones[i].touches:
                s.version += 1
            if found.level > zones[i].level:
                zones[i].level = found.level
            if found.touches > zones[i].touches:
                zones[i].touches = found.touches
            return
    liquidity_zones_create(s, mine, zones, found)

cdef inline void liquidity_zones_forget(PoolSide* mine, double* pivots, double reach,
                                        double beyond) noexcept nogil:
    cdef int64_t i, kept = 0
    if not reach > mine.innermost + beyond:
        return
    mine.innermost = NAN
    for i in range(mine.pivots):
        if not reach > pivots[i] + beyond:
            pivots[kept] = pivots[i]
            kept += 1
            if not pivots[i] >= mine.innermost:
                mine.innermost = pivots[i]
    mine.pivots = kept

cdef inline void liquidity_zones_sweep(LiquidityZones* s, PoolSide* mine, double* pivots,
                                       Pool* zones, double reach, double beyond) noexcept nogil:
    cdef int64_t i, kept = 0
    for i in range(mine.zones):
        if reach > zones[i].level + beyond:
            mine.swept += 1
            if not zones[i].level <= mine.farthest.level:
                mine.farthest = zones[i]
        else:
            zones[kept] = zones[i]
            kept += 1
    mine.zones = kept
    s.version += mine.swept
    liquidity_zones_forget(mine, pivots, reach, beyond)

cdef inline Pool liquidity_zones_nearest(const PoolSide* mine, const Pool* zones,
                                         double price) noexcept nogil:
    cdef Pool found = Pool(NAN, 0)
    cdef double distance = NAN
    cdef int64_t i
    for i in range(mine.zones):
        if not fabs(zones[i].level - price) >= distance:
            distance = fabs(zones[i].level - price)
            found = zones[i]
    return found

cdef inline void liquidity_zones_clear(PoolSide* mine) noexcept nogil:
    mine.swept = 0
    mine.farthest = Pool(NAN, 0)

cdef inline void liquidity_zones_write(const LiquidityZones* s, const Pool* high_zones,
                                       const Pool* low_zones, double open, double close,
                                       LiquidityZonesOut* out) noexcept nogil:
    cdef Pool high = liquidity_zones_nearest(&s.high, high_zones, close)
    cdef Pool low = liquidity_zones_nearest(&s.low, low_zones, -close)
    cdef bint is_high = s.high.swept > 0 and (s.low.swept == 0 or close < open)
    cdef bint is_low = s.low.swept > 0 and (s.high.swept == 0 or close > open)
    out.new_zone_this_bar = s.is_new
    out.sweep_this_bar = s.high.swept + s.low.swept > 0
    out.sweep_direction = <int64_t>is_high - <int64_t>is_low
    out.swept_level = s.high.farthest.level if is_high else -s.low.farthest.level if is_low else NAN
    out.swept_touches = (s.high.farthest.touches if is_high
                         else s.low.farthest.touches if is_low else 0)
    out.sweep_rejected_this_bar = (is_high and close < out.swept_level
                                   or is_low and close > out.swept_level)
    out.nearest_high_level = high.level
    out.nearest_high_touches = high.touches
    out.nearest_low_level = -low.level
    out.nearest_low_touches = low.touches
    out.version = s.version
    out.high_swept_this_bar = s.high.swept > 0
    out.low_swept_this_bar = s.low.swept > 0
    out.swept_high_level = s.high.farthest.level
    out.swept_low_level = -s.low.farthest.level

cdef inline void liquidity_zones_step(LiquidityZones* s, double* highs, double* lows,
                                      Pool* high_zones, Pool* low_zones, const Swing* swing,
                                      double open, double high, double low, double close,
                                      double volatility, LiquidityZonesOut* out) noexcept nogil:
    cdef double tolerance = s.tolerance_atr * volatility
    cdef double beyond = s.sweep_atr * volatility
    s.is_new = 0
    liquidity_zones_clear(&s.high)
    liquidity_zones_clear(&s.low)
    if volatility == volatility:
        if swing.high.accepted:
            liquidity_zones_take(s, &s.high, highs, high_zones, swing.high.level, tolerance)
        if swing.low.accepted:
            liquidity_zones_take(s, &s.low, lows, low_zones, -swing.low.level, tolerance)
        liquidity_zones_sweep(s, &s.high, highs, high_zones, high, beyond)
        liquidity_zones_sweep(s, &s.low, lows, low_zones, -low, beyond)
    liquidity_zones_write(s, high_zones, low_zones, open, close, out)
