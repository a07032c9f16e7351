# cython: cdivision=True
# Weighted moving average (formulas: wma.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.weighted cimport WeightedSum, weighted_sum_init, weighted_sum_step

ctypedef struct Wma:
    WeightedSum sum
    double weights      # their sum

cdef inline void wma_init(Wma* s, int64_t length) noexcept nogil:
    weighted_sum_init(&s.sum, length)
    s.weights = <double>(length * (length + 1) // 2)

cdef inline double wma_step(Wma* s, double* window, double x,
                            int64_t bar_number) noexcept nogil:
    return weighted_sum_step(&s.sum, window, x, bar_number) / s.weights
