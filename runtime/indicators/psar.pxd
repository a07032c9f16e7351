# Parabolic stop and reverse (formulas: psar.py). A fall is a rise in negated prices.
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport larger, likely, smaller
from tradec.runtime.kernels.missing cimport MISSING, NAN

ctypedef struct Psar:
    double side         # 1 up, -1 down, 0 before bar 1
    double high         # of the bar before; NaN before the first
    double low
    double extreme      # this and the stop are negated while side is -1
    double stop
    double af
    double af0
    double increment
    double limit

ctypedef struct PsarOut:
    double sar
    double long
    double short
    double af
    int64_t reversal

cdef inline void psar_init(Psar* s, double af0, double af, double max_af) noexcept nogil:
    s.side = 0.0
    s.high = NAN
    s.low = NAN
    s.extreme = NAN
    s.stop = NAN
    s.af = NAN
    s.af0 = smaller(af0, max_af)
    s.increment = smaller(af, max_af)
    s.limit = max_af

cdef inline void psar_begin(Psar* s, double high, double low) noexcept nogil:
    cdef double fell = s.low - low
    cdef bint down = fell > 0.0 and fell > high - s.high
    s.side = -1.0 if down else 1.0
    s.extreme = -low if down else high
    s.stop = -s.high if down else s.low
    s.af = s.af0
    s.high = high       # on this bar the bar itself stands for the one before
    s.low = low

cdef inline bint psar_move(Psar* s, double* out, double top, double bottom, double top_before,
                           double bottom_before) noexcept nogil:
    # One bar of a rise; returns whether the stop was touched, which turns the side.
    if bottom <= s.stop:
        out[0] = larger(larger(s.extreme, top_before), top)
        s.af = s.af0
        s.stop = -larger(larger(out[0] + s.af * (bottom - out[0]), top_before), top)
        s.extreme = -bottom
        s.side = -s.side
        return True
    out[0] = s.stop
    if top > s.extreme:
        s.extreme = top
        s.af = smaller(s.af + s.increment, s.limit)
    s.stop = smaller(smaller(out[0] + s.af * (s.extreme - out[0]), bottom_before), bottom)
    return False

cdef inline void psar_step(Psar* s, double high, double low, PsarOut* out) noexcept nogil:
    cdef double side, sar
    out.sar = NAN
    out.long = NAN
    out.short = NAN
    out.af = NAN
    out.reversal = MISSING
    if high != high or low != low:
        return
    if likely(s.high == s.high):
        if s.side == 0.0:
            psar_begin(s, high, low)
        side = s.side
        if side > 0.0:
            out.reversal = psar_move(s, &sar, high, low, s.high, s.low)
        else:
            out.reversal = psar_move(s, &sar, -low, -high, -s.low, -s.high)
            sar = -sar
        out.sar = sar
        out.af = s.af
        if s.side > 0.0:
            out.long = sar
        else:
            out.short = sar
    s.high = high
    s.low = low
