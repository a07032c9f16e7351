"""The arithmetic of the language: kernel and twin agree, and are right."""

import math
import struct
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tradec.runtime.kernels import arith
from tradec.runtime.kernels.arith import MISSING, NAN

INTS = st.integers(-(2**63), 2**63 - 1) | st.integers(-6, 6) | st.just(MISSING)
FLOATS = st.floats(allow_subnormal=True) | st.integers(-6, 6).map(float) | st.just(-0.0)
ON_INTS = ("mod_i64", "add_i64", "sub_i64", "mul_i64")
ON_FLOATS = ("div_true", "mod_floor")


def _bits(value: Any) -> Any:
    if isinstance(value, float):
        return "nan" if math.isnan(value) else struct.pack("<d", value)
    return value


@pytest.mark.parametrize("name", ON_INTS)
@settings(max_examples=200, deadline=None)
@given(a=INTS, b=INTS)
@example(a=MISSING + 1, b=-1)
@example(a=2**62, b=2)
def test_integer_kernels_equal_their_twins(name: str, a: int, b: int, native: ModuleType) -> None:
    assert getattr(native, f"call_{name}")(a, b) == getattr(arith, name)(a, b)


@pytest.mark.parametrize("name", ON_FLOATS)
@settings(max_examples=300, deadline=None)
@given(a=FLOATS, b=FLOATS)
@example(a=-0.0, b=3.0)
@example(a=3.0, b=-3.0)
@example(a=1e308, b=1e-308)
@example(a=-1.0, b=math.inf)
@example(a=math.inf, b=2.0)
def test_float_kernels_equal_their_twins(name: str, a: float, b: float, native: ModuleType) -> None:
    got = getattr(native, f"call_{name}")(a, b)
    assert _bits(got) == _bits(getattr(arith, name)(a, b))
    assert not math.isinf(got)


@settings(max_examples=200, deadline=None)
@given(a=INTS, x=FLOATS)
def test_unary_kernels_equal_their_twins(a: int, x: float, native: ModuleType) -> None:
    assert native.call_neg_i64(a) == arith.neg_i64(a)
    assert _bits(native.call_f64(a)) == _bits(arith.f64(a))
    assert _bits(native.call_finite(x)) == _bits(arith.finite(x))


@settings(max_examples=200)
@given(
    a=st.floats(-1e9, 1e9),
    b=st.floats(-1e9, 1e9).filter(bool),
)
def test_mod_floor_is_the_remainder_of_python(a: float, b: float) -> None:
    assert _bits(arith.mod_floor(a, b)) == _bits(a % b)


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (arith.mod_i64(-1, 3), 2),
        (arith.mod_i64(1, -3), -2),
        (arith.mod_i64(1, 0), MISSING),
        (arith.add_i64(2**63 - 1, 1), MISSING),
        (arith.sub_i64(MISSING, 1), MISSING),
        (arith.mul_i64(2**62, 2), MISSING),
        (arith.neg_i64(7), -7),
        (arith.div_true(1.0, 0.0), NAN),
        (arith.div_true(1.0, 4.0), 0.25),
        (arith.mod_floor(-1.0, 3.0), 2.0),
        (arith.mod_floor(1.0, 0.0), NAN),
        (arith.finite(math.inf), NAN),
        (arith.f64(MISSING), NAN),
        (arith.f64(3), 3.0),
    ],
)
def test_worked_examples(got: float, want: float) -> None:
    assert _bits(got) == _bits(want)
