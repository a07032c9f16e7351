# On-balance volume (formulas: obv.py).
from tradec.runtime.kernels.compensated cimport (
    CompensatedSum,
    compensated_add,
    compensated_init,
    compensated_value,
)
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct Obv:
    CompensatedSum total
    double close        # of the bar before; NaN before the first

cdef inline void obv_init(Obv* s) noexcept nogil:
    compensated_init(&s.total)
    s.close = NAN

cdef inline double obv_step(Obv* s, double close, double volume) noexcept nogil:
    if close != close or volume != volume:
        return NAN
    if not close <= s.close:        # it rose, or is the first
        compensated_add(&s.total, volume)
    elif close < s.close:
        compensated_add(&s.total, -volume)
    s.close = close
    return compensated_value(&s.total)
