# The input of `length` inputs ago (formulas: lag.py). 24 bytes beside the ring.
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct Lag:
    int64_t length
    int64_t head
    int64_t pending     # inputs until the ring is full

cdef inline void lag_init(Lag* s, int64_t length) noexcept nogil:
    s.length = length
    s.head = 0
    s.pending = length

cdef inline double lag_step(Lag* s, double* ring, double x) noexcept nogil:
    cdef double old = ring[s.head]
    ring[s.head] = x
    s.head += 1
    if s.head == s.length:
        s.head = 0
    if likely(s.pending == 0):
        return old
    s.pending -= 1
    return NAN
