# Session levels (formulas: session_levels.py).
from libc.stdint cimport INT64_MIN, int64_t

from tradec.runtime.clock cimport close_after
from tradec.runtime.kernels.hint cimport larger, smaller
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct SessionLevelsPeriod:
    int64_t end         # of the present period, in ms
    double high
    double low
    double last_high
    double last_low

ctypedef struct SessionLevels:
    SessionLevelsPeriod day
    SessionLevelsPeriod week

ctypedef struct SessionLevelsOut:
    double prev_day_high
    double prev_day_low
    double current_day_high
    double current_day_low
    double prev_week_high
    double prev_week_low

cdef inline void session_levels_init(SessionLevels* s) noexcept nogil:
    s.day = SessionLevelsPeriod(INT64_MIN, NAN, NAN, NAN, NAN)
    s.week = SessionLevelsPeriod(INT64_MIN, NAN, NAN, NAN, NAN)

cdef inline void session_levels_extend(SessionLevelsPeriod* s, int64_t minutes, double high,
                                       double low, int64_t ts_open) noexcept nogil:
    if ts_open >= s.end:
        s.end = close_after(minutes, ts_open)
        s.last_high = s.high
        s.last_low = s.low
        s.high = high
        s.low = low
    s.high = larger(high, s.high)
    s.low = smaller(low, s.low)

cdef inline void session_levels_step(SessionLevels* s, double high, double low, int64_t ts_open,
                                     SessionLevelsOut* out) noexcept nogil:
    if high != high or low != low:
        out[0] = SessionLevelsOut(NAN, NAN, NAN, NAN, NAN, NAN)
        return
    session_levels_extend(&s.day, 1440, high, low, ts_open)
    session_levels_extend(&s.week, 10080, high, low, ts_open)
    out.prev_day_high = s.day.last_high
    out.prev_day_low = s.day.last_low
    out.current_day_high = s.day.high
    out.current_day_low = s.day.low
    out.prev_week_high = s.week.last_high
    out.prev_week_low = s.week.last_low
