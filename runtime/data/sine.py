"""Sine of many angles at once; the steps, and so the bits, are those of kernels/elementary.py."""

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.kernels.elementary import SINE_TERMS


def sine(turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sin(2 pi t) of each t, with an error of a few units in the last place."""
    r = turns - np.floor(turns + 0.5)
    r = np.where(r > 0.25, 0.5 - r, np.where(r < -0.25, -0.5 - r, r))
    y = (2 * np.pi) * r
    square = y * y
    total = np.full_like(y, SINE_TERMS[-1])
    for term in reversed(SINE_TERMS[:-1]):
        total *= square
        total += term
    return total * y
