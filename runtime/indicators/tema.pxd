# Triple exponential moving average (formulas: tema.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.expavg cimport ExpAvg, expavg_init, expavg_step

ctypedef struct Tema:
    ExpAvg first
    ExpAvg second
    ExpAvg third

cdef inline void tema_init(Tema* s, int64_t length) noexcept nogil:
    expavg_init(&s.first, length)
    expavg_init(&s.second, length)
    expavg_init(&s.third, length)

cdef inline double tema_step(Tema* s, double x) noexcept nogil:
    cdef double first = expavg_step(&s.first, x)
    cdef double second = expavg_step(&s.second, first)
    return 3.0 * (first - second) + expavg_step(&s.third, second)
