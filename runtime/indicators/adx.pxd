# cython: cdivision=True
# Average directional index (formulas: adx.py).
from libc.math cimport fabs
from libc.stdint cimport int64_t

from tradec.runtime.kernels.directional cimport (
    Movement,
    movement_minus,
    movement_plus,
    wilder_sum,
)
from tradec.runtime.kernels.hint cimport larger, likely, smaller
from tradec.runtime.kernels.lag cimport Lag, lag_init, lag_step
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.wilder cimport wilder_blend

ctypedef struct Adx:
    Movement before
    double close
    double plus
    double minus
    double span
    double strength     # a sum until the first adx
    double size
    double rate
    int64_t bars        # seen, up to 2 * length
    int64_t length
    Lag past

ctypedef struct AdxOut:
    double adx
    double dmp
    double dmn
    double adxr

cdef inline void adx_init(Adx* s, int64_t length) noexcept nogil:
    s.before = Movement(NAN, NAN)
    s.close = NAN
    s.plus = 0.0
    s.minus = 0.0
    s.span = 0.0
    s.strength = 0.0
    s.size = <double>length
    s.rate = 1.0 / <double>length
    s.bars = 0
    s.length = length
    lag_init(&s.past, length - 1)

cdef inline void adx_move(Adx* s, double high, double low, double close) noexcept nogil:
    cdef bint seeding = s.bars < s.length
    cdef double span = larger(s.close, high) - smaller(s.close, low)
    s.plus = wilder_sum(s.plus, s.size, movement_plus(&s.before, high, low), seeding)
    s.minus = wilder_sum(s.minus, s.size, movement_minus(&s.before, high, low), seeding)
    s.span = wilder_sum(s.span, s.size, span, seeding) if likely(s.bars > 0) else 0.0
    s.before.high = high
    s.before.low = low
    s.close = close

cdef inline void adx_smooth(Adx* s, bint known, double dx) noexcept nogil:
    if likely(s.bars == 2 * s.length):      # complete before this bar
        if known:
            s.strength = wilder_blend(s.strength, s.rate, dx)
        return
    if known:
        s.strength += dx
    if s.bars == 2 * s.length - 1:
        s.strength = s.strength / s.size

cdef inline void adx_step(Adx* s, double* past, double high, double low, double close,
                          AdxOut* out) noexcept nogil:
    cdef double dmp = 0.0, dmn = 0.0, dx = 0.0
    cdef bint known = False
    out.adx = NAN
    out.dmp = NAN
    out.dmn = NAN
    out.adxr = NAN
    if high != high or low != low or close != close:
        return
    adx_move(s, high, low, close)
    if s.bars < s.length:
        s.bars += 1
        return
    if likely(s.span != 0.0):
        dmp = 100.0 * (s.plus / s.span)
        dmn = 100.0 * (s.minus / s.span)
        known = s.plus + s.minus > 0.0
    if likely(known):
        dx = 100.0 * (fabs(dmp - dmn) / (dmp + dmn))
    out.dmp = dmp
    out.dmn = dmn
    adx_smooth(s, known, dx)
    if s.bars < 2 * s.length - 1:
        s.bars += 1
        return
    s.bars = 2 * s.length
    out.adx = s.strength
    out.adxr = 0.5 * (s.strength + lag_step(&s.past, past, s.strength))
