# Midprice (formulas: midprice.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.monotone cimport Monotone, monotone_init, monotone_step

ctypedef struct Midprice:
    Monotone above
    Monotone below      # of the negated lows

cdef inline void midprice_init(Midprice* s, int64_t length) noexcept nogil:
    monotone_init(&s.above, length)
    monotone_init(&s.below, length)

cdef inline double midprice_step(Midprice* s, double* highs, int64_t* high_indices, double* lows,
                                 int64_t* low_indices, double high, double low) noexcept nogil:
    cdef double top
    if high != high or low != low:
        return NAN
    top = monotone_step(&s.above, highs, high_indices, high)
    return 0.5 * (top - monotone_step(&s.below, lows, low_indices, -low))
