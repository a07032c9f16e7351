# The seam between a compiled play and whatever runs it (design.md 3).
#
# A strategy is fed closed base bars in order and nothing else. `step` is the definition; `scan` is
# the same over many bars until something needs the exchange, and must equal it bit for bit.
from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memcpy

from tradec.runtime.clock cimport Bar
from tradec.runtime.kernels.hint cimport larger, smaller

ctypedef struct Feed:
    int64_t ts0             # opening time of bar 0, ms UTC
    int64_t base_ms         # length of a base bar
    Py_ssize_t n
    const double* open
    const double* high
    const double* low
    const double* close
    const double* volume
    const double* mark_open     # where the exchange marks: the last price without mark prices
    const double* mark_high
    const double* mark_low
    const double* mark_close
    Py_ssize_t fundings         # settlements of funding, in order of time
    const int64_t* funding_ts
    const double* funding_rate
    # What is known at the close of bar i, NaN where nothing is; NULL unless a strategy NEEDS it.
    const double* funding_seen          # rate of the last settlement at or before it
    const double* open_interest_seen    # the last value that was published by then

ctypedef struct Account:
    int64_t side            # -1 short, 0 flat, 1 long
    int64_t may_enter       # 0 in warm-up, while an entry works, once entries are disabled; in a
                            # position 1 only where an entry of the other side is actionable
    int64_t may_exit        # 0 in warm-up

ctypedef struct Decision:
    int64_t action          # ir.Action
    int64_t word            # action | block << 8 | case << 24 | intent << 40 (case 0xFFFF: otherwise)
    double percent

cdef enum Why:
    AT_END = 0              # every bar up to the limit is stepped
    TOUCHED = 1             # bar i trades at or beyond a watched price and is NOT stepped yet
    DECIDED = 2             # bar i is stepped and gave a decision
    BREACHED = 3            # bar i is stepped, its equity point is at or below `floor`

ctypedef struct Watch:
    double low              # -inf, or the price at or below which the exchange must act
    double high             # +inf, or the price at or above which it must
    double max_high         # extremes of the bars stepped by `scan`, for MAE and MFE
    double min_low
    double cash
    double entry
    double signed_qty       # side * qty, 0 when flat
    double floor            # an equity point at or below this needs the exchange; NaN: none
    double peak             # highest equity point so far; `floor` follows it by `keep`
    double keep             # floor = peak * keep when a drawdown stop is set, else NaN
    double* curve           # equity points, one per exec close; NULL during warm-up
    Py_ssize_t points
    int64_t* rows           # one row of output words per exec close, or NULL
    int64_t* times          # and the instant of each row
    Py_ssize_t row
    int64_t why

cdef class Strategy:
    cdef char* arena
    cdef Py_ssize_t arena_bytes
    cdef bytes params_bytes
    cdef readonly uint64_t module_id      # identifies layout and code: snapshots carry it
    cdef readonly int exec_minutes        # 0: the calendar month
    cdef readonly Py_ssize_t width        # words that `read` writes
    cdef int make_arena(self, Py_ssize_t size, uint64_t module_id, int exec_minutes,
                        Py_ssize_t width, const char* params, Py_ssize_t params_size) except -1
    cdef bint step(self, const Feed* feed, Py_ssize_t i, const Account* account,
                   Decision* decision) noexcept nogil   # whether an exec bar closed
    cdef Py_ssize_t scan(self, const Feed* feed, Py_ssize_t i, Py_ssize_t stop,
                         const Account* account, Watch* watch, Decision* decision) noexcept nogil
    cdef Py_ssize_t scan_by_step(self, const Feed* feed, Py_ssize_t i, Py_ssize_t stop,
                                 const Account* account, Watch* watch,
                                 Decision* decision) noexcept nogil
    cdef void read(self, int64_t* words) noexcept nogil
    # The value of one slot as it is visible now, NaN where it is missing; whole numbers, bools and
    # codes of enums come as doubles. Slots are the outputs that the money rules (the volatility of a
    # stop, target or trailing stop, the levels of a structure stop) and the metadata of intents read;
    # the compiler numbers them (compiler/reads.py), and the rules in the manifest name the numbers.
    # To be asked between scans only: after a decision, before the next bar, it is the value of the
    # decision's instant; at any other minute it is what that minute's close left visible, since an
    # output changes only when a bar of its own timeframe closes. Costs a call and a few loads.
    cdef double seen(self, Py_ssize_t slot) noexcept nogil
    cdef bint is_whole(self) noexcept nogil
    cdef uint64_t* digest_word(self) noexcept nogil


