# Rolling extreme (formulas: rolling_window.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.monotone cimport Highest, highest_init, highest_step

ctypedef struct RollingWindow:
    Highest highest
    double sign         # the lowest is the negated highest of the negated

cdef inline void rolling_window_init(RollingWindow* s, int64_t size,
                                     int64_t mode) noexcept nogil:
    highest_init(&s.highest, size)
    s.sign = 1.0 if mode == 1 else -1.0

cdef inline double rolling_window_step(RollingWindow* s, double* values, double x) noexcept nogil:
    if x != x:
        return NAN
    return s.sign * highest_step(&s.highest, values, s.sign * x)
