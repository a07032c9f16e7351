"""The arithmetic of the language on raw values: NaN is the missing float, MISSING the missing int.

div_true(a, b)  = a / b                            zero divisor -> NaN
mod_floor(a, b) = a - b * floor(a / b), exactly    zero divisor -> NaN; the sign is the divisor's
mod_i64, add_i64, sub_i64, mul_i64, neg_i64        MISSING in, zero divisor or overflow -> MISSING
abs_i64(a)      = |a|                              MISSING -> MISSING
min_*, max_*    = the smaller, the larger          missing -> missing; of equals the first
finite(x)       = x                                an infinity -> NaN
f64(a)          = a rounded to the nearest double  MISSING -> NaN

An infinity that the arithmetic itself produces is missing (rulings A3), so `div_true` and
`mod_floor` return finite numbers or NaN.
"""

import math

NAN = math.nan
MISSING = -(2**63)


def finite(x: float) -> float:
    """Return `x`, or NaN where it is infinite."""
    return x if math.isfinite(x) else NAN


def f64(a: int) -> float:
    """Return the whole number `a` as a float."""
    return NAN if a == MISSING else float(a)


def div_true(a: float, b: float) -> float:
    """Return `a / b`."""
    return NAN if b == 0.0 else finite(a / b)


def mod_floor(a: float, b: float) -> float:
    """Return `a` modulo `b`, with the sign of `b`."""
    return NAN if b == 0.0 or not math.isfinite(a) else finite(a % b)


def mod_i64(a: int, b: int) -> int:
    """Return `a` modulo `b`, with the sign of `b`."""
    return MISSING if MISSING in (a, b) or b == 0 else a % b


def add_i64(a: int, b: int) -> int:
    """Return `a + b`."""
    return MISSING if MISSING in (a, b) else _within(a + b)


def sub_i64(a: int, b: int) -> int:
    """Return `a - b`."""
    return MISSING if MISSING in (a, b) else _within(a - b)


def mul_i64(a: int, b: int) -> int:
    """Return `a * b`."""
    return MISSING if MISSING in (a, b) else _within(a * b)


def neg_i64(a: int) -> int:
    """Return `-a`."""
    return MISSING if a == MISSING else -a


def abs_i64(a: int) -> int:
    """Return `a` without its sign."""
    return MISSING if a == MISSING else abs(a)


def min_i64(a: int, b: int) -> int:
    """Return the smaller of two whole numbers."""
    return MISSING if MISSING in (a, b) else min(a, b)


def max_i64(a: int, b: int) -> int:
    """Return the larger of two whole numbers."""
    return MISSING if MISSING in (a, b) else max(a, b)


def min_f64(a: float, b: float) -> float:
    """Return the smaller of two floats."""
    return NAN if math.isnan(a) or math.isnan(b) else min(a, b)


def max_f64(a: float, b: float) -> float:
    """Return the larger of two floats."""
    return NAN if math.isnan(a) or math.isnan(b) else max(a, b)


def _within(result: int) -> int:
    return result if -(2**63) <= result < 2**63 else MISSING
