# cython: cdivision=True
# Stochastic RSI (formulas: stochrsi.py).
from libc.stdint cimport int64_t

from tradec.runtime.indicators.rsi cimport Rsi, rsi_init, rsi_step
from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.monotone cimport Highest, highest_init, highest_step
from tradec.runtime.kernels.rolling cimport RollingMean, rolling_mean_init, rolling_mean_step

ctypedef struct Stochrsi:
    Rsi strength
    Highest lowest      # of the negated strengths
    Highest highest
    RollingMean k
    RollingMean d

ctypedef struct StochrsiOut:
    double k
    double d

cdef inline void stochrsi_init(Stochrsi* s, int64_t length, int64_t rsi_length, int64_t k,
                               int64_t d) noexcept nogil:
    rsi_init(&s.strength, rsi_length)
    highest_init(&s.lowest, length)
    highest_init(&s.highest, length)
    rolling_mean_init(&s.k, k)
    rolling_mean_init(&s.d, d)

cdef inline void stochrsi_step(Stochrsi* s, double* lows, double* highs, double* places,
                               double* smooth, double x,
                               int64_t bar_number, StochrsiOut* out) noexcept nogil:
    cdef double strength = rsi_step(&s.strength, x)
    cdef double minus_bottom, span, place, k
    out.k = NAN
    out.d = NAN
    if strength != strength:
        return
    minus_bottom = highest_step(&s.lowest, lows, -strength)
    span = highest_step(&s.highest, highs, strength) + minus_bottom
    place = 50.0 if span <= 1e-8 else 100.0 * ((strength + minus_bottom) / span)
    k = rolling_mean_step(&s.k, places, place, bar_number)
    out.d = rolling_mean_step(&s.d, smooth, k, bar_number)
    if likely(out.d == out.d):
        out.k = k
