# Highest of the last `length` inputs (formulas: monotone.py). 40 bytes beside two rings.
#
# The lowest is the negated highest of the negated inputs, exactly.
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN

ctypedef struct Monotone:
    int64_t length
    int64_t now         # inputs so far
    int64_t head        # slot of the highest
    int64_t tail        # slot of the newest
    int64_t size

cdef inline void monotone_init(Monotone* s, int64_t length) noexcept nogil:
    s.length = length
    s.now = 0
    s.head = 0
    s.tail = length - 1
    s.size = 0

cdef inline double monotone_step(Monotone* s, double* values, int64_t* indices,
                                 double x) noexcept nogil:
    # Returns the highest, NaN until `length` inputs; `indices[s.head]` is its index from then on.
    if s.size > 0 and indices[s.head] <= s.now - s.length:
        s.head = s.head + 1 if s.head + 1 < s.length else 0
        s.size -= 1
    while s.size > 0 and values[s.tail] <= x:       # of equals the newest stays
        s.tail = (s.tail if s.tail > 0 else s.length) - 1
        s.size -= 1
    s.tail = s.tail + 1 if s.tail + 1 < s.length else 0
    if s.size == 0:
        s.head = s.tail
    values[s.tail] = x
    indices[s.tail] = s.now
    s.size += 1
    s.now += 1
    return values[s.head] if s.now >= s.length else NAN
