"""Logarithm, exponential and sine of + - * / and floor only: the same bits on every platform.

ln(x)    x = m * 2**e, sqrt(1/2) <= m < sqrt(2);  f = m - 1, s = f / (2 + f), z = s * s, w = z * z
         even = 1/3 + w * (1/7 + w * (1/11 + w * (1/15 + w * (1/19))))
         odd  = 1/5 + w * (1/9 + w * (1/13 + w * (1/17 + w * (1/21))))
         R = 2 * (z * (even + z * odd))                          ln(1 + f) = f - s * (f - R)
         e * HIGH - ((s * (f - R) - e * LOW) - f)                HIGH + LOW = ln 2
exp(x)   k = floor(x * (1 / ln 2) + 1/2),  r = (x - k * HIGH) - k * LOW,  q = r * r
         even = 1/2! + q * (1/4! + q * (1/6! + q * (1/8! + q * (1/10! + q * (1/12!)))))
         odd  = 1/3! + q * (1/5! + q * (1/7! + q * (1/9! + q * (1/11! + q * (1/13!)))))
         (1 + (r + q * (even + r * odd))) * 2**k                 2**k in two exact steps
sine(t)  of an angle in turns: r = t - floor(t + 1/2), folded about a quarter of a turn to
         1/2 - r or -1/2 - r;  y = (2 * pi) * r,  Horner's rule in y * y from y**21 / 21! down

Empty    NaN in -> NaN out; ln of a negative number is NaN, of zero -inf
Error    below 1 unit in the last place for ln and exp, a few for sine
Source   the series of the inverse hyperbolic tangent, of exp and of sin; rulings A7
"""

import math

from tradec.runtime.kernels.arith import NAN

HIGH = 0.6931471803691238  # the first 32 bits of ln 2: e * HIGH is exact
LOW = 1.9082149292705877e-10
PER_LN2 = 1.4426950408889634
ROOT_HALF = 0.7071067811865476
LARGEST = 709.782712893384  # exp of more overflows
SMALLEST = -745.1332191019411  # exp of less is zero
SINE_TERMS = tuple((-1.0) ** k / math.factorial(2 * k + 1) for k in range(11))


def ln(x: float) -> float:
    """Return the natural logarithm of `x`."""
    if not 0.0 < x < math.inf:
        return -math.inf if x == 0.0 else x if x == math.inf else NAN
    m, e = math.frexp(x)
    if m < ROOT_HALF:
        m, e = 2.0 * m, e - 1
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = odd = 0.0
    for k in (4, 3, 2, 1, 0):
        even = 1.0 / (4 * k + 3) + w * even
        odd = 1.0 / (4 * k + 5) + w * odd
    rest = 2.0 * (z * (even + z * odd))
    return e * HIGH - ((s * (f - rest) - e * LOW) - f)


def exp(x: float) -> float:
    """Return e to the power of `x`."""
    if not SMALLEST <= x <= LARGEST:
        return math.inf if x > LARGEST else 0.0 if x < SMALLEST else NAN
    k = math.floor(x * PER_LN2 + 0.5)
    r = (x - k * HIGH) - k * LOW
    q = r * r
    even = odd = 0.0
    for n in (12, 10, 8, 6, 4, 2):
        even = 1.0 / math.factorial(n) + q * even
        odd = 1.0 / math.factorial(n + 1) + q * odd
    y = 1.0 + (r + q * (even + r * odd))
    half = k >> 1
    return y * math.ldexp(1.0, half) * math.ldexp(1.0, k - half)


def sine(turns: float) -> float:
    """Return the sine of an angle in turns."""
    if not abs(turns) < math.inf:
        return NAN
    r = turns - math.floor(turns + 0.5)
    if r > 0.25:
        r = 0.5 - r
    elif r < -0.25:
        r = -0.5 - r
    y = (2.0 * math.pi) * r
    square = y * y
    total = SINE_TERMS[-1]
    for term in reversed(SINE_TERMS[:-1]):
        total = total * square + term
    return total * y
