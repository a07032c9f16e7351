# Fair value gaps (formulas: fair_value_gap.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.zonebook cimport (
    BookZone, ZoneBook, ZoneBookOut, zonebook_add, zonebook_init, zonebook_test, zonebook_write,
)

ctypedef ZoneBookOut FairValueGapOut

ctypedef struct FairValueGap:
    ZoneBook book
    double min_gap_atr
    double mitigate_at
    double high_1           # of the bar before; NaN before the first
    double low_1
    double high_2
    double low_2

cdef inline void fair_value_gap_init(FairValueGap* s, double min_gap_atr, double mitigate_at,
                                     int64_t max_active, int64_t atr_length) noexcept nogil:
    zonebook_init(&s.book, max_active)
    s.min_gap_atr = min_gap_atr
    s.mitigate_at = mitigate_at
    s.high_1 = NAN
    s.low_1 = NAN
    s.high_2 = NAN
    s.low_2 = NAN

cdef inline void fair_value_gap_step(FairValueGap* s, BookZone* active, BookZone* mitigated,
                                     double high, double low, double close, double volatility,
                                     FairValueGapOut* out) noexcept nogil:
    cdef double least = 0.0
    if s.min_gap_atr > 0.0:     # comparisons with NaN are false
        least = s.min_gap_atr * volatility if volatility > 0.0 else NAN
    zonebook_test(&s.book, active, mitigated, NULL, high, low, close, s.mitigate_at)
    if low > s.high_2:
        if low - s.high_2 >= least:
            zonebook_add(&s.book, active, 1, low, s.high_2, -1)
    elif high < s.low_2:
        if s.low_2 - high >= least:
            zonebook_add(&s.book, active, -1, s.low_2, high, -1)
    s.high_2 = s.high_1
    s.low_2 = s.low_1
    s.high_1 = high
    s.low_1 = low
    zonebook_write(&s.book, active, close, out)
