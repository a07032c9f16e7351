# cython: cdivision=True
# Bollinger bands (formulas: bbands.py).
from libc.math cimport sqrt
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.rolling cimport (
    RollingMoments,
    rolling_moments_init,
    rolling_moments_step,
)

ctypedef struct Bbands:
    RollingMoments moments
    double std
    double per_n
    double per_freedom
    double last
    int64_t run         # equal inputs up to the newest

ctypedef struct BbandsOut:
    double lower
    double middle
    double upper
    double bandwidth
    double percent_b

cdef inline void bbands_init(Bbands* s, int64_t length, double std, int64_t ddof) noexcept nogil:
    rolling_moments_init(&s.moments, length)
    s.std = std
    s.per_n = 1.0 / <double>length
    s.per_freedom = 1.0 / <double>(length - ddof)
    s.last = NAN
    s.run = 0

cdef inline double bbands_variance(Bbands* s, double x) noexcept nogil:
    cdef double square = s.moments.first * s.moments.first * s.per_n
    cdef double variance = (s.moments.second - square) * s.per_freedom
    s.run = s.run + 1 if x == s.last else 1
    s.last = x
    return variance if variance > 0.0 and s.run < s.moments.mean.length else 0.0

cdef inline void bbands_step(Bbands* s, double* window, double x, int64_t bar_number,
                             BbandsOut* out) noexcept nogil:
    cdef double middle, width, lower, upper
    middle = rolling_moments_step(&s.moments, window, x, bar_number)
    if likely(x == x):
        width = s.std * sqrt(bbands_variance(s, x))
        lower = middle - width
        upper = middle + width
        out.lower = lower
        out.middle = middle
        out.upper = upper
        out.bandwidth = 100.0 * (upper - lower) / middle if likely(middle != 0.0) else NAN
        out.percent_b = (x - lower) / (upper - lower) if likely(upper != lower) else 0.5
    else:
        out.lower = NAN
        out.middle = NAN
        out.upper = NAN
        out.bandwidth = NAN
        out.percent_b = NAN
