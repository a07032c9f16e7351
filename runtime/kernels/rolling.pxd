# cython: cdivision=True
# Drift-free running sums over a ring (formulas: rolling.py). 72 and 128 bytes beside the ring.
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct RollingSum:
    double total
    double fresh        # the sum of the current lap
    double size         # length as a double
    int64_t length
    int64_t head
    int64_t count
    int64_t nonzero
    int64_t whole       # the current lap began at head 0

ctypedef RollingSum RollingMean

ctypedef struct RollingMoments:
    RollingMean mean
    double shift        # the current sums are of x - shift
    double first
    double second
    double fresh_shift
    double fresh_first
    double fresh_second

cdef inline int64_t rolling_phase(int64_t bar_number, int64_t length) noexcept nogil:
    cdef int64_t rest = bar_number % length     # C's remainder: the sign of bar_number
    return rest + length if rest < 0 else rest

cdef inline void rolling_sum_init(RollingSum* s, int64_t length) noexcept nogil:
    s.total = 0.0
    s.fresh = 0.0
    s.size = <double>length
    s.length = length
    s.head = 0
    s.count = 0
    s.nonzero = 0
    s.whole = 0

cdef inline double rolling_sum_close(RollingSum* s) noexcept nogil:
    # Wraps the ring, clears the residue of an all-zero window and returns the sum.
    s.head += 1
    if s.head == s.length:
        s.head = 0
        if s.whole:
            s.total = s.fresh
        s.fresh = 0.0
        s.whole = 1
    if s.nonzero == 0:
        s.total = 0.0
    return s.total if likely(s.count == s.length) else NAN

cdef inline double rolling_sum_step(RollingSum* s, double* ring, double x,
                                    int64_t bar_number) noexcept nogil:
    cdef double old
    if x != x:
        return NAN
    if likely(s.count == s.length):
        old = ring[s.head]
        s.total += x - old
        s.nonzero += <int64_t>(x != 0.0) - <int64_t>(old != 0.0)
    else:
        if s.count == 0:
            s.head = rolling_phase(bar_number, s.length)
            s.whole = s.head == 0
        s.total += x
        s.nonzero += x != 0.0
        s.count += 1
    s.fresh += x
    ring[s.head] = x
    return rolling_sum_close(s)

cdef inline void rolling_mean_init(RollingMean* s, int64_t length) noexcept nogil:
    rolling_sum_init(s, length)

cdef inline double rolling_mean_step(RollingMean* s, double* ring, double x,
                                     int64_t bar_number) noexcept nogil:
    return rolling_sum_step(s, ring, x, bar_number) / s.size

cdef inline void rolling_moments_init(RollingMoments* s, int64_t length) noexcept nogil:
    rolling_mean_init(&s.mean, length)
    s.shift = 0.0
    s.first = 0.0
    s.second = 0.0
    s.fresh_shift = 0.0
    s.fresh_first = 0.0
    s.fresh_second = 0.0

cdef inline double rolling_moments_step(RollingMoments* s, double* ring, double x,
                                        int64_t bar_number) noexcept nogil:
    # Returns the mean; `first` and `second` are then the moments of x - shift over the window.
    cdef RollingMean* mean = &s.mean
    cdef double old, enters, leaves
    if x != x:
        return NAN
    if likely(mean.count == mean.length):
        old = ring[mean.head]
        enters = x - s.shift
        leaves = old - s.shift
        mean.total += x - old
        mean.nonzero += <int64_t>(x != 0.0) - <int64_t>(old != 0.0)
        s.first += enters - leaves
        s.second += enters * enters - leaves * leaves
    else:
        if mean.count == 0:
            mean.head = rolling_phase(bar_number, mean.length)
            mean.whole = mean.head == 0
            s.shift = x
        enters = x - s.shift
        mean.total += x
        mean.nonzero += x != 0.0
        mean.count += 1
        s.first += enters
        s.second += enters * enters
    if mean.head == 0:
        s.fresh_shift = x
        s.fresh_first = 0.0
        s.fresh_second = 0.0
    mean.fresh += x
    enters = x - s.fresh_shift
    s.fresh_first += enters
    s.fresh_second += enters * enters
    ring[mean.head] = x
    if mean.head + 1 == mean.length and mean.whole:
        s.shift = s.fresh_shift
        s.first = s.fresh_first
        s.second = s.fresh_second
    return rolling_sum_close(mean) / mean.size
