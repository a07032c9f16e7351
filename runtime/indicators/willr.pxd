# cython: cdivision=True
# Williams %R (formulas: willr.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.monotone cimport Highest, highest_init, highest_step

ctypedef struct Willr:
    Highest lowest      # of the negated lows
    Highest highest

cdef inline void willr_init(Willr* s, int64_t length) noexcept nogil:
    highest_init(&s.lowest, length)
    highest_init(&s.highest, length)

cdef inline double willr_step(Willr* s, double* lows, double* highs, double high,
                              double low, double close) noexcept nogil:
    cdef double top, span
    if high != high or low != low or close != close:
        return NAN
    top = highest_step(&s.highest, highs, high)
    span = top + highest_step(&s.lowest, lows, -low)
    return 100.0 * ((close - top) / span) if likely(span != 0.0) else -50.0
