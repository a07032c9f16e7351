# Exponential moving average (formulas: ema.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.expavg cimport ExpAvg, expavg_init, expavg_step

ctypedef struct Ema:
    ExpAvg average

cdef inline void ema_init(Ema* s, int64_t length) noexcept nogil:
    expavg_init(&s.average, length)

cdef inline double ema_step(Ema* s, double x) noexcept nogil:
    return expavg_step(&s.average, x)
