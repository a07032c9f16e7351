"""Extreme of the last `length` inputs, from a queue that only ever falls (or rises).

leave: the front, once it is `length` inputs old
enter: behind all that beat x; inputs that x equals or beats leave the back

Empty    NaN until `length` inputs; the caller keeps NaN away
Ties     the newest of equals stays (it decides the sign of a zero, and the index)
Cost     O(1) amortised time, two rings of `length`
Source   indicators.md 0.1, MONO(n)
"""

import operator
from collections import deque

from tradec.runtime.kernels.arith import NAN


class Monotone:
    """The queue of (index, value), the extreme in front."""

    __slots__ = ("_count", "_length", "_queue", "_yields")

    def __init__(self, length: int, *, highest: bool) -> None:
        self._length = length
        self._yields = operator.le if highest else operator.ge
        self._queue: deque[tuple[int, float]] = deque()
        self._count = 0

    def step(self, x: float) -> float:
        """Return the extreme after `x`."""
        while self._queue and self._yields(self._queue[-1][1], x):
            self._queue.pop()
        self._queue.append((self._count, x))
        if self._queue[0][0] <= self._count - self._length:
            self._queue.popleft()
        self._count += 1
        return self._queue[0][1] if self._count >= self._length else NAN

    @property
    def age(self) -> int:
        """Return how many inputs ago the extreme came."""
        return self._count - 1 - self._queue[0][0]
