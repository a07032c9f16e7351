"""What some bounds say: the interval of each term, and which terms are at most which."""

from collections.abc import Sequence

from tradec.compiler.prover.formula import ZERO, Bound, Derived, Fact, Reason
from tradec.compiler.prover.interval import INFINITY, Interval, above, below
from tradec.compiler.prover.paths import Distance, Reach, upward
from tradec.compiler.prover.terms import Terms

Premises = tuple[Bound, ...]


class View:
    """What follows from `bounds`; raises `Clash` where they clash after all."""

    def __init__(self, terms: Terms, bounds: Sequence[Bound]) -> None:
        self.terms = terms
        self._edges = upward(bounds)
        self._upper = Reach.above(ZERO, self._edges)
        mirrored = [Bound(b.low, b.high, b.limit, b.strict, b.reason, b.rounded) for b in bounds]
        self._lower = Reach.above(ZERO, upward(mirrored))
        self._reaches: dict[int, Reach] = {}
        self._intervals: dict[int, Interval] = {}

    def interval(self, term: int) -> Interval:
        """Return what a term can be."""
        known = self._intervals.get(term)
        if known is None:
            known = self._intervals[term] = self._interval(term)
        return known

    def _interval(self, term: int) -> Interval:
        found = self.terms[term]
        if found.value is not None:
            return found.range.exact
        low, under = self._lower.distance(term)
        high, over = self._upper.distance(term)
        return Interval(above(-low) if under else -low, below(high) if over else high)

    def lows(self, *terms: int) -> Premises:
        """Return the bounds that keep terms up."""
        return tuple(bound for term in terms for bound in self._lower.path(term))

    def highs(self, *terms: int) -> Premises:
        """Return the bounds that keep terms down."""
        return tuple(bound for term in terms for bound in self._upper.path(term))

    def ends(self, *terms: int) -> Premises:
        """Return the bounds that keep terms within their intervals."""
        return self.lows(*terms) + self.highs(*terms)

    def distance(self, high: int, low: int) -> Distance:
        """Return a limit for `high - low`, neither of which is a constant."""
        return self._reach(low).distance(high)

    def path(self, high: int, low: int) -> Premises:
        """Return the bounds that the distance rests on."""
        return self._reach(low).path(high)

    def at_most(self, low: int, high: int) -> Premises | None:
        """Return why `low <= high`, None if that is not known."""
        one, two = self.terms[low].value, self.terms[high].value
        if low == high:
            return ()
        if one is None and two is None:
            is_known = self.distance(low, high) <= (0.0, 0)
            return self.path(low, high) if is_known else None
        if self.interval(low).high > self.interval(high).low:
            return None
        return self.highs(low) if two is not None else self.lows(high)

    def _reach(self, start: int) -> Reach:
        found = self._reaches.get(start)
        if found is None:
            found = self._reaches[start] = Reach.above(start, self._edges)
        return found


def is_finite(distance: Distance) -> bool:
    """Return whether a distance says anything."""
    return distance[0] < INFINITY


def derived(
    high: int, low: int, limit: Distance, premises: Premises, fact: Reason | None = None
) -> Bound:
    """Return a bound that follows from others, rounded if one of them is."""
    rounded = any(premise.rounded for premise in premises)
    said = fact if isinstance(fact, Fact) else None
    return Bound(high, low, *limit, Derived(premises, said), rounded)
