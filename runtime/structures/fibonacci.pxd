# Fibonacci levels of a range of swings (formulas: fibonacci.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.structures.swing cimport Swing, SwingPair
from tradec.runtime.structures.trend cimport Trend

ctypedef struct Fibonacci:
    int64_t count
    int64_t mode            # 0 retracement, 1 extension, 2 up, 3 down
    int64_t paired
    int64_t by_trend
    int64_t is_new          # no bar yet
    SwingPair anchor        # side 0: none, or one without direction
    int64_t trend_direction

ctypedef struct FibonacciOut:
    double anchor_high
    double anchor_low
    double range
    int64_t anchor_direction
    int64_t anchor_hash
    int64_t anchor_trend_direction

cdef inline void fibonacci_init(Fibonacci* s, int64_t levels, int64_t mode,
                                int64_t use_paired_anchor,
                                int64_t use_trend_anchor) noexcept nogil:
    s.count = levels
    s.mode = mode
    s.paired = use_paired_anchor
    s.by_trend = use_trend_anchor
    s.is_new = 1
    s.anchor = SwingPair(0, 0, NAN, NAN)
    s.trend_direction = 0

cdef inline SwingPair fibonacci_anchor(const Fibonacci* s, const Swing* swing,
                                       const Trend* trend) noexcept nogil:
    # An anchor without prices is none.
    if s.by_trend:
        if trend.direction > 0:
            return swing.bullish
        if trend.direction < 0:
            return swing.bearish
        return SwingPair(0, 0, NAN, NAN)
    if s.paired:
        return swing.bearish if swing.pair_direction < 0 else swing.bullish
    return SwingPair(0, 0, swing.high.level, swing.low.level)

cdef inline void fibonacci_draw(Fibonacci* s, const double* levels, double* level) noexcept nogil:
    # Every level is a start and so many times a signed range.
    cdef double span = s.anchor.high - s.anchor.low
    cdef bint is_bearish = s.anchor.side < 0
    cdef double start = s.anchor.high
    cdef int64_t i
    if s.mode == 0:
        if is_bearish:
            start = s.anchor.low
        else:
            span = -span
    elif s.mode == 3 or (s.mode == 1 and is_bearish):
        start = s.anchor.low
        span = -span
    for i in range(s.count):
        level[i] = start + levels[i] * span

cdef inline void fibonacci_step(Fibonacci* s, const double* levels, double* level,
                                const Swing* swing, const Trend* trend,
                                FibonacciOut* out) noexcept nogil:
    cdef SwingPair anchor = fibonacci_anchor(s, swing, trend)
    cdef int64_t i
    if s.is_new:
        s.is_new = 0
        for i in range(s.count):
            level[i] = NAN
    if anchor.high > anchor.low and (
            anchor.version != s.anchor.version or anchor.high != s.anchor.high
            or anchor.low != s.anchor.low):
        s.anchor = anchor
        s.trend_direction = anchor.side if s.by_trend else 0
        fibonacci_draw(s, levels, level)
    out.anchor_high = s.anchor.high
    out.anchor_low = s.anchor.low
    out.range = s.anchor.high - s.anchor.low
    out.anchor_direction = s.anchor.side
    out.anchor_hash = s.anchor.version
    out.anchor_trend_direction = s.trend_direction
