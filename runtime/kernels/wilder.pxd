# cython: cdivision=True
# Wilder's recursion seeded with a mean (formulas: wilder.py). 32 bytes.
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct Wilder:
    double rate
    double value        # the sum of the inputs until the seed is complete
    int64_t pending     # inputs the seed still waits for
    int64_t length

cdef inline double wilder_blend(double value, double rate, double x) noexcept nogil:
    return value + rate * (x - value)

cdef inline void wilder_init(Wilder* s, int64_t length) noexcept nogil:
    s.rate = 1.0 / <double>length
    s.value = 0.0
    s.pending = length
    s.length = length

cdef inline double wilder_seed(Wilder* s, double x) noexcept nogil:
    if s.length == 1:   # the identity, exactly; the seed never completes
        return x
    s.value += x
    s.pending -= 1
    if s.pending > 0:
        return NAN
    s.value = s.value / <double>s.length
    return s.value

cdef inline double wilder_step(Wilder* s, double x) noexcept nogil:
    if likely(s.pending == 0):
        s.value = wilder_blend(s.value, s.rate, x)
        return s.value
    return wilder_seed(s, x)
