# The seam between a compiled play and whatever runs it (design.md 3).
#
# A strategy is fed closed base bars in order and nothing else. `step` is the definition; `scan` is
# the same over many bars until something needs the exchange, and must equal it bit for bit.
from libc.stdint cimport int64_t, uint64_t

ctypedef struct Feed:
    int64_t ts0             # opening time of bar 0, ms UTC
    int64_t base_ms         # length of a base bar
    Py_ssize_t n
    const double* open
    const double* high
    const double* low
    const double* close
    const double* volume

ctypedef struct Account:
    int64_t side            # -1 short, 0 flat, 1 long
    int64_t may_enter       # 0 in warm-up, while an entry works, once entries are disabled
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
    double floor            # an equity point at or below this needs the exchange; -inf: none
    double peak             # highest equity point so far; `floor` follows it by `keep`
    double keep             # floor = peak * keep when a drawdown stop is set, else NaN
    double* curve           # equity points, one per exec close; NULL during warm-up
    Py_ssize_t points
    int64_t* rows           # one row of output words per exec close, or NULL
    Py_ssize_t row
    int64_t why

cdef class Strategy:
    cdef char* arena
    cdef Py_ssize_t arena_bytes
    cdef readonly uint64_t module_id      # identifies layout and code: snapshots carry it
    cdef readonly int exec_minutes        # 0: the calendar month
    cdef readonly Py_ssize_t width        # words that `read` writes
    cdef void step(self, const Feed* feed, Py_ssize_t i, const Account* account,
                   Decision* decision) noexcept nogil
    cdef Py_ssize_t scan(self, const Feed* feed, Py_ssize_t i, Py_ssize_t stop,
                         const Account* account, Watch* watch, Decision* decision) noexcept nogil
    cdef void read(self, int64_t* words) noexcept nogil
    cdef Py_ssize_t scan_by_step(self, const Feed* feed, Py_ssize_t i, Py_ssize_t stop,
                                 const Account* account, Watch* watch,
                                 Decision* decision) noexcept nogil
    cdef uint64_t* digest_word(self) noexcept nogil
