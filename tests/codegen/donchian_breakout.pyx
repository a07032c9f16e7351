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
from tradec.runtime.indicators.donchian cimport Donchian, DonchianOut, donchian_init, donchian_step

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
    double* donchian_10__lows_ring
    double* donchian_10__highs_ring
    double* donchian_20__lows_ring
    double* donchian_20__highs_ring


ctypedef struct State:
    uint64_t digest
    int64_t day_end         # of the UTC day of the last absorbed instant
    Bar bar_1h
    double close_1h_held
    Donchian donchian_10_unit
    double donchian_10__lower_output
    double donchian_10__upper_output
    Donchian donchian_20_unit
    double donchian_20__lower_output
    double donchian_20__upper_output
    double donchian_10__lower_past[2]
    int64_t donchian_10__lower_past_head
    double donchian_10__upper_past[2]
    int64_t donchian_10__upper_past_head
    double donchian_20__lower_past[2]
    int64_t donchian_20__lower_past_head
    double donchian_20__upper_past[2]
    int64_t donchian_20__upper_past_head


ctypedef struct Shown:         # what no rule reads; a scan does not compute it
    int64_t is_whole
    DonchianOut donchian_10_out
    DonchianOut donchian_20_out


cdef inline void close_1h(
    State* s, const Params* p, const Rings* r,
    Shown* shown,
    int64_t ts_open, double open, double high, double low, double close, double volume,
) noexcept nogil:
    """Step what lives on 1h, whose bar has just closed."""
    s.close_1h_held = close
    cdef DonchianOut donchian_10_out
    donchian_step(&s.donchian_10_unit, r.donchian_10__lows_ring, r.donchian_10__highs_ring, high, low, &donchian_10_out)
    s.donchian_10__lower_output = donchian_10_out.lower
    s.donchian_10__upper_output = donchian_10_out.upper
    if shown != NULL:
        shown.donchian_10_out = donchian_10_out
    cdef DonchianOut donchian_20_out
    donchian_step(&s.donchian_20_unit, r.donchian_20__lows_ring, r.donchian_20__highs_ring, high, low, &donchian_20_out)
    s.donchian_20__lower_output = donchian_20_out.lower
    s.donchian_20__upper_output = donchian_20_out.upper
    if shown != NULL:
        shown.donchian_20_out = donchian_20_out
    s.donchian_10__lower_past_head = s.donchian_10__lower_past_head + 1 if s.donchian_10__lower_past_head != 1 else 0
    s.donchian_10__lower_past[s.donchian_10__lower_past_head] = s.donchian_10__lower_output
    s.donchian_10__upper_past_head = s.donchian_10__upper_past_head + 1 if s.donchian_10__upper_past_head != 1 else 0
    s.donchian_10__upper_past[s.donchian_10__upper_past_head] = s.donchian_10__upper_output
    s.donchian_20__lower_past_head = s.donchian_20__lower_past_head + 1 if s.donchian_20__lower_past_head != 1 else 0
    s.donchian_20__lower_past[s.donchian_20__lower_past_head] = s.donchian_20__lower_output
    s.donchian_20__upper_past_head = s.donchian_20__upper_past_head + 1 if s.donchian_20__upper_past_head != 1 else 0
    s.donchian_20__upper_past[s.donchian_20__upper_past_head] = s.donchian_20__upper_output


cdef inline bint grow_1h(
    State* s, const Params* p, const Rings* r,
    Shown* shown,
    int64_t ts_open, int64_t ts_close, double open, double high, double low, double close,
    double volume,
) noexcept nogil:
    """Take a closed bar of 1h, and on to what grows from it; return whether an exec bar closed."""
    cdef bint exec_closed = False
    close_1h(s, p, r, shown, ts_open, open, high, low, close, volume)
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
    if bar_add(&s.bar_1h, 60, ts_open, ts_close, open, high, low, close, volume):
        exec_closed |= grow_1h(s, p, r, shown, s.bar_1h.ts_open, ts_close, s.bar_1h.open, s.bar_1h.high, s.bar_1h.low, s.bar_1h.close, 0.0)
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
    absorb_double(&s.digest, s.close_1h_held)
    absorb_double(&s.digest, s.donchian_10__lower_output)
    absorb_double(&s.digest, s.donchian_10__upper_output)
    absorb_double(&s.digest, s.donchian_20__lower_output)
    absorb_double(&s.digest, s.donchian_20__upper_output)
    absorb_int(&s.digest, word)


