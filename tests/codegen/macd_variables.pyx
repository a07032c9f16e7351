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
from tradec.runtime.indicators.macd cimport Macd, MacdOut, macd_init, macd_step
from tradec.runtime.indicators.rsi cimport Rsi, rsi_init, rsi_step

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
    int64_t floor_param
    int64_t slow_param
    double stop_param


ctypedef struct Rings:
    double* none


ctypedef struct State:
    uint64_t digest
    int64_t day_end         # of the UTC day of the last absorbed instant
    Bar bar_15m
    Macd macd_9_unit
    double macd_9__macd_output
    double macd_9__signal_output
    Rsi rsi_14_unit
    double rsi_14_value
    Crossing macd_9_macd_macd_9_signal_cross


ctypedef struct Shown:         # what no rule reads; a scan does not compute it
    int64_t is_whole
    MacdOut macd_9_out


cdef inline void close_15m(
    State* s, const Params* p, const Rings* r,
    Shown* shown,
    int64_t ts_open, double open, double high, double low, double close, double volume,
) noexcept nogil:
    """Step what lives on 15m, whose bar has just closed."""
    cdef MacdOut macd_9_out
    macd_step(&s.macd_9_unit, close, &macd_9_out)
    s.macd_9__macd_output = macd_9_out.macd
    s.macd_9__signal_output = macd_9_out.signal
    if shown != NULL:
        shown.macd_9_out = macd_9_out
    s.rsi_14_value = rsi_step(&s.rsi_14_unit, close)


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
    absorb_double(&s.digest, s.macd_9__macd_output)
    absorb_double(&s.digest, s.macd_9__signal_output)
    absorb_double(&s.digest, s.rsi_14_value)
    absorb_int(&s.digest, word)


cdef inline void decide(
    State* s, const Params* p, const Rings* r,
    int64_t ts_close, bint can_enter_long, bint can_enter_short, bint can_exit_long,
    bint can_exit_short, Decision* decision,
) noexcept nogil:
    """Evaluate the rules at this instant; at most one decision."""
    cdef double macd_9_macd_macd_9_signal_cross_left = s.macd_9__macd_output
    cdef double macd_9_macd_macd_9_signal_cross_right = s.macd_9__signal_output
    # entry_long
    if can_enter_long and ((s.macd_9_macd_macd_9_signal_cross.left <= s.macd_9_macd_macd_9_signal_cross.right and macd_9_macd_macd_9_signal_cross_left > macd_9_macd_macd_9_signal_cross_right) and (s.rsi_14_value > <double>p.floor_param)):
        decision.action = 1
        decision.word = 0x1  # entry_long
        decision.percent = 100.0
    # exit_long
    if decision.action == 0:
        if can_exit_long and (s.macd_9_macd_macd_9_signal_cross.left >= s.macd_9_macd_macd_9_signal_cross.right and macd_9_macd_macd_9_signal_cross_left < macd_9_macd_macd_9_signal_cross_right):
            decision.action = 3
            decision.word = 0x103  # exit_long
            decision.percent = 100.0
    s.macd_9_macd_macd_9_signal_cross.left = macd_9_macd_macd_9_signal_cross_left
    s.macd_9_macd_macd_9_signal_cross.right = macd_9_macd_macd_9_signal_cross_right
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
        ('macd_9.macd', 'float', ()),
        ('macd_9.signal', 'float', ()),
        ('macd_9.histogram', 'float', ()),
        ('rsi_14', 'float', ()),
    )
    PARAMS = ('fast', 'floor', 'slow', 'stop')
    SLOTS = ('macd_9.macd', 'macd_9.signal', 'rsi_14')

    def __init__(self, dict values not None):
        cdef Py_ssize_t place
        cdef State* s
        cdef Shown* shown
        cdef Params* p = &self.params
        cdef Rings* r = &self.rings
        p.fast_param = bounded('fast', values['fast'], 1, 5000)
        p.floor_param = values['floor']
        p.slow_param = bounded('slow', values['slow'], 1, 5000)
        p.stop_param = values['stop']
        place = sizeof(State)
        self.make_arena(place + <Py_ssize_t>sizeof(Shown), MODULE_ID + 0, 15, 4,
                        <const char*>p, sizeof(Params))
        s = <State*>self.arena
        self.state = s
        shown = <Shown*>(self.arena + place)
        self.shown = shown
        shown.is_whole = 1
        s.digest = 0x9E3779B97F4A7C15u
        s.day_end = MISSING
        macd_init(&s.macd_9_unit, p.fast_param, p.slow_param, 9)
        s.macd_9__macd_output = NAN
        s.macd_9__signal_output = NAN
        shown.macd_9_out.histogram = NAN
        rsi_init(&s.rsi_14_unit, 14)
        s.rsi_14_value = NAN
        s.macd_9_macd_macd_9_signal_cross.left = NAN
        s.macd_9_macd_macd_9_signal_cross.right = NAN

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
        words[0] = bits(s.macd_9__macd_output)
        words[1] = bits(s.macd_9__signal_output)
        words[2] = bits(shown.macd_9_out.histogram)
        words[3] = bits(s.rsi_14_value)

    cdef double seen(self, Py_ssize_t slot) noexcept nogil:
        cdef State* s = self.state
        if slot == 0:
            return s.macd_9__macd_output
        if slot == 1:
            return s.macd_9__signal_output
        if slot == 2:
            return s.rsi_14_value
        return NAN

    cdef bint is_whole(self) noexcept nogil:
        return self.shown.is_whole != 0

    cdef uint64_t* digest_word(self) noexcept nogil:
        return &self.state.digest
