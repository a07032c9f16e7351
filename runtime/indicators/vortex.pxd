# cython: cdivision=True
# Vortex (formulas: vortex.py).
from libc.math cimport fabs
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport larger, likely
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.rolling cimport RollingSum, rolling_sum_init, rolling_sum_step
from tradec.runtime.kernels.truerange cimport TrueRange, truerange_init, truerange_step

ctypedef struct Vortex:
    TrueRange range
    double high         # of the bar before; NaN before the first
    double low
    RollingSum up
    RollingSum down
    RollingSum total

ctypedef struct VortexOut:
    double vip
    double vim

cdef inline void vortex_init(Vortex* s, int64_t length) noexcept nogil:
    truerange_init(&s.range)
    s.high = NAN
    s.low = NAN
    rolling_sum_init(&s.up, length)
    rolling_sum_init(&s.down, length)
    rolling_sum_init(&s.total, length)

cdef inline void vortex_step(Vortex* s, double* ups, double* downs, double* ranges, double high,
                             double low, double close, int64_t bar_number,
                             VortexOut* out) noexcept nogil:
    cdef double span = truerange_step(&s.range, high, low, close)
    cdef double up, down, total
    out.vip = NAN
    out.vim = NAN
    if span != span:
        return
    up = rolling_sum_step(&s.up, ups, fabs(high - s.low), bar_number)
    down = rolling_sum_step(&s.down, downs, fabs(low - s.high), bar_number)
    s.high = high
    s.low = low
    if s.up.count == 0:     # the first bar: no movement, and its range does not count
        return
    total = rolling_sum_step(&s.total, ranges, span, bar_number)
    if likely(total > 0.0):
        out.vip = larger(up, 0.0) / total
        out.vim = larger(down, 0.0) / total
    elif total == total:
        out.vip = 0.0
        out.vim = 0.0
