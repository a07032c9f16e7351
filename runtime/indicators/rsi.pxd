# cython: cdivision=True
# Relative strength index (formulas: rsi.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport larger, likely
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.wilder cimport wilder_blend

ctypedef struct Rsi:
    double last
    double rise         # a sum until the seed is complete
    double rate         # stands between: two averages side by side would become one slow vector
    double fall         # a sum until the seed is complete
    int64_t length
    int64_t pending     # changes the seed still waits for, and one for the first input

cdef inline void rsi_init(Rsi* s, int64_t length) noexcept nogil:
    s.last = 0.0
    s.rise = 0.0
    s.fall = 0.0
    s.rate = 1.0 / <double>length
    s.length = length
    s.pending = length + 1

cdef inline double rsi_value(double rise, double fall) noexcept nogil:
    cdef double total = rise + fall
    return 100.0 * (rise / total) if likely(total != 0.0) else 50.0

cdef inline double rsi_seed(Rsi* s, double up, double down) noexcept nogil:
    s.pending -= 1
    if s.pending == s.length:       # the first input: no change yet
        return NAN
    s.rise += up
    s.fall += down
    if s.pending > 0:
        return NAN
    s.rise = s.rise / <double>s.length
    s.fall = s.fall / <double>s.length
    return rsi_value(s.rise, s.fall)

cdef inline double rsi_step(Rsi* s, double x) noexcept nogil:
    cdef double change, up, down
    if x != x:
        return NAN
    change = x - s.last
    s.last = x
    up = larger(change, 0.0)
    down = larger(-change, 0.0)
    if likely(s.pending == 0):
        s.rise = wilder_blend(s.rise, s.rate, up)
        s.fall = wilder_blend(s.fall, s.rate, down)
        return rsi_value(s.rise, s.fall)
    return rsi_seed(s, up, down)
