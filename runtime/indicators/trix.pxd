# cython: cdivision=True
# Rate of change of a triple exponential average (formulas: trix.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.expavg cimport ExpAvg, expavg_init, expavg_step
from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.rolling cimport RollingMean, rolling_mean_init, rolling_mean_step

ctypedef struct Trix:
    ExpAvg first
    ExpAvg second
    ExpAvg third
    double before       # the third average of the bar before
    RollingMean mean

ctypedef struct TrixOut:
    double trix
    double signal

cdef inline void trix_init(Trix* s, int64_t length, int64_t signal) noexcept nogil:
    expavg_init(&s.first, length)
    expavg_init(&s.second, length)
    expavg_init(&s.third, length)
    s.before = NAN
    rolling_mean_init(&s.mean, signal)

cdef inline void trix_step(Trix* s, double* window, double x, int64_t bar_number,
                           TrixOut* out) noexcept nogil:
    cdef double first = expavg_step(&s.first, x)
    cdef double third = expavg_step(&s.third, expavg_step(&s.second, first))
    cdef double change = NAN
    if likely(third == third):
        if likely(s.before != 0.0):
            change = 100.0 * (third / s.before - 1.0)
        s.before = third
    out.trix = change
    out.signal = rolling_mean_step(&s.mean, window, change, bar_number)
