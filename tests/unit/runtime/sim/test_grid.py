"""Rounding to the exchange's grid, against exact fractions."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tradec.runtime.sim.replay import rounded

from tradec.runtime.sim.instrument import grid_of

UNITS = st.sampled_from(("0.1", "0.01", "0.05", "0.0025", "5", "1E-13"))


@given(UNITS, st.integers(1, 2**46))
def test_a_value_on_the_grid_stays(unit: str, n: int) -> None:
    value = float(n * Fraction(unit))
    assert rounded(grid_of(Decimal(unit)), value) == (value, value)


@given(UNITS, st.floats(1e-3, 1e6))
def test_rounding_is_exact_but_for_a_billionth_of_a_unit(unit: str, steps: float) -> None:
    x = steps * float(unit)
    down, up = rounded(grid_of(Decimal(unit)), x)
    exact, slack = Fraction(x) / Fraction(unit), Fraction(2, 10**9)
    for value, sign in ((down, -1), (up, 1)):
        n = round(Fraction(value) / Fraction(unit))
        assert value == float(n * Fraction(unit))
        assert -slack <= sign * (n - exact) < 1


@pytest.mark.parametrize("x", [0.0, 1e-300, 123.456, -5.5])
def test_without_a_grid_nothing_is_rounded(x: float) -> None:
    assert rounded(grid_of(None), x) == (x, x)


def test_negative_values_round_towards_less_and_more() -> None:
    assert rounded(grid_of(Decimal("0.5")), -1.2) == (-1.5, -1.0)
