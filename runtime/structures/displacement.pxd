# cython: cdivision=True
# Candle of displacement (formulas: displacement.py).
from libc.math cimport fabs
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN

cdef extern from *:
    """
    #define TRADEC_INFINITY (__builtin_inf())
    """
    const double INFINITY "TRADEC_INFINITY"

ctypedef struct Candle:
    int64_t direction       # of a displacement, else 0
    double body             # in units of volatility
    double wicks            # in units of the body

ctypedef struct Displacement:
    double body_atr_min
    double wick_ratio_max
    int64_t now
    int64_t last_index
    int64_t last_direction
    int64_t version
    Candle candle           # this bar's

ctypedef struct DisplacementOut:
    int64_t is_displacement
    int64_t direction
    double body_atr_ratio
    double wick_ratio
    int64_t last_idx
    int64_t last_direction
    int64_t version

cdef inline void displacement_judge(Candle* candle, double body_atr_min, double wick_ratio_max,
                                    double open, double high, double low, double close,
                                    double volatility) noexcept nogil:
    cdef bint rises = close > open
    cdef double body = fabs(close - open)
    candle.direction = 0
    candle.body = NAN
    candle.wicks = NAN
    if not volatility > 0.0:
        return
    candle.body = body / volatility
    if body == 0.0:
        if high > low:
            candle.wicks = INFINITY
        return
    if rises:
        candle.wicks = ((high - close) + (open - low)) / body
    else:
        candle.wicks = ((high - open) + (close - low)) / body
    if candle.body >= body_atr_min and candle.wicks <= wick_ratio_max:
        candle.direction = 1 if rises else -1

cdef inline void displacement_init(Displacement* s, double body_atr_min, double wick_ratio_max,
                                   int64_t atr_length) noexcept nogil:
    s.body_atr_min = body_atr_min
    s.wick_ratio_max = wick_ratio_max
    s.now = 0
    s.last_index = -1
    s.last_direction = 0
    s.version = 0
    s.candle = Candle(0, NAN, NAN)

cdef inline void displacement_step(Displacement* s, double open, double high, double low,
                                   double close, double volatility,
                                   DisplacementOut* out) noexcept nogil:
    displacement_judge(&s.candle, s.body_atr_min, s.wick_ratio_max, open, high, low, close,
                       volatility)
    if s.candle.direction != 0:
        s.last_index = s.now
        s.last_direction = s.candle.direction
        s.version += 1
    s.now += 1
    out.is_displacement = s.candle.direction != 0
    out.direction = s.candle.direction
    out.body_atr_ratio = s.candle.body
    out.wick_ratio = s.candle.wicks
    out.last_idx = s.last_index
    out.last_direction = s.last_direction
    out.version = s.version
