# Trend of the legs between swings (formulas: trend.py).
from libc.stdint cimport int64_t

from tradec.runtime.structures.swing cimport Swing

ctypedef struct Trend:
    int64_t capacity        # wave_history_size + 1
    int64_t count           # ends held, oldest first; `compares` is 0 where there is none
    int64_t now
    int64_t since
    int64_t direction
    int64_t strength
    int64_t wave_count
    int64_t wave_direction
    int64_t hh
    int64_t hl
    int64_t lh
    int64_t ll
    int64_t version

ctypedef struct TrendOut:
    int64_t direction
    int64_t strength
    int64_t bars_in_trend
    int64_t wave_count
    int64_t last_wave_direction
    int64_t last_hh
    int64_t last_hl
    int64_t last_lh
    int64_t last_ll
    int64_t version

cdef inline int64_t trend_sign(double a, double b) noexcept nogil:
    return <int64_t>(a > b) - <int64_t>(a < b)

cdef inline void trend_init(Trend* s, int64_t wave_history_size) noexcept nogil:
    s.capacity = wave_history_size + 1
    s.count = 0
    s.now = 0
    s.since = 0
    s.direction = 0
    s.strength = 0
    s.wave_count = 0
    s.wave_direction = 0
    s.hh = 0
    s.hl = 0
    s.lh = 0
    s.ll = 0
    s.version = 0

cdef inline void trend_push(Trend* s, double* levels, int64_t* compares, int64_t side,
                            int64_t extends, double level) noexcept nogil:
    cdef int64_t i, compare = 0
    s.count -= extends
    if s.count >= 2:
        compare = trend_sign(level, levels[s.count - 2])
        if side > 0:
            s.hh = compare > 0
            s.lh = compare < 0
        else:
            s.hl = compare > 0
            s.ll = compare < 0
    if s.count == s.capacity:
        s.count -= 1
        for i in range(s.count):
            levels[i] = levels[i + 1]
            compares[i] = compares[i + 1]
    levels[s.count] = level
    compares[s.count] = compare
    s.count += 1

cdef inline int64_t trend_agreement(const int64_t* compares, int64_t k) noexcept nogil:
    cdef int64_t total = compares[k] + compares[k - 1]
    return (total > 0) - (total < 0)

cdef inline void trend_classify(Trend* s, const int64_t* compares, int64_t side) noexcept nogil:
    cdef int64_t k
    if s.count < 2:
        return
    s.wave_direction = side
    if s.count == 2:
        s.direction = side
        s.strength = 0
        s.wave_count = 1
        return
    s.direction = trend_agreement(compares, s.count - 1)
    s.wave_count = 0
    k = s.count - 1
    while k >= 2 and s.direction != 0 and trend_agreement(compares, k) == s.direction:
        s.wave_count += 1
        k -= 2
    s.strength = s.wave_count if s.wave_count < 2 else 2

cdef inline void trend_step(Trend* s, double* levels, int64_t* compares, const Swing* swing,
                            TrendOut* out) noexcept nogil:
    cdef int64_t i, before = s.direction
    for i in range(swing.leg_count):
        trend_push(s, levels, compares, swing.legs[i].side, swing.legs[i].extends,
                   swing.legs[i].level)
        trend_classify(s, compares, swing.legs[i].side)
    if s.direction != before:
        s.version += 1
        s.since = s.now
    out.direction = s.direction
    out.strength = s.strength
    out.bars_in_trend = s.now - s.since
    out.wave_count = s.wave_count
    out.last_wave_direction = s.wave_direction
    out.last_hh = s.hh
    out.last_hl = s.hl
    out.last_lh = s.lh
    out.last_ll = s.ll
    out.version = s.version
    s.now += 1
