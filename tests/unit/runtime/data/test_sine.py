"""The sine against the library's, to a few units in the last place."""

import math

import numpy as np

from tradec.runtime.data.sine import sine


def test_sine_is_that_of_the_library_to_four_ulp_of_a_half() -> None:
    turns = np.linspace(-3, 3, 20_001)
    expected = np.array([math.sin(2 * math.pi * (t - round(t))) for t in turns])
    assert (
        np.abs(sine(turns) - expected).max() < 4 * 2.0**-53
    )  # the angle of the library is rounded too


def test_quarters_are_exact_and_periods_repeat() -> None:
    assert sine(np.array([0.0, 0.25, 0.5, 0.75, 1.0, 7.25])).tolist() == [0, 1, 0, -1, 0, 1]
    part = np.arange(64) / 64
    assert (sine(part) == sine(part + 5)).all()
    assert (sine(part) == -sine(-part)).all()
