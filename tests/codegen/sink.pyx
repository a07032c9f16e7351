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
from tradec.runtime.indicators.atr cimport Atr, atr_init, atr_step
from tradec.runtime.indicators.bbands cimport Bbands, BbandsOut, bbands_init, bbands_step
from tradec.runtime.indicators.donchian cimport Donchian, DonchianOut, donchian_init, donchian_step
from tradec.runtime.indicators.ema cimport Ema, ema_init, ema_step
from tradec.runtime.indicators.macd cimport Macd, MacdOut, macd_init, macd_step
from tradec.runtime.indicators.roc cimport Roc, roc_init, roc_step
from tradec.runtime.indicators.rsi cimport Rsi, rsi_init, rsi_step
from tradec.runtime.indicators.sma cimport Sma, sma_init, sma_step
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
    int64_t fast_param
    double level_param
    double near_param


ctypedef struct Rings:
    double* volume_sma__window_ring
    double* lowest__values_ring
    double* swing__highs_ring
    int64_t* swing__high_indices_ring
    double* swing__lows_ring
    int64_t* swing__low_indices_ring
    double* trend__levels_ring
    int64_t* trend__compares_ring
    double* x__window_ring
    double* x_unit__lows_ring
    double* x_unit__highs_ring
    double* weekly__past_ring


ctypedef struct State:
    uint64_t digest
    int64_t day_end         # of the UTC day of the last absorbed instant
    Bar bar_3m
    double high_3m_held
    double low_3m_held
    double close_3m_held
    double volume_3m_held
    Bar bar_5m
    Bar bar_W
    Bar bar_M
    Macd class_unit
    double class__macd_output
    double class__signal_output
    Ema double_unit
    double double_value
    Rsi chained_unit
    double chained_value
    Atr volatility_5_3m_unit
    double volatility_5_3m_value
    Sma volume_sma_unit
    double volume_sma_value
    RollingWindow lowest_unit
    double lowest_value
    Swing swing_unit
    int64_t swing__high_idx_output
    int64_t swing__low_idx_output
    int64_t swing__last_confirmed_pivot_type_output
    int64_t swing__high_is_major_output
    Trend trend_unit
    int64_t trend__direction_output
    Bbands x_unit
    double x__middle_output
    Donchian x_unit_unit
    double x_unit__upper_output
    Roc weekly_unit
    double weekly_value
    Atr monthly_unit
    double monthly_value
    double close_3m_past[4]
    int64_t close_3m_past_head
    Crossing double_x_middle_cross
    Crossing class_macd_class_signal_cross


ctypedef struct Shown:         # what no rule reads; a scan does not compute it
    int64_t is_whole
    MacdOut class_out
    SwingOut swing_out
    TrendOut trend_out
    BbandsOut x_out
    DonchianOut x_unit_out


cdef inline void close_3m(
    State* s, const Params* p, const Rings* r,
    Shown* shown,
    int64_t ts_open, double open, double high, double low, double close, double volume,
) noexcept nogil:
    """Step what lives on 3m, whose bar has just closed."""
    s.high_3m_held = high
    s.low_3m_held = low
    s.close_3m_held = close
    s.volume_3m_held = volume
    cdef MacdOut class_out
    macd_step(&s.class_unit, div_true(finite(finite(high + low) + close), 3.0), &class_out)
    s.class__macd_output = class_out.macd
    s.class__signal_output = class_out.signal
    if shown != NULL:
        shown.class_out = class_out
    s.double_value = ema_step(&s.double_unit, close)
    s.chained_value = rsi_step(&s.chained_unit, s.double_value)
    s.volatility_5_3m_value = atr_step(&s.volatility_5_3m_unit, high, low, close)
    s.volume_sma_value = sma_step(&s.volume_sma_unit, r.volume_sma__window_ring, volume, bar_number(3, ts_open))
    s.lowest_value = rolling_window_step(&s.lowest_unit, r.lowest__values_ring, low)
    cdef SwingOut swing_out
    swing_step(&s.swing_unit, r.swing__highs_ring, r.swing__high_indices_ring, r.swing__lows_ring, r.swing__low_indices_ring, open, high, low, close, s.volatility_5_3m_value, &swing_out)
    s.swing__high_idx_output = swing_out.high_idx
    s.swing__low_idx_output = swing_out.low_idx
    s.swing__last_confirmed_pivot_type_output = swing_out.last_confirmed_pivot_type
    s.swing__high_is_major_output = swing_out.high_is_major
    if shown != NULL:
        shown.swing_out = swing_out
    cdef TrendOut trend_out
    trend_step(&s.trend_unit, r.trend__levels_ring, r.trend__compares_ring, &s.swing_unit, &trend_out)
    s.trend__direction_output = trend_out.direction
    if shown != NULL:
        shown.trend_out = trend_out
    s.close_3m_past_head = s.close_3m_past_head + 1 if s.close_3m_past_head != 3 else 0
    s.close_3m_past[s.close_3m_past_head] = close


