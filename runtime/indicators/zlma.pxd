# Zero lag moving average (formulas: zlma.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.expavg cimport ExpAvg, expavg_init, expavg_step
from tradec.runtime.kernels.lag cimport Lag, lag_init, lag_step
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct Zlma:
    Lag past
    ExpAvg average

cdef inline void zlma_init(Zlma* s, int64_t length) noexcept nogil:
    lag_init(&s.past, (length - 1) >> 1)
    expavg_init(&s.average, length)

cdef inline double zlma_step(Zlma* s, double* past, double x) noexcept nogil:
    if x != x:
        return NAN
    return expavg_step(&s.average, 2.0 * x - lag_step(&s.past, past, x))
