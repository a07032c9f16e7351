"""How far a series came in `length` steps, and how long its path was.

net[k]  = x[k] - x[k-length]
path[k] = rolling sum of |x[i] - x[i-1]|, i = k-length+1 .. k        kernels/rolling.py

Empty    NaN for the first `length` inputs; NaN in -> NaN out, state kept (a step spans the hole)
Cost     O(1) time, two rings of `length` doubles
Source   P. Kaufman's efficiency ratio is |net| / path; T. Chande's momentum oscillator net / path
"""

import math
from collections import deque

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.kernels.rolling import RollingSum


class Efficiency:
    """The last inputs and the path between them."""

    __slots__ = ("_inputs", "_path")

    def __init__(self, length: int) -> None:
        self._inputs: deque[float] = deque(maxlen=length + 1)
        self._path = RollingSum(length)

    def step(self, x: float, bar_number: int) -> tuple[float, float]:
        """Return net and path after `x`."""
        if math.isnan(x):
            return NAN, NAN
        self._inputs.append(x)
        if len(self._inputs) == 1:
            return NAN, NAN
        path = self._path.step(abs(x - self._inputs[-2]), bar_number)
        return NAN if math.isnan(path) else x - self._inputs[0], path
