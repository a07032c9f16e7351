# cython: cdivision=True
# Volume by price (formulas: histogram.py). 96 bytes beside five rings.
from libc.stdint cimport int64_t
from libc.string cimport memset

from tradec.runtime.kernels.compensated cimport (
    CompensatedSum,
    compensated_add,
    compensated_init,
    compensated_merge,
    compensated_value,
)
from tradec.runtime.kernels.hint cimport larger, likely, smaller
from tradec.runtime.kernels.missing cimport MISSING, NAN

ctypedef struct Histogram:
    int64_t capacity
    int64_t buckets
    int64_t head        # slot of the next bar
    int64_t count       # bars in the window
    int64_t traded      # of them, those with volume
    int64_t stale       # the buckets are to be built anew
    double low
    double high
    double width
    CompensatedSum total

ctypedef struct HistogramRings:
    double* lows        # of the bars, `capacity` each
    double* highs
    double* volumes
    CompensatedSum* sums    # of the buckets; one more, for differences
    int64_t* bars           # in each bucket; one more likewise

ctypedef struct HistogramLevels:
    double poc
    double vah
    double val
    double poc_volume
    int64_t above_poc
    int64_t in_value_area

cdef inline void histogram_init(Histogram* s, int64_t buckets, int64_t capacity) noexcept nogil:
    s.capacity = capacity
    s.buckets = buckets
    s.head = 0
    s.low = 0.0
    s.high = 0.0
    s.width = 0.0
    compensated_init(&s.total)
    histogram_restart(s)

cdef inline void histogram_restart(Histogram* s) noexcept nogil:
    s.count = 0
    s.traded = 0
    s.stale = 1

cdef inline int64_t histogram_place(const Histogram* s, double price) noexcept nogil:
    cdef double place = (price - s.low) / s.width
    return <int64_t>place if place < <double>(s.buckets - 1) else s.buckets - 1

cdef inline void histogram_change(const Histogram* s, HistogramRings* r, double low, double high,
                                  double volume, int64_t sign) noexcept nogil:
    # Puts a bar into its buckets, or takes it out of them.
    cdef int64_t first = histogram_place(s, low), last = histogram_place(s, high), k
    cdef double share = <double>sign * (volume / <double>(last - first + 1))
    for k in range(first, last + 1):
        r.bars[k] += sign
        compensated_add(&r.sums[k], share)
        if r.bars[k] == 0:
            compensated_init(&r.sums[k])

cdef inline void histogram_spread(const Histogram* s, HistogramRings* r) noexcept nogil:
    # From the differences in the buckets to what they hold.
    cdef CompensatedSum held
    cdef int64_t bars = 0, k
    compensated_init(&held)
    for k in range(s.buckets):
        bars += r.bars[k]
        compensated_merge(&held, &r.sums[k])
        if bars == 0:
            compensated_init(&held)
        r.bars[k] = bars
        r.sums[k] = held

cdef inline void histogram_build(Histogram* s, HistogramRings* r) noexcept nogil:
    cdef int64_t oldest = s.head - s.count, i, slot, first, last
    cdef double share
    s.stale = 0
    s.low = NAN
    s.high = NAN
    s.width = 0.0
    compensated_init(&s.total)
    for i in range(oldest, s.head):
        slot = i if i >= 0 else i + s.capacity
        if r.volumes[slot] != 0.0:
            compensated_add(&s.total, r.volumes[slot])
            s.low = smaller(s.low, r.lows[slot])
            s.high = larger(s.high, r.highs[slot])
    if s.traded > 0:
        s.width = (s.high - s.low) / <double>s.buckets
    if not s.width > 0.0:
        return
    memset(r.sums, 0, (s.buckets + 1) * sizeof(CompensatedSum))
    memset(r.bars, 0, (s.buckets + 1) * sizeof(int64_t))
    for i in range(oldest, s.head):
        slot = i if i >= 0 else i + s.capacity
        if r.volumes[slot] != 0.0:
            first = histogram_place(s, r.lows[slot])
            last = histogram_place(s, r.highs[slot])
            share = r.volumes[slot] / <double>(last - first + 1)
            r.bars[first] += 1
            compensated_add(&r.sums[first], share)
            r.bars[last + 1] -= 1
            compensated_add(&r.sums[last + 1], -share)
    histogram_spread(s, r)

