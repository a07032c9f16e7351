"""Sine of an angle in turns, of + - * and floor only: the same bits on every platform.

Range    r = t - floor(t + 1/2) lies in [-1/2, 1/2); r beyond a quarter is folded to 1/2 - r or
         -1/2 - r, which has the same sine. Both steps are exact for |t| < 2**51
Series   sin y = y - y**3/3! + ... + y**21/21! with y = 2 pi r, |y| <= pi/2, by Horner's rule from
         the highest term; what is left out is below 2e-18
"""

from math import factorial, pi

import numpy as np
from numpy.typing import NDArray

_COEFFICIENTS = tuple((-1.0) ** k / factorial(2 * k + 1) for k in range(11))


def sine(turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sin(2 pi t) of each t, with an error of a few units in the last place."""
    r = turns - np.floor(turns + 0.5)
    r = np.where(r > 0.25, 0.5 - r, np.where(r < -0.25, -0.5 - r, r))
    y = (2 * pi) * r
    square = y * y
    total = np.full_like(y, _COEFFICIENTS[-1])
    for coefficient in reversed(_COEFFICIENTS[:-1]):
        total *= square
        total += coefficient
    return total * y
