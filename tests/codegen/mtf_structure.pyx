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
from tradec.runtime.kernels.windows cimport Streak, streak_step
from tradec.runtime.structures.fair_value_gap cimport BookZone, FairValueGap, FairValueGapOut, fair_value_gap_init, fair_value_gap_step
from tradec.runtime.structures.market_structure cimport MarketStructure, MarketStructureOut, market_structure_init, market_structure_step
from tradec.runtime.structures.swing cimport Swing, SwingOut, swing_init, swing_step

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
    BookZone* gap__active_ring
    BookZone* gap__mitigated_ring
    double* swing__highs_ring
    int64_t* swing__high_indices_ring
    double* swing__lows_ring
    int64_t* swing__low_indices_ring
    double* swing_1h__highs_ring
    int64_t* swing_1h__high_indices_ring
    double* swing_1h__lows_ring
    int64_t* swing_1h__low_indices_ring
    double* swing_4h__highs_ring
    int64_t* swing_4h__high_indices_ring
    double* swing_4h__lows_ring
    int64_t* swing_4h__low_indices_ring
    int64_t* low_15m_gap_nearest_bull_upper_window_phases_ring
    int64_t* high_15m_gap_nearest_bear_lower_window_phases_ring


ctypedef struct State:
    uint64_t digest
    int64_t day_end         # of the UTC day of the last absorbed instant
    Bar bar_15m
    double open_15m_held
    double high_15m_held
    double low_15m_held
    double close_15m_held
    Bar bar_1h
    Bar bar_4h
    Atr atr_14_unit
    double atr_14_value
    FairValueGap gap_unit
    double gap__nearest_bull_upper_output
    double gap__nearest_bear_lower_output
    Swing swing_unit
    double swing__high_level_output
    double swing__low_level_output
    Swing swing_1h_unit
    MarketStructure ms_1h_unit
    int64_t ms_1h__bias_output
    Swing swing_4h_unit
    MarketStructure ms_4h_unit
    int64_t ms_4h__bias_output
    Streak low_15m_gap_nearest_bull_upper_window
    Streak high_15m_gap_nearest_bear_lower_window


ctypedef struct Shown:         # what no rule reads; a scan does not compute it
    int64_t is_whole
    FairValueGapOut gap_out
    SwingOut swing_out
    SwingOut swing_1h_out
    MarketStructureOut ms_1h_out
    SwingOut swing_4h_out
    MarketStructureOut ms_4h_out


cdef inline void close_15m(
    State* s, const Params* p, const Rings* r,
    Shown* shown,
    int64_t ts_open, double open, double high, double low, double close, double volume,
) noexcept nogil:
    """Step what lives on 15m, whose bar has just closed."""
    s.open_15m_held = open
    s.high_15m_held = high
    s.low_15m_held = low
    s.close_15m_held = close
    s.atr_14_value = atr_step(&s.atr_14_unit, high, low, close)
    cdef FairValueGapOut gap_out
    fair_value_gap_step(&s.gap_unit, r.gap__active_ring, r.gap__mitigated_ring, high, low, close, s.atr_14_value, &gap_out)
    s.gap__nearest_bull_upper_output = gap_out.nearest_bull_upper
    s.gap__nearest_bear_lower_output = gap_out.nearest_bear_lower
    if shown != NULL:
        shown.gap_out = gap_out
    cdef SwingOut swing_out
    swing_step(&s.swing_unit, r.swing__highs_ring, r.swing__high_indices_ring, r.swing__lows_ring, r.swing__low_indices_ring, open, high, low, close, NAN, &swing_out)
    s.swing__high_level_output = swing_out.high_level
    s.swing__low_level_output = swing_out.low_level
    if shown != NULL:
        shown.swing_out = swing_out


cdef inline void close_1h(
    State* s, const Params* p, const Rings* r,
    Shown* shown,
    int64_t ts_open, double open, double high, double low, double close, double volume,
) noexcept nogil:
    """Step what lives on 1h, whose bar has just closed."""
    cdef SwingOut swing_1h_out
    swing_step(&s.swing_1h_unit, r.swing_1h__highs_ring, r.swing_1h__high_indices_ring, r.swing_1h__lows_ring, r.swing_1h__low_indices_ring, open, high, low, close, NAN, &swing_1h_out)
    if shown != NULL:
        shown.swing_1h_out = swing_1h_out
    cdef MarketStructureOut ms_1h_out
    market_structure_step(&s.ms_1h_unit, &s.swing_1h_unit, open, high, low, close, &ms_1h_out)
    s.ms_1h__bias_output = ms_1h_out.bias
    if shown != NULL:
        shown.ms_1h_out = ms_1h_out


