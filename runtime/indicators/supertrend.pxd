# Supertrend (formulas: supertrend.py).
from libc.stdint cimport int64_t

from tradec.runtime.indicators.atr cimport Atr, atr_init, atr_step
from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport MISSING, NAN

ctypedef struct Supertrend:
    Atr atr
    double multiplier
    double lower        # NaN before the first average true range
    double upper
    double close        # of the bar before
    int64_t direction

ctypedef struct SupertrendOut:
    double trend
    int64_t direction
    double long
    double short

cdef inline void supertrend_init(Supertrend* s, int64_t length, double multiplier) noexcept nogil:
    atr_init(&s.atr, length)
    s.multiplier = multiplier
    s.lower = NAN
    s.upper = NAN
    s.close = NAN
    s.direction = -1

cdef inline void supertrend_turn(Supertrend* s, double lower, double upper,
                                 double close) noexcept nogil:
    if s.lower != s.lower:      # the first bands decide nothing
        s.lower = lower
        s.upper = upper
        return
    # A band gives way where price closed beyond it, and otherwise only tightens.
    if not (lower <= s.lower and s.close >= s.lower):
        s.lower = lower
    if not (upper >= s.upper and s.close <= s.upper):
        s.upper = upper
    if close > s.upper and s.direction < 0:
        s.direction = 1
    elif close < s.lower and s.direction > 0:
        s.direction = -1

cdef inline void supertrend_step(Supertrend* s, double high, double low, double close,
                                 SupertrendOut* out) noexcept nogil:
    cdef double range = atr_step(&s.atr, high, low, close)
    cdef double middle = 0.5 * (high + low), width
    out.trend = NAN
    out.direction = MISSING
    out.long = NAN
    out.short = NAN
    if likely(range == range):
        width = s.multiplier * range
        supertrend_turn(s, middle - width, middle + width, close)
        out.direction = s.direction
        if s.direction > 0:
            out.trend = s.lower
            out.long = s.lower
        else:
            out.trend = s.upper
            out.short = s.upper
    if high == high and low == low and close == close:
        s.close = close
