# Order blocks (formulas: order_block.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.zonebook cimport (
    BookZone, ZoneBook, ZoneBookOut, zonebook_add, zonebook_init, zonebook_test, zonebook_write,
)
from tradec.runtime.structures.displacement cimport Candle, Displacement, displacement_judge
from tradec.runtime.structures.swing cimport Swing

ctypedef ZoneBookOut OrderBlockOut

ctypedef struct BlockCandle:
    double body             # close - open
    double upper            # edges of the block that it would be
    double lower

ctypedef struct OrderBlock:
    ZoneBook book           # book.invalid: how many blocks this bar closed through
    int64_t use_body
    int64_t by_displacement
    double body_atr_min
    double wick_ratio_max
    int64_t lookback
    int64_t now
    double armed_high       # newest swings that are not broken yet
    double armed_low

cdef inline void order_block_init(OrderBlock* s, int64_t use_body, int64_t require_displacement,
                                  double body_atr_min, double wick_ratio_max, int64_t max_active,
                                  int64_t lookback, int64_t atr_length) noexcept nogil:
    zonebook_init(&s.book, max_active)
    s.use_body = use_body
    s.by_displacement = require_displacement
    s.body_atr_min = body_atr_min
    s.wick_ratio_max = wick_ratio_max
    s.lookback = lookback
    s.now = 0
    s.armed_high = NAN
    s.armed_low = NAN

cdef inline int64_t order_block_broken(OrderBlock* s, const Swing* swing,
                                       double close) noexcept nogil:
    if swing.high.accepted:
        s.armed_high = swing.high.level
    if swing.low.accepted:
        s.armed_low = swing.low.level
    if close > s.armed_high:
        s.armed_high = NAN
        return 1
    if close < s.armed_low:
        s.armed_low = NAN
        return -1
    return 0

cdef inline void order_block_find(OrderBlock* s, BookZone* active, const BlockCandle* candles,
                                  int64_t side, double close) noexcept nogil:
    # The newest candle against the move is the block, if price has left it.
    cdef int64_t bar = s.now - 1
    cdef int64_t oldest = s.now - s.lookback if s.now > s.lookback else 0
    cdef int64_t slot
    while bar >= oldest:
        slot = bar % s.lookback
        if side * candles[slot].body < 0.0:
            if close > candles[slot].upper if side > 0 else close < candles[slot].lower:
                zonebook_add(&s.book, active, side, candles[slot].upper, candles[slot].lower, bar)
            return
        bar -= 1

cdef inline void order_block_remember(OrderBlock* s, BlockCandle* candles, double open,
                                      double high, double low, double close) noexcept nogil:
    cdef BlockCandle* candle = &candles[s.now % s.lookback]
    candle.body = close - open
    if s.use_body:
        candle.upper = close if close > open else open
        candle.lower = open if close > open else close
    else:
        candle.upper = high
        candle.lower = low
    s.now += 1

cdef inline void order_block_step(OrderBlock* s, BookZone* active, BookZone* mitigated,
                                  BookZone* invalid, BlockCandle* candles, const Swing* swing,
                                  const Displacement* displacement, double open, double high,
                                  double low, double close, double volatility,
                                  OrderBlockOut* out) noexcept nogil:
    cdef Candle candle
    if not s.by_displacement:
        candle.direction = order_block_broken(s, swing, close)
    elif displacement != NULL:
        candle.direction = displacement.candle.direction
    else:
        displacement_judge(&candle, s.body_atr_min, s.wick_ratio_max, open, high, low, close,
                           volatility)
    zonebook_test(&s.book, active, mitigated, invalid, high, low, close, 0.0)
    if candle.direction != 0:
        order_block_find(s, active, candles, candle.direction, close)
    order_block_remember(s, candles, open, high, low, close)
    zonebook_write(&s.book, active, close, out)
