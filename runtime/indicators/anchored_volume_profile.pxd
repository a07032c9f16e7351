# Volume profile since a pair of swings (formulas: anchored_volume_profile.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.compensated cimport CompensatedSum
from tradec.runtime.kernels.histogram cimport (
    Histogram,
    HistogramLevels,
    HistogramRings,
    histogram_init,
    histogram_levels,
    histogram_restart,
    histogram_step,
)
from tradec.runtime.kernels.missing cimport MISSING, NAN
from tradec.runtime.structures.swing cimport Swing

ctypedef struct AnchoredVolumeProfile:
    Histogram histogram
    double share
    int64_t version     # of the swing's pair, as last seen
    int64_t age

ctypedef struct AnchoredVolumeProfileOut:
    double poc
    double vah
    double val
    double poc_volume
    int64_t above_poc
    int64_t in_value_area
    int64_t bars_since_anchor

cdef inline void anchored_volume_profile_init(AnchoredVolumeProfile* s, int64_t num_buckets,
                                              int64_t lookback,
                                              double value_area_pct) noexcept nogil:
    histogram_init(&s.histogram, num_buckets, lookback)
    s.share = value_area_pct
    s.version = 0
    s.age = 0

cdef inline void anchored_volume_profile_step(AnchoredVolumeProfile* s, double* lows,
                                              double* highs, double* volumes, double* sums,
                                              int64_t* bars, const Swing* swing, double high,
                                              double low, double close, double volume,
                                              int64_t bar_number,
                                              AnchoredVolumeProfileOut* out) noexcept nogil:
    cdef HistogramRings r
    cdef HistogramLevels levels = HistogramLevels(NAN, NAN, NAN, NAN, MISSING, MISSING)
    out.bars_since_anchor = MISSING
    if high == high and low == low and close == close and volume == volume:
        if swing.pair_version != s.version:
            s.version = swing.pair_version
            s.age = 0
            histogram_restart(&s.histogram)
        s.age += 1
        out.bars_since_anchor = s.age
        r = HistogramRings(lows, highs, volumes, <CompensatedSum*>sums, bars)
        histogram_step(&s.histogram, &r, low, high, volume, bar_number)
        histogram_levels(&s.histogram, &r, close, s.share, &levels)
    out.poc = levels.poc
    out.vah = levels.vah
    out.val = levels.val
    out.poc_volume = levels.poc_volume
    out.above_poc = levels.above_poc
    out.in_value_area = levels.in_value_area
