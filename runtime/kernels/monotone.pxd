# Highest of the last `length` inputs (formulas: monotone.py), without a branch on the inputs.
#
# The ring is filled lap by lap. At the end of a lap each slot takes the highest of its own input and
# all later ones of the lap, so that the window is a slot of the last lap and what this one has had:
#     top = max(last[place + 1 ..], now[.. place])
# The lowest is the negated highest of the negated inputs, exactly.
from libc.math cimport INFINITY
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport chosen, larger, likely
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct Highest:        # 32 bytes beside a ring
    int64_t length
    int64_t place       # slot of the next input
    int64_t pending     # inputs until the window is full
    double recent       # highest of this lap

ctypedef struct HighestAt:      # 48 bytes beside two rings
    int64_t length
    int64_t place
    int64_t now         # inputs so far
    int64_t at          # index of the highest, once the window is full
    int64_t recent_at
    double recent

cdef inline void highest_init(Highest* s, int64_t length) noexcept nogil:
    s.length = length
    s.place = 0
    s.pending = length
    s.recent = -INFINITY

cdef inline double highest_step(Highest* s, double* ring, double x) noexcept nogil:
    # Returns the highest, NaN until `length` inputs; of equals the newer (`larger` gives its second).
    cdef double top
    cdef int64_t i
    ring[s.place] = x
    s.recent = larger(s.recent, x)
    s.place += 1
    if likely(s.place < s.length):
        top = larger(ring[s.place], s.recent)
    else:
        top = s.recent
        for i in range(s.length - 2, -1, -1):
            ring[i] = larger(ring[i], ring[i + 1])
        s.place = 0
        s.recent = -INFINITY
    if likely(s.pending == 0):
        return top
    s.pending -= 1
    return top if s.pending == 0 else NAN

cdef inline void highest_at_init(HighestAt* s, int64_t length) noexcept nogil:
    s.length = length
    s.place = 0
    s.now = 0
    s.at = 0
    s.recent_at = 0
    s.recent = -INFINITY

cdef inline void highest_at_lap(HighestAt* s, double* ring, int64_t* indices) noexcept nogil:
    cdef int64_t i
    for i in range(s.length - 2, -1, -1):
        indices[i] = chosen(ring[i] > ring[i + 1], indices[i], indices[i + 1])
        ring[i] = larger(ring[i], ring[i + 1])
    s.place = 0
    s.recent = -INFINITY

cdef inline double highest_at_step(HighestAt* s, double* ring, int64_t* indices,
                                   double x) noexcept nogil:
    # As highest_step; `s.at` is then the index of the highest.
    cdef double top
    ring[s.place] = x
    indices[s.place] = s.now
    s.recent_at = chosen(s.recent > x, s.recent_at, s.now)
    s.recent = larger(s.recent, x)
    s.now += 1
    s.place += 1
    if likely(s.place < s.length):
        s.at = chosen(ring[s.place] > s.recent, indices[s.place], s.recent_at)
        top = larger(ring[s.place], s.recent)
    else:
        s.at = s.recent_at
        top = s.recent
        highest_at_lap(s, ring, indices)
    return top if likely(s.now >= s.length) else NAN
