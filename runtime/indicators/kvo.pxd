# cython: cdivision=True
# Klinger volume oscillator (formulas: kvo.py).
from libc.stdint cimport int64_t

from tradec.runtime.kernels.expavg cimport ExpAvg, expavg_init, expavg_step
from tradec.runtime.kernels.missing cimport NAN

ctypedef struct Kvo:
    double price        # of the bar before; NaN before the first
    ExpAvg fast
    ExpAvg slow
    ExpAvg signal

ctypedef struct KvoOut:
    double kvo
    double signal

cdef inline void kvo_init(Kvo* s, int64_t fast, int64_t slow, int64_t signal) noexcept nogil:
    s.price = NAN
    expavg_init(&s.fast, fast)
    expavg_init(&s.slow, slow)
    expavg_init(&s.signal, signal)

cdef inline void kvo_step(Kvo* s, double high, double low, double close, double volume,
                          KvoOut* out) noexcept nogil:
    cdef double price = (high + low + close) / 3.0, before = s.price, flow
    out.kvo = NAN
    out.signal = NAN
    if price != price or volume != volume:
        return
    s.price = price
    if before != before:
        return
    flow = volume if price > before else -volume if price < before else 0.0
    out.kvo = expavg_step(&s.fast, flow) - expavg_step(&s.slow, flow)
    out.signal = expavg_step(&s.signal, out.kvo)
