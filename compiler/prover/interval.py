"""Closed intervals of doubles, and what the language's arithmetic makes of them.

A double x > c is x >= the next double above c, so closed ends say everything. Rounding to nearest
never turns an order round: the ends of a result are the results of the ends, exactly. Only the way
back, from a result to its operands, is widened, by one double on each side.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

INFINITY = math.inf
MOST = float.fromhex("0x1.fffffffffffffp+1023")
LEAST = math.ulp(0.0)
"""The smallest double above zero."""
_WHOLE = 2.0**53
_INT64 = 2.0**63


@dataclass(frozen=True, slots=True)
class Interval:
    """Every double from `low` to `high`; empty if `low` is above `high`."""

    low: float
    high: float

    @property
    def is_empty(self) -> bool:
        """Whether no value is left."""
        return self.low > self.high

    @property
    def is_point(self) -> bool:
        """Whether one value is left."""
        return self.low == self.high

    @property
    def is_bounded(self) -> bool:
        """Whether there is anything known at all."""
        return self.low > -INFINITY or self.high < INFINITY

    def meet(self, other: "Interval") -> "Interval":
        """Return what is in both."""
        return Interval(max(self.low, other.low), min(self.high, other.high))

    def contains(self, value: float) -> bool:
        """Return whether `value` is in it."""
        return self.low <= value <= self.high


EVERYTHING = Interval(-INFINITY, INFINITY)
NOTHING = Interval(INFINITY, -INFINITY)
_FINITE = Interval(-MOST, MOST)


def point(value: float) -> Interval:
    """Return the interval of one number; a whole number may lie between two doubles."""
    return Interval(rounded_down(value), rounded_up(value))


def rounded_up(value: float) -> float:
    """Return the smallest double that is at least `value`, an int or a float."""
    near = float(value)
    return math.nextafter(near, INFINITY) if near < value else near


def rounded_down(value: float) -> float:
    """Return the largest double that is at most `value`, an int or a float."""
    near = float(value)
    return math.nextafter(near, -INFINITY) if near > value else near


def above(value: float) -> float:
    """Return the next double above `value`."""
    return math.nextafter(value, INFINITY)


def below(value: float) -> float:
    """Return the next double below `value`."""
    return math.nextafter(value, -INFINITY)


def add_up(one: float, two: float) -> float:
    """Return a double that is at least the true sum, and the nearest one where it is exact."""
    total = one + two
    return above(total) if _lost(one, two, total) > 0 else total


def _lost(one: float, two: float, total: float) -> float:
    """Return what rounding took from a sum: the true one less `total`, which is a double."""
    part = total - one
    return (one - (total - part)) + (two - part)


def _just_above(one: float, two: float) -> float:
    """Return the smallest double above the true sum."""
    total = one + two
    if not math.isfinite(total):
        return _low(total)
    return above(total) if _lost(one, two, total) >= 0 else total


# --- from operands to results -----------------------------------------------------------------


def combine(op: str, left: Interval, right: Interval, *, whole: bool) -> Interval:
    """Return what `left op right` can be where it has a value (play-language.md 9.6)."""
    if left.is_empty or right.is_empty:
        return NOTHING
    result = _FORWARD[op](left, right)
    return _as_whole(op, result, right) if whole else result.meet(_FINITE)


def negate(operand: Interval) -> Interval:
    """Return what `-x` can be."""
    return Interval(-operand.high, -operand.low)


def of_function(name: str, operands: Sequence[Interval]) -> Interval:
    """Return what `abs` of one operand, `min` or `max` of several can be."""
    lows, highs = [one.low for one in operands], [one.high for one in operands]
    match name:
        case "min":
            return Interval(min(lows), min(highs))
        case "max":
            return Interval(max(lows), max(highs))
        case _:
            low = max(0.0, lows[0], -highs[0])
            return Interval(low, max(abs(lows[0]), abs(highs[0])))


def _as_whole(op: str, result: Interval, right: Interval) -> Interval:
    """Return the result of int64 arithmetic, of which large ends are not exact in doubles."""
    if op == "%" and not result.is_empty:
        inside = Interval(min(0.0, right.low + 1), max(0.0, right.high - 1))
        result = result.meet(inside)
    if max(abs(result.low), abs(result.high)) > _WHOLE:
        return Interval(-_INT64, _INT64)
    return result


def _sum(left: Interval, right: Interval) -> Interval:
    return _ends((left.low + right.low,), (left.high + right.high,))


def _difference(left: Interval, right: Interval) -> Interval:
    return _ends((left.low - right.high,), (left.high - right.low,))


def _product(left: Interval, right: Interval) -> Interval:
    ends = tuple(_times(a, b) for a in (left.low, left.high) for b in (right.low, right.high))
    return _ends(ends, ends)


def _quotient(left: Interval, right: Interval) -> Interval:
    right = _without_zero(right)
    if right.is_empty:
        return NOTHING
    if right.contains(0.0):
        return EVERYTHING
    ends = tuple(_over(a, b) for a in (left.low, left.high) for b in (right.low, right.high))
    return _ends(ends, ends)


def _remainder(left: Interval, right: Interval) -> Interval:
    """Return what floored `%` gives: between zero and the divisor, that one included by rounding.

    -1e-20 % 5.0 is 5.0; of two numbers that are not negative it is below the divisor.
    """
    right = _without_zero(right)
    if right.is_empty:
        return NOTHING
    result = Interval(min(0.0, right.low), max(0.0, right.high))
    if left.low >= 0 and right.low > 0:
        return Interval(0.0, min(left.high, below(right.high)))
    return result


def _without_zero(divisor: Interval) -> Interval:
    """Return the divisors that are not zero, where that leaves one interval."""
    if divisor.low == 0.0:
        return Interval(LEAST, divisor.high)
    if divisor.high == 0.0:
        return Interval(divisor.low, -LEAST)
    return divisor


def _ends(lows: Iterable[float], highs: Iterable[float]) -> Interval:
    """Return the hull of some ends; one that is no number says nothing."""
    low, high = min(map(_low, lows)), max(map(_high, highs))
    return Interval(low, high)


def _low(end: float) -> float:
    return -INFINITY if math.isnan(end) else end


def _high(end: float) -> float:
    return INFINITY if math.isnan(end) else end


def _times(one: float, two: float) -> float:
    return 0.0 if 0.0 in (one, two) else one * two


def _over(one: float, two: float) -> float:
    if math.isinf(two):
        return math.nan if math.isinf(one) else 0.0
    return one / two


_FORWARD: dict[str, Callable[[Interval, Interval], Interval]] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": _quotient,
    "%": _remainder,
}


# --- from results back to operands ------------------------------------------------------------


def left_operand(op: str, result: Interval, right: Interval) -> Interval:
    """Return what the left operand can be, given the result and the right one."""
    match op:
        case "+":
            return _added(_exact(result), negate(right))
        case "-":
            return _added(_exact(result), right)
        case "*" if _has_sign(right):
            return _quotient(_exact(result), right).meet(_signed(result, right))
        case "/" if _has_sign(right):
            return _product(_exact(result), right).meet(_signed(result, right))
        case _:
            return EVERYTHING


def right_operand(op: str, result: Interval, left: Interval) -> Interval:
    """Return what the right operand can be, given the result and the left one."""
    match op:
        case "+" | "*":
            return left_operand(op, result, left)
        case "-":
            return _added(negate(_exact(result)), left)
        case "/" if _has_sign(left):
            return _signed(result, left)
        case _:
            return EVERYTHING


def _exact(result: Interval) -> Interval:
    """Return an open interval of the true results that round into `result`."""
    return Interval(below(result.low), above(result.high))


def _added(one: Interval, two: Interval) -> Interval:
    """Return the doubles in the open interval of true sums."""
    return Interval(_just_above(one.low, two.low), -_just_above(-one.high, -two.high))


def _has_sign(factor: Interval) -> bool:
    return factor.low > 0 or factor.high < 0


def _signed(result: Interval, factor: Interval) -> Interval:
    """Return the sign of the other factor of a product, or of a quotient, that is not zero."""
    if result.low > 0:
        return _POSITIVE if factor.low > 0 else _NEGATIVE
    if result.high < 0:
        return _NEGATIVE if factor.low > 0 else _POSITIVE
    return EVERYTHING


_POSITIVE = Interval(LEAST, INFINITY)
_NEGATIVE = Interval(-INFINITY, -LEAST)
