# cython: cdivision=True
# Aroon (formulas: aroon.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.monotone cimport HighestAt, highest_at_init, highest_at_step

ctypedef struct Aroon:
    HighestAt above
    HighestAt below     # of the negated lows
    double length

ctypedef struct AroonOut:
    double up
    double down
    double osc

cdef inline void aroon_init(Aroon* s, int64_t length) noexcept nogil:
    highest_at_init(&s.above, length + 1)
    highest_at_init(&s.below, length + 1)
    s.length = <double>length

cdef inline double aroon_nearness(const Aroon* s, const HighestAt* side) noexcept nogil:
    # The newest input has the index side.now - 1, and what is left of the window counts.
    cdef int64_t left = side.at - (side.now - side.length)
    return 100.0 * <double>left / s.length

cdef inline void aroon_step(Aroon* s, double* highs, int64_t* high_indices, double* lows,
                            int64_t* low_indices, double high, double low,
                            AroonOut* out) noexcept nogil:
    out.up = NAN
    out.down = NAN
    out.osc = NAN
    if high != high or low != low:
        return
    highest_at_step(&s.above, highs, high_indices, high)
    highest_at_step(&s.below, lows, low_indices, -low)
    if s.above.now >= s.above.length:
        out.up = aroon_nearness(s, &s.above)
        out.down = aroon_nearness(s, &s.below)
        out.osc = out.up - out.down
