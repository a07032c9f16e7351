# True range (formulas: truerange.py). 8 bytes.
from tradec.runtime.kernels.hint cimport larger, smaller
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct TrueRange:
    double close        # of the bar before; NaN before the first

cdef inline void truerange_init(TrueRange* s) noexcept nogil:
    s.close = NAN

cdef inline double truerange_step(TrueRange* s, double high, double low,
                                  double close) noexcept nogil:
    # The largest of the three distances is the span of {high, low, previous close}; rounding is
    # monotone, so the one difference is that distance to the bit. Comparisons with NaN are false.
    cdef double span = larger(s.close, high) - smaller(s.close, low)
    if span != span or close != close:
        return NAN
    s.close = close
    return span
