# cython: cdivision=True
# Swing highs and lows (formulas: swing.py). What holds for highs holds for lows in negated prices.
from libc.math cimport fabs
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.monotone cimport HighestAt, highest_at_init, highest_at_step

ctypedef struct SwingPivot:
    int64_t side        # 1 high, -1 low
    int64_t index
    double level

ctypedef struct SwingLeg:
    int64_t side
    int64_t extends     # it replaces the last end
    double level

ctypedef struct SwingPair:
    int64_t side            # of its later end; 0: there is none
    int64_t version
    double high
    double low

ctypedef struct SwingSide:
    double level
    int64_t index
    int64_t version
    double significance
    int64_t is_major
    int64_t accepted
    int64_t replaced
    double pair_level
    int64_t pair_index
    double candidate
    int64_t candidate_index     # -1: none on this bar
    double extreme              # zigzag: the running extreme
    int64_t extreme_index       # -1: none yet
    double back                 # zigzag: the most extreme opposite price since
    int64_t back_index          # -1: none yet
    HighestAt highest           # fractal: of the negated lows for the lows

ctypedef struct Swing:
    SwingSide high
    SwingSide low
    int64_t zigzag
    int64_t strict
    int64_t window              # fractal: left + right + 1
    int64_t right
    double atr_multiplier
    double major_threshold
    double min_atr_move         # NaN: none
    double min_pct_move         # NaN: none
    int64_t now
    int64_t direction           # zigzag: 1 up leg, -1 down leg, 0 not known
    int64_t last_index
    int64_t last_side
    int64_t pending_side        # 0: none
    int64_t pending_index
    double pending_level
    int64_t pair_direction
    int64_t pair_version
    SwingPair bullish           # the newest of each direction that a bar ended with, for dependents
    SwingPair bearish
    int64_t pivot_count         # this bar's, for dependents
    int64_t leg_count
    SwingPivot pivots[2]
    SwingLeg legs[2]

ctypedef struct SwingOut:
    double high_level
    double low_level
    int64_t high_idx
    int64_t low_idx
    int64_t version
    int64_t high_version
    int64_t low_version
    int64_t last_confirmed_pivot_idx
    int64_t last_confirmed_pivot_type
    double high_significance
    double low_significance
    int64_t high_is_major
    int64_t low_is_major
    int64_t high_accepted
    int64_t low_accepted
    int64_t high_replaced_pending
    int64_t low_replaced_pending
    double pair_high_level
    double pair_low_level
    int64_t pair_high_idx
    int64_t pair_low_idx
    int64_t pair_direction
    int64_t pair_version
    int64_t pair_anchor_hash

cdef inline void swing_init_side(SwingSide* s, int64_t window) noexcept nogil:
    s.level = NAN
    s.index = -1
    s.version = 0
    s.significance = NAN
    s.is_major = 0
    s.accepted = 0
    s.replaced = 0
    s.pair_level = NAN
    s.pair_index = -1
    s.candidate = NAN
    s.candidate_index = -1
    s.extreme = NAN
    s.extreme_index = -1
    s.back = NAN
    s.back_index = -1
    highest_at_init(&s.highest, window)

cdef inline void swing_init(Swing* s, int64_t mode, int64_t left, int64_t right,
                            double atr_multiplier, double major_threshold, double min_atr_move,
                            double min_pct_move, int64_t strict_alternation,
                            int64_t atr_length) noexcept nogil:
    s.zigzag = mode == 1
    s.window = 1 if s.zigzag else left + right + 1
    s.right = 0 if s.zigzag else right
    swing_init_side(&s.high, s.window)
    swing_init_side(&s.low, s.window)
    s.strict = strict_alternation
    s.atr_multiplier = atr_multiplier
    s.major_threshold = major_threshold
    s.min_atr_move = min_atr_move
    s.min_pct_move = min_pct_move
    s.now = 0
    s.direction = 0
    s.last_index = -1
    s.last_side = 0
    s.pending_side = 0
    s.pending_index = -1
    s.pending_level = NAN
    s.pair_direction = 0
    s.pair_version = 0
    s.bullish = SwingPair(0, 0, NAN, NAN)
    s.bearish = SwingPair(0, 0, NAN, NAN)
    s.pivot_count = 0
    s.leg_count = 0
    cdef int64_t i
    for i in range(2):
        s.pivots[i] = SwingPivot(0, -1, NAN)
        s.legs[i] = SwingLeg(0, 0, NAN)

