# Moving average convergence divergence (formulas: macd.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.expavg cimport ExpAvg, expavg_init, expavg_step

ctypedef struct Macd:
    ExpAvg fast
    ExpAvg slow
    ExpAvg signal

ctypedef struct MacdOut:
    double macd
    double signal
    double histogram

cdef inline void macd_init(Macd* s, int64_t fast, int64_t slow, int64_t signal) noexcept nogil:
    expavg_init(&s.fast, fast)
    expavg_init(&s.slow, slow)
    expavg_init(&s.signal, signal)

cdef inline void macd_step(Macd* s, double x, MacdOut* out) noexcept nogil:
    cdef double fast = expavg_step(&s.fast, x)
    cdef double line = fast - expavg_step(&s.slow, x)
    cdef double signal = expavg_step(&s.signal, line)
    out.macd = line
    out.signal = signal
    out.histogram = line - signal
