# cython: cdivision=True
# Rate of change in percent (formulas: roc.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.lag cimport Lag, lag_init, lag_step
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct Roc:
    Lag past

cdef inline void roc_init(Roc* s, int64_t length) noexcept nogil:
    lag_init(&s.past, length)

cdef inline double roc_step(Roc* s, double* past, double x) noexcept nogil:
    cdef double base
    if x != x:
        return NAN
    base = lag_step(&s.past, past, x)
    return 100.0 * (x / base - 1.0) if likely(base != 0.0) else NAN
