# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False
# cython: initializedcheck=False, binding=False, auto_pickle=False, annotation_typing=False
# distutils: language=c
from libc.math cimport fabs
from libc.stdint cimport int64_t, uint64_t

from tradec.runtime.clock cimport Bar, bar_add, bar_begin, bars_until, bar_number, close_after
from tradec.runtime.kernels.arith cimport (
    abs_i64, add_i64, div_true, f64, finite, max_f64, max_i64, min_f64, min_i64, mod_floor,
    mod_i64, mul_i64, neg_i64, sub_i64,
)
from tradec.runtime.kernels.missing cimport MISSING, NAN
from tradec.runtime.strategy cimport (
    AT_END, BREACHED, DECIDED, TOUCHED, Account, Decision, Feed, Strategy, Watch,
    absorb_int, absorb_double, bits, can_enter, can_exit, equity_point, is_entry, sweep, touched,
)
from tradec.runtime.indicators.ema cimport Ema, ema_init, ema_step
from tradec.runtime.structures.rolling_window cimport RollingWindow, rolling_window_init, rolling_window_step
from tradec.runtime.structures.swing cimport Swing, SwingOut, swing_init, swing_step
from tradec.runtime.structures.trend cimport Trend, TrendOut, trend_init, trend_step

from tradec.runtime.strategy import bounded

cdef extern from *:
    const uint64_t MODULE_ID "TRADEC_MODULE_ID"     # given to the C compiler, see native.py


ctypedef struct Crossing:
    double left             # the samples of the step before
    double right


ctypedef struct HeldCrossing:
    double left_before      # the samples of the step before the last one
    double right_before
    double left             # and of the last one
    double right


ctypedef struct Params:
    int64_t none


ctypedef struct Rings:
    double* highest_20__values_ring
    double* lowest_20__values_ring
    double* swing__highs_ring
    int64_t* swing__high_indices_ring
    double* swing__lows_ring
    int64_t* swing__low_indices_ring
    double* trend__levels_ring
    int64_t* trend__compares_ring


ctypedef struct State:
    uint64_t digest
    int64_t day_end         # of the UTC day of the last absorbed instant
    Bar bar_15m
    double close_15m_held
    Ema ema_50_unit
    double ema_50_value
    RollingWindow highest_20_unit
    double highest_20_value
    RollingWindow lowest_20_unit
    double lowest_20_value
    Swing swing_unit
    double swing__high_level_output
    double swing__low_level_output
    Trend trend_unit
    int64_t trend__direction_output
    double highest_20__value_past[2]
    int64_t highest_20__value_past_head
    double lowest_20__value_past[2]
    int64_t lowest_20__value_past_head
    Crossing close_15m_swing_high_level_cross
    Crossing close_15m_swing_low_level_cross


ctypedef struct Shown:         # what no rule reads; a scan does not compute it
    int64_t is_whole
    SwingOut swing_out
    TrendOut trend_out


cdef inline void close_15m(
    State* s, const Params* p, const Rings* r,
    Shown* shown,
    int64_t ts_open, double open, double high, double low, double close, double volume,
) noexcept nogil:
    """Step what lives on 15m, whose bar has just closed."""
    s.close_15m_held = close
    s.ema_50_value = ema_step(&s.ema_50_unit, close)
    s.highest_20_value = rolling_window_step(&s.highest_20_unit, r.highest_20__values_ring, high)
    s.lowest_20_value = rolling_window_step(&s.lowest_20_unit, r.lowest_20__values_ring, low)
    cdef SwingOut swing_out
    swing_step(&s.swing_unit, r.swing__highs_ring, r.swing__high_indices_ring, r.swing__lows_ring, r.swing__low_indices_ring, open, high, low, close, NAN, &swing_out)
    s.swing__high_level_output = swing_out.high_level
    s.swing__low_level_output = swing_out.low_level
    if shown != NULL:
        shown.swing_out = swing_out
    cdef TrendOut trend_out
    trend_step(&s.trend_unit, r.trend__levels_ring, r.trend__compares_ring, &s.swing_unit, &trend_out)
    s.trend__direction_output = trend_out.direction
    if shown != NULL:
        shown.trend_out = trend_out
    s.highest_20__value_past_head = s.highest_20__value_past_head + 1 if s.highest_20__value_past_head != 1 else 0
    s.highest_20__value_past[s.highest_20__value_past_head] = s.highest_20_value
    s.lowest_20__value_past_head = s.lowest_20__value_past_head + 1 if s.lowest_20__value_past_head != 1 else 0
    s.lowest_20__value_past[s.lowest_20__value_past_head] = s.lowest_20_value


