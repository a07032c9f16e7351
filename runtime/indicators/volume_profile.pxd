# Volume profile (formulas: volume_profile.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.compensated cimport CompensatedSum
from tradec.runtime.kernels.histogram cimport (
    Histogram,
    HistogramLevels,
    HistogramRings,
    histogram_init,
    histogram_levels,
    histogram_step,
)
from tradec.runtime.kernels.missing cimport MISSING, NAN

ctypedef struct VolumeProfile:
    Histogram histogram
    double share

ctypedef HistogramLevels VolumeProfileOut

cdef inline void volume_profile_init(VolumeProfile* s, int64_t num_buckets, int64_t lookback,
                                     double value_area_pct) noexcept nogil:
    histogram_init(&s.histogram, num_buckets, lookback)
    s.share = value_area_pct

cdef inline void volume_profile_step(VolumeProfile* s, double* lows, double* highs,
                                     double* volumes, double* sums, int64_t* bars, double high,
                                     double low, double close, double volume, int64_t bar_number,
                                     VolumeProfileOut* out) noexcept nogil:
    cdef HistogramRings r
    if high != high or low != low or close != close or volume != volume:
        out[0] = HistogramLevels(NAN, NAN, NAN, NAN, MISSING, MISSING)
        return
    r = HistogramRings(lows, highs, volumes, <CompensatedSum*>sums, bars)
    histogram_step(&s.histogram, &r, low, high, volume, bar_number)
    histogram_levels(&s.histogram, &r, close, s.share, out)
