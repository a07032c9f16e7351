# Donchian channel (formulas: donchian.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.monotone cimport Monotone, monotone_init, monotone_step

ctypedef struct Donchian:
    Monotone lower      # of the negated lows
    Monotone upper

ctypedef struct DonchianOut:
    double lower
    double middle
    double upper

cdef inline void donchian_init(Donchian* s, int64_t lower_length,
                               int64_t upper_length) noexcept nogil:
    monotone_init(&s.lower, lower_length)
    monotone_init(&s.upper, upper_length)

cdef inline void donchian_step(Donchian* s, double* lows, int64_t* low_indices, double* highs,
                               int64_t* high_indices, double high, double low,
                               DonchianOut* out) noexcept nogil:
    out.lower = NAN
    out.middle = NAN
    out.upper = NAN
    if high != high or low != low:
        return
    cdef double lower = -monotone_step(&s.lower, lows, low_indices, -low)
    cdef double upper = monotone_step(&s.upper, highs, high_indices, high)
    if lower == lower and upper == upper:
        out.lower = lower
        out.middle = 0.5 * (upper + lower)
        out.upper = upper