cdef inline bint grow_15m(
    State* s, const Params* p, const Rings* r,
    Shown* shown,
    int64_t ts_open, int64_t ts_close, double open, double high, double low, double close,
    double volume,
) noexcept nogil:
    """Take a closed bar of 15m, and on to what grows from it; return whether an exec bar closed."""
    cdef bint exec_closed = False
    close_15m(s, p, r, shown, ts_open, open, high, low, close, volume)
    exec_closed = True
    return exec_closed


cdef inline bint advance(
    State* s, const Params* p, const Rings* r,
    Shown* shown,
    int64_t ts_open, int64_t ts_close, double open, double high, double low, double close,
    double volume, bint can_enter_long, bint can_enter_short, bint can_exit_long,
    bint can_exit_short, Decision* decision,
) noexcept nogil:
    """Take one closed base bar; return whether an exec bar closed with it."""
    cdef bint exec_closed = False
    if bar_add(&s.bar_15m, 15, ts_open, ts_close, open, high, low, close, volume):
        exec_closed |= grow_15m(s, p, r, shown, s.bar_15m.ts_open, ts_close, s.bar_15m.open, s.bar_15m.high, s.bar_15m.low, s.bar_15m.close, 0.0)
    if exec_closed:
        decide(
            s, p, r, ts_close, can_enter_long, can_enter_short, can_exit_long, can_exit_short,
            decision)
    return exec_closed


cdef inline void absorb(
    State* s, int64_t ts_close, int64_t word,
) noexcept nogil:
    """Take this instant into the digest: the time, what the rules read, the decision."""
    absorb_int(&s.digest, ts_close)
    absorb_double(&s.digest, s.close_15m_held)
    absorb_double(&s.digest, s.ema_50_value)
    absorb_double(&s.digest, s.highest_20_value)
    absorb_double(&s.digest, s.lowest_20_value)
    absorb_double(&s.digest, s.swing__high_level_output)
    absorb_double(&s.digest, s.swing__low_level_output)
    absorb_int(&s.digest, s.trend__direction_output)
    absorb_int(&s.digest, word)


cdef inline void decide(
    State* s, const Params* p, const Rings* r,
    int64_t ts_close, bint can_enter_long, bint can_enter_short, bint can_exit_long,
    bint can_exit_short, Decision* decision,
) noexcept nogil:
    """Evaluate the rules at this instant; at most one decision."""
    cdef double close_15m_swing_high_level_cross_left = s.close_15m_held
    cdef double close_15m_swing_high_level_cross_right = s.swing__high_level_output
    cdef double close_15m_swing_low_level_cross_left = s.close_15m_held
    cdef double close_15m_swing_low_level_cross_right = s.swing__low_level_output
    # entry_long
    if can_enter_long and ((s.trend__direction_output != MISSING and s.trend__direction_output == 1) and (s.close_15m_swing_high_level_cross.left <= s.close_15m_swing_high_level_cross.right and close_15m_swing_high_level_cross_left > close_15m_swing_high_level_cross_right) and (s.close_15m_held > s.ema_50_value)):
        decision.action = 1
        decision.word = 0x1  # entry_long
        decision.percent = 100.0
    # entry_short
    if decision.action == 0:
        if can_enter_short and ((s.trend__direction_output != MISSING and s.trend__direction_output == -1) and (s.close_15m_swing_low_level_cross.left >= s.close_15m_swing_low_level_cross.right and close_15m_swing_low_level_cross_left < close_15m_swing_low_level_cross_right) and (s.close_15m_held < s.ema_50_value)):
            decision.action = 2
            decision.word = 0x102  # entry_short
            decision.percent = 100.0
    # exit_long
    if decision.action == 0:
        if can_exit_long and ((s.trend__direction_output != MISSING and s.trend__direction_output == -1) or (s.close_15m_held < s.lowest_20__value_past[(s.lowest_20__value_past_head + 1) % 2])):
            decision.action = 3
            decision.word = 0x203  # exit_long
            decision.percent = 100.0
    # exit_short
    if decision.action == 0:
        if can_exit_short and ((s.trend__direction_output != MISSING and s.trend__direction_output == 1) or (s.close_15m_held > s.highest_20__value_past[(s.highest_20__value_past_head + 1) % 2])):
            decision.action = 4
            decision.word = 0x304  # exit_short
            decision.percent = 100.0
    s.close_15m_swing_high_level_cross.left = close_15m_swing_high_level_cross_left
    s.close_15m_swing_high_level_cross.right = close_15m_swing_high_level_cross_right
    s.close_15m_swing_low_level_cross.left = close_15m_swing_low_level_cross_left
    s.close_15m_swing_low_level_cross.right = close_15m_swing_low_level_cross_right
    if decision.action != 0 or ts_close >= s.day_end:
        s.day_end = close_after(1440, ts_close)
        absorb(s, ts_close, decision.word)