cdef inline bint can_enter(const Account* account, int64_t side, bint turns) noexcept nogil:
    """Return whether an entry on `side` is actionable (play-language.md 8.2).

    With `turns` it also is in a position of the other side, which it closes or reverses (13).
    """
    return account.may_enter != 0 and (account.side == 0 or (turns and account.side == -side))


cdef inline bint can_exit(const Account* account, int64_t side) noexcept nogil:
    """Return whether an exit of a position on `side` is actionable."""
    return account.side == side and account.may_exit != 0


cdef inline bint is_entry(int64_t action) noexcept nogil:
    """Return whether an action opens a position."""
    return action == 1 or action == 2


cdef inline int64_t bits(double x) noexcept nogil:
    """Return the IEEE bits of `x`, with one NaN for all."""
    cdef int64_t word
    if x != x:
        return 0x7FF8000000000000
    memcpy(&word, &x, 8)
    return word


cdef inline void absorb_int(uint64_t* h, int64_t x) noexcept nogil:
    """Take one word into a digest (rulings A8)."""
    h[0] = (h[0] ^ <uint64_t>x) * 0x9E3779B97F4A7C15u
    h[0] ^= h[0] >> 32


cdef inline void absorb_double(uint64_t* h, double x) noexcept nogil:
    """Take one float into a digest."""
    absorb_int(h, bits(x))


cdef inline bint touched(Watch* w, double low, double high) noexcept nogil:
    """Return whether a bar needs the exchange; take its extremes if it does not."""
    if (low <= w.low) | (high >= w.high):
        return True
    w.max_high = larger(high, w.max_high)
    w.min_low = smaller(low, w.min_low)
    return False


cdef inline void extremes(const Feed* f, Py_ssize_t i, Py_ssize_t limit, double* highest,
                          double* lowest) noexcept nogil:
    """Find the extremes of base bars [i, limit), which are not empty.

    In two chains of each, since one would wait for itself; the order does not change an extreme.
    """
    cdef double high = f.high[i], low = f.low[i], other_high = high, other_low = low
    i += 1
    while i + 4 <= limit:
        high = larger(f.high[i], high)
        low = smaller(f.low[i], low)
        other_high = larger(f.high[i + 1], other_high)
        other_low = smaller(f.low[i + 1], other_low)
        high = larger(f.high[i + 2], high)
        low = smaller(f.low[i + 2], low)
        other_high = larger(f.high[i + 3], other_high)
        other_low = smaller(f.low[i + 3], other_low)
        i += 4
    while i < limit:
        high = larger(f.high[i], high)
        low = smaller(f.low[i], low)
        i += 1
    highest[0] = larger(high, other_high)
    lowest[0] = smaller(low, other_low)


cdef inline Py_ssize_t sweep(Bar* bar, const Feed* f, Watch* w, Py_ssize_t i, Py_ssize_t limit,
                             bint sums) noexcept nogil:
    """Add base bars [i, limit) to `bar`; return where it stopped, at a touched bar or at limit.

    The extremes of the whole stretch say whether any bar of it is touched, so that a quiet stretch
    costs two comparisons. With `sums` the volume is summed, in bar order.
    """
    cdef double high, low
    extremes(f, i, limit, &high, &low)
    if (low <= w.low) | (high >= w.high):
        limit = i
        while not ((f.low[limit] <= w.low) | (f.high[limit] >= w.high)):
            limit += 1
        if limit == i:
            return i
        extremes(f, i, limit, &high, &low)
    w.max_high = larger(high, w.max_high)
    w.min_low = smaller(low, w.min_low)
    bar.high = larger(high, bar.high)
    bar.low = smaller(low, bar.low)
    bar.close = f.close[limit - 1]
    if sums:
        while i < limit:
            bar.volume += f.volume[i]
            i += 1
    return limit


cdef inline bint equity_point(Watch* w, double mark) noexcept nogil:
    """Write the equity point of an exec close; return whether it may breach the drawdown stop."""
    cdef double equity
    if w.curve == NULL:
        return False
    equity = w.cash + w.signed_qty * (mark - w.entry)
    w.curve[w.points] = equity
    w.points += 1
    if equity <= w.floor:
        return True
    if equity > w.peak:
        w.peak = equity
        w.floor = equity * w.keep
    return False
