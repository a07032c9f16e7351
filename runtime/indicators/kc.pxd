# Keltner channel (formulas: kc.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.expavg cimport ExpAvg, expavg_init, expavg_step
from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.kernels.truerange cimport TrueRange, truerange_init, truerange_step

ctypedef struct Kc:
    TrueRange range
    double scalar
    ExpAvg middle
    ExpAvg width

ctypedef struct KcOut:
    double lower
    double basis
    double upper

cdef inline void kc_init(Kc* s, int64_t length, double scalar) noexcept nogil:
    truerange_init(&s.range)
    s.scalar = scalar
    expavg_init(&s.middle, length)
    expavg_init(&s.width, length)

cdef inline void kc_step(Kc* s, double high, double low, double close, KcOut* out) noexcept nogil:
    cdef double span = truerange_step(&s.range, high, low, close)
    cdef double middle = expavg_step(&s.middle, close if span == span else NAN)
    cdef double width = s.scalar * expavg_step(&s.width, span)
    out.lower = middle - width
    out.basis = middle
    out.upper = middle + width
