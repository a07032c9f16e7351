# Donchian channel (formulas: donchian.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.monotone cimport Highest, highest_init, highest_step

ctypedef struct Donchian:
    Highest lower       # of the negated lows
    Highest upper

ctypedef struct DonchianOut:
    double lower
    double middle
    double upper

cdef inline void donchian_init(Donchian* s, int64_t lower_length,
                               int64_t upper_length) noexcept nogil:
    highest_init(&s.lower, lower_length)
    highest_init(&s.upper, upper_length)

cdef inline void donchian_step(Donchian* s, double* lows, double* highs, double high,
                               double low, DonchianOut* out) noexcept nogil:
    out.lower = NAN
    out.middle = NAN
    out.upper = NAN
    if high != high or low != low:
        return
    cdef double lower = -highest_step(&s.lower, lows, -low)
    cdef double upper = highest_step(&s.upper, highs, high)
    if lower == lower and upper == upper:
        out.lower = lower
        out.middle = 0.5 * (upper + lower)
        out.upper = upper