cdef inline void close_4h(
    State* s, const Params* p, const Rings* r,
    Shown* shown,
    int64_t ts_open, double open, double high, double low, double close, double volume,
) noexcept nogil:
    """Step what lives on 4h, whose bar has just closed."""
    cdef SwingOut swing_4h_out
    swing_step(&s.swing_4h_unit, r.swing_4h__highs_ring, r.swing_4h__high_indices_ring, r.swing_4h__lows_ring, r.swing_4h__low_indices_ring, open, high, low, close, NAN, &swing_4h_out)
    if shown != NULL:
        shown.swing_4h_out = swing_4h_out
    cdef MarketStructureOut ms_4h_out
    market_structure_step(&s.ms_4h_unit, &s.swing_4h_unit, open, high, low, close, &ms_4h_out)
    s.ms_4h__bias_output = ms_4h_out.bias
    if shown != NULL:
        shown.ms_4h_out = ms_4h_out


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
    if bar_add(&s.bar_1h, 60, ts_open, ts_close, open, high, low, close, volume):
        close_1h(s, p, r, shown, s.bar_1h.ts_open, s.bar_1h.open, s.bar_1h.high, s.bar_1h.low, s.bar_1h.close, 0.0)
        if bar_add(&s.bar_4h, 240, s.bar_1h.ts_open, ts_close, s.bar_1h.open, s.bar_1h.high, s.bar_1h.low, s.bar_1h.close, 0.0):
            close_4h(s, p, r, shown, s.bar_4h.ts_open, s.bar_4h.open, s.bar_4h.high, s.bar_4h.low, s.bar_4h.close, 0.0)
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
    absorb_double(&s.digest, s.open_15m_held)
    absorb_double(&s.digest, s.high_15m_held)
    absorb_double(&s.digest, s.low_15m_held)
    absorb_double(&s.digest, s.close_15m_held)
    absorb_double(&s.digest, s.gap__nearest_bull_upper_output)
    absorb_double(&s.digest, s.gap__nearest_bear_lower_output)
    absorb_double(&s.digest, s.swing__high_level_output)
    absorb_double(&s.digest, s.swing__low_level_output)
    absorb_int(&s.digest, s.ms_1h__bias_output)
    absorb_int(&s.digest, s.ms_4h__bias_output)
    absorb_int(&s.digest, word)


