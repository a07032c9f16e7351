# cython: cdivision=True
# Directional movement and Wilder's sums (formulas: directional.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport likely

ctypedef struct Movement:
    double high         # of the bar before
    double low

cdef inline double movement_plus(const Movement* s, double high, double low) noexcept nogil:
    cdef double rise = high - s.high
    return rise if rise > s.low - low and rise > 0.0 else 0.0

cdef inline double movement_minus(const Movement* s, double high, double low) noexcept nogil:
    cdef double fall = s.low - low
    return fall if fall > high - s.high and fall > 0.0 else 0.0

cdef inline double wilder_sum(double total, double size, double x, bint seeding) noexcept nogil:
    # The sum after `x`; plain while `seeding`, for the first size - 1 values.
    return (total if seeding else total - total / size) + x
