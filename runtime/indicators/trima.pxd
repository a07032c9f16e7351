# Triangular moving average (formulas: trima.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.rolling cimport RollingMean, rolling_mean_init, rolling_mean_step

ctypedef struct Trima:
    RollingMean inner
    RollingMean outer

cdef inline void trima_init(Trima* s, int64_t length) noexcept nogil:
    rolling_mean_init(&s.inner, (length + 1) >> 1)
    rolling_mean_init(&s.outer, (length >> 1) + 1)

cdef inline double trima_step(Trima* s, double* window, double* means, double x,
                              int64_t bar_number) noexcept nogil:
    cdef double mean = rolling_mean_step(&s.inner, window, x, bar_number)
    return rolling_mean_step(&s.outer, means, mean, bar_number)
