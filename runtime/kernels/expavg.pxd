# cython: cdivision=True
# Exponential recursion seeded with a mean (formulas: expavg.py). 32 bytes.
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct ExpAvg:
    double rate
    double value        # the sum of the inputs until the seed is complete
    int64_t pending     # inputs the seed still waits for
    int64_t length

cdef inline void expavg_init(ExpAvg* s, int64_t length) noexcept nogil:
    expavg_start(s, length, 2.0 / <double>(length + 1))

cdef inline void expavg_start(ExpAvg* s, int64_t length, double rate) noexcept nogil:
    s.rate = rate
    s.value = 0.0
    s.pending = length
    s.length = length

cdef inline double expavg_seed(ExpAvg* s, double x) noexcept nogil:
    if s.length == 1:   # the identity, exactly; the seed never completes
        return x
    s.value += x
    s.pending -= 1
    if s.pending > 0:
        return NAN
    s.value = s.value / <double>s.length
    return s.value

cdef inline double expavg_step(ExpAvg* s, double x) noexcept nogil:
    if x != x:
        return NAN
    if likely(s.pending == 0):
        s.value += s.rate * (x - s.value)
        return s.value
    return expavg_seed(s, x)
