# cython: cdivision=True
# Volume-weighted mean since an anchor (formulas: anchored.py). 24 bytes.
from tradec.runtime.kernels.hint cimport likely
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct AnchoredMean:
    double first
    double total
    double volume

cdef inline void anchored_start(AnchoredMean* s, double price) noexcept nogil:
    s.first = price
    s.total = 0.0
    s.volume = 0.0

cdef inline double anchored_step(AnchoredMean* s, double price, double volume) noexcept nogil:
    s.total += (price - s.first) * volume
    s.volume += volume
    return s.first + s.total / s.volume if likely(s.volume != 0.0) else NAN
