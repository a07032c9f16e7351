"""Shortest paths over bounds: what follows from them about two numbers, and whether they clash.

A bound `high - low <= limit` is an edge from `low` to `high`. Sums are rounded up, so that what
follows is never more than what is true. Bounds clash where they form a circle that sums to less
than zero: a number would lie below itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tradec.compiler.prover.formula import STRICTLY, Bound
from tradec.compiler.prover.interval import INFINITY, add_up

Distance = tuple[float, int]
"""A sum of limits, and minus how many of them are strict."""

_NONE: Distance = (0.0, 0)
_UNKNOWN: Distance = (INFINITY, 0)


def clash(bounds: Sequence[Bound]) -> tuple[Bound, ...] | None:
    """Return bounds that form a negative circle, in its order; None if there is none."""
    best = {bound.high: _NONE for bound in bounds} | {bound.low: _NONE for bound in bounds}
    paths = _Paths(best)
    changed = None
    for _ in best:
        changed = paths.relax(bounds)
        if changed is None:
            return None
    if changed is None:
        return None
    for _ in best:
        changed = paths.last[changed].low
    circle = [paths.last[changed]]
    while circle[-1].low != changed:
        circle.append(paths.last[circle[-1].low])
    return tuple(circle[::-1])


@dataclass(slots=True)
class _Paths:
    """The best distances found so far, and the last bound on the way to each; None to `upward`."""

    best: dict[int, Distance]
    last: dict[int, Bound] = field(default_factory=dict)

    def relax(self, bounds: Sequence[Bound]) -> int | None:
        """Shorten every distance that a bound shortens; return one of the numbers concerned."""
        best, changed = self.best, None
        for bound in bounds:
            way = best.get(bound.low)
            if way is None:
                continue
            found = add_up(way[0], bound.limit), way[1] + bound.strict
            known = best.get(bound.high)
            if known is None or found < known:
                best[bound.high] = found
                self.last[bound.high] = bound
                changed = bound.high
        return changed


@dataclass(frozen=True, slots=True)
class Reach:
    """How far above one number the others can lie at most."""

    start: int
    best: dict[int, Distance]
    last: dict[int, Bound]

    @classmethod
    def above(cls, start: int, bounds: Sequence[Bound]) -> "Reach":
        """Return the smallest bounds on `x - start`; `bounds` must not clash."""
        paths = _Paths({start: _NONE})
        while paths.relax(bounds) is not None:
            pass
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
