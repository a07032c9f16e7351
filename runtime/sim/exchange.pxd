# The simulated exchange of one run (simulation.md).
#
# How a run drives it, `replay.pyx` being the shortest working example:
#     begin(i)                  i closes at trade_start; scanning i writes equity point 0
#     for each bar i, or each bar that `scan` stops at:
#         open_bar(i)           while `book.pending`, and on bar `book.due`
#         arm; scan; absorb     scan touches nothing of the exchange but the watch
#         inside_bar(i)         when bar i touches a watched price or is still due, before its step
#         close_bar(i)          then, after it; `book.trail_volatility` as the play shows it now
#         breach(i)             when the equity point of bar i is at or below `floor`
#         decide(i)             the decision at the close of bar i; `book.seen` as the play shows it
#     finish()                  after the last bar, and also after `book.stopped`
# Calling open_bar, inside_bar and close_bar on every bar gives the same run bit for bit.
# The equity curve belongs to the exchange: `arm` hands out curve and points, `absorb` takes points.
from libc.stdint cimport int64_t
from tradec.runtime.sim.book cimport Book
from tradec.runtime.strategy cimport Decision, Feed, Watch

cdef class Exchange:
    cdef Book book
    cdef readonly object mark_source    # as the rules say, see feed.pyx
    cdef readonly bint funding
    cdef double peak
    cdef double* curve
    cdef Py_ssize_t room            # equity points that `curve` holds
    cdef Py_ssize_t points
    cdef public bint entries_blocked    # a session's: entries are decided, and nothing comes of them

    cdef int reserve(self, Py_ssize_t more) except -1
    cdef void begin(self, const Feed* feed, Py_ssize_t i) noexcept nogil
    cdef void open_bar(self, Py_ssize_t i, bint present) noexcept nogil
    cdef void inside_bar(self, Py_ssize_t i, bint present) noexcept nogil
    cdef void close_bar(self, Py_ssize_t i) noexcept nogil
    cdef void decide(self, Py_ssize_t i, const Decision* decision) noexcept nogil
    cdef void breach(self, Py_ssize_t i) noexcept nogil
    cdef void arm(self, Watch* watch) noexcept nogil
    cdef void arm_points(self, Watch* watch) noexcept nogil
    cdef void absorb(self, const Watch* watch) noexcept nogil
    cdef void absorb_points(self, const Watch* watch) noexcept nogil
    cdef void finish(self) noexcept nogil

    cdef void _enter(self, int64_t ts, int64_t side, double close) noexcept nogil
