# cython: cdivision=True
# Premium and discount of the dealing range (formulas: premium_discount.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.structures.swing cimport Swing

ctypedef struct PremiumDiscount:
    double band
    int64_t zone            # 1 premium, 0 equilibrium, -1 discount, -2 none
    int64_t version

ctypedef struct PremiumDiscountOut:
    double equilibrium
    double premium_level
    double discount_level
    int64_t zone
    double depth_pct
    int64_t version

cdef inline void premium_discount_init(PremiumDiscount* s, double band) noexcept nogil:
    s.band = band
    s.zone = -2
    s.version = 0

cdef inline void premium_discount_step(PremiumDiscount* s, const Swing* swing, double close,
                                       PremiumDiscountOut* out) noexcept nogil:
    cdef double low = swing.low.pair_level
    cdef double span = swing.high.pair_level - low
    cdef double depth = (close - low) / span
    cdef int64_t zone = 0
    out.equilibrium = low + 0.5 * span
    out.premium_level = low + (1.0 - s.band) * span
    out.discount_level = low + s.band * span
    out.depth_pct = NAN
    if swing.pair_version > 0:
        if close > out.equilibrium:
            zone = close >= out.premium_level
        elif close < out.equilibrium:
            zone = -<int64_t>(close <= out.discount_level)
        s.version += zone != s.zone
        s.zone = zone
        out.depth_pct = 0.0 if depth < 0.0 else 1.0 if depth > 1.0 else depth
    out.zone = s.zone
    out.version = s.version
