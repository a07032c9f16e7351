# Squeeze (formulas: squeeze.py).
from libc.stdint cimport int64_t

from tradec.runtime.indicators.bbands cimport Bbands, BbandsOut, bbands_init, bbands_step
from tradec.runtime.indicators.kc cimport Kc, KcOut, kc_init, kc_step
from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.lag cimport Lag, lag_init, lag_step
from tradec.runtime.kernels.missing cimport MISSING, NAN
from tradec.runtime.kernels.rolling cimport RollingMean, rolling_mean_init, rolling_mean_step

ctypedef struct Squeeze:
    Bbands bands
    Kc channel
    Lag past
    RollingMean mean

ctypedef struct SqueezeOut:
    double sqz
    int64_t on
    int64_t off
    int64_t no_sqz

cdef inline void squeeze_init(Squeeze* s, int64_t bb_length, double bb_std, int64_t kc_length,
                              double kc_scalar, int64_t mom_length,
                              int64_t mom_smooth) noexcept nogil:
    bbands_init(&s.bands, bb_length, bb_std, 0)
    kc_init(&s.channel, kc_length, kc_scalar)
    lag_init(&s.past, mom_length)
    rolling_mean_init(&s.mean, mom_smooth)

cdef inline void squeeze_step(Squeeze* s, double* window, double* past, double* momenta,
                              double high, double low, double close, int64_t bar_number,
                              SqueezeOut* out) noexcept nogil:
    cdef BbandsOut inner
    cdef KcOut outer
    out.sqz = NAN
    out.on = MISSING
    out.off = MISSING
    out.no_sqz = MISSING
    if high != high or low != low or close != close:
        return
    bbands_step(&s.bands, window, close, bar_number, &inner)
    kc_step(&s.channel, high, low, close, &outer)
    out.sqz = rolling_mean_step(&s.mean, momenta, close - lag_step(&s.past, past, close),
                                bar_number)
    if likely(out.sqz == out.sqz and inner.lower == inner.lower and outer.lower == outer.lower):
        out.on = inner.lower > outer.lower and inner.upper < outer.upper
        out.off = inner.lower < outer.lower and inner.upper > outer.upper
        out.no_sqz = not (out.on or out.off)