cdef inline void swing_fractal(Swing* s, SwingSide* mine, double side, double* values,
                               int64_t* indices, double price) noexcept nogil:
    # The window's extreme, the newest of equals, lies exactly `right` bars back.
    cdef double extreme = highest_at_step(&mine.highest, values, indices, side * price)
    if extreme == extreme and mine.highest.at == s.now - s.right:
        mine.candidate = side * extreme
        mine.candidate_index = s.now - s.right

cdef inline bint swing_turns(SwingSide* mine, double side, double reach, double back,
                             double threshold, int64_t now) noexcept nogil:
    # Follow the leg: `reach` may extend it, `back` is the bar's price on the other side.
    if mine.extreme_index < 0 or side * reach >= side * mine.extreme:
        mine.extreme = reach
        mine.extreme_index = now
        mine.back_index = -1
        return False
    if mine.back_index < 0 or side * back <= side * mine.back:
        mine.back = back
        mine.back_index = now
    return mine.back_index == now and side * back < side * mine.extreme - threshold

cdef inline void swing_turn(Swing* s, SwingSide* ended, SwingSide* begun, int64_t direction,
                            double reach) noexcept nogil:
    ended.candidate = ended.extreme
    ended.candidate_index = ended.extreme_index
    s.direction = direction
    begun.extreme = reach
    begun.extreme_index = s.now
    begun.back_index = -1

cdef inline void swing_zigzag(Swing* s, double high, double low, double threshold) noexcept nogil:
    cdef bint down = s.direction >= 0 and swing_turns(&s.high, 1.0, high, low, threshold, s.now)
    cdef bint up = s.direction <= 0 and swing_turns(&s.low, -1.0, low, high, threshold, s.now)
    if down and up:     # only while the direction is unknown: the later extreme decides
        down = s.high.extreme_index > s.low.extreme_index
        up = s.low.extreme_index > s.high.extreme_index
    if down:
        swing_turn(s, &s.high, &s.low, -1, low)
    elif up:
        swing_turn(s, &s.low, &s.high, 1, high)

cdef inline bint swing_accepts(Swing* s, SwingSide* mine, const SwingSide* other, double side,
                               double atr) noexcept nogil:
    # Comparisons with NaN (no opposite level, no volatility, no such limit) are false.
    cdef double leg = side * (mine.candidate - other.level)
    if leg < atr * s.min_atr_move:
        return False
    if other.level != 0.0 and 100.0 * leg / fabs(other.level) < s.min_pct_move:
        return False
    mine.replaced = s.strict != 0 and s.last_side == <int64_t>side
    if mine.replaced and side * mine.candidate < side * mine.level:
        mine.replaced = 0
        return False
    mine.significance = (leg if leg > 0.0 else 0.0) / atr if leg == leg else NAN
    return True

cdef inline void swing_add_leg(Swing* s, int64_t side, int64_t extends,
                               double level) noexcept nogil:
    s.legs[s.leg_count] = SwingLeg(side, extends, level)
    s.leg_count += 1

cdef inline void swing_set_end(SwingSide* side, double level, int64_t index) noexcept nogil:
    side.pair_level = level
    side.pair_index = index

cdef inline void swing_keep_pair(Swing* s) noexcept nogil:
    cdef SwingPair pair = SwingPair(s.pair_direction, s.pair_version, s.high.pair_level,
                                    s.low.pair_level)
    if pair.side > 0:
        s.bullish = pair
    elif pair.side < 0:
        s.bearish = pair

