# cython: cdivision=True
# Linear regression, end of the line (formulas: linreg.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.weighted cimport WeightedSum, weighted_sum_init, weighted_sum_step

ctypedef struct Linreg:
    WeightedSum sum
    double weights      # their sum

cdef inline void linreg_init(Linreg* s, int64_t length) noexcept nogil:
    weighted_sum_init(&s.sum, length)
    s.weights = <double>(length * (length + 1) // 2)

cdef inline double linreg_step(Linreg* s, double* window, double x,
                               int64_t bar_number) noexcept nogil:
    cdef double mean = weighted_sum_step(&s.sum, window, x, bar_number) / s.weights
    return 3.0 * mean - 2.0 * (s.sum.plain / s.sum.size)
