# Momentum (formulas: mom.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.lag cimport Lag, lag_init, lag_step
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct Mom:
    Lag past

cdef inline void mom_init(Mom* s, int64_t length) noexcept nogil:
    lag_init(&s.past, length)

cdef inline double mom_step(Mom* s, double* past, double x) noexcept nogil:
    return x - lag_step(&s.past, past, x) if x == x else NAN
