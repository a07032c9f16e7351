# cython: cdivision=True
# Kaufman's adaptive moving average (formulas: kama.py).
from libc.math cimport fabs
from libc.stdint cimport int64_t

from tradec.runtime.kernels.efficiency cimport Efficiency, efficiency_init, efficiency_step
from tradec.runtime.kernels.hint cimport likely, smaller
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct Kama:
    Efficiency efficiency
    double span         # fast less slow rate
    double base         # slow rate
    double value        # the newest input until the path is whole

cdef inline void kama_init(Kama* s, int64_t length, int64_t fast, int64_t slow) noexcept nogil:
    efficiency_init(&s.efficiency, length)
    s.base = 2.0 / <double>(slow + 1)
    s.span = 2.0 / <double>(fast + 1) - s.base
    s.value = NAN

cdef inline double kama_ratio(double net, double path) noexcept nogil:
    if path == 0.0 or path <= net * (1.0 + 1e-12):
        return 1.0
    return smaller(fabs(net / path), 1.0)

cdef inline double kama_step(Kama* s, double* past, double* steps, double x,
                             int64_t bar_number) noexcept nogil:
    cdef double net, root
    if x != x:
        return NAN
    net = efficiency_step(&s.efficiency, past, steps, x, bar_number)
    if likely(net == net):
        root = kama_ratio(net, s.efficiency.length) * s.span + s.base
        s.value += root * root * (x - s.value)
        return s.value
    s.value = x
    return NAN
