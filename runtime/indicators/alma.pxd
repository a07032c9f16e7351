# cython: cdivision=True
# Arnaud Legoux moving average (formulas: alma.py).
from libc.math cimport fabs
from libc.math cimport floor as round_down
from libc.stdint cimport int64_t

from tradec.runtime.kernels.elementary cimport exp
from tradec.runtime.kernels.hint cimport likely, smaller
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct Alma:
    double center       # of the bell, in bars from the oldest
    double scale
    int64_t length
    int64_t head        # slot of the oldest input, and where the newest goes
    int64_t count

cdef inline void alma_init(Alma* s, int64_t length, double sigma, double offset,
                           int64_t floor) noexcept nogil:
    cdef double center = offset * <double>(length - 1)
    s.center = round_down(center) if floor else center
    s.scale = sigma / <double>length
    s.length = length
    s.head = 0
    s.count = 0

cdef inline void alma_weigh(Alma* s, double* weights) noexcept nogil:
    cdef double least = fabs(s.center) * s.scale
    cdef double total = 0.0
    cdef int64_t i
    for i in range(s.length):
        weights[i] = fabs(<double>i - s.center) * s.scale
        least = smaller(weights[i], least)
    for i in range(s.length):
        weights[i] = exp((least - weights[i]) * (least + weights[i]) * 0.5)
        total += weights[i]
    for i in range(s.length):
        weights[i] = weights[i] / total

cdef inline double alma_dot(const double* x, const double* w, int64_t length) noexcept nogil:
    # Four sums at a time: one sum would wait for each of its additions.
    cdef double first = 0.0, second = 0.0, third = 0.0, fourth = 0.0
    cdef int64_t i = 0
    while i + 4 <= length:
        first += w[i] * x[i]
        second += w[i + 1] * x[i + 1]
        third += w[i + 2] * x[i + 2]
        fourth += w[i + 3] * x[i + 3]
        i += 4
    if i < length:
        first += w[i] * x[i]
    if i + 1 < length:
        second += w[i + 1] * x[i + 1]
    if i + 2 < length:
        third += w[i + 2] * x[i + 2]
    return (first + second) + (third + fourth)

cdef inline double alma_step(Alma* s, double* window, double* weights, double x) noexcept nogil:
    if x != x:
        return NAN
    window[s.head] = x
    window[s.head + s.length] = x
    s.head += 1
    if s.head == s.length:
        s.head = 0
    if not likely(s.count == s.length):
        if s.count == 0:
            alma_weigh(s, weights)
        s.count += 1
        if s.count < s.length:
            return NAN
    return alma_dot(window + s.head, weights, s.length)
