# cython: cdivision=True
# Wilder's recursion (formulas: wilder.py): the exponential one at another rate. 32 bytes.
from libc.stdint cimport int64_t

from tradec.runtime.kernels.expavg cimport ExpAvg, expavg_start, expavg_step

ctypedef ExpAvg Wilder

cdef inline double wilder_blend(double value, double rate, double x) noexcept nogil:
    return value + rate * (x - value)

cdef inline void wilder_init(Wilder* s, int64_t length) noexcept nogil:
    expavg_start(s, length, 1.0 / <double>length)

cdef inline double wilder_step(Wilder* s, double x) noexcept nogil:
    return expavg_step(s, x)
