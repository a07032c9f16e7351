# cython: cdivision=True
# Volume-weighted average price (formulas: vwap.py).
from libc.stdint cimport INT64_MAX, INT64_MIN, int64_t

from tradec.runtime.clock cimport close_after
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.anchored cimport AnchoredMean, anchored_start, anchored_step

ctypedef struct Vwap:
    AnchoredMean mean
    int64_t minutes     # of the timeframe whose bars are the periods; -1: one period
    int64_t end         # of the present period, in ms

cdef inline void vwap_init(Vwap* s, int64_t anchor) noexcept nogil:
    anchored_start(&s.mean, NAN)
    s.minutes = 1440 if anchor == 0 else 10080 if anchor == 1 else 0 if anchor == 2 else -1
    s.end = INT64_MIN

cdef inline double vwap_step(Vwap* s, double high, double low, double close, double volume,
                             int64_t ts_open) noexcept nogil:
    cdef double price = (high + low + close) / 3.0
    if price != price or volume != volume:
        return NAN
    if ts_open >= s.end:
        s.end = close_after(s.minutes, ts_open) if s.minutes >= 0 else INT64_MAX
        anchored_start(&s.mean, price)
    return anchored_step(&s.mean, price, volume)
