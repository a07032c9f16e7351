# cython: cdivision=True
# True strength index (formulas: tsi.py).
from libc.math cimport fabs
from libc.stdint cimport int64_t

from tradec.runtime.kernels.expavg cimport ExpAvg, expavg_init, expavg_step
from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct Tsi:
    double last         # NaN before the first input, and so is the first change
    ExpAvg change
    ExpAvg smooth_change
    ExpAvg size
    ExpAvg smooth_size
    ExpAvg signal

ctypedef struct TsiOut:
    double tsi
    double signal

cdef inline void tsi_init(Tsi* s, int64_t fast, int64_t slow, int64_t signal) noexcept nogil:
    s.last = NAN
    expavg_init(&s.change, slow)
    expavg_init(&s.smooth_change, fast)
    expavg_init(&s.size, slow)
    expavg_init(&s.smooth_size, fast)
    expavg_init(&s.signal, signal)

cdef inline void tsi_step(Tsi* s, double x, TsiOut* out) noexcept nogil:
    cdef double change = x - s.last
    cdef double net, whole, value
    if likely(x == x):
        s.last = x
    net = expavg_step(&s.smooth_change, expavg_step(&s.change, change))
    whole = expavg_step(&s.smooth_size, expavg_step(&s.size, fabs(change)))
    value = 100.0 * (net / whole) if likely(whole != 0.0) else 0.0
    out.tsi = value
    out.signal = expavg_step(&s.signal, value)
