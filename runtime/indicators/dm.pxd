# cython: cdivision=True
# Directional movement (formulas: dm.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.directional cimport (
    Movement,
    movement_minus,
    movement_plus,
    wilder_sum,
)
from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct Dm:
    Movement before
    double plus
    double minus
    double size
    int64_t pending     # bars until the first value

ctypedef struct DmOut:
    double dmp
    double dmn

cdef inline void dm_init(Dm* s, int64_t length) noexcept nogil:
    s.before = Movement(NAN, NAN)
    s.plus = 0.0
    s.minus = 0.0
    s.size = <double>length
    s.pending = length

cdef inline void dm_step(Dm* s, double high, double low, DmOut* out) noexcept nogil:
    cdef bint seeding = s.pending > 0
    out.dmp = NAN
    out.dmn = NAN
    if high != high or low != low:
        return
    # Before the first bar everything compares as false with NaN, so that nothing moves.
    s.plus = wilder_sum(s.plus, s.size, movement_plus(&s.before, high, low), seeding)
    s.minus = wilder_sum(s.minus, s.size, movement_minus(&s.before, high, low), seeding)
    s.before.high = high
    s.before.low = low
    if seeding:
        s.pending -= 1
    if likely(s.pending == 0):
        out.dmp = s.plus / s.size
        out.dmn = s.minus / s.size
