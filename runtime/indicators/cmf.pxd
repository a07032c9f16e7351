# cython: cdivision=True
# Chaikin money flow (formulas: cmf.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport larger, likely, smaller
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.rolling cimport RollingSum, rolling_sum_init, rolling_sum_step

ctypedef struct Cmf:
    RollingSum flow
    RollingSum volume

cdef inline void cmf_init(Cmf* s, int64_t length) noexcept nogil:
    rolling_sum_init(&s.flow, length)
    rolling_sum_init(&s.volume, length)

cdef inline double cmf_step(Cmf* s, double* flows, double* volumes, double high, double low,
                            double close, double volume, int64_t bar_number) noexcept nogil:
    cdef double range = high - low, flow = 0.0, total
    if range != range or close != close or volume != volume:
        return NAN
    if likely(range != 0.0):
        flow = ((close - low) - (high - close)) / range * volume
    flow = rolling_sum_step(&s.flow, flows, flow, bar_number)
    total = rolling_sum_step(&s.volume, volumes, volume, bar_number)
    if likely(total > 0.0):
        return smaller(larger(flow / total, -1.0), 1.0)
    return 0.0 if total == total else NAN
