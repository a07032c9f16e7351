# cython: cdivision=True
# Logarithm, exponential and sine, the same bits on every platform (formulas: elementary.py).
from libc.math cimport fabs, floor
from libc.stdint cimport int64_t

from tradec.runtime.kernels.missing cimport NAN

cdef extern from *:
    """
    #define TRADEC_INFINITY (__builtin_inf())
    static inline int64_t tradec_bits_of(double x) {
        int64_t bits; __builtin_memcpy(&bits, &x, 8); return bits;
    }
    static inline double tradec_of_bits(int64_t bits) {
        double x; __builtin_memcpy(&x, &bits, 8); return x;
    }
    """
    const double INFINITY "TRADEC_INFINITY"
    int64_t bits_of "tradec_bits_of"(double x) noexcept nogil
    double of_bits "tradec_of_bits"(int64_t bits) noexcept nogil

cdef inline double power_of_two(int64_t k) noexcept nogil:
    return of_bits((k + 1023) << 52)

cdef inline double ln(double x) noexcept nogil:
    cdef int64_t bits, e = -1022
    cdef double m, f, s, z, w, even, odd, rest
    if not (x > 0.0 and x < INFINITY):
        return -INFINITY if x == 0.0 else x if x == INFINITY else NAN
    if x < 2.2250738585072014e-308:     # subnormal
        x = x * 18014398509481984.0     # 2**54
        e = -1076
    bits = bits_of(x)
    e += bits >> 52
    m = of_bits((bits & 0x000FFFFFFFFFFFFFLL) | 0x3FE0000000000000LL)   # in [1/2, 1)
    if m < 0.7071067811865476:
        m = 2.0 * m
        e -= 1
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = 0.3333333333333333 + w * (0.14285714285714285 + w * (0.09090909090909091
        + w * (0.06666666666666667 + w * 0.05263157894736842)))
    odd = 0.2 + w * (0.1111111111111111 + w * (0.07692307692307693
        + w * (0.058823529411764705 + w * 0.047619047619047616)))
    rest = 2.0 * (z * (even + z * odd))
    return <double>e * 0.6931471803691238 - (
        (s * (f - rest) - <double>e * 1.9082149292705877e-10) - f)

cdef inline double exp(double x) noexcept nogil:
    cdef double n, r, q, even, odd
    cdef int64_t k, half
    if not (x >= -745.1332191019411 and x <= 709.782712893384):
        return INFINITY if x > 0.0 else 0.0 if x < 0.0 else NAN
    n = floor(x * 1.4426950408889634 + 0.5)
    r = (x - n * 0.6931471803691238) - n * 1.9082149292705877e-10
    q = r * r
    even = 0.5 + q * (0.041666666666666664 + q * (0.001388888888888889
        + q * (2.48015873015873e-05 + q * (2.755731922398589e-07 + q * 2.08767569878681e-09))))
    odd = 0.16666666666666666 + q * (0.008333333333333333 + q * (0.0001984126984126984
        + q * (2.7557319223985893e-06 + q * (2.505210838544172e-08 + q * 1.6059043836821613e-10))))
    k = <int64_t>n
    half = k >> 1
    return (1.0 + (r + q * (even + r * odd))) * power_of_two(half) * power_of_two(k - half)

cdef inline double sine(double turns) noexcept nogil:
    cdef double r, y, q
    if not (fabs(turns) < INFINITY):
        return NAN
    r = turns - floor(turns + 0.5)
    if r > 0.25:
        r = 0.5 - r
    elif r < -0.25:
        r = -0.5 - r
    y = 6.283185307179586 * r
    q = y * y
    return y * (1.0 + q * (-0.16666666666666666 + q * (0.008333333333333333
        + q * (-0.0001984126984126984 + q * (2.7557319223985893e-06 + q * (-2.505210838544172e-08
        + q * (1.6059043836821613e-10 + q * (-7.647163731819816e-13 + q * (2.8114572543455206e-15
        + q * (-8.22063524662433e-18 + q * 1.9572941063391263e-20))))))))))
