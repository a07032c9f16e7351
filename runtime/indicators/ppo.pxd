# cython: cdivision=True
# Percentage price oscillator (formulas: ppo.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.expavg cimport ExpAvg, expavg_init, expavg_step
from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.rolling cimport RollingMean, rolling_mean_init, rolling_mean_step

ctypedef struct Ppo:
    RollingMean fast_mean
    RollingMean slow_mean
    ExpAvg fast_average
    ExpAvg slow_average
    ExpAvg signal
    int64_t exponential

ctypedef struct PpoOut:
    double ppo
    double signal
    double histogram

cdef inline void ppo_init(Ppo* s, int64_t fast, int64_t slow, int64_t signal,
                          int64_t ma) noexcept nogil:
    rolling_mean_init(&s.fast_mean, fast)
    rolling_mean_init(&s.slow_mean, slow)
    expavg_init(&s.fast_average, fast)
    expavg_init(&s.slow_average, slow)
    expavg_init(&s.signal, signal)
    s.exponential = ma

cdef inline void ppo_step(Ppo* s, double* recent, double* window, double x, int64_t bar_number,
                          PpoOut* out) noexcept nogil:
    cdef double fast, slow, line, signal
    if s.exponential:
        fast = expavg_step(&s.fast_average, x)
        slow = expavg_step(&s.slow_average, x)
    else:
        fast = rolling_mean_step(&s.fast_mean, recent, x, bar_number)
        slow = rolling_mean_step(&s.slow_mean, window, x, bar_number)
    line = 100.0 * ((fast - slow) / slow) if likely(slow != 0.0) else NAN
    signal = expavg_step(&s.signal, line)
    out.ppo = line
    out.signal = signal
    out.histogram = line - signal