cdef inline void close_5m(
    State* s, const Params* p, const Rings* r,
    Shown* shown,
    int64_t ts_open, double open, double high, double low, double close, double volume,
) noexcept nogil:
    """Step what lives on 5m, whose bar has just closed."""
    cdef BbandsOut x_out
    bbands_step(&s.x_unit, r.x__window_ring, close, bar_number(5, ts_open), &x_out)
    s.x__middle_output = x_out.middle
    if shown != NULL:
        shown.x_out = x_out
    cdef DonchianOut x_unit_out
    donchian_step(&s.x_unit_unit, r.x_unit__lows_ring, r.x_unit__highs_ring, high, low, &x_unit_out)
    s.x_unit__upper_output = x_unit_out.upper
    if shown != NULL:
        shown.x_unit_out = x_unit_out


cdef inline void close_W(
    State* s, const Params* p, const Rings* r,
    Shown* shown,
    int64_t ts_open, double open, double high, double low, double close, double volume,
) noexcept nogil:
    """Step what lives on W, whose bar has just closed."""
    s.weekly_value = roc_step(&s.weekly_unit, r.weekly__past_ring, close)


cdef inline void close_M(
    State* s, const Params* p, const Rings* r,
    Shown* shown,
    int64_t ts_open, double open, double high, double low, double close, double volume,
) noexcept nogil:
    """Step what lives on M, whose bar has just closed."""
    s.monthly_value = atr_step(&s.monthly_unit, high, low, close)


cdef inline bint grow_3m(
    State* s, const Params* p, const Rings* r,
    Shown* shown,
    int64_t ts_open, int64_t ts_close, double open, double high, double low, double close,
    double volume,
) noexcept nogil:
    """Take a closed bar of 3m, and on to what grows from it; return whether an exec bar closed."""
    cdef bint exec_closed = False
    close_3m(s, p, r, shown, ts_open, open, high, low, close, volume)
    exec_closed = True
    return exec_closed


cdef inline bint grow_5m(
    State* s, const Params* p, const Rings* r,
    Shown* shown,
    int64_t ts_open, int64_t ts_close, double open, double high, double low, double close,
    double volume,
) noexcept nogil:
    """Take a closed bar of 5m, and on to what grows from it; return whether an exec bar closed."""
    cdef bint exec_closed = False
    close_5m(s, p, r, shown, ts_open, open, high, low, close, volume)
    if bar_add(&s.bar_W, 10080, ts_open, ts_close, open, high, low, close, volume):
        close_W(s, p, r, shown, s.bar_W.ts_open, s.bar_W.open, s.bar_W.high, s.bar_W.low, s.bar_W.close, 0.0)
    if bar_add(&s.bar_M, 0, ts_open, ts_close, open, high, low, close, volume):
        close_M(s, p, r, shown, s.bar_M.ts_open, s.bar_M.open, s.bar_M.high, s.bar_M.low, s.bar_M.close, 0.0)
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
    if bar_add(&s.bar_3m, 3, ts_open, ts_close, open, high, low, close, volume):
        exec_closed |= grow_3m(s, p, r, shown, s.bar_3m.ts_open, ts_close, s.bar_3m.open, s.bar_3m.high, s.bar_3m.low, s.bar_3m.close, s.bar_3m.volume)
    if bar_add(&s.bar_5m, 5, ts_open, ts_close, open, high, low, close, volume):
        exec_closed |= grow_5m(s, p, r, shown, s.bar_5m.ts_open, ts_close, s.bar_5m.open, s.bar_5m.high, s.bar_5m.low, s.bar_5m.close, 0.0)
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
    absorb_double(&s.digest, s.high_3m_held)
    absorb_double(&s.digest, s.low_3m_held)
    absorb_double(&s.digest, s.close_3m_held)
    absorb_double(&s.digest, s.volume_3m_held)
    absorb_double(&s.digest, s.class__macd_output)
    absorb_double(&s.digest, s.class__signal_output)
    absorb_double(&s.digest, s.double_value)
    absorb_double(&s.digest, s.chained_value)
    absorb_double(&s.digest, s.volume_sma_value)
    absorb_double(&s.digest, s.lowest_value)
    absorb_int(&s.digest, (MISSING if s.swing__high_idx_output == -1 else s.swing__high_idx_output))
    absorb_int(&s.digest, (MISSING if s.swing__low_idx_output == -1 else s.swing__low_idx_output))
    absorb_int(&s.digest, s.swing__last_confirmed_pivot_type_output)
    absorb_int(&s.digest, s.swing__high_is_major_output)
    absorb_int(&s.digest, s.trend__direction_output)
    absorb_double(&s.digest, s.x__middle_output)
    absorb_double(&s.digest, s.x_unit__upper_output)
    absorb_double(&s.digest, s.weekly_value)
    absorb_double(&s.digest, s.monthly_value)
    absorb_int(&s.digest, word)