cdef inline void swing_pair(Swing* s, SwingSide* mine, SwingSide* other,
                            int64_t side) noexcept nogil:
    cdef double beyond = <double>side * (mine.level - s.pending_level)
    if s.pending_side == 0:
        swing_add_leg(s, side, 0, mine.level)
    elif s.pending_side == side:
        if beyond < 0.0:
            return
        swing_add_leg(s, side, 1, mine.level)
        if s.pair_version > 0:
            swing_set_end(mine, mine.level, mine.index)
            s.pair_version += 1
    else:
        if beyond <= 0.0:
            return
        swing_add_leg(s, side, 0, mine.level)
        swing_set_end(other, s.pending_level, s.pending_index)
        swing_set_end(mine, mine.level, mine.index)
        s.pair_direction = side
        s.pair_version += 1
    s.pending_side = side
    s.pending_level = mine.level
    s.pending_index = mine.index

cdef inline void swing_offer(Swing* s, SwingSide* mine, SwingSide* other, int64_t side,
                             double atr) noexcept nogil:
    if mine.candidate_index < 0:
        return
    if swing_accepts(s, mine, other, <double>side, atr):
        mine.level = mine.candidate
        mine.index = mine.candidate_index
        mine.version += 1
        mine.accepted = 1
        mine.is_major = mine.significance >= s.major_threshold
        s.last_index = mine.index
        s.last_side = side
        s.pivots[s.pivot_count] = SwingPivot(side, mine.index, mine.level)
        s.pivot_count += 1
        swing_pair(s, mine, other, side)

cdef inline void swing_write(const Swing* s, SwingOut* out) noexcept nogil:
    out.high_level = s.high.level
    out.low_level = s.low.level
    out.high_idx = s.high.index
    out.low_idx = s.low.index
    out.version = s.high.version + s.low.version
    out.high_version = s.high.version
    out.low_version = s.low.version
    out.last_confirmed_pivot_idx = s.last_index
    out.last_confirmed_pivot_type = s.last_side
    out.high_significance = s.high.significance
    out.low_significance = s.low.significance
    out.high_is_major = s.high.is_major
    out.low_is_major = s.low.is_major
    out.high_accepted = s.high.accepted
    out.low_accepted = s.low.accepted
    out.high_replaced_pending = s.high.replaced
    out.low_replaced_pending = s.low.replaced
    out.pair_high_level = s.high.pair_level
    out.pair_low_level = s.low.pair_level
    out.pair_high_idx = s.high.pair_index
    out.pair_low_idx = s.low.pair_index
    out.pair_direction = s.pair_direction
    out.pair_version = s.pair_version
    out.pair_anchor_hash = s.pair_version

cdef inline void swing_clear(SwingSide* s) noexcept nogil:
    s.accepted = 0
    s.replaced = 0
    s.candidate_index = -1

cdef inline void swing_step(Swing* s, double* highs, int64_t* high_indices, double* lows,
                            int64_t* low_indices, double open, double high, double low,
                            double close, double volatility, SwingOut* out) noexcept nogil:
    cdef double atr = volatility if volatility > 0.0 else NAN
    swing_clear(&s.high)
    swing_clear(&s.low)
    s.pivot_count = 0
    s.leg_count = 0
    if s.zigzag:
        swing_zigzag(s, high, low, atr * s.atr_multiplier)
    else:
        swing_fractal(s, &s.high, 1.0, highs, high_indices, high)
        swing_fractal(s, &s.low, -1.0, lows, low_indices, low)
    if s.last_side == -1 or (s.last_side == 0 and close > open):
        swing_offer(s, &s.low, &s.high, -1, atr)
        swing_offer(s, &s.high, &s.low, 1, atr)
    else:
        swing_offer(s, &s.high, &s.low, 1, atr)
        swing_offer(s, &s.low, &s.high, -1, atr)
    if s.leg_count > 0:
        swing_keep_pair(s)
    s.now += 1
    swing_write(s, out)
