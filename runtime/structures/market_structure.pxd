# Breaks of structure and changes of character (formulas: market_structure.py).
# A side is 1 for highs and -1 for lows: `side * price > side * level` is a break of either.
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.structures.swing cimport Swing

ctypedef struct MarketStructure:
    int64_t by_close
    int64_t now
    int64_t bias
    double armed_high
    double armed_low
    double swing_high
    double swing_low
    double anchor
    int64_t broke           # bar of the last event
    int64_t is_bos          # of this bar
    int64_t is_choch
    int64_t bos_direction
    int64_t choch_direction
    int64_t bos_index
    int64_t choch_index
    double bos_level
    double choch_level
    int64_t version

ctypedef struct MarketStructureOut:
    int64_t bias
    int64_t bos_this_bar
    int64_t choch_this_bar
    int64_t bos_direction
    int64_t choch_direction
    int64_t last_bos_idx
    int64_t last_choch_idx
    double last_bos_level
    double last_choch_level
    double break_level_high
    double break_level_low
    int64_t version
    double anchor_level

cdef inline void market_structure_init(MarketStructure* s,
                                       int64_t confirmation_close) noexcept nogil:
    s.by_close = confirmation_close
    s.now = 0
    s.bias = 0
    s.armed_high = NAN
    s.armed_low = NAN
    s.swing_high = NAN
    s.swing_low = NAN
    s.anchor = NAN
    s.broke = -1
    s.is_bos = 0
    s.is_choch = 0
    s.bos_direction = 0
    s.choch_direction = 0
    s.bos_index = -1
    s.choch_index = -1
    s.bos_level = NAN
    s.choch_level = NAN
    s.version = 0

cdef inline void market_structure_take(MarketStructure* s, int64_t side, int64_t index,
                                       double level) noexcept nogil:
    if side > 0:
        s.swing_high = level
        s.armed_high = level
    else:
        s.swing_low = level
        s.armed_low = level
    if s.bias + side == 0 and (s.anchor != s.anchor or index <= s.broke):
        s.anchor = level

cdef inline void market_structure_break(MarketStructure* s, int64_t side) noexcept nogil:
    # Take the new direction; its armed level is used up.
    if side > 0:
        s.armed_high = NAN
        s.anchor = s.swing_low
    else:
        s.armed_low = NAN
        s.anchor = s.swing_high
    s.bias = side
    s.broke = s.now
    s.version += 1

cdef inline void market_structure_bos(MarketStructure* s, int64_t side) noexcept nogil:
    s.is_bos = 1
    s.bos_direction = side
    s.bos_index = s.now
    s.bos_level = s.armed_high if side > 0 else s.armed_low
    market_structure_break(s, side)

cdef inline void market_structure_choch(MarketStructure* s, double beyond) noexcept nogil:
    cdef int64_t side = -s.bias
    cdef double armed = s.armed_high if side > 0 else s.armed_low
    s.is_choch = 1
    s.choch_direction = side
    s.choch_index = s.now
    s.choch_level = s.anchor
    market_structure_break(s, side)
    if not (side * beyond > side * armed):      # it stays armed
        if side > 0:
            s.armed_high = armed
        else:
            s.armed_low = armed

cdef inline void market_structure_begin(MarketStructure* s, double up, double down,
                                        double open, double close) noexcept nogil:
    cdef bint is_up = up > s.armed_high
    cdef bint is_down = down < s.armed_low
    if is_up and is_down:
        is_up = close > open
        is_down = close < open
    if is_up:
        market_structure_bos(s, 1)
    elif is_down:
        market_structure_bos(s, -1)

cdef inline void market_structure_step(MarketStructure* s, const Swing* swing, double open,
                                       double high, double low, double close,
                                       MarketStructureOut* out) noexcept nogil:
    cdef int64_t i
    cdef double up = close if s.by_close else high
    cdef double down = close if s.by_close else low
    s.is_bos = 0
    s.is_choch = 0
    for i in range(swing.pivot_count):
        market_structure_take(s, swing.pivots[i].side, swing.pivots[i].index,
                              swing.pivots[i].level)
    if s.bias > 0:
        if down < s.anchor:
            market_structure_choch(s, down)
        elif up > s.armed_high:
            market_structure_bos(s, 1)
    elif s.bias < 0:
        if up > s.anchor:
            market_structure_choch(s, up)
        elif down < s.armed_low:
            market_structure_bos(s, -1)
    else:
        market_structure_begin(s, up, down, open, close)
    s.now += 1
    out.bias = s.bias
    out.bos_this_bar = s.is_bos
    out.choch_this_bar = s.is_choch
    out.bos_direction = s.bos_direction
    out.choch_direction = s.choch_direction
    out.last_bos_idx = s.bos_index
    out.last_choch_idx = s.choch_index
    out.last_bos_level = s.bos_level
    out.last_choch_level = s.choch_level
    out.break_level_high = s.armed_high
    out.break_level_low = s.armed_low
    out.version = s.version
    out.anchor_level = s.anchor