cdef inline void decide(
    State* s, const Params* p, const Rings* r,
    int64_t ts_close, bint can_enter_long, bint can_enter_short, bint can_exit_long,
    bint can_exit_short, Decision* decision,
) noexcept nogil:
    """Evaluate the rules at this instant; at most one decision."""
    cdef double double_x_middle_cross_left = s.double_value
    cdef double double_x_middle_cross_right = s.x__middle_output
    cdef double class_macd_class_signal_cross_left = s.class__macd_output
    cdef double class_macd_class_signal_cross_right = s.class__signal_output
    # entries_quoted_and_more
    if ((s.double_x_middle_cross.left <= s.double_x_middle_cross.right and double_x_middle_cross_left > double_x_middle_cross_right) and (s.chained_value < p.level_param) and (s.trend__direction_output != MISSING and s.trend__direction_output != -1) and ((s.swing__last_confirmed_pivot_type_output != MISSING and s.swing__last_confirmed_pivot_type_output == 1) or (s.swing__high_is_major_output != MISSING and s.swing__high_is_major_output == 1))):
        if can_enter_long:
            decision.action = 1
            decision.word = 0x1  # entry_long
            decision.percent = 100.0
    elif ((s.close_3m_past[(s.close_3m_past_head + 1) % 4] > s.lowest_value) and (s.volume_3m_held > finite(s.volume_sma_value * 0.5)) and (mod_floor(div_true(finite(s.high_3m_held - s.low_3m_held), s.close_3m_held), 0.01) > -1.0) and (sub_i64((MISSING if s.swing__high_idx_output == -1 else s.swing__high_idx_output), (MISSING if s.swing__low_idx_output == -1 else s.swing__low_idx_output)) != MISSING and sub_i64((MISSING if s.swing__high_idx_output == -1 else s.swing__high_idx_output), (MISSING if s.swing__low_idx_output == -1 else s.swing__low_idx_output)) >= -500) and (s.weekly_value == s.weekly_value and -50.0 == -50.0 and 50.0 == 50.0 and (s.weekly_value < -50.0 or s.weekly_value > 50.0))):
        if can_enter_short:
            decision.action = 2
            decision.word = 0x10001000002  # entry_short
            decision.percent = 100.0
    # exits
    if decision.action == 0:
        if ((s.class_macd_class_signal_cross.left >= s.class_macd_class_signal_cross.right and class_macd_class_signal_cross_left < class_macd_class_signal_cross_right) or (s.x_unit__upper_output != 0.0 and fabs(s.close_3m_held - s.x_unit__upper_output) <= div_true(p.near_param, 100.0) * fabs(s.x_unit__upper_output))):
            if can_exit_long:
                decision.action = 3
                decision.word = 0x103  # exit_long
                decision.percent = 100.0
            elif can_exit_short:
                decision.action = 4
                decision.word = 0x10000000104  # exit_short
                decision.percent = 100.0
        elif ((fabs(s.close_3m_held - s.lowest_value) <= 0.5) and (s.monthly_value > finite(0.0 * s.close_3m_held))):
            if (can_exit_long or can_exit_short):
                decision.action = 5
                decision.word = 0x1000105  # exit_all
                decision.percent = 100.0
    s.double_x_middle_cross.left = double_x_middle_cross_left
    s.double_x_middle_cross.right = double_x_middle_cross_right
    s.class_macd_class_signal_cross.left = class_macd_class_signal_cross_left
    s.class_macd_class_signal_cross.right = class_macd_class_signal_cross_right
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
        ('class.macd', 'float', ()),
        ('class.signal', 'float', ()),
        ('class.histogram', 'float', ()),
        ('double', 'float', ()),
        ('chained', 'float', ()),
        ('volume_sma', 'float', ()),
        ('lowest', 'float', ()),
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
        ('x.lower', 'float', ()),
        ('x.middle', 'float', ()),
        ('x.upper', 'float', ()),
        ('x.bandwidth', 'float', ()),
        ('x.percent_b', 'float', ()),
        ('x_unit.lower', 'float', ()),
        ('x_unit.middle', 'float', ()),
        ('x_unit.upper', 'float', ()),
        ('weekly', 'float', ()),
        ('monthly', 'float', ()),
    )
    PARAMS = ('fast', 'level', 'near')
    SLOTS = ('double', 'x.middle', 'chained', 'trend.direction', 'swing.last_confirmed_pivot_type', 'swing.high_is_major', '3m.close[3]', 'lowest', '3m.volume', 'volume_sma', '3m.high', '3m.low', '3m.close', 'swing.high_idx', 'swing.low_idx', 'weekly', 'class.macd', 'class.signal', 'x_unit.upper', 'monthly')

    def __init__(self, dict values not None):
        cdef Py_ssize_t place
        cdef State* s
        cdef Shown* shown
        cdef Params* p = &self.params
        cdef Rings* r = &self.rings
        p.fast_param = bounded('fast', values['fast'], 1, 5000)
        p.level_param = values['level']
        p.near_param = values['near']
        place = sizeof(State)
        cdef Py_ssize_t volume_sma__window_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(6)
        cdef Py_ssize_t lowest__values_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(12)
        cdef Py_ssize_t swing__highs_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(2 + 2 + 1)
        cdef Py_ssize_t swing__high_indices_ring = place
        place += <Py_ssize_t>sizeof(int64_t) * <Py_ssize_t>(2 + 2 + 1)
        cdef Py_ssize_t swing__lows_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(2 + 2 + 1)
        cdef Py_ssize_t swing__low_indices_ring = place
        place += <Py_ssize_t>sizeof(int64_t) * <Py_ssize_t>(2 + 2 + 1)
        cdef Py_ssize_t trend__levels_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(4 + 1)
        cdef Py_ssize_t trend__compares_ring = place
        place += <Py_ssize_t>sizeof(int64_t) * <Py_ssize_t>(4 + 1)
        cdef Py_ssize_t x__window_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(9)
        cdef Py_ssize_t x_unit__lows_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(4)
        cdef Py_ssize_t x_unit__highs_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(6)
        cdef Py_ssize_t weekly__past_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(2)
        self.make_arena(place + <Py_ssize_t>sizeof(Shown), MODULE_ID + 0, 3, 51,
                        <const char*>p, sizeof(Params))
        s = <State*>self.arena
        self.state = s
        shown = <Shown*>(self.arena + place)
        self.shown = shown
        shown.is_whole = 1
        r.volume_sma__window_ring = <double*>(self.arena + volume_sma__window_ring)
        r.lowest__values_ring = <double*>(self.arena + lowest__values_ring)
        r.swing__highs_ring = <double*>(self.arena + swing__highs_ring)
        r.swing__high_indices_ring = <int64_t*>(self.arena + swing__high_indices_ring)
        r.swing__lows_ring = <double*>(self.arena + swing__lows_ring)
        r.swing__low_indices_ring = <int64_t*>(self.arena + swing__low_indices_ring)
        r.trend__levels_ring = <double*>(self.arena + trend__levels_ring)
        r.trend__compares_ring = <int64_t*>(self.arena + trend__compares_ring)
        r.x__window_ring = <double*>(self.arena + x__window_ring)
        r.x_unit__lows_ring = <double*>(self.arena + x_unit__lows_ring)
        r.x_unit__highs_ring = <double*>(self.arena + x_unit__highs_ring)
        r.weekly__past_ring = <double*>(self.arena + weekly__past_ring)
        s.digest = 0x9E3779B97F4A7C15u
        s.day_end = MISSING
        s.high_3m_held = NAN
        s.low_3m_held = NAN
        s.close_3m_held = NAN
        s.volume_3m_held = NAN
        macd_init(&s.class_unit, 3, 8, 4)
        s.class__macd_output = NAN
        s.class__signal_output = NAN
        shown.class_out.histogram = NAN
        ema_init(&s.double_unit, p.fast_param)
        s.double_value = NAN
        rsi_init(&s.chained_unit, 5)
        s.chained_value = NAN
        atr_init(&s.volatility_5_3m_unit, 5)
        s.volatility_5_3m_value = NAN
        sma_init(&s.volume_sma_unit, 6)
        s.volume_sma_value = NAN
        rolling_window_init(&s.lowest_unit, 12, 0)
        s.lowest_value = NAN
        swing_init(&s.swing_unit, 0, 2, 2, 2.0, 1.5, 0.5, NAN, 0, 5)
        shown.swing_out.high_level = NAN
        shown.swing_out.low_level = NAN
        s.swing__high_idx_output = MISSING
        s.swing__low_idx_output = MISSING
        shown.swing_out.version = MISSING
        shown.swing_out.high_version = MISSING
        shown.swing_out.low_version = MISSING
        shown.swing_out.last_confirmed_pivot_idx = MISSING
        s.swing__last_confirmed_pivot_type_output = MISSING
        shown.swing_out.high_significance = NAN
        shown.swing_out.low_significance = NAN
        s.swing__high_is_major_output = MISSING
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
        bbands_init(&s.x_unit, 9, 2.0, 0)
        shown.x_out.lower = NAN
        s.x__middle_output = NAN
        shown.x_out.upper = NAN
        shown.x_out.bandwidth = NAN
        shown.x_out.percent_b = NAN
        donchian_init(&s.x_unit_unit, 4, 6)
        shown.x_unit_out.lower = NAN
        shown.x_unit_out.middle = NAN
        s.x_unit__upper_output = NAN
        roc_init(&s.weekly_unit, 2)
        s.weekly_value = NAN
        atr_init(&s.monthly_unit, 2)
        s.monthly_value = NAN
        for place in range(4):
            s.close_3m_past[place] = NAN
        s.double_x_middle_cross.left = NAN
        s.double_x_middle_cross.right = NAN
        s.class_macd_class_signal_cross.left = NAN
        s.class_macd_class_signal_cross.right = NAN

    cdef bint step(self, const Feed* feed, Py_ssize_t i, const Account* account,
                   Decision* decision) noexcept nogil:
        cdef int64_t ts_open = feed.ts0 + i * feed.base_ms
        decision.action = 0
        decision.word = 0
        return advance(
            self.state, &self.params, &self.rings, self.shown, ts_open, ts_open + feed.base_ms, feed.open[i],
            feed.high[i], feed.low[i], feed.close[i], feed.volume[i], can_enter(account, 1, False),
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
        cdef State s = self.state[0]
        cdef Params p = self.params
        cdef Rings r = self.rings
        while i < stop:
            if touched(&w, f.low[i], f.high[i]):
                w.why = TOUCHED
                break
            if advance(
                &s, &p, &r, NULL, ts_open, ts_open + f.base_ms, f.open[i], f.high[i], f.low[i],
                f.close[i], f.volume[i], entering_long, entering_short,
                leaving_long, leaving_short, &d,
            ):
                if equity_point(&w, f.mark_close[i]):
                    w.why = BREACHED
                    break
                if d.action != 0:
                    w.why = DECIDED
                    break
            i += 1
            ts_open += f.base_ms
        self.state[0] = s
        watch[0] = w
        decision[0] = d
        return i

    cdef void read(self, int64_t* words) noexcept nogil:
        cdef State* s = self.state
        cdef Shown* shown = self.shown
        cdef Rings* r = &self.rings
        words[0] = bits(s.class__macd_output)
        words[1] = bits(s.class__signal_output)
        words[2] = bits(shown.class_out.histogram)
        words[3] = bits(s.double_value)
        words[4] = bits(s.chained_value)
        words[5] = bits(s.volume_sma_value)
        words[6] = bits(s.lowest_value)
        words[7] = bits(shown.swing_out.high_level)
        words[8] = bits(shown.swing_out.low_level)
        words[9] = (MISSING if s.swing__high_idx_output == -1 else s.swing__high_idx_output)
        words[10] = (MISSING if s.swing__low_idx_output == -1 else s.swing__low_idx_output)
        words[11] = shown.swing_out.version
        words[12] = shown.swing_out.high_version
        words[13] = shown.swing_out.low_version
        words[14] = (MISSING if shown.swing_out.last_confirmed_pivot_idx == -1 else shown.swing_out.last_confirmed_pivot_idx)
        words[15] = s.swing__last_confirmed_pivot_type_output
        words[16] = bits(shown.swing_out.high_significance)
        words[17] = bits(shown.swing_out.low_significance)
        words[18] = s.swing__high_is_major_output
        words[19] = shown.swing_out.low_is_major
        words[20] = shown.swing_out.high_accepted
        words[21] = shown.swing_out.low_accepted
        words[22] = shown.swing_out.high_replaced_pending
        words[23] = shown.swing_out.low_replaced_pending
        words[24] = bits(shown.swing_out.pair_high_level)
        words[25] = bits(shown.swing_out.pair_low_level)
        words[26] = (MISSING if shown.swing_out.pair_high_idx == -1 else shown.swing_out.pair_high_idx)
        words[27] = (MISSING if shown.swing_out.pair_low_idx == -1 else shown.swing_out.pair_low_idx)
        words[28] = shown.swing_out.pair_direction
        words[29] = shown.swing_out.pair_version
        words[30] = shown.swing_out.pair_anchor_hash
        words[31] = s.trend__direction_output
        words[32] = shown.trend_out.strength
        words[33] = shown.trend_out.bars_in_trend
        words[34] = shown.trend_out.wave_count
        words[35] = shown.trend_out.last_wave_direction
        words[36] = shown.trend_out.last_hh
        words[37] = shown.trend_out.last_hl
        words[38] = shown.trend_out.last_lh
        words[39] = shown.trend_out.last_ll
        words[40] = shown.trend_out.version
        words[41] = bits(shown.x_out.lower)
        words[42] = bits(s.x__middle_output)
        words[43] = bits(shown.x_out.upper)
        words[44] = bits(shown.x_out.bandwidth)
        words[45] = bits(shown.x_out.percent_b)
        words[46] = bits(shown.x_unit_out.lower)
        words[47] = bits(shown.x_unit_out.middle)
        words[48] = bits(s.x_unit__upper_output)
        words[49] = bits(s.weekly_value)
        words[50] = bits(s.monthly_value)

    cdef double seen(self, Py_ssize_t slot) noexcept nogil:
        cdef State* s = self.state
        if slot == 0:
            return s.double_value
        if slot == 1:
            return s.x__middle_output
        if slot == 2:
            return s.chained_value
        if slot == 3:
            return f64(s.trend__direction_output)
        if slot == 4:
            return f64(s.swing__last_confirmed_pivot_type_output)
        if slot == 5:
            return f64(s.swing__high_is_major_output)
        if slot == 6:
            return s.close_3m_past[(s.close_3m_past_head + 1) % 4]
        if slot == 7:
            return s.lowest_value
        if slot == 8:
            return s.volume_3m_held
        if slot == 9:
            return s.volume_sma_value
        if slot == 10:
            return s.high_3m_held
        if slot == 11:
            return s.low_3m_held
        if slot == 12:
            return s.close_3m_held
        if slot == 13:
            return f64((MISSING if s.swing__high_idx_output == -1 else s.swing__high_idx_output))
        if slot == 14:
            return f64((MISSING if s.swing__low_idx_output == -1 else s.swing__low_idx_output))
        if slot == 15:
            return s.weekly_value
        if slot == 16:
            return s.class__macd_output
        if slot == 17:
            return s.class__signal_output
        if slot == 18:
            return s.x_unit__upper_output
        if slot == 19:
            return s.monthly_value
        return NAN

    cdef bint is_whole(self) noexcept nogil:
        return self.shown.is_whole != 0

    cdef uint64_t* digest_word(self) noexcept nogil:
        return &self.state.digest
