# cython: cdivision=True
# Zones that price left behind (formulas: zonebook.py). Both lists lie oldest first.
from libc.math cimport fabs
from libc.stdint cimport int64_t
from libc.string cimport memmove

from tradec.runtime.kernels.hint cimport larger, smaller
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct BookZone:
    int64_t side            # 1 lies below price, -1 above
    double upper
    double lower
    int64_t seq
    int64_t block           # the candle that it was drawn from
    double fill

ctypedef struct ZoneBook:
    int64_t capacity        # of each list
    int64_t active
    int64_t mitigated
    int64_t version
    int64_t invalid         # this bar's, as the rest
    int64_t is_mitigated
    BookZone born
    BookZone gone           # the newest of the invalid ones

ctypedef struct ZoneBookOut:        # of every unit with a book; each writes what it declares
    int64_t new_this_bar
    int64_t new_direction
    double new_upper
    double new_lower
    double nearest_bull_upper
    double nearest_bull_lower
    double nearest_bear_upper
    double nearest_bear_lower
    int64_t active_bull_count
    int64_t active_bear_count
    int64_t any_mitigated_this_bar
    int64_t any_invalidated_this_bar
    int64_t last_invalidated_direction
    double last_invalidated_upper
    double last_invalidated_lower
    int64_t version
    double nearest_bull_fill_pct
    double nearest_bear_fill_pct
    int64_t new_block_idx
    int64_t nearest_bull_block_idx
    int64_t nearest_bear_block_idx

cdef inline BookZone zonebook_zone(int64_t side, double upper, double lower, int64_t seq,
                                   int64_t block, double fill) noexcept nogil:
    cdef BookZone zone
    zone.side = side
    zone.upper = upper
    zone.lower = lower
    zone.seq = seq
    zone.block = block
    zone.fill = fill
    return zone

cdef inline BookZone zonebook_none() noexcept nogil:
    return zonebook_zone(0, NAN, NAN, 0, -1, NAN)

cdef inline void zonebook_init(ZoneBook* s, int64_t max_active) noexcept nogil:
    s.capacity = max_active
    s.active = 0
    s.mitigated = 0
    s.version = 0
    s.invalid = 0
    s.is_mitigated = 0
    s.born = zonebook_none()
    s.gone = zonebook_none()

cdef inline bint zonebook_is_broken(const BookZone* zone, double close) noexcept nogil:
    return close < zone.lower if zone.side > 0 else close > zone.upper

cdef inline void zonebook_push(BookZone* zones, int64_t* count, int64_t capacity,
                               BookZone zone) noexcept nogil:
    if count[0] == capacity:    # the oldest leaves
        count[0] -= 1
        memmove(zones, zones + 1, count[0] * sizeof(BookZone))
    zones[count[0]] = zone
    count[0] += 1

cdef inline void zonebook_invalidate(ZoneBook* s, BookZone* invalid,
                                     const BookZone* zone) noexcept nogil:
    # Sorted into the invalid ones of this bar, oldest first, if somebody wants to see them.
    cdef int64_t place = s.invalid
    s.invalid += 1
    if zone.seq > s.gone.seq:
        s.gone = zone[0]
    if invalid == NULL:
        return
    while place > 0 and invalid[place - 1].seq > zone.seq:
        invalid[place] = invalid[place - 1]
        place -= 1
    invalid[place] = zone[0]

cdef inline void zonebook_test_mitigated(ZoneBook* s, BookZone* mitigated, BookZone* invalid,
                                         double close) noexcept nogil:
    cdef int64_t i, kept = 0
    for i in range(s.mitigated):
        if zonebook_is_broken(&mitigated[i], close):
            zonebook_invalidate(s, invalid, &mitigated[i])
        else:
            if kept != i:
                mitigated[kept] = mitigated[i]
            kept += 1
    s.mitigated = kept

cdef inline bint zonebook_is_done(BookZone* zone, double high, double low,
                                  double at) noexcept nogil:
    # Takes a touch into the fill and returns whether it is enough.
    cdef double depth = zone.upper - low if zone.side > 0 else high - zone.lower
    if depth < 0.0:
        return False
    zone.fill = larger(zone.fill, smaller(depth / (zone.upper - zone.lower), 1.0))
    return zone.fill >= at

cdef inline void zonebook_test(ZoneBook* s, BookZone* active, BookZone* mitigated,
                               BookZone* invalid, double high, double low, double close,
                               double at) noexcept nogil:
    # `invalid` has room for both lists, or is NULL.
    cdef int64_t i, kept = 0
    s.invalid = 0
    s.is_mitigated = 0
    s.born = zonebook_none()
    s.gone = zonebook_none()
    zonebook_test_mitigated(s, mitigated, invalid, close)
    for i in range(s.active):
        if zonebook_is_broken(&active[i], close):
            zonebook_invalidate(s, invalid, &active[i])
        elif zonebook_is_done(&active[i], high, low, at):
            zonebook_push(mitigated, &s.mitigated, s.capacity, active[i])
            s.is_mitigated = 1
        else:
            if kept != i:
                active[kept] = active[i]
            kept += 1
    s.active = kept

cdef inline void zonebook_add(ZoneBook* s, BookZone* active, int64_t side, double upper,
                              double lower, int64_t block) noexcept nogil:
    s.version += 1
    s.born = zonebook_zone(side, upper, lower, s.version, block, 0.0)
    zonebook_push(active, &s.active, s.capacity, s.born)

cdef inline void zonebook_write(const ZoneBook* s, const BookZone* active, double close,
                                ZoneBookOut* out) noexcept nogil:
    cdef BookZone bull = zonebook_none()
    cdef BookZone bear = zonebook_none()
    cdef double bull_distance = NAN, bear_distance = NAN, distance
    cdef int64_t i, bulls = 0
    for i in range(s.active):       # of equals the last, which is the newest
        distance = fabs(close - 0.5 * (active[i].upper + active[i].lower))
        if active[i].side > 0:
            bulls += 1
            if not distance > bull_distance:
                bull_distance = distance
                bull = active[i]
        elif not distance > bear_distance:
            bear_distance = distance
            bear = active[i]
    out.new_this_bar = s.born.side != 0
    out.new_direction = s.born.side
    out.new_upper = s.born.upper
    out.new_lower = s.born.lower
    out.nearest_bull_upper = bull.upper
    out.nearest_bull_lower = bull.lower
    out.nearest_bear_upper = bear.upper
    out.nearest_bear_lower = bear.lower
    out.active_bull_count = bulls
    out.active_bear_count = s.active - bulls
    out.any_mitigated_this_bar = s.is_mitigated
    out.any_invalidated_this_bar = s.invalid > 0
    out.last_invalidated_direction = s.gone.side
    out.last_invalidated_upper = s.gone.upper
    out.last_invalidated_lower = s.gone.lower
    out.version = s.version
    out.nearest_bull_fill_pct = bull.fill
    out.nearest_bear_fill_pct = bear.fill
    out.new_block_idx = s.born.block
    out.nearest_bull_block_idx = bull.block
    out.nearest_bear_block_idx = bear.block
