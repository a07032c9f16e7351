# cython: cdivision=True
# Drift-free linearly weighted running sum over a ring (formulas: weighted.py). 80 bytes beside it.
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.rolling cimport rolling_phase

ctypedef struct WeightedSum:
    double weighted
    double plain
    double fresh_weighted   # the sums of the current lap
    double fresh_plain
    double size             # length as a double
    int64_t length
    int64_t head
    int64_t count
    int64_t nonzero
    int64_t whole           # the current lap began at head 0

cdef inline void weighted_sum_init(WeightedSum* s, int64_t length) noexcept nogil:
    s.weighted = 0.0
    s.plain = 0.0
    s.fresh_weighted = 0.0
    s.fresh_plain = 0.0
    s.size = <double>length
    s.length = length
    s.head = 0
    s.count = 0
    s.nonzero = 0
    s.whole = 0

cdef inline void weighted_sum_fill(WeightedSum* s, double x, int64_t bar_number) noexcept nogil:
    if s.count == 0:
        s.head = rolling_phase(bar_number, s.length)
        s.whole = s.head == 0
    s.count += 1
    s.weighted += <double>s.count * x
    s.plain += x
    s.nonzero += x != 0.0

cdef inline double weighted_sum_step(WeightedSum* s, double* ring, double x,
                                     int64_t bar_number) noexcept nogil:
    # Returns the weighted sum, NaN until the ring is full; `plain` is the other one.
    cdef double old
    if x != x:
        return NAN
    if likely(s.count == s.length):
        old = ring[s.head]
        s.weighted += s.size * x - s.plain
        s.plain += x - old
        s.nonzero += <int64_t>(x != 0.0) - <int64_t>(old != 0.0)
    else:
        weighted_sum_fill(s, x, bar_number)
    ring[s.head] = x
    s.head += 1
    s.fresh_weighted += <double>s.head * x
    s.fresh_plain += x
    if s.head == s.length:
        s.head = 0
        if s.whole:
            s.weighted = s.fresh_weighted
            s.plain = s.fresh_plain
        s.fresh_weighted = 0.0
        s.fresh_plain = 0.0
        s.whole = 1
    if s.nonzero == 0:
        s.weighted = 0.0
        s.plain = 0.0
    return s.weighted if likely(s.count == s.length) else NAN
