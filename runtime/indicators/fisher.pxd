# cython: cdivision=True
# Fisher transform (formulas: fisher.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.elementary cimport ln
from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.lag cimport Lag, lag_init, lag_step
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.monotone cimport Highest, highest_init, highest_step

ctypedef struct Fisher:
    Highest lowest      # of the negated mid prices
    Highest highest
    Lag past
    double place
    double value

ctypedef struct FisherOut:
    double fisher
    double signal

cdef inline void fisher_init(Fisher* s, int64_t length, int64_t signal) noexcept nogil:
    highest_init(&s.lowest, length)
    highest_init(&s.highest, length)
    lag_init(&s.past, signal)
    s.place = 0.0
    s.value = 0.0

cdef inline double fisher_place(Fisher* s, double above_bottom, double span) noexcept nogil:
    cdef double position = above_bottom / span - 0.5 if likely(span != 0.0) else 0.0
    cdef double place = 0.66 * position + 0.67 * s.place
    return 0.999 if place > 0.99 else -0.999 if place < -0.99 else place

cdef inline void fisher_step(Fisher* s, double* lows, double* highs, double* past,
                             double high, double low,
                             FisherOut* out) noexcept nogil:
    cdef double price = 0.5 * (high + low)
    cdef double minus_bottom, span
    out.fisher = NAN
    out.signal = NAN
    if price != price:
        return
    minus_bottom = highest_step(&s.lowest, lows, -price)
    span = highest_step(&s.highest, highs, price) + minus_bottom
    if span != span:
        return
    s.place = fisher_place(s, price + minus_bottom, span)
    s.value = 0.5 * ln((1.0 + s.place) / (1.0 - s.place)) + 0.5 * s.value
    out.fisher = s.value
    out.signal = lag_step(&s.past, past, s.value)
