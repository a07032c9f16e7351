"""Logarithm, exponential and sine: kernel and twin agree, and are right."""

import math
import struct
from decimal import Decimal, localcontext
from types import ModuleType

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tradec.runtime.data.sine import sine as sines
from tradec.runtime.kernels import elementary

ANY = st.floats() | st.floats(-1000, 1000) | st.floats(0.1, 10) | st.integers(-60, 60).map(float)


def _bits(value: float) -> object:
    return "nan" if math.isnan(value) else struct.pack("<d", value)


@pytest.mark.parametrize("name", ["ln", "exp", "sine"])
@settings(max_examples=200)
@given(x=ANY)
@example(x=5e-324)
@example(x=2.2250738585072014e-308)
@example(x=1.7976931348623157e308)
@example(x=0.7071067811865475)
@example(x=709.782712893384)
@example(x=709.7827128933841)
@example(x=-708.5)
@example(x=-745.1332191019411)
@example(x=-745.1332191019413)
@example(x=0.0)
@example(x=-0.0)
@example(x=math.inf)
@example(x=-math.inf)
@example(x=1e300)
def test_kernels_equal_their_twins(name: str, x: float, native: ModuleType) -> None:
    got = getattr(native, f"call_{name}")(x)
    assert _bits(got) == _bits(getattr(elementary, name)(x))


@settings(max_examples=200)
@given(x=st.floats(5e-324, 1.7976931348623157e308) | st.floats(0.5, 2))
def test_ln_is_the_logarithm(x: float) -> None:
    with localcontext() as context:
        context.prec = 40
        assert _error(elementary.ln(x), Decimal(x).ln()) < 1


@settings(max_examples=200)
@given(x=st.floats(-745, 709.5) | st.floats(-1, 1))
def test_exp_is_the_exponential(x: float) -> None:
    with localcontext() as context:
        context.prec = 40
        assert _error(elementary.exp(x), Decimal(x).exp()) < 1


@given(x=st.floats(-(2**40), 2**40))
def test_the_sine_of_many_is_the_sine_of_each(x: float) -> None:
    assert _bits(float(sines(np.array([x]))[0])) == _bits(elementary.sine(x))


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (elementary.ln(1.0), 0.0),
        (elementary.ln(2.0), math.log(2.0)),
        (elementary.ln(0.0), -math.inf),
        (elementary.ln(-1.0), math.nan),
        (elementary.ln(math.inf), math.inf),
        (elementary.exp(0.0), 1.0),
        (elementary.exp(710.0), math.inf),
        (elementary.exp(-746.0), 0.0),
        (elementary.exp(math.nan), math.nan),
        (elementary.sine(0.25), 1.0),
        (elementary.sine(-0.5), 0.0),
        (elementary.sine(math.inf), math.nan),
    ],
)
def test_worked_examples(got: float, want: float) -> None:
    assert got == want or math.isnan(got) == math.isnan(want) is True


def _error(got: float, want: Decimal) -> Decimal:
    """Return how far off a result is, in units of its last place."""
    return abs(Decimal(got) - want) / Decimal(math.ulp(got))
