# How far a series came and how long its path was (formulas: efficiency.py). 104 bytes, two rings.
from libc.math cimport fabs
from libc.stdint cimport int64_t

from tradec.runtime.kernels.lag cimport Lag, lag_init, lag_step
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.rolling cimport RollingSum, rolling_sum_init, rolling_sum_step

ctypedef struct Efficiency:
    double last         # NaN before the first input, and so is the first step
    double length       # of the path; NaN until it is whole
    Lag past
    RollingSum path

cdef inline void efficiency_init(Efficiency* s, int64_t length) noexcept nogil:
    s.last = NAN
    s.length = NAN
    lag_init(&s.past, length)
    rolling_sum_init(&s.path, length)

cdef inline double efficiency_step(Efficiency* s, double* past, double* steps, double x,
                                   int64_t bar_number) noexcept nogil:
    # Returns the net change; `length` is then the path's.
    cdef double step = fabs(x - s.last)
    if x != x:
        return NAN
    s.last = x
    s.length = rolling_sum_step(&s.path, steps, step, bar_number)
    return x - lag_step(&s.past, past, x)
