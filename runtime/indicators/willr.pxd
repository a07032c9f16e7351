# cython: cdivision=True
# Williams %R (formulas: willr.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.monotone cimport Monotone, monotone_init, monotone_step

ctypedef struct Willr:
    Monotone lowest     # of the negated lows
    Monotone highest

cdef inline void willr_init(Willr* s, int64_t length) noexcept nogil:
    monotone_init(&s.lowest, length)
    monotone_init(&s.highest, length)

cdef inline double willr_step(Willr* s, double* lows, int64_t* low_indices, double* highs,
                              int64_t* high_indices, double high, double low,
                              double close) noexcept nogil:
    cdef double top, span
    if high != high or low != low or close != close:
        return NAN
    top = monotone_step(&s.highest, highs, high_indices, high)
    span = top + monotone_step(&s.lowest, lows, low_indices, -low)
    return 100.0 * ((close - top) / span) if likely(span != 0.0) else -50.0
