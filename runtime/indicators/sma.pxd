# Simple moving average (formulas: sma.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.rolling cimport RollingMean, rolling_mean_init, rolling_mean_step

ctypedef struct Sma:
    RollingMean mean

cdef inline void sma_init(Sma* s, int64_t length) noexcept nogil:
    rolling_mean_init(&s.mean, length)

cdef inline double sma_step(Sma* s, double* window, double x,
                            int64_t bar_number) noexcept nogil:
    return rolling_mean_step(&s.mean, window, x, bar_number)
