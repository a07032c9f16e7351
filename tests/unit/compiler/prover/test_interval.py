"""Intervals hold every result of the language's own arithmetic, and every operand of a result."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tradec.compiler.evaluate import arithmetic, is_missing
from tradec.compiler.prover.interval import (
    EVERYTHING,
    LEAST,
    MOST,
    NOTHING,
    Interval,
    add_up,
    combine,
    left_operand,
    negate,
    point,
    right_operand,
)

OPS = st.sampled_from("+-*/%")
PLAIN = st.sampled_from(
    (0.0, -0.0, 1.0, -1.0, 0.1, -0.1, 3.0, 50.0, 1e-300, 5e-324, -5e-324, 1e300)
)
FLOATS = st.one_of(PLAIN, st.floats(allow_nan=False, allow_infinity=False), st.floats(-5, 5))
WHOLE = st.one_of(st.integers(-9, 9), st.integers(-(2**62), 2**62))


@st.composite
def around(draw: st.DrawFn, value: float) -> Interval:
    """Draw an interval that holds `value`."""
    low = draw(st.one_of(st.just(value), FLOATS, st.just(-math.inf)))
    high = draw(st.one_of(st.just(value), FLOATS, st.just(math.inf)))
    return Interval(min(low, value), max(high, value))


@given(st.data(), OPS, FLOATS, FLOATS)
def test_results_lie_within(data: st.DataObject, op: str, left: float, right: float) -> None:
    result = arithmetic(op, left, right)
    assume(not is_missing(result))
    one, two = data.draw(around(left)), data.draw(around(right))
    assert combine(op, one, two, whole=False).contains(result)


@given(st.data(), st.sampled_from("+-*%"), WHOLE, WHOLE)
def test_whole_results_lie_within(data: st.DataObject, op: str, left: int, right: int) -> None:
    result = arithmetic(op, left, right)
    assume(not is_missing(result))
    one, two = point(left), point(right)
    if data.draw(st.booleans()) and max(abs(left), abs(right)) < 2**53:
        one, two = data.draw(around(float(left))), data.draw(around(float(right)))
    assert combine(op, one, two, whole=True).contains(float(result))


@given(st.data(), OPS, FLOATS, FLOATS)
def test_operands_lie_within(data: st.DataObject, op: str, left: float, right: float) -> None:
    result = arithmetic(op, left, right)
    assume(not is_missing(result))
    shown = data.draw(around(float(result)))
    one, two = data.draw(around(left)), data.draw(around(right))
    assert left_operand(op, shown, two).contains(left)
    assert right_operand(op, shown, one).contains(right)


@given(FLOATS, FLOATS)
def test_sums_are_rounded_up_or_exact(one: float, two: float) -> None:
    total = one + two
    assume(math.isfinite(total) and math.isfinite(math.nextafter(total, math.inf)))
    from fractions import Fraction  # noqa: PLC0415  the one test that needs it

    exact = Fraction(one) + Fraction(two)
    assert Fraction(add_up(one, two)) >= exact
    assert exact != Fraction(total) or add_up(one, two) == total


@pytest.mark.parametrize(
    ("op", "left", "right", "found"),
    [
        ("+", Interval(0, 100), Interval(1, 2), Interval(1, 102)),
        ("-", Interval(0, 100), point(50), Interval(-50, 50)),
        ("*", Interval(-2, 3), Interval(-5, 7), Interval(-15, 21)),
        ("*", Interval(0, math.inf), Interval(0, math.inf), Interval(0, MOST)),
        ("/", Interval(0, 100), point(50), Interval(0, 2)),
        ("/", point(1), Interval(0, 1), Interval(1, MOST)),
        ("/", point(1), Interval(-1, 1), Interval(-MOST, MOST)),
        ("/", point(1), point(0), NOTHING),
        ("%", EVERYTHING, point(10), Interval(0, 10)),
        ("%", Interval(0, 5), point(10), Interval(0, 5)),
        ("%", EVERYTHING, point(-3), Interval(-3, 0)),
        ("%", point(7), point(0), NOTHING),
    ],
)
def test_results(op: str, left: Interval, right: Interval, found: Interval) -> None:
    assert combine(op, left, right, whole=False) == found


@pytest.mark.parametrize(
    ("op", "result", "right", "found"),
    [
        # x * 100 > 2, of doubles: x is at least 0.02
        ("*", Interval(math.nextafter(2, 3), MOST), point(100), 0.02),
        ("/", Interval(LEAST, MOST), Interval(LEAST, MOST), LEAST),
        ("-", Interval(LEAST, MOST), point(5), math.nextafter(5, 6)),
    ],
)
def test_the_way_back(op: str, result: Interval, right: Interval, found: float) -> None:
    assert left_operand(op, result, right).low == found


def test_ends() -> None:
    assert negate(Interval(1, 2)) == Interval(-2, -1)
    assert NOTHING.is_empty
    assert not EVERYTHING.is_empty
    assert point(2**53 + 1) == Interval(2.0**53, 2.0**53 + 2)
    assert Interval(0, 2).meet(Interval(1, 3)) == Interval(1, 2)
