# cython: cdivision=True
# Commodity channel index (formulas: cci.py).
from libc.math cimport fabs
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.rolling cimport RollingMean, rolling_mean_init, rolling_mean_step

ctypedef struct Cci:
    RollingMean mean
    double last
    int64_t run         # equal inputs up to the newest

cdef inline void cci_init(Cci* s, int64_t length) noexcept nogil:
    rolling_mean_init(&s.mean, length)
    s.last = NAN
    s.run = 0

cdef inline double cci_deviation(const double* window, int64_t length, double mean) noexcept nogil:
    # Four sums at a time: one sum would wait for each of its additions.
    cdef double first = 0.0, second = 0.0, third = 0.0, fourth = 0.0
    cdef int64_t i = 0
    while i + 4 <= length:
        first += fabs(window[i] - mean)
        second += fabs(window[i + 1] - mean)
        third += fabs(window[i + 2] - mean)
        fourth += fabs(window[i + 3] - mean)
        i += 4
    if i < length:
        first += fabs(window[i] - mean)
    if i + 1 < length:
        second += fabs(window[i + 1] - mean)
    if i + 2 < length:
        third += fabs(window[i + 2] - mean)
    return ((first + second) + (third + fourth)) / <double>length

cdef inline double cci_step(Cci* s, double* window, double high, double low, double close,
                            int64_t bar_number) noexcept nogil:
    cdef double price = (high + low + close) / 3.0
    cdef double mean, deviation
    if price != price:
        return NAN
    s.run = s.run + 1 if price == s.last else 1
    s.last = price
    mean = rolling_mean_step(&s.mean, window, price, bar_number)
    if mean != mean:
        return NAN
    deviation = cci_deviation(window, s.mean.length, mean)
    if deviation == 0.0 or s.run >= s.mean.length:
        return 0.0
    return (price - mean) / (0.015 * deviation)
