# Double exponential moving average (formulas: dema.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.expavg cimport ExpAvg, expavg_init, expavg_step

ctypedef struct Dema:
    ExpAvg first
    ExpAvg second

cdef inline void dema_init(Dema* s, int64_t length) noexcept nogil:
    expavg_init(&s.first, length)
    expavg_init(&s.second, length)

cdef inline double dema_step(Dema* s, double x) noexcept nogil:
    cdef double first = expavg_step(&s.first, x)
    return 2.0 * first - expavg_step(&s.second, first)
