# Supply or demand zone at a swing (formulas: zone.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.structures.swing cimport Swing

ctypedef struct Zone:
    int64_t side            # of the pivots it stands at: 1 high, -1 low
    double above            # width in units of volatility, above the level and below it
    double below
    int64_t state           # 0 none, 1 active, 2 broken
    double upper
    double lower
    int64_t index
    int64_t version
    int64_t waits           # a pivot that waits for volatility
    int64_t waiting_index
    double waiting_level

ctypedef struct ZoneOut:
    int64_t state
    double upper
    double lower
    int64_t anchor_idx
    int64_t version

cdef inline void zone_init(Zone* s, int64_t zone_type, double width_atr, int64_t placement,
                           int64_t atr_length) noexcept nogil:
    s.side = 1 if zone_type == 1 else -1
    s.above = width_atr if zone_type == placement else 0.0     # demand inside, supply outside
    s.below = 0.0 if zone_type == placement else width_atr
    s.state = 0
    s.upper = NAN
    s.lower = NAN
    s.index = -1
    s.version = 0
    s.waits = 0
    s.waiting_index = -1
    s.waiting_level = NAN

cdef inline void zone_step(Zone* s, const Swing* swing, double close, double volatility,
                           ZoneOut* out) noexcept nogil:
    cdef int64_t i
    for i in range(swing.pivot_count):
        if swing.pivots[i].side == s.side:
            s.waits = 1
            s.waiting_index = swing.pivots[i].index
            s.waiting_level = swing.pivots[i].level
    if s.waits and volatility == volatility:
        s.waits = 0
        s.state = 1
        s.index = s.waiting_index
        s.upper = s.waiting_level + volatility * s.above
        s.lower = s.waiting_level - volatility * s.below
        s.version += 1
    if s.state == 1 and (close > s.upper if s.side > 0 else close < s.lower):
        s.state = 2
        s.version += 1
    out.state = s.state
    out.upper = s.upper
    out.lower = s.lower
    out.anchor_idx = s.index
    out.version = s.version
