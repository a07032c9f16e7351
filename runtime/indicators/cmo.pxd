# cython: cdivision=True
# Chande momentum oscillator (formulas: cmo.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.efficiency cimport Efficiency, efficiency_init, efficiency_step
from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct Cmo:
    Efficiency efficiency

cdef inline void cmo_init(Cmo* s, int64_t length) noexcept nogil:
    efficiency_init(&s.efficiency, length)

cdef inline double cmo_step(Cmo* s, double* past, double* steps, double x,
                            int64_t bar_number) noexcept nogil:
    cdef double net, share
    net = efficiency_step(&s.efficiency, past, steps, x, bar_number)
    if net != net:
        return NAN
    share = net / s.efficiency.length if likely(s.efficiency.length != 0.0) else 0.0
    share = -1.0 if share < -1.0 else share
    return 100.0 * (1.0 if share > 1.0 else share)
