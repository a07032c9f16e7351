# The simulated exchange: orders, fills, position and ledger of one run (simulation.md).
#
# How a run drives it, `replay.pyx` being the shortest working example:
#     begin(i)                  i closes at trade_start; scanning i writes equity point 0
#     for each bar i, or each bar that `scan` stops at:
#         open_bar(i)           only while `pending`
#         arm; scan; absorb     scan touches nothing of the exchange but the watch
#         inside_bar(i)         when bar i touches a watched price, before it is stepped
#         breach(i)             when the equity point of bar i is at or below `floor`
#         decide(i)             the decision at the close of bar i, after its equity point
#     finish()                  after the last bar, and also after `stopped`
# Calling open_bar and inside_bar on every bar gives the same run bit for bit.
# The equity curve belongs to the exchange: `arm` hands out curve and points, `absorb` takes points.
from libc.stdint cimport int64_t
from tradec.runtime.sim.ledger cimport Ledger
from tradec.runtime.sim.records cimport Buffer
from tradec.runtime.sim.terms cimport Terms
from tradec.runtime.strategy cimport Account, Decision, Feed, Watch

cdef class Exchange:
    cdef Account account            # what the strategy may read: side, may_enter, may_exit
    cdef readonly bint pending      # an order arrives at the next present bar's open
    cdef readonly bint stopped      # a terminal stop was executed: the loop ends

    cdef Terms terms
    cdef Ledger ledger
    cdef Buffer orders
    cdef Buffer fills
    cdef Buffer legs
    cdef Buffer signals
    cdef bint keeps_signals
    cdef double low                 # watched prices of the open position
    cdef double high
    cdef double min_low             # extremes of the open position's bars
    cdef double max_high
    cdef int64_t positions          # opened so far; the open one has this number
    cdef Py_ssize_t entry_fill
    cdef Py_ssize_t entering        # number of the working entry order, 0: none
    cdef Py_ssize_t closing         # number of the working close order, 0: none
    cdef bint stopping              # a terminal reason stands: max_drawdown_hit
    cdef bint disabled              # entries are disabled
    cdef double peak
    cdef double* curve
    cdef Py_ssize_t room            # equity points that `curve` holds
    cdef Py_ssize_t points

    cdef void begin(self, const Feed* feed, Py_ssize_t i) noexcept nogil
    cdef void open_bar(self, const Feed* feed, Py_ssize_t i, bint present) noexcept nogil
    cdef void inside_bar(self, const Feed* feed, Py_ssize_t i, bint present) noexcept nogil
    cdef void decide(self, const Feed* feed, Py_ssize_t i, const Decision* decision) noexcept nogil
    cdef void breach(self, const Feed* feed, Py_ssize_t i) noexcept nogil
    cdef void arm(self, Watch* watch) noexcept nogil
    cdef void absorb(self, const Watch* watch) noexcept nogil
    cdef void finish(self, const Feed* feed) noexcept nogil

    cdef void _refresh(self) noexcept nogil
    cdef void _widen(self, double low, double high) noexcept nogil
    cdef Py_ssize_t _order(self, int64_t ts, int64_t purpose, int64_t side,
                           double reference) noexcept nogil
    cdef void _end_order(self, Py_ssize_t number, int64_t status, int64_t code) noexcept nogil
    cdef double _fill(self, Py_ssize_t number, int64_t ts, double reference,
                      int64_t source) noexcept nogil
    cdef Py_ssize_t _submit_entry(self, int64_t ts, int64_t side, double reference) noexcept nogil
    cdef int64_t _refusal(self, int64_t side, double qty, double reference) noexcept nogil
    cdef Py_ssize_t _submit_exit(self, int64_t ts, int64_t purpose,
                                 double reference) noexcept nogil
    cdef void _enter(self, int64_t ts, double reference) noexcept nogil
    cdef void _trigger(self, int64_t ts, bint at_low, double reference,
                       int64_t source) noexcept nogil
    cdef void _close(self, Py_ssize_t number, int64_t ts, double reference,
                     int64_t source) noexcept nogil