cdef inline void decide(
    State* s, const Params* p, const Rings* r,
    int64_t ts_close, bint can_enter_long, bint can_enter_short, bint can_exit_long,
    bint can_exit_short, Decision* decision,
) noexcept nogil:
    """Evaluate the rules at this instant; at most one decision."""
    streak_step(&s.low_15m_gap_nearest_bull_upper_window, r.low_15m_gap_nearest_bull_upper_window_phases_ring, 3, 1, (s.low_15m_held > s.gap__nearest_bull_upper_output), (s.low_15m_held <= s.gap__nearest_bull_upper_output))
    streak_step(&s.high_15m_gap_nearest_bear_lower_window, r.high_15m_gap_nearest_bear_lower_window_phases_ring, 3, 1, (s.high_15m_held < s.gap__nearest_bear_lower_output), (s.high_15m_held >= s.gap__nearest_bear_lower_output))
    # entry_long
    if can_enter_long and ((s.ms_4h__bias_output != MISSING and s.ms_4h__bias_output == 1) and (s.ms_1h__bias_output != MISSING and s.ms_1h__bias_output == 1) and s.low_15m_gap_nearest_bull_upper_window.broken != 0 and (s.close_15m_held > s.gap__nearest_bull_upper_output) and (s.close_15m_held > s.open_15m_held) and (s.close_15m_held > s.swing__low_level_output)):
        decision.action = 1
        decision.word = 0x1  # entry_long
        decision.percent = 100.0
    # entry_short
    if decision.action == 0:
        if can_enter_short and ((s.ms_4h__bias_output != MISSING and s.ms_4h__bias_output == -1) and (s.ms_1h__bias_output != MISSING and s.ms_1h__bias_output == -1) and s.high_15m_gap_nearest_bear_lower_window.broken != 0 and (s.close_15m_held < s.gap__nearest_bear_lower_output) and (s.close_15m_held < s.open_15m_held) and (s.close_15m_held < s.swing__high_level_output)):
            decision.action = 2
            decision.word = 0x102  # entry_short
            decision.percent = 100.0
    # exit_long
    if decision.action == 0:
        if can_exit_long and (s.ms_1h__bias_output != MISSING and s.ms_1h__bias_output == -1):
            decision.action = 3
            decision.word = 0x203  # exit_long
            decision.percent = 100.0
    # exit_short
    if decision.action == 0:
        if can_exit_short and (s.ms_1h__bias_output != MISSING and s.ms_1h__bias_output == 1):
            decision.action = 4
            decision.word = 0x304  # exit_short
            decision.percent = 100.0
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
        ('atr_14', 'float', ()),
        ('gap.new_this_bar', 'bool', ()),
        ('gap.new_direction', 'int', ()),
        ('gap.new_upper', 'float', ()),
        ('gap.new_lower', 'float', ()),
        ('gap.nearest_bull_upper', 'float', ()),
        ('gap.nearest_bull_lower', 'float', ()),
        ('gap.nearest_bear_upper', 'float', ()),
        ('gap.nearest_bear_lower', 'float', ()),
        ('gap.active_bull_count', 'int', ()),
        ('gap.active_bear_count', 'int', ()),
        ('gap.any_mitigated_this_bar', 'bool', ()),
        ('gap.any_invalidated_this_bar', 'bool', ()),
        ('gap.last_invalidated_direction', 'int', ()),
        ('gap.last_invalidated_upper', 'float', ()),
        ('gap.last_invalidated_lower', 'float', ()),
        ('gap.version', 'int', ()),
        ('gap.nearest_bull_fill_pct', 'float', ()),
        ('gap.nearest_bear_fill_pct', 'float', ()),
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
        ('swing_1h.high_level', 'float', ()),
        ('swing_1h.low_level', 'float', ()),
        ('swing_1h.high_idx', 'int', ()),
        ('swing_1h.low_idx', 'int', ()),
        ('swing_1h.version', 'int', ()),
        ('swing_1h.high_version', 'int', ()),
        ('swing_1h.low_version', 'int', ()),
        ('swing_1h.last_confirmed_pivot_idx', 'int', ()),
        ('swing_1h.last_confirmed_pivot_type', 'enum', (('none', 0), ('high', 1), ('low', -1))),
        ('swing_1h.high_significance', 'float', ()),
        ('swing_1h.low_significance', 'float', ()),
        ('swing_1h.high_is_major', 'bool', ()),
        ('swing_1h.low_is_major', 'bool', ()),
        ('swing_1h.high_accepted', 'bool', ()),
        ('swing_1h.low_accepted', 'bool', ()),
        ('swing_1h.high_replaced_pending', 'bool', ()),
        ('swing_1h.low_replaced_pending', 'bool', ()),
        ('swing_1h.pair_high_level', 'float', ()),
        ('swing_1h.pair_low_level', 'float', ()),
        ('swing_1h.pair_high_idx', 'int', ()),
        ('swing_1h.pair_low_idx', 'int', ()),
        ('swing_1h.pair_direction', 'enum', (('none', 0), ('bullish', 1), ('bearish', -1))),
        ('swing_1h.pair_version', 'int', ()),
        ('swing_1h.pair_anchor_hash', 'int', ()),
        ('ms_1h.bias', 'int', ()),
        ('ms_1h.bos_this_bar', 'bool', ()),
        ('ms_1h.choch_this_bar', 'bool', ()),
        ('ms_1h.bos_direction', 'enum', (('none', 0), ('bullish', 1), ('bearish', -1))),
        ('ms_1h.choch_direction', 'enum', (('none', 0), ('bullish', 1), ('bearish', -1))),
        ('ms_1h.last_bos_idx', 'int', ()),
        ('ms_1h.last_choch_idx', 'int', ()),
        ('ms_1h.last_bos_level', 'float', ()),
        ('ms_1h.last_choch_level', 'float', ()),
        ('ms_1h.break_level_high', 'float', ()),
        ('ms_1h.break_level_low', 'float', ()),
        ('ms_1h.version', 'int', ()),
        ('ms_1h.anchor_level', 'float', ()),
        ('swing_4h.high_level', 'float', ()),
        ('swing_4h.low_level', 'float', ()),
        ('swing_4h.high_idx', 'int', ()),
        ('swing_4h.low_idx', 'int', ()),
        ('swing_4h.version', 'int', ()),
        ('swing_4h.high_version', 'int', ()),
        ('swing_4h.low_version', 'int', ()),
        ('swing_4h.last_confirmed_pivot_idx', 'int', ()),
        ('swing_4h.last_confirmed_pivot_type', 'enum', (('none', 0), ('high', 1), ('low', -1))),
        ('swing_4h.high_significance', 'float', ()),
        ('swing_4h.low_significance', 'float', ()),
        ('swing_4h.high_is_major', 'bool', ()),
        ('swing_4h.low_is_major', 'bool', ()),
        ('swing_4h.high_accepted', 'bool', ()),
        ('swing_4h.low_accepted', 'bool', ()),
        ('swing_4h.high_replaced_pending', 'bool', ()),
        ('swing_4h.low_replaced_pending', 'bool', ()),
        ('swing_4h.pair_high_level', 'float', ()),
        ('swing_4h.pair_low_level', 'float', ()),
        ('swing_4h.pair_high_idx', 'int', ()),
        ('swing_4h.pair_low_idx', 'int', ()),
        ('swing_4h.pair_direction', 'enum', (('none', 0), ('bullish', 1), ('bearish', -1))),
        ('swing_4h.pair_version', 'int', ()),
        ('swing_4h.pair_anchor_hash', 'int', ()),
        ('ms_4h.bias', 'int', ()),
        ('ms_4h.bos_this_bar', 'bool', ()),
        ('ms_4h.choch_this_bar', 'bool', ()),
        ('ms_4h.bos_direction', 'enum', (('none', 0), ('bullish', 1), ('bearish', -1))),
        ('ms_4h.choch_direction', 'enum', (('none', 0), ('bullish', 1), ('bearish', -1))),
        ('ms_4h.last_bos_idx', 'int', ()),
        ('ms_4h.last_choch_idx', 'int', ()),
        ('ms_4h.last_bos_level', 'float', ()),
        ('ms_4h.last_choch_level', 'float', ()),
        ('ms_4h.break_level_high', 'float', ()),
        ('ms_4h.break_level_low', 'float', ()),
        ('ms_4h.version', 'int', ()),
        ('ms_4h.anchor_level', 'float', ()),
    )
    PARAMS = ()
    SLOTS = ('swing.low_level', 'swing.high_level', 'ms_4h.bias', 'ms_1h.bias', '15m.low', 'gap.nearest_bull_upper', '15m.close', '15m.open', '15m.high', 'gap.nearest_bear_lower')

    def __init__(self, dict values not None):
        cdef Py_ssize_t place
        cdef State* s
        cdef Shown* shown
        cdef Params* p = &self.params
        cdef Rings* r = &self.rings
        place = sizeof(State)
        cdef Py_ssize_t gap__active_ring = place
        place += <Py_ssize_t>sizeof(BookZone) * <Py_ssize_t>(5)
        cdef Py_ssize_t gap__mitigated_ring = place
        place += <Py_ssize_t>sizeof(BookZone) * <Py_ssize_t>(5)
        cdef Py_ssize_t swing__highs_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(5 + 5 + 1)
        cdef Py_ssize_t swing__high_indices_ring = place
        place += <Py_ssize_t>sizeof(int64_t) * <Py_ssize_t>(5 + 5 + 1)
        cdef Py_ssize_t swing__lows_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(5 + 5 + 1)
        cdef Py_ssize_t swing__low_indices_ring = place
        place += <Py_ssize_t>sizeof(int64_t) * <Py_ssize_t>(5 + 5 + 1)
        cdef Py_ssize_t swing_1h__highs_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(3 + 3 + 1)
        cdef Py_ssize_t swing_1h__high_indices_ring = place
        place += <Py_ssize_t>sizeof(int64_t) * <Py_ssize_t>(3 + 3 + 1)
        cdef Py_ssize_t swing_1h__lows_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(3 + 3 + 1)
        cdef Py_ssize_t swing_1h__low_indices_ring = place
        place += <Py_ssize_t>sizeof(int64_t) * <Py_ssize_t>(3 + 3 + 1)
        cdef Py_ssize_t swing_4h__highs_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(2 + 2 + 1)
        cdef Py_ssize_t swing_4h__high_indices_ring = place
        place += <Py_ssize_t>sizeof(int64_t) * <Py_ssize_t>(2 + 2 + 1)
        cdef Py_ssize_t swing_4h__lows_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(2 + 2 + 1)
        cdef Py_ssize_t swing_4h__low_indices_ring = place
        place += <Py_ssize_t>sizeof(int64_t) * <Py_ssize_t>(2 + 2 + 1)
        cdef Py_ssize_t low_15m_gap_nearest_bull_upper_window_phases_ring = place
        place += <Py_ssize_t>sizeof(int64_t) * <Py_ssize_t>(2)
        cdef Py_ssize_t high_15m_gap_nearest_bear_lower_window_phases_ring = place
        place += <Py_ssize_t>sizeof(int64_t) * <Py_ssize_t>(2)
        self.make_arena(place + <Py_ssize_t>sizeof(Shown), MODULE_ID + 0, 15, 117,
                        <const char*>p, sizeof(Params))
        s = <State*>self.arena
        self.state = s
        shown = <Shown*>(self.arena + place)
        self.shown = shown
        shown.is_whole = 1
        r.gap__active_ring = <BookZone*>(self.arena + gap__active_ring)
        r.gap__mitigated_ring = <BookZone*>(self.arena + gap__mitigated_ring)
        r.swing__highs_ring = <double*>(self.arena + swing__highs_ring)
        r.swing__high_indices_ring = <int64_t*>(self.arena + swing__high_indices_ring)
        r.swing__lows_ring = <double*>(self.arena + swing__lows_ring)
        r.swing__low_indices_ring = <int64_t*>(self.arena + swing__low_indices_ring)
        r.swing_1h__highs_ring = <double*>(self.arena + swing_1h__highs_ring)
        r.swing_1h__high_indices_ring = <int64_t*>(self.arena + swing_1h__high_indices_ring)
        r.swing_1h__lows_ring = <double*>(self.arena + swing_1h__lows_ring)
        r.swing_1h__low_indices_ring = <int64_t*>(self.arena + swing_1h__low_indices_ring)
        r.swing_4h__highs_ring = <double*>(self.arena + swing_4h__highs_ring)
        r.swing_4h__high_indices_ring = <int64_t*>(self.arena + swing_4h__high_indices_ring)
        r.swing_4h__lows_ring = <double*>(self.arena + swing_4h__lows_ring)
        r.swing_4h__low_indices_ring = <int64_t*>(self.arena + swing_4h__low_indices_ring)
        r.low_15m_gap_nearest_bull_upper_window_phases_ring = <int64_t*>(self.arena + low_15m_gap_nearest_bull_upper_window_phases_ring)
        r.high_15m_gap_nearest_bear_lower_window_phases_ring = <int64_t*>(self.arena + high_15m_gap_nearest_bear_lower_window_phases_ring)
        s.digest = 0x9E3779B97F4A7C15u
        s.day_end = MISSING
        s.open_15m_held = NAN
        s.high_15m_held = NAN
        s.low_15m_held = NAN
        s.close_15m_held = NAN
        atr_init(&s.atr_14_unit, 14)
        s.atr_14_value = NAN
        fair_value_gap_init(&s.gap_unit, 0.1, 0.5, 5, MISSING)
        shown.gap_out.new_this_bar = MISSING
        shown.gap_out.new_direction = MISSING
        shown.gap_out.new_upper = NAN
        shown.gap_out.new_lower = NAN
        s.gap__nearest_bull_upper_output = NAN
        shown.gap_out.nearest_bull_lower = NAN
        shown.gap_out.nearest_bear_upper = NAN
        s.gap__nearest_bear_lower_output = NAN
        shown.gap_out.active_bull_count = MISSING
        shown.gap_out.active_bear_count = MISSING
        shown.gap_out.any_mitigated_this_bar = MISSING
        shown.gap_out.any_invalidated_this_bar = MISSING
        shown.gap_out.last_invalidated_direction = MISSING
        shown.gap_out.last_invalidated_upper = NAN
        shown.gap_out.last_invalidated_lower = NAN
        shown.gap_out.version = MISSING
        shown.gap_out.nearest_bull_fill_pct = NAN
        shown.gap_out.nearest_bear_fill_pct = NAN
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
        swing_init(&s.swing_1h_unit, 0, 3, 3, 2.0, 1.5, NAN, NAN, 0, MISSING)
        shown.swing_1h_out.high_level = NAN
        shown.swing_1h_out.low_level = NAN
        shown.swing_1h_out.high_idx = MISSING
        shown.swing_1h_out.low_idx = MISSING
        shown.swing_1h_out.version = MISSING
        shown.swing_1h_out.high_version = MISSING
        shown.swing_1h_out.low_version = MISSING
        shown.swing_1h_out.last_confirmed_pivot_idx = MISSING
        shown.swing_1h_out.last_confirmed_pivot_type = MISSING
        shown.swing_1h_out.high_significance = NAN
        shown.swing_1h_out.low_significance = NAN
        shown.swing_1h_out.high_is_major = MISSING
        shown.swing_1h_out.low_is_major = MISSING
        shown.swing_1h_out.high_accepted = MISSING
        shown.swing_1h_out.low_accepted = MISSING
        shown.swing_1h_out.high_replaced_pending = MISSING
        shown.swing_1h_out.low_replaced_pending = MISSING
        shown.swing_1h_out.pair_high_level = NAN
        shown.swing_1h_out.pair_low_level = NAN
        shown.swing_1h_out.pair_high_idx = MISSING
        shown.swing_1h_out.pair_low_idx = MISSING
        shown.swing_1h_out.pair_direction = MISSING
        shown.swing_1h_out.pair_version = MISSING
        shown.swing_1h_out.pair_anchor_hash = MISSING
        market_structure_init(&s.ms_1h_unit, 1)
        s.ms_1h__bias_output = MISSING
        shown.ms_1h_out.bos_this_bar = MISSING
        shown.ms_1h_out.choch_this_bar = MISSING
        shown.ms_1h_out.bos_direction = MISSING
        shown.ms_1h_out.choch_direction = MISSING
        shown.ms_1h_out.last_bos_idx = MISSING
        shown.ms_1h_out.last_choch_idx = MISSING
        shown.ms_1h_out.last_bos_level = NAN
        shown.ms_1h_out.last_choch_level = NAN
        shown.ms_1h_out.break_level_high = NAN
        shown.ms_1h_out.break_level_low = NAN
        shown.ms_1h_out.version = MISSING
        shown.ms_1h_out.anchor_level = NAN
        swing_init(&s.swing_4h_unit, 0, 2, 2, 2.0, 1.5, NAN, NAN, 0, MISSING)
        shown.swing_4h_out.high_level = NAN
        shown.swing_4h_out.low_level = NAN
        shown.swing_4h_out.high_idx = MISSING
        shown.swing_4h_out.low_idx = MISSING
        shown.swing_4h_out.version = MISSING
        shown.swing_4h_out.high_version = MISSING
        shown.swing_4h_out.low_version = MISSING
        shown.swing_4h_out.last_confirmed_pivot_idx = MISSING
        shown.swing_4h_out.last_confirmed_pivot_type = MISSING
        shown.swing_4h_out.high_significance = NAN
        shown.swing_4h_out.low_significance = NAN
        shown.swing_4h_out.high_is_major = MISSING
        shown.swing_4h_out.low_is_major = MISSING
        shown.swing_4h_out.high_accepted = MISSING
        shown.swing_4h_out.low_accepted = MISSING
        shown.swing_4h_out.high_replaced_pending = MISSING
        shown.swing_4h_out.low_replaced_pending = MISSING
        shown.swing_4h_out.pair_high_level = NAN
        shown.swing_4h_out.pair_low_level = NAN
        shown.swing_4h_out.pair_high_idx = MISSING
        shown.swing_4h_out.pair_low_idx = MISSING
        shown.swing_4h_out.pair_direction = MISSING
        shown.swing_4h_out.pair_version = MISSING
        shown.swing_4h_out.pair_anchor_hash = MISSING
        market_structure_init(&s.ms_4h_unit, 1)
        s.ms_4h__bias_output = MISSING
        shown.ms_4h_out.bos_this_bar = MISSING
        shown.ms_4h_out.choch_this_bar = MISSING
        shown.ms_4h_out.bos_direction = MISSING
        shown.ms_4h_out.choch_direction = MISSING
        shown.ms_4h_out.last_bos_idx = MISSING
        shown.ms_4h_out.last_choch_idx = MISSING
        shown.ms_4h_out.last_bos_level = NAN
        shown.ms_4h_out.last_choch_level = NAN
        shown.ms_4h_out.break_level_high = NAN
        shown.ms_4h_out.break_level_low = NAN
        shown.ms_4h_out.version = MISSING
        shown.ms_4h_out.anchor_level = NAN

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
        words[0] = bits(s.atr_14_value)
        words[1] = shown.gap_out.new_this_bar
        words[2] = shown.gap_out.new_direction
        words[3] = bits(shown.gap_out.new_upper)
        words[4] = bits(shown.gap_out.new_lower)
        words[5] = bits(s.gap__nearest_bull_upper_output)
        words[6] = bits(shown.gap_out.nearest_bull_lower)
        words[7] = bits(shown.gap_out.nearest_bear_upper)
        words[8] = bits(s.gap__nearest_bear_lower_output)
        words[9] = shown.gap_out.active_bull_count
        words[10] = shown.gap_out.active_bear_count
        words[11] = shown.gap_out.any_mitigated_this_bar
        words[12] = shown.gap_out.any_invalidated_this_bar
        words[13] = shown.gap_out.last_invalidated_direction
        words[14] = bits(shown.gap_out.last_invalidated_upper)
        words[15] = bits(shown.gap_out.last_invalidated_lower)
        words[16] = shown.gap_out.version
        words[17] = bits(shown.gap_out.nearest_bull_fill_pct)
        words[18] = bits(shown.gap_out.nearest_bear_fill_pct)
        words[19] = bits(s.swing__high_level_output)
        words[20] = bits(s.swing__low_level_output)
        words[21] = (MISSING if shown.swing_out.high_idx == -1 else shown.swing_out.high_idx)
        words[22] = (MISSING if shown.swing_out.low_idx == -1 else shown.swing_out.low_idx)
        words[23] = shown.swing_out.version
        words[24] = shown.swing_out.high_version
        words[25] = shown.swing_out.low_version
        words[26] = (MISSING if shown.swing_out.last_confirmed_pivot_idx == -1 else shown.swing_out.last_confirmed_pivot_idx)
        words[27] = shown.swing_out.last_confirmed_pivot_type
        words[28] = bits(shown.swing_out.high_significance)
        words[29] = bits(shown.swing_out.low_significance)
        words[30] = shown.swing_out.high_is_major
        words[31] = shown.swing_out.low_is_major
        words[32] = shown.swing_out.high_accepted
        words[33] = shown.swing_out.low_accepted
        words[34] = shown.swing_out.high_replaced_pending
        words[35] = shown.swing_out.low_replaced_pending
        words[36] = bits(shown.swing_out.pair_high_level)
        words[37] = bits(shown.swing_out.pair_low_level)
        words[38] = (MISSING if shown.swing_out.pair_high_idx == -1 else shown.swing_out.pair_high_idx)
        words[39] = (MISSING if shown.swing_out.pair_low_idx == -1 else shown.swing_out.pair_low_idx)
        words[40] = shown.swing_out.pair_direction
        words[41] = shown.swing_out.pair_version
        words[42] = shown.swing_out.pair_anchor_hash
        words[43] = bits(shown.swing_1h_out.high_level)
        words[44] = bits(shown.swing_1h_out.low_level)
        words[45] = (MISSING if shown.swing_1h_out.high_idx == -1 else shown.swing_1h_out.high_idx)
        words[46] = (MISSING if shown.swing_1h_out.low_idx == -1 else shown.swing_1h_out.low_idx)
        words[47] = shown.swing_1h_out.version
        words[48] = shown.swing_1h_out.high_version
        words[49] = shown.swing_1h_out.low_version
        words[50] = (MISSING if shown.swing_1h_out.last_confirmed_pivot_idx == -1 else shown.swing_1h_out.last_confirmed_pivot_idx)
        words[51] = shown.swing_1h_out.last_confirmed_pivot_type
        words[52] = bits(shown.swing_1h_out.high_significance)
        words[53] = bits(shown.swing_1h_out.low_significance)
        words[54] = shown.swing_1h_out.high_is_major
        words[55] = shown.swing_1h_out.low_is_major
        words[56] = shown.swing_1h_out.high_accepted
        words[57] = shown.swing_1h_out.low_accepted
        words[58] = shown.swing_1h_out.high_replaced_pending
        words[59] = shown.swing_1h_out.low_replaced_pending
        words[60] = bits(shown.swing_1h_out.pair_high_level)
        words[61] = bits(shown.swing_1h_out.pair_low_level)
        words[62] = (MISSING if shown.swing_1h_out.pair_high_idx == -1 else shown.swing_1h_out.pair_high_idx)
        words[63] = (MISSING if shown.swing_1h_out.pair_low_idx == -1 else shown.swing_1h_out.pair_low_idx)
        words[64] = shown.swing_1h_out.pair_direction
        words[65] = shown.swing_1h_out.pair_version
        words[66] = shown.swing_1h_out.pair_anchor_hash
        words[67] = s.ms_1h__bias_output
        words[68] = shown.ms_1h_out.bos_this_bar
        words[69] = shown.ms_1h_out.choch_this_bar
        words[70] = shown.ms_1h_out.bos_direction
        words[71] = shown.ms_1h_out.choch_direction
        words[72] = (MISSING if shown.ms_1h_out.last_bos_idx == -1 else shown.ms_1h_out.last_bos_idx)
        words[73] = (MISSING if shown.ms_1h_out.last_choch_idx == -1 else shown.ms_1h_out.last_choch_idx)
        words[74] = bits(shown.ms_1h_out.last_bos_level)
        words[75] = bits(shown.ms_1h_out.last_choch_level)
        words[76] = bits(shown.ms_1h_out.break_level_high)
        words[77] = bits(shown.ms_1h_out.break_level_low)
        words[78] = shown.ms_1h_out.version
        words[79] = bits(shown.ms_1h_out.anchor_level)
        words[80] = bits(shown.swing_4h_out.high_level)
        words[81] = bits(shown.swing_4h_out.low_level)
        words[82] = (MISSING if shown.swing_4h_out.high_idx == -1 else shown.swing_4h_out.high_idx)
        words[83] = (MISSING if shown.swing_4h_out.low_idx == -1 else shown.swing_4h_out.low_idx)
        words[84] = shown.swing_4h_out.version
        words[85] = shown.swing_4h_out.high_version
        words[86] = shown.swing_4h_out.low_version
        words[87] = (MISSING if shown.swing_4h_out.last_confirmed_pivot_idx == -1 else shown.swing_4h_out.last_confirmed_pivot_idx)
        words[88] = shown.swing_4h_out.last_confirmed_pivot_type
        words[89] = bits(shown.swing_4h_out.high_significance)
        words[90] = bits(shown.swing_4h_out.low_significance)
        words[91] = shown.swing_4h_out.high_is_major
        words[92] = shown.swing_4h_out.low_is_major
        words[93] = shown.swing_4h_out.high_accepted
        words[94] = shown.swing_4h_out.low_accepted
        words[95] = shown.swing_4h_out.high_replaced_pending
        words[96] = shown.swing_4h_out.low_replaced_pending
        words[97] = bits(shown.swing_4h_out.pair_high_level)
        words[98] = bits(shown.swing_4h_out.pair_low_level)
        words[99] = (MISSING if shown.swing_4h_out.pair_high_idx == -1 else shown.swing_4h_out.pair_high_idx)
        words[100] = (MISSING if shown.swing_4h_out.pair_low_idx == -1 else shown.swing_4h_out.pair_low_idx)
        words[101] = shown.swing_4h_out.pair_direction
        words[102] = shown.swing_4h_out.pair_version
        words[103] = shown.swing_4h_out.pair_anchor_hash
        words[104] = s.ms_4h__bias_output
        words[105] = shown.ms_4h_out.bos_this_bar
        words[106] = shown.ms_4h_out.choch_this_bar
        words[107] = shown.ms_4h_out.bos_direction
        words[108] = shown.ms_4h_out.choch_direction
        words[109] = (MISSING if shown.ms_4h_out.last_bos_idx == -1 else shown.ms_4h_out.last_bos_idx)
        words[110] = (MISSING if shown.ms_4h_out.last_choch_idx == -1 else shown.ms_4h_out.last_choch_idx)
        words[111] = bits(shown.ms_4h_out.last_bos_level)
        words[112] = bits(shown.ms_4h_out.last_choch_level)
        words[113] = bits(shown.ms_4h_out.break_level_high)
        words[114] = bits(shown.ms_4h_out.break_level_low)
        words[115] = shown.ms_4h_out.version
        words[116] = bits(shown.ms_4h_out.anchor_level)

    cdef double seen(self, Py_ssize_t slot) noexcept nogil:
        cdef State* s = self.state
        if slot == 0:
            return s.swing__low_level_output
        if slot == 1:
            return s.swing__high_level_output
        if slot == 2:
            return f64(s.ms_4h__bias_output)
        if slot == 3:
            return f64(s.ms_1h__bias_output)
        if slot == 4:
            return s.low_15m_held
        if slot == 5:
            return s.gap__nearest_bull_upper_output
        if slot == 6:
            return s.close_15m_held
        if slot == 7:
            return s.open_15m_held
        if slot == 8:
            return s.high_15m_held
        if slot == 9:
            return s.gap__nearest_bear_lower_output
        return NAN

    cdef bint is_whole(self) noexcept nogil:
        return self.shown.is_whole != 0

    cdef uint64_t* digest_word(self) noexcept nogil:
        return &self.state.digest
