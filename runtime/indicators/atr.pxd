# Average true range (formulas: atr.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.truerange cimport TrueRange, truerange_init, truerange_step
from tradec.runtime.kernels.wilder cimport Wilder, wilder_init, wilder_step

ctypedef struct Atr:
    Wilder average
    TrueRange span

cdef inline void atr_init(Atr* s, int64_t length) noexcept nogil:
    wilder_init(&s.average, length)
    truerange_init(&s.span)

cdef inline double atr_step(Atr* s, double high, double low, double close) noexcept nogil:
    return wilder_step(&s.average, truerange_step(&s.span, high, low, close))
