# Average price of a bar (formulas: ohlc4.py).
from libc.stdint cimport int64_t

ctypedef struct Ohlc4:
    int64_t none        # a C struct is not empty

cdef inline void ohlc4_init(Ohlc4* s) noexcept nogil:
    s.none = 0

cdef inline double ohlc4_step(Ohlc4* s, double open, double high, double low,
                              double close) noexcept nogil:
    return 0.25 * (open + high + low + close)
