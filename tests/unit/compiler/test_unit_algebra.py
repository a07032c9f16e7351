import pytest

from tradec.compiler.types import NUMBER
from tradec.compiler.unit_algebra import combined, comparable, negated, resolve
from tradec.runtime.spec import UNITS

P, D, V, R = "price", "price-difference", "volume", "ratio"
S = "share of a price"
RSI, OSC = "bounded oscillator", "oscillator"


@pytest.mark.parametrize(
    ("left", "op", "right", "result"),
    [
        (P, "-", P, D),
        (P, "+", D, P),
        (P, "-", D, P),
        (D, "+", P, P),
        (D, "-", P, NUMBER),
        (P, "+", P, S),
        (P, "-", S, S),
        (S, "+", D, S),
        (S, "-", S, S),
        (S, "/", P, R),
        (D, "/", S, R),
        (S, "*", R, S),
        (S, "+", V, NUMBER),
        (D, "+", D, D),
        (P, "*", R, S),
        (R, "*", P, S),
        (P, "/", P, R),
        (D, "/", P, R),
        (P, "/", D, R),
        (V, "/", V, R),
        (V, "-", V, V),
        (P, "*", P, NUMBER),
        (P, "+", V, NUMBER),
        (P, "*", V, NUMBER),
        (RSI, "-", RSI, OSC),
        ("count", "+", "count", "count"),
        (P, "%", P, S),
        (P, "%", V, NUMBER),
    ],
)
def test_of_two_series(left: str, op: str, right: str, result: str) -> None:
    assert combined(op, (left, False), (right, False)) == result


@pytest.mark.parametrize(
    ("left", "op", "right", "result"),
    [
        ((P, False), "*", (NUMBER, True), S),
        ((NUMBER, True), "*", (P, False), S),
        ((P, False), "/", (NUMBER, True), S),
        ((NUMBER, True), "/", (P, False), NUMBER),
        ((P, False), "+", (NUMBER, True), P),
        ((NUMBER, True), "-", (P, False), NUMBER),
        ((RSI, False), "*", (NUMBER, True), OSC),
        ((RSI, False), "+", (NUMBER, True), OSC),
        # What became a number on the way is no literal: nothing is known of the result.
        ((P, False), "*", (NUMBER, False), NUMBER),
        ((NUMBER, False), "-", (P, False), NUMBER),
        ((P, False), "/", (NUMBER, False), NUMBER),
    ],
)
def test_of_numbers(left: tuple[str, bool], op: str, right: tuple[str, bool], result: str) -> None:
    assert combined(op, left, right) == result


@pytest.mark.parametrize("unit", UNITS[2:])
def test_a_number_fits_everything(unit: str) -> None:
    assert comparable(unit, NUMBER)
    assert comparable(NUMBER, unit)
    assert comparable(unit, unit)


@pytest.mark.parametrize(
    ("left", "right"), [(RSI, P), (V, P), (OSC, D), (P, D), (V, D), ("percent", P), ("count", V)]
)
def test_what_measures_different_things(left: str, right: str) -> None:
    assert not comparable(left, right)
    assert not comparable(right, left)


@pytest.mark.parametrize(
    ("left", "right"), [(RSI, OSC), ("percent", R), ("count", "bars"), ("direction", "version")]
)
def test_pure_numbers_compare(left: str, right: str) -> None:
    assert comparable(left, right)


def test_units_that_follow_the_source() -> None:
    assert resolve("source", V) == V
    assert resolve("source-difference", P) == D
    assert resolve("source-difference", V) == V
    assert resolve("source-difference", RSI) == OSC
    assert resolve("percent", P) == "percent"


def test_negated() -> None:
    assert negated(D) == D
    assert negated(RSI) == OSC
    assert negated(P) == NUMBER


@pytest.mark.parametrize("other", [P, D, S, NUMBER])
def test_a_share_of_a_price_is_a_level_or_a_distance(other: str) -> None:
    assert comparable(S, other)
    assert comparable(other, S)


@pytest.mark.parametrize("other", [V, R, RSI, OSC, "percent", "count"])
def test_a_share_of_a_price_is_no_pure_number(other: str) -> None:
    assert not comparable(S, other)
    assert not comparable(other, S)
