"""Shortest paths over bounds: what follows from them about two numbers, and whether they clash.

A bound `high - low <= limit` is an edge from `low` to `high`. Sums are rounded up, so that what
follows is never more than what is true. Bounds clash where they form a circle that sums to less
than zero: a number would lie below itself. Rounding can hide a circle from one start and show it
from another, so each search looks for one.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tradec.compiler.prover.formula import STRICTLY, Bound
from tradec.compiler.prover.interval import INFINITY, add_up

Distance = tuple[float, int]
"""A sum of limits, and minus how many of them are strict."""

Edges = Mapping[int, Sequence[Bound]]

_NONE: Distance = (0.0, 0)
_UNKNOWN: Distance = (INFINITY, 0)


class Clash(Exception):  # noqa: N818 - a finding, not a failure
    """Bounds form a negative circle."""

    def __init__(self, circle: tuple[Bound, ...]) -> None:
        super().__init__(circle)
        self.circle = circle


def check_bounds(bounds: Sequence[Bound]) -> None:
    """Raise `Clash` if bounds form a negative circle."""
    numbers = {number: _NONE for bound in bounds for number in (bound.high, bound.low)}
    _Paths(numbers).shorten(upward(bounds))


def upward(bounds: Iterable[Bound]) -> Edges:
    """Return the bounds by the number that each starts from."""
    edges: dict[int, list[Bound]] = defaultdict(list)
    for bound in bounds:
        edges[bound.low].append(bound)
    return edges


@dataclass(slots=True)
class _Paths:
    """The best distances found so far, and the last bound on the way to each."""

    best: dict[int, Distance]
    last: dict[int, Bound] = field(default_factory=dict)

    def shorten(self, edges: Edges) -> None:
        """Make every distance as short as it gets; raise `Clash` where that has no end."""
        waiting = deque(self.best)
        queued = set(waiting)
        again = 0  # distances made shorter once more since the last look for a circle
        while waiting:
            number = waiting.popleft()
            queued.discard(number)
            length, strict = self.best[number]
            for bound in edges.get(number, ()):
                found = add_up(length, bound.limit), strict + bound.strict
                high = bound.high
                known = self.best.get(high)
                if known is None or found < known:
                    again += known is not None
                    self.best[high] = found
                    self.last[high] = bound
                    if high not in queued:
                        queued.add(high)
                        waiting.append(high)
            if again > len(self.best):
                self._look_for_circle()
                again = 0
        if again:
            self._look_for_circle()

    def _look_for_circle(self) -> None:
        """Raise `Clash` if the last bounds form a circle: each of them has been shortened by it."""
        done: set[int] = set()
        for start in self.last:
            number, trail = start, set[int]()
            while number in self.last and number not in done:
                done.add(number)
                trail.add(number)
                number = self.last[number].low
            if number in trail:
                raise Clash(self._circle(number))

    def _circle(self, number: int) -> tuple[Bound, ...]:
        circle = [self.last[number]]
        while circle[-1].low != number:
            circle.append(self.last[circle[-1].low])
        return tuple(circle[::-1])


@dataclass(frozen=True, slots=True)
class Reach:
    """How far above one number the others can lie at most."""

    start: int
    best: dict[int, Distance]
    last: dict[int, Bound]

    @classmethod
    def above(cls, start: int, edges: Edges) -> "Reach":
        """Return the smallest bounds on `x - start`; raise `Clash` if the bounds do."""
        paths = _Paths({start: _NONE})
        paths.shorten(edges)
        return cls(start, paths.best, paths.last)

    def distance(self, term: int) -> Distance:
        """Return a limit for `term - start`, and STRICTLY where it is less."""
        length, strict = self.best.get(term, _UNKNOWN)
        return length, max(strict, STRICTLY)

    def path(self, term: int) -> tuple[Bound, ...]:
        """Return the bounds that the distance of `term` is made of."""
        found: list[Bound] = []
        while term in self.last and term != self.start:
            found.append(self.last[term])
            term = self.last[term].low
        return tuple(found[::-1])
