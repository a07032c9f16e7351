# Zones around Fibonacci levels (formulas: derived_zone.py). The slots are the state: what a play
# reads of a zone is what the kernel keeps of it.
from libc.stdint cimport int64_t
from libc.string cimport memmove

from tradec.runtime.kernels.missing cimport NAN
from tradec.runtime.structures.swing cimport Swing

ctypedef struct DerivedZoneSlot:
    double lower
    double upper
    int64_t state           # 0 none, 1 active, 2 broken
    int64_t anchor_idx
    int64_t age_bars
    int64_t touched_this_bar
    int64_t touch_count
    int64_t last_touch_age
    int64_t inside
    int64_t instance_id
    int64_t entry_count
    int64_t side

ctypedef struct DerivedZone:
    int64_t level_count
    int64_t capacity
    int64_t extends
    double width_pct
    int64_t paired
    double break_tolerance_pct
    int64_t by_close
    int64_t now
    int64_t filled          # slots in use, newest first
    int64_t drawn           # zones so far
    int64_t version

ctypedef struct DerivedZoneOut:
    int64_t active_count
    int64_t any_active
    int64_t any_touched
    int64_t any_inside
    double first_active_lower
    double first_active_upper
    int64_t first_active_idx
    int64_t newest_active_idx
    int64_t source_version
    int64_t any_broken_this_bar

cdef inline void derived_zone_init(DerivedZone* s, int64_t levels, int64_t max_active,
                                   int64_t mode, double width_pct, int64_t use_paired_source,
                                   double break_tolerance_pct, int64_t touch) noexcept nogil:
    s.level_count = levels
    s.capacity = max_active
    s.extends = mode
    s.width_pct = width_pct
    s.paired = use_paired_source
    s.break_tolerance_pct = break_tolerance_pct
    s.by_close = touch
    s.now = 0
    s.filled = 0
    s.drawn = 0
    s.version = 0

cdef inline void derived_zone_empty(DerivedZoneSlot* slot) noexcept nogil:
    slot.lower = NAN
    slot.upper = NAN
    slot.state = 0
    slot.anchor_idx = -1
    slot.age_bars = -1
    slot.touched_this_bar = 0
    slot.touch_count = 0
    slot.last_touch_age = -1
    slot.inside = 0
    slot.instance_id = 0
    slot.entry_count = 0
    slot.side = 0

cdef inline void derived_zone_clean(DerivedZone* s, DerivedZoneSlot* zone) noexcept nogil:
    # Close the gaps that broken zones leave; before the first bar every slot is one.
    cdef int64_t i, kept = 0
    cdef int64_t end = s.filled if s.now > 0 else s.capacity
    for i in range(s.filled):
        if zone[i].state == 1:
            if kept != i:
                zone[kept] = zone[i]
            kept += 1
    for i in range(kept, end):
        derived_zone_empty(&zone[i])
    s.filled = kept

cdef inline void derived_zone_insert(DerivedZone* s, DerivedZoneSlot* zone, double center,
                                     int64_t direction, double close) noexcept nogil:
    cdef double half = center * s.width_pct / 2.0
    if s.filled < s.capacity:
        s.filled += 1
    memmove(zone + 1, zone, (s.filled - 1) * sizeof(DerivedZoneSlot))
    derived_zone_empty(zone)
    s.drawn += 1
    zone.lower = center - half
    zone.upper = center + half
    zone.state = 1
    zone.anchor_idx = s.now
    zone.instance_id = s.drawn
    zone.side = -direction if s.extends else direction
    if close != center:
        zone.side = 1 if close > center else -1

cdef inline void derived_zone_draw(DerivedZone* s, const double* levels, DerivedZoneSlot* zone,
                                   double high, double low, int64_t direction,
                                   double close) noexcept nogil:
    cdef double span = high - low
    cdef double start = high if direction > 0 else low
    cdef double sign = <double>direction if s.extends else -<double>direction
    cdef double center
    cdef int64_t i
    for i in range(s.level_count):
        center = start + sign * (levels[i] * span)
        if center > 0.0:
            derived_zone_insert(s, zone, center, direction, close)

cdef inline void derived_zone_source(DerivedZone* s, const double* levels, DerivedZoneSlot* zone,
                                     const Swing* swing, double close) noexcept nogil:
    cdef double high = swing.high.pair_level if s.paired else swing.high.level
    cdef double low = swing.low.pair_level if s.paired else swing.low.level
    cdef int64_t direction = swing.pair_direction if s.paired else swing.last_side
    cdef int64_t version = swing.pair_version
    if not s.paired:
        version = swing.high.version + swing.low.version
    if version != s.version:
        s.version = version
        if high > low:
            derived_zone_draw(s, levels, zone, high, low, direction, close)

cdef inline void derived_zone_follow(const DerivedZone* s, DerivedZoneSlot* zone, double high,
                                     double low, double close) noexcept nogil:
    cdef int64_t before = zone.touched_this_bar
    zone.age_bars = s.now - zone.anchor_idx
    zone.inside = zone.lower <= close and close <= zone.upper
    zone.touched_this_bar = zone.inside
    if not s.by_close:
        zone.touched_this_bar = low <= zone.upper and high >= zone.lower
    if zone.touched_this_bar:
        zone.touch_count += 1
        zone.last_touch_age = 0
        zone.entry_count += 1 - before
    elif zone.last_touch_age >= 0:
        zone.last_touch_age += 1
    if zone.age_bars == 0:
        return
    if zone.side > 0:
        if close < zone.lower * (1.0 - s.break_tolerance_pct):
            zone.state = 2
    elif close > zone.upper * (1.0 + s.break_tolerance_pct):
        zone.state = 2

cdef inline void derived_zone_step(DerivedZone* s, const double* levels, DerivedZoneSlot* zone,
                                   const Swing* swing, double high, double low, double close,
                                   DerivedZoneOut* out) noexcept nogil:
    cdef int64_t i
    derived_zone_clean(s, zone)
    derived_zone_source(s, levels, zone, swing, close)
    out.active_count = 0
    out.any_touched = 0
    out.any_inside = 0
    out.first_active_lower = NAN
    out.first_active_upper = NAN
    out.first_active_idx = -1
    for i in range(s.filled):
        derived_zone_follow(s, &zone[i], high, low, close)
        if zone[i].state == 1:
            if out.active_count == 0:
                out.first_active_idx = i
                out.first_active_lower = zone[i].lower
                out.first_active_upper = zone[i].upper
            out.active_count += 1
            out.any_touched |= zone[i].touched_this_bar
            out.any_inside |= zone[i].inside
    out.any_active = out.active_count > 0
    out.newest_active_idx = out.first_active_idx
    out.source_version = s.version
    out.any_broken_this_bar = s.filled > out.active_count
    s.now += 1
