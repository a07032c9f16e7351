# cython: cdivision=True
# Money flow index (formulas: mfi.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport larger, likely
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.rolling cimport RollingSum, rolling_sum_init, rolling_sum_step

ctypedef struct Mfi:
    double price        # of the bar before; NaN before the first
    RollingSum inflow
    RollingSum outflow

cdef inline void mfi_init(Mfi* s, int64_t length) noexcept nogil:
    s.price = NAN
    rolling_sum_init(&s.inflow, length)
    rolling_sum_init(&s.outflow, length)

cdef inline double mfi_step(Mfi* s, double* inflows, double* outflows, double high, double low,
                            double close, double volume, int64_t bar_number) noexcept nogil:
    cdef double price = (high + low + close) / 3.0
    cdef double before = s.price, flow = price * volume, rise, fall
    if flow != flow:
        return NAN
    s.price = price
    if before != before:
        return NAN
    rise = rolling_sum_step(&s.inflow, inflows, flow if price > before else 0.0, bar_number)
    fall = rolling_sum_step(&s.outflow, outflows, flow if price < before else 0.0, bar_number)
    if rise != rise:
        return NAN
    rise = larger(rise, 0.0)
    flow = rise + larger(fall, 0.0)
    return 100.0 * (rise / flow) if likely(flow != 0.0) else 50.0
