# cython: cdivision=True
# Volume-weighted average price since a swing (formulas: anchored_vwap.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.anchored cimport AnchoredMean, anchored_start, anchored_step
from tradec.runtime.kernels.missing cimport MISSING, NAN
from tradec.runtime.structures.swing cimport Swing

cdef enum:      # the choices of anchor_source
    SWING_HIGH
    SWING_LOW
    SWING_ANY
    PAIR_HIGH
    PAIR_LOW
    PAIR_ANY

ctypedef struct AnchoredVwap:
    AnchoredMean mean
    int64_t anchor
    int64_t version     # of what it is anchored on, as last seen
    int64_t age         # 0 before the first bar

ctypedef struct AnchoredVwapOut:
    double value
    int64_t bars_since_anchor

cdef inline void anchored_vwap_init(AnchoredVwap* s, int64_t anchor_source) noexcept nogil:
    anchored_start(&s.mean, NAN)
    s.anchor = anchor_source
    s.version = 0
    s.age = 0

cdef inline int64_t anchored_vwap_version(int64_t anchor, const Swing* swing) noexcept nogil:
    if anchor == SWING_HIGH:
        return swing.high.version
    if anchor == SWING_LOW:
        return swing.low.version
    if anchor == SWING_ANY:
        return swing.high.version + swing.low.version
    if PAIR_HIGH <= anchor <= PAIR_ANY:
        return swing.pair_version
    return 0

cdef inline bint anchored_vwap_is_anchor(AnchoredVwap* s, const Swing* swing) noexcept nogil:
    cdef int64_t before = s.version
    s.version = anchored_vwap_version(s.anchor, swing)
    if s.version == before:
        return False
    if s.anchor == PAIR_HIGH:
        return swing.pair_direction == 1
    return s.anchor != PAIR_LOW or swing.pair_direction == -1

cdef inline void anchored_vwap_step(AnchoredVwap* s, const Swing* swing, double high, double low,
                                    double close, double volume,
                                    AnchoredVwapOut* out) noexcept nogil:
    cdef double price = (high + low + close) / 3.0
    cdef bint anchor = anchored_vwap_is_anchor(s, swing)
    out.value = NAN
    out.bars_since_anchor = MISSING
    if price != price or volume != volume:
        return
    if anchor or s.age == 0:
        anchored_start(&s.mean, price)
        s.age = 0
    s.age += 1
    out.value = anchored_step(&s.mean, price, volume)
    out.bars_since_anchor = s.age
