# Midprice (formulas: midprice.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.monotone cimport Highest, highest_init, highest_step

ctypedef struct Midprice:
    Highest above
    Highest below       # of the negated lows

cdef inline void midprice_init(Midprice* s, int64_t length) noexcept nogil:
    highest_init(&s.above, length)
    highest_init(&s.below, length)

cdef inline double midprice_step(Midprice* s, double* highs, double* lows, double high,
                                 double low) noexcept nogil:
    cdef double top
    if high != high or low != low:
        return NAN
    top = highest_step(&s.above, highs, high)
    return 0.5 * (top - highest_step(&s.below, lows, -low))
