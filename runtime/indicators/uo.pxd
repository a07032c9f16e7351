# cython: cdivision=True
# Ultimate oscillator (formulas: uo.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport larger, likely, smaller
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.rolling cimport RollingSum, rolling_sum_init, rolling_sum_step

ctypedef struct UoSums:
    RollingSum pressure
    RollingSum span

ctypedef struct Uo:
    double close        # of the bar before; NaN before the first
    UoSums short
    UoSums middle
    UoSums long

cdef inline void uo_sums_init(UoSums* s, int64_t length) noexcept nogil:
    rolling_sum_init(&s.pressure, length)
    rolling_sum_init(&s.span, length)

cdef inline void uo_init(Uo* s, int64_t fast, int64_t medium, int64_t slow) noexcept nogil:
    cdef int64_t low = fast if fast < medium else medium
    cdef int64_t high = medium if fast < medium else fast
    s.close = NAN
    uo_sums_init(&s.short, low if low < slow else slow)
    uo_sums_init(&s.middle, high if slow > high else low if slow < low else slow)
    uo_sums_init(&s.long, high if high > slow else slow)

cdef inline double uo_share(UoSums* s, double* pressures, double* spans, double pressure,
                            double span, int64_t bar_number) noexcept nogil:
    cdef double kept = rolling_sum_step(&s.pressure, pressures, pressure, bar_number)
    cdef double whole = rolling_sum_step(&s.span, spans, span, bar_number)
    cdef double share = kept / whole if likely(whole != 0.0) else 0.0
    return share if share != share else larger(smaller(share, 1.0), 0.0)

cdef inline double uo_step(Uo* s, double* pressures_1, double* ranges_1, double* pressures_2,
                           double* ranges_2, double* pressures_3, double* ranges_3, double high,
                           double low, double close, int64_t bar_number) noexcept nogil:
    cdef double bottom, pressure, span, value
    if high != high or low != low or close != close:
        return NAN
    bottom = smaller(s.close, low)
    span = larger(s.close, high) - bottom
    if s.close != s.close:
        s.close = close
        return NAN
    s.close = close
    pressure = close - bottom
    value = 4.0 * uo_share(&s.short, pressures_1, ranges_1, pressure, span, bar_number)
    value += 2.0 * uo_share(&s.middle, pressures_2, ranges_2, pressure, span, bar_number)
    value += uo_share(&s.long, pressures_3, ranges_3, pressure, span, bar_number)
    return 100.0 * (value / 7.0)
