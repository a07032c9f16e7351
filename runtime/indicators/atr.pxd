# Average true range (formulas: atr.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport larger, smaller
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.wilder cimport Wilder, wilder_init, wilder_step

ctypedef struct Atr:
    Wilder average
    double close        # of the bar before; NaN before the first

cdef inline void atr_init(Atr* s, int64_t length) noexcept nogil:
    wilder_init(&s.average, length)
    s.close = NAN

cdef inline double atr_step(Atr* s, double high, double low, double close) noexcept nogil:
    # The largest of the three distances is the span of {high, low, previous close}; rounding is
    # monotone, so the one difference is that distance to the bit. Comparisons with NaN are false.
    cdef double top = larger(s.close, high)
    cdef double bottom = smaller(s.close, low)
    cdef double span = top - bottom
    if span != span or close != close:
        return NAN
    s.close = close
    return wilder_step(&s.average, span)
