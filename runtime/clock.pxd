# cython: cdivision=True
# From base bars to timeframes: where bars begin, and how they grow.
#
# The same arithmetic as timeframe.py, in C. Timeframes are given in minutes, 0 is the calendar
# month. A timeframe's bar exists only if all its base bars were seen, so the first, partial one
# after a start is dropped; `ready` says that the present bar was seen from its beginning.
from libc.stdint cimport int64_t

from tradec.runtime.kernels.hint cimport likely

cdef enum:
    MINUTE_MS = 60000
    DAY_MS = 86400000
    WEEK_MS = 604800000
    MONDAY_MS = 345600000   # 1970-01-05

ctypedef struct Bar:        # the bar of one timeframe: growing until `ts_close`
    int64_t ts_open
    int64_t ts_close        # 0 before the first base bar
    int64_t ready
    double open
    double high
    double low
    double close
    double volume


cdef inline int64_t floor_div(int64_t a, int64_t b) noexcept nogil:
    """Return a / b rounded down, for b > 0."""
    cdef int64_t q = a // b
    return q - (a < q * b)


cdef inline int64_t month_of_day(int64_t day) noexcept nogil:
    """Return the number of months since 1970-01 at a day since the epoch (H. Hinnant's civil_from_days)."""
    cdef int64_t z = day + 719468
    cdef int64_t era = floor_div(z, 146097)
    cdef int64_t doe = z - era * 146097
    cdef int64_t yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    cdef int64_t doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    cdef int64_t mp = (5 * doy + 2) // 153                        # March is 0
    cdef int64_t month = mp + 2 if mp < 10 else mp - 10          # January is 0
    return (yoe + era * 400 + (1 if month < 2 else 0) - 1970) * 12 + month


cdef inline int64_t day_of_month(int64_t months) noexcept nogil:
    """Return the day since the epoch on which month `months` since 1970-01 begins (days_from_civil)."""
    cdef int64_t years = floor_div(months, 12)
    cdef int64_t month = months - years * 12                     # January is 0
    cdef int64_t y = 1970 + years - (1 if month < 2 else 0)
    cdef int64_t era = floor_div(y, 400)
    cdef int64_t yoe = y - era * 400
    cdef int64_t mp = month - 2 if month > 1 else month + 10
    cdef int64_t doy = (153 * mp + 2) // 5
    return era * 146097 + yoe * 365 + yoe // 4 - yoe // 100 + doy - 719468


cdef inline int64_t bar_number(int64_t minutes, int64_t ts_ms) noexcept nogil:
    """Return the number, since the epoch, of the bar that contains the instant `ts_ms`."""
    if minutes == 0:
        return month_of_day(floor_div(ts_ms, DAY_MS))
    if minutes == 10080:
        return floor_div(ts_ms - MONDAY_MS, WEEK_MS)
    return floor_div(ts_ms, minutes * MINUTE_MS)


cdef inline int64_t open_of(int64_t minutes, int64_t number) noexcept nogil:
    """Return the opening time of bar `number`."""
    if minutes == 0:
        return day_of_month(number) * DAY_MS
    if minutes == 10080:
        return number * WEEK_MS + MONDAY_MS
    return number * minutes * MINUTE_MS


cdef inline int64_t close_after(int64_t minutes, int64_t ts_ms) noexcept nogil:
    """Return the closing time of the bar that contains the instant `ts_ms`."""
    return open_of(minutes, bar_number(minutes, ts_ms) + 1)


cdef inline void bar_begin(Bar* bar, int64_t minutes, int64_t ts_open, double open, double high,
                           double low, double volume) noexcept nogil:
    """Begin the bar that contains the base bar opening at `ts_open`."""
    cdef int64_t number
    if likely(minutes != 0 and bar.ready and ts_open == bar.ts_close):  # the next one on the grid
        bar.ts_open = ts_open
        bar.ts_close = ts_open + minutes * MINUTE_MS
    else:
        number = bar_number(minutes, ts_open)
        bar.ts_open = open_of(minutes, number)
        bar.ts_close = open_of(minutes, number + 1)
        bar.ready = bar.ts_open == ts_open
    bar.open = open
    bar.high = high
    bar.low = low
    bar.volume = volume


cdef inline bint bar_add(Bar* bar, int64_t minutes, int64_t ts_open, int64_t ts_close, double open,
                         double high, double low, double close, double volume) noexcept nogil:
    """Add one base bar; return whether a whole bar of the timeframe closes with it."""
    if ts_open >= bar.ts_close:
        bar_begin(bar, minutes, ts_open, open, high, low, volume)
    else:
        bar.high = high if high > bar.high else bar.high
        bar.low = low if low < bar.low else bar.low
        bar.volume += volume
    bar.close = close
    return ts_close == bar.ts_close and bar.ready


cdef inline Py_ssize_t bars_until(const Bar* bar, int64_t ts_open, int64_t base_ms,
                                  int64_t minutes, Py_ssize_t whole) noexcept nogil:
    """Return the number of base bars from `ts_open` to the close of `bar`; `whole` is a full bar's."""
    if minutes != 0 and ts_open == bar.ts_open:
        return whole
    return (bar.ts_close - ts_open) // base_ms