cdef class Play(Strategy):
    """One compiled play; its parameters are given when it is made."""

    cdef State* state
    cdef Params params
    cdef Rings rings
    cdef Shown* shown

    COLUMNS = (
        ('ema_50', 'float', ()),
        ('highest_20', 'float', ()),
        ('lowest_20', 'float', ()),
        ('swing.high_level', 'float', ()),
        ('swing.low_level', 'float', ()),
        ('swing.high_idx', 'int', ()),
        ('swing.low_idx', 'int', ()),
        ('swing.version', 'int', ()),
        ('swing.high_version', 'int', ()),
        ('swing.low_version', 'int', ()),
        ('swing.last_confirmed_pivot_idx', 'int', ()),
        ('swing.last_confirmed_pivot_type', 'enum', (('none', 0), ('high', 1), ('low', -1))),
        ('swing.high_significance', 'float', ()),
        ('swing.low_significance', 'float', ()),
        ('swing.high_is_major', 'bool', ()),
        ('swing.low_is_major', 'bool', ()),
        ('swing.high_accepted', 'bool', ()),
        ('swing.low_accepted', 'bool', ()),
        ('swing.high_replaced_pending', 'bool', ()),
        ('swing.low_replaced_pending', 'bool', ()),
        ('swing.pair_high_level', 'float', ()),
        ('swing.pair_low_level', 'float', ()),
        ('swing.pair_high_idx', 'int', ()),
        ('swing.pair_low_idx', 'int', ()),
        ('swing.pair_direction', 'enum', (('none', 0), ('bullish', 1), ('bearish', -1))),
        ('swing.pair_version', 'int', ()),
        ('swing.pair_anchor_hash', 'int', ()),
        ('trend.direction', 'int', ()),
        ('trend.strength', 'int', ()),
        ('trend.bars_in_trend', 'int', ()),
        ('trend.wave_count', 'int', ()),
        ('trend.last_wave_direction', 'enum', (('none', 0), ('bullish', 1), ('bearish', -1))),
        ('trend.last_hh', 'bool', ()),
        ('trend.last_hl', 'bool', ()),
        ('trend.last_lh', 'bool', ()),
        ('trend.last_ll', 'bool', ()),
        ('trend.version', 'int', ()),
    )
    PARAMS = ()
    SLOTS = ('trend.direction', '15m.close', 'swing.high_level', 'ema_50', 'swing.low_level', 'lowest_20[1]', 'highest_20[1]')

    def __init__(self, dict values not None):
        cdef Py_ssize_t place
        cdef State* s
        cdef Shown* shown
        cdef Params* p = &self.params
        cdef Rings* r = &self.rings
        place = sizeof(State)
        cdef Py_ssize_t highest_20__values_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(20)
        cdef Py_ssize_t lowest_20__values_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(20)
        cdef Py_ssize_t swing__highs_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(5 + 5 + 1)
        cdef Py_ssize_t swing__high_indices_ring = place
        place += <Py_ssize_t>sizeof(int64_t) * <Py_ssize_t>(5 + 5 + 1)
        cdef Py_ssize_t swing__lows_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(5 + 5 + 1)
        cdef Py_ssize_t swing__low_indices_ring = place
        place += <Py_ssize_t>sizeof(int64_t) * <Py_ssize_t>(5 + 5 + 1)
        cdef Py_ssize_t trend__levels_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(4 + 1)
        cdef Py_ssize_t trend__compares_ring = place
        place += <Py_ssize_t>sizeof(int64_t) * <Py_ssize_t>(4 + 1)
        self.make_arena(place + <Py_ssize_t>sizeof(Shown), MODULE_ID + 0, 15, 37,
                        <const char*>p, sizeof(Params))
        s = <State*>self.arena
        self.state = s
        shown = <Shown*>(self.arena + place)
        self.shown = shown
        shown.is_whole = 1
        r.highest_20__values_ring = <double*>(self.arena + highest_20__values_ring)
        r.lowest_20__values_ring = <double*>(self.arena + lowest_20__values_ring)
        r.swing__highs_ring = <double*>(self.arena + swing__highs_ring)
        r.swing__high_indices_ring = <int64_t*>(self.arena + swing__high_indices_ring)
        r.swing__lows_ring = <double*>(self.arena + swing__lows_ring)
        r.swing__low_indices_ring = <int64_t*>(self.arena + swing__low_indices_ring)
        r.trend__levels_ring = <double*>(self.arena + trend__levels_ring)
        r.trend__compares_ring = <int64_t*>(self.arena + trend__compares_ring)
        s.digest = 0x9E3779B97F4A7C15u
        s.day_end = MISSING
        s.close_15m_held = NAN
        ema_init(&s.ema_50_unit, 50)
        s.ema_50_value = NAN
        rolling_window_init(&s.highest_20_unit, 20, 1)
        s.highest_20_value = NAN
        rolling_window_init(&s.lowest_20_unit, 20, 0)
        s.lowest_20_value = NAN
        swing_init(&s.swing_unit, 0, 5, 5, 2.0, 1.5, NAN, NAN, 0, MISSING)
        s.swing__high_level_output = NAN
        s.swing__low_level_output = NAN
        shown.swing_out.high_idx = MISSING
        shown.swing_out.low_idx = MISSING
        shown.swing_out.version = MISSING
        shown.swing_out.high_version = MISSING
        shown.swing_out.low_version = MISSING
        shown.swing_out.last_confirmed_pivot_idx = MISSING
        shown.swing_out.last_confirmed_pivot_type = MISSING
        shown.swing_out.high_significance = NAN
        shown.swing_out.low_significance = NAN
        shown.swing_out.high_is_major = MISSING
        shown.swing_out.low_is_major = MISSING
        shown.swing_out.high_accepted = MISSING
        shown.swing_out.low_accepted = MISSING
        shown.swing_out.high_replaced_pending = MISSING
        shown.swing_out.low_replaced_pending = MISSING
        shown.swing_out.pair_high_level = NAN
        shown.swing_out.pair_low_level = NAN
        shown.swing_out.pair_high_idx = MISSING
        shown.swing_out.pair_low_idx = MISSING
        shown.swing_out.pair_direction = MISSING
        shown.swing_out.pair_version = MISSING
        shown.swing_out.pair_anchor_hash = MISSING
        trend_init(&s.trend_unit, 4)
        s.trend__direction_output = MISSING
        shown.trend_out.strength = MISSING
        shown.trend_out.bars_in_trend = MISSING
        shown.trend_out.wave_count = MISSING
        shown.trend_out.last_wave_direction = MISSING
        shown.trend_out.last_hh = MISSING
        shown.trend_out.last_hl = MISSING
        shown.trend_out.last_lh = MISSING
        shown.trend_out.last_ll = MISSING
        shown.trend_out.version = MISSING
        for place in range(2):
            s.highest_20__value_past[place] = NAN
        for place in range(2):
            s.lowest_20__value_past[place] = NAN
        s.close_15m_swing_high_level_cross.left = NAN
        s.close_15m_swing_high_level_cross.right = NAN
        s.close_15m_swing_low_level_cross.left = NAN
        s.close_15m_swing_low_level_cross.right = NAN

    cdef bint step(self, const Feed* feed, Py_ssize_t i, const Account* account,
                   Decision* decision) noexcept nogil:
        cdef int64_t ts_open = feed.ts0 + i * feed.base_ms
        decision.action = 0
        decision.word = 0
        return advance(
            self.state, &self.params, &self.rings, self.shown, ts_open, ts_open + feed.base_ms, feed.open[i],
            feed.high[i], feed.low[i], feed.close[i], 0.0, can_enter(account, 1, False),
            can_enter(account, -1, False), can_exit(account, 1), can_exit(account, -1), decision)

    cdef Py_ssize_t scan(self, const Feed* feed, Py_ssize_t i, Py_ssize_t stop,
                         const Account* account, Watch* watch, Decision* decision) noexcept nogil:
        cdef Feed f = feed[0]
        cdef Watch w = watch[0]
        cdef bint entering_long = can_enter(account, 1, False)
        cdef bint entering_short = can_enter(account, -1, False)
        cdef bint leaving_long = can_exit(account, 1)
        cdef bint leaving_short = can_exit(account, -1)
        cdef Decision d
        cdef int64_t ts_open = f.ts0 + i * f.base_ms
        d.action = 0
        d.word = 0
        d.percent = 0.0
        self.shown.is_whole = 0
        w.why = AT_END
        # The whole state lies in this frame, where the compiler can keep it in registers.
        cdef State here = self.state[0]
        cdef State* s = &here
        cdef Params* p = &self.params
        cdef Rings* r = &self.rings
        cdef Py_ssize_t until, limit, swept
        cdef Py_ssize_t whole = 15 * 60000 // f.base_ms
        while i < stop:
            if ts_open >= s.bar_15m.ts_close:
                bar_begin(&s.bar_15m, 15, ts_open, f.open[i], f.high[i], f.low[i], 0.0)
            until = i + bars_until(&s.bar_15m, ts_open, f.base_ms, 15, whole)
            limit = until if until < stop else stop
            swept = sweep(&s.bar_15m, &f, &w, i, limit, False)
            ts_open += (swept - i) * f.base_ms
            i = swept
            if i < limit:
                w.why = TOUCHED
                break
            if i < until or not s.bar_15m.ready:
                continue
            if grow_15m(
                s, p, r, NULL, s.bar_15m.ts_open, ts_open, s.bar_15m.open, s.bar_15m.high, s.bar_15m.low, s.bar_15m.close, 0.0
            ):
                decide(
                    s, p, r, ts_open, entering_long, entering_short, leaving_long, leaving_short, &d)
                if equity_point(&w, f.mark_close[i - 1]):
                    w.why = BREACHED
                    i -= 1
                    break
                if d.action != 0:
                    w.why = DECIDED
                    i -= 1
                    break
        self.state[0] = here
        watch[0] = w
        decision[0] = d
        return i

    cdef void read(self, int64_t* words) noexcept nogil:
        cdef State* s = self.state
        cdef Shown* shown = self.shown
        cdef Rings* r = &self.rings
        words[0] = bits(s.ema_50_value)
        words[1] = bits(s.highest_20_value)
        words[2] = bits(s.lowest_20_value)
        words[3] = bits(s.swing__high_level_output)
        words[4] = bits(s.swing__low_level_output)
        words[5] = (MISSING if shown.swing_out.high_idx == -1 else shown.swing_out.high_idx)
        words[6] = (MISSING if shown.swing_out.low_idx == -1 else shown.swing_out.low_idx)
        words[7] = shown.swing_out.version
        words[8] = shown.swing_out.high_version
        words[9] = shown.swing_out.low_version
        words[10] = (MISSING if shown.swing_out.last_confirmed_pivot_idx == -1 else shown.swing_out.last_confirmed_pivot_idx)
        words[11] = shown.swing_out.last_confirmed_pivot_type
        words[12] = bits(shown.swing_out.high_significance)
        words[13] = bits(shown.swing_out.low_significance)
        words[14] = shown.swing_out.high_is_major
        words[15] = shown.swing_out.low_is_major
        words[16] = shown.swing_out.high_accepted
        words[17] = shown.swing_out.low_accepted
        words[18] = shown.swing_out.high_replaced_pending
        words[19] = shown.swing_out.low_replaced_pending
        words[20] = bits(shown.swing_out.pair_high_level)
        words[21] = bits(shown.swing_out.pair_low_level)
        words[22] = (MISSING if shown.swing_out.pair_high_idx == -1 else shown.swing_out.pair_high_idx)
        words[23] = (MISSING if shown.swing_out.pair_low_idx == -1 else shown.swing_out.pair_low_idx)
        words[24] = shown.swing_out.pair_direction
        words[25] = shown.swing_out.pair_version
        words[26] = shown.swing_out.pair_anchor_hash
        words[27] = s.trend__direction_output
        words[28] = shown.trend_out.strength
        words[29] = shown.trend_out.bars_in_trend
        words[30] = shown.trend_out.wave_count
        words[31] = shown.trend_out.last_wave_direction
        words[32] = shown.trend_out.last_hh
        words[33] = shown.trend_out.last_hl
        words[34] = shown.trend_out.last_lh
        words[35] = shown.trend_out.last_ll
        words[36] = shown.trend_out.version

    cdef double seen(self, Py_ssize_t slot) noexcept nogil:
        cdef State* s = self.state
        if slot == 0:
            return f64(s.trend__direction_output)
        if slot == 1:
            return s.close_15m_held
        if slot == 2:
            return s.swing__high_level_output
        if slot == 3:
            return s.ema_50_value
        if slot == 4:
            return s.swing__low_level_output
        if slot == 5:
            return s.lowest_20__value_past[(s.lowest_20__value_past_head + 1) % 2]
        if slot == 6:
            return s.highest_20__value_past[(s.highest_20__value_past_head + 1) % 2]
        return NAN

    cdef bint is_whole(self) noexcept nogil:
        return self.shown.is_whole != 0

    cdef uint64_t* digest_word(self) noexcept nogil:
        return &self.state.digest
