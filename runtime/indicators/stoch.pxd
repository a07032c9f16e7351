# cython: cdivision=True
# Stochastic oscillator (formulas: stoch.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.monotone cimport Highest, highest_init, highest_step
from tradec.runtime.kernels.rolling cimport RollingMean, rolling_mean_init, rolling_mean_step

ctypedef struct Stoch:
    Highest lowest      # of the negated lows
    Highest highest
    RollingMean k
    RollingMean d

ctypedef struct StochOut:
    double k
    double d

cdef inline void stoch_init(Stoch* s, int64_t k, int64_t smooth_k, int64_t d) noexcept nogil:
    highest_init(&s.lowest, k)
    highest_init(&s.highest, k)
    rolling_mean_init(&s.k, smooth_k)
    rolling_mean_init(&s.d, d)

cdef inline void stoch_step(Stoch* s, double* lows, double* highs, double* places,
                            double* smooth, double high,
                            double low, double close, int64_t bar_number,
                            StochOut* out) noexcept nogil:
    cdef double minus_bottom, span, place, k
    out.k = NAN
    out.d = NAN
    if high != high or low != low or close != close:
        return
    minus_bottom = highest_step(&s.lowest, lows, -low)
    span = highest_step(&s.highest, highs, high) + minus_bottom
    place = 100.0 * ((close + minus_bottom) / span) if likely(span != 0.0) else 50.0
    k = rolling_mean_step(&s.k, places, place, bar_number)
    out.d = rolling_mean_step(&s.d, smooth, k, bar_number)
    if likely(out.d == out.d):
        out.k = k