cdef inline void histogram_leave(Histogram* s, HistogramRings* r) noexcept nogil:
    cdef double low = r.lows[s.head], high = r.highs[s.head], volume = r.volumes[s.head]
    s.count -= 1
    if volume == 0.0:
        return
    s.traded -= 1
    if s.width == 0.0:      # flat: the others are at the same price
        s.stale |= s.traded == 0
    elif low == s.low or high == s.high:
        s.stale = 1
    if not s.stale:
        compensated_add(&s.total, -volume)
        if s.width > 0.0:
            histogram_change(s, r, low, high, volume, -1)

cdef inline void histogram_enter(Histogram* s, HistogramRings* r, double low, double high,
                                 double volume) noexcept nogil:
    r.lows[s.head] = low
    r.highs[s.head] = high
    r.volumes[s.head] = volume
    s.head = s.head + 1 if s.head + 1 < s.capacity else 0
    s.count += 1
    if volume == 0.0:
        return
    s.traded += 1
    if not (s.low <= low and high <= s.high):
        s.stale = 1
    if not s.stale:
        compensated_add(&s.total, volume)
        if s.width > 0.0:
            histogram_change(s, r, low, high, volume, 1)

cdef inline void histogram_step(Histogram* s, HistogramRings* r, double low, double high,
                                double volume, int64_t bar_number) noexcept nogil:
    if s.count == s.capacity:
        histogram_leave(s, r)
    histogram_enter(s, r, low, high, volume)
    if s.stale or bar_number % s.capacity == 0:
        histogram_build(s, r)

cdef inline double histogram_at(const Histogram* s, const HistogramRings* r,
                                int64_t k) noexcept nogil:
    # The volume of a bucket; less than none beyond the ends.
    return compensated_value(&r.sums[k]) if 0 <= k < s.buckets else -1.0

cdef inline int64_t histogram_fullest(const Histogram* s, const HistogramRings* r,
                                      int64_t* occupied) noexcept nogil:
    # The fullest bucket, the lowest of equals, and how many hold anything.
    cdef int64_t best = 0, k
    cdef double most = compensated_value(&r.sums[0]), volume
    occupied[0] = 0
    for k in range(s.buckets):
        volume = compensated_value(&r.sums[k])
        occupied[0] += volume > 0.0
        if volume > most:
            most = volume
            best = k
    return best

cdef inline void histogram_value_area(const Histogram* s, const HistogramRings* r, int64_t left,
                                      double wanted, int64_t* first,
                                      int64_t* last) noexcept nogil:
    # Widens first..last, which is the fullest bucket; `left` others hold anything.
    cdef double held = histogram_at(s, r, first[0]), above, below
    while held < wanted and left > 0:
        above = histogram_at(s, r, last[0] + 1)
        below = histogram_at(s, r, first[0] - 1)
        if above == 0.0 and below == 0.0:
            last[0] += 1
            first[0] -= 1
        elif above >= below:
            last[0] += 1
            held += above
            left -= above > 0.0
        else:
            first[0] -= 1
            held += below
            left -= below > 0.0

cdef inline void histogram_levels(const Histogram* s, const HistogramRings* r, double close,
                                  double share, HistogramLevels* out) noexcept nogil:
    cdef int64_t first, last, occupied
    out[0] = HistogramLevels(NAN, NAN, NAN, NAN, MISSING, MISSING)
    if s.count < 2 or s.traded == 0:
        return
    if likely(s.width > 0.0):
        first = histogram_fullest(s, r, &occupied)
        last = first
        out.poc = s.low + (<double>first + 0.5) * s.width
        out.poc_volume = histogram_at(s, r, first)
        histogram_value_area(
            s, r, occupied - 1, share * compensated_value(&s.total), &first, &last)
        out.val = s.low + <double>first * s.width
        out.vah = s.high if last + 1 == s.buckets else s.low + <double>(last + 1) * s.width
    else:
        out.poc = s.low
        out.val = s.low
        out.vah = s.low
        out.poc_volume = compensated_value(&s.total)
    out.above_poc = close > out.poc
    out.in_value_area = out.val <= close and close <= out.vah