cdef inline void decide(
    State* s, const Params* p, const Rings* r,
    int64_t ts_close, bint can_enter_long, bint can_enter_short, bint can_exit_long,
    bint can_exit_short, Decision* decision,
) noexcept nogil:
    """Evaluate the rules at this instant; at most one decision."""
    # entry_long
    if can_enter_long and (s.close_1h_held > s.donchian_20__upper_past[(s.donchian_20__upper_past_head + 1) % 2]):
        decision.action = 1
        decision.word = 0x1  # entry_long
        decision.percent = 100.0
    # entry_short
    if decision.action == 0:
        if can_enter_short and (s.close_1h_held < s.donchian_20__lower_past[(s.donchian_20__lower_past_head + 1) % 2]):
            decision.action = 2
            decision.word = 0x102  # entry_short
            decision.percent = 100.0
    # exit_long
    if decision.action == 0:
        if can_exit_long and (s.close_1h_held < s.donchian_10__lower_past[(s.donchian_10__lower_past_head + 1) % 2]):
            decision.action = 3
            decision.word = 0x203  # exit_long
            decision.percent = 100.0
    # exit_short
    if decision.action == 0:
        if can_exit_short and (s.close_1h_held > s.donchian_10__upper_past[(s.donchian_10__upper_past_head + 1) % 2]):
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
        ('donchian_10.lower', 'float', ()),
        ('donchian_10.middle', 'float', ()),
        ('donchian_10.upper', 'float', ()),
        ('donchian_20.lower', 'float', ()),
        ('donchian_20.middle', 'float', ()),
        ('donchian_20.upper', 'float', ()),
    )
    PARAMS = ()
    SLOTS = ('1h.close', 'donchian_20.upper[1]', 'donchian_20.lower[1]', 'donchian_10.lower[1]', 'donchian_10.upper[1]')

    def __init__(self, dict values not None):
        cdef Py_ssize_t place
        cdef State* s
        cdef Shown* shown
        cdef Params* p = &self.params
        cdef Rings* r = &self.rings
        place = sizeof(State)
        cdef Py_ssize_t donchian_10__lows_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(10)
        cdef Py_ssize_t donchian_10__highs_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(10)
        cdef Py_ssize_t donchian_20__lows_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(20)
        cdef Py_ssize_t donchian_20__highs_ring = place
        place += <Py_ssize_t>sizeof(double) * <Py_ssize_t>(20)
        self.make_arena(place + <Py_ssize_t>sizeof(Shown), MODULE_ID + 0, 60, 6,
                        <const char*>p, sizeof(Params))
        s = <State*>self.arena
        self.state = s
        shown = <Shown*>(self.arena + place)
        self.shown = shown
        shown.is_whole = 1
        r.donchian_10__lows_ring = <double*>(self.arena + donchian_10__lows_ring)
        r.donchian_10__highs_ring = <double*>(self.arena + donchian_10__highs_ring)
        r.donchian_20__lows_ring = <double*>(self.arena + donchian_20__lows_ring)
        r.donchian_20__highs_ring = <double*>(self.arena + donchian_20__highs_ring)
        s.digest = 0x9E3779B97F4A7C15u
        s.day_end = MISSING
        s.close_1h_held = NAN
        donchian_init(&s.donchian_10_unit, 10, 10)
        s.donchian_10__lower_output = NAN
        shown.donchian_10_out.middle = NAN
        s.donchian_10__upper_output = NAN
        donchian_init(&s.donchian_20_unit, 20, 20)
        s.donchian_20__lower_output = NAN
        shown.donchian_20_out.middle = NAN
        s.donchian_20__upper_output = NAN
        for place in range(2):
            s.donchian_10__lower_past[place] = NAN
        for place in range(2):
            s.donchian_10__upper_past[place] = NAN
        for place in range(2):
            s.donchian_20__lower_past[place] = NAN
        for place in range(2):
            s.donchian_20__upper_past[place] = NAN

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
        cdef Py_ssize_t whole = 60 * 60000 // f.base_ms
        while i < stop:
            if ts_open >= s.bar_1h.ts_close:
                bar_begin(&s.bar_1h, 60, ts_open, f.open[i], f.high[i], f.low[i], 0.0)
            until = i + bars_until(&s.bar_1h, ts_open, f.base_ms, 60, whole)
            limit = until if until < stop else stop
            swept = sweep(&s.bar_1h, &f, &w, i, limit, False)
            ts_open += (swept - i) * f.base_ms
            i = swept
            if i < limit:
                w.why = TOUCHED
                break
            if i < until or not s.bar_1h.ready:
                continue
            if grow_1h(
                s, p, r, NULL, s.bar_1h.ts_open, ts_open, s.bar_1h.open, s.bar_1h.high, s.bar_1h.low, s.bar_1h.close, 0.0
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
        words[0] = bits(s.donchian_10__lower_output)
        words[1] = bits(shown.donchian_10_out.middle)
        words[2] = bits(s.donchian_10__upper_output)
        words[3] = bits(s.donchian_20__lower_output)
        words[4] = bits(shown.donchian_20_out.middle)
        words[5] = bits(s.donchian_20__upper_output)

    cdef double seen(self, Py_ssize_t slot) noexcept nogil:
        cdef State* s = self.state
        if slot == 0:
            return s.close_1h_held
        if slot == 1:
            return s.donchian_20__upper_past[(s.donchian_20__upper_past_head + 1) % 2]
        if slot == 2:
            return s.donchian_20__lower_past[(s.donchian_20__lower_past_head + 1) % 2]
        if slot == 3:
            return s.donchian_10__lower_past[(s.donchian_10__lower_past_head + 1) % 2]
        if slot == 4:
            return s.donchian_10__upper_past[(s.donchian_10__upper_past_head + 1) % 2]
        return NAN

    cdef bint is_whole(self) noexcept nogil:
        return self.shown.is_whole != 0

    cdef uint64_t* digest_word(self) noexcept nogil:
        return &self.state.digest
