# cython: cdivision=True
# Normalized average true range (formulas: natr.py).
from libc.stdint cimport int64_t

from tradec.runtime.indicators.atr cimport Atr, atr_init, atr_step
from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct Natr:
    Atr range

cdef inline void natr_init(Natr* s, int64_t length) noexcept nogil:
    atr_init(&s.range, length)

cdef inline double natr_step(Natr* s, double high, double low, double close) noexcept nogil:
    cdef double average = atr_step(&s.range, high, low, close)
    return 100.0 * (average / close) if likely(close != 0.0) else NAN
