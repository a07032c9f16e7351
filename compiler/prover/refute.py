"""Shows that a formula cannot hold: every way to make it true clashes with what is known.

Literals that have to hold together are checked at once; of a choice each side is tried, and sides
that play no part in a clash are not tried again. The search is bounded: what it does not find in
time may hold.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tradec.compiler.prover.deduction import deduce
from tradec.compiler.prover.formula import (
    STRICTLY,
    ZERO,
    Absent,
    Asked,
    Both,
    Bound,
    Derived,
    Differ,
    Either,
    Fact,
    Formula,
    Literal,
    Marked,
    Reason,
    terms_of,
    unfolded,
)
from tradec.compiler.prover.knowledge import Knowledge, Known
from tradec.compiler.prover.paths import Clash, check_bounds
from tradec.compiler.prover.terms import Terms
from tradec.compiler.prover.view import View

_EFFORT = 5_000
"""How many bounds a search looks at in all, but for its first look."""
_ROUNDS = 4
_MOST = 64
"""Of how many inequalities it is asked what follows from them."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Why something cannot be; unless `exact` it can, by the rounding of the last digits."""

    reasons: tuple[Asked | Fact, ...]
    exact: bool

    def asked(self) -> tuple[Asked, ...]:
        """Return the conditions that it rests on."""
        return tuple(reason for reason in self.reasons if isinstance(reason, Asked))

    def facts(self) -> tuple[Fact, ...]:
        """Return the facts that it rests on."""
        return tuple(reason for reason in self.reasons if isinstance(reason, Fact))


@dataclass(frozen=True, slots=True)
class _Clash:
    reasons: tuple[Reason, ...]
    rounded: bool


class Refuter:
    """Refutes formulas about the terms of one play."""

    def __init__(self, knowledge: Knowledge, terms: Terms) -> None:
        self._knowledge = knowledge
        self._terms = terms

    def refute(self, *formulas: Formula) -> Proof | None:
        """Return why the formulas cannot hold together, None if they may."""
        found = _Search(self._knowledge, self._terms, is_exact=False).run(formulas)
        if found is None:
            return None
        if found.rounded:
            exact = _Search(self._knowledge, self._terms, is_exact=True).run(formulas)
            found = exact or found
        return Proof(tuple(dict.fromkeys(unfolded(found.reasons))), exact=not found.rounded)


class _Search:
    def __init__(self, knowledge: Knowledge, terms: Terms, *, is_exact: bool) -> None:
        self._knowledge = knowledge
        self._terms = terms
        self._is_exact = is_exact
        self._effort = 0

    def run(self, formulas: Iterable[Formula]) -> _Clash | None:
        """Return how the formulas clash, None if they may hold."""
        literals, clauses = _split(formulas)
        return self._run(literals, clauses, frozenset())

    def _run(
        self, literals: list[Literal], clauses: list[Either], seen: frozenset[Either]
    ) -> _Clash | None:
        known = self._knowledge.about(_present(literals))
        self._effort += 1 + len(known.bounds) + len(literals)
        found = None if self._may_plainly_hold(literals, known) else self._check(literals, known)
        if found is not None:
            return found
        stated = [c for c in known.clauses if isinstance(c, Either) and c not in seen]
        clauses = sorted([*clauses, *stated], key=lambda clause: len(clause.parts))
        if not clauses or self._effort > _EFFORT:
            return None
        return self._try(clauses[0], literals, clauses[1:], seen | set(stated))

    def _try(
        self,
        clause: Either,
        literals: list[Literal],
        clauses: list[Either],
        seen: frozenset[Either],
    ) -> _Clash | None:
        """Return how every side of a choice clashes, None if one may hold."""
        reasons: dict[Reason, None] = {}
        rounded = False
        for side in clause.parts:
            more, choices = _split((side,))
            found = self._run([*literals, *more], [*clauses, *choices], seen)
            if found is None:
                return None
            if not (choices or self._adds_terms(literals, more) or _rests_on(found, more)):
                return found
            reasons |= dict.fromkeys(found.reasons)
            rounded |= found.rounded
        return _Clash(tuple(reasons), rounded)

    def _adds_terms(self, literals: list[Literal], more: list[Literal]) -> bool:
        """Return whether further literals give more numbers a value, of which facts are known."""
        before = self._knowledge.about(_present(literals)).present
        return not _present(more) <= before

    def _may_plainly_hold(self, literals: Sequence[Literal], known: Known) -> bool:
        """Return whether nothing but ranges is known, and each literal keeps within them."""
        if known.is_linked:
            return False
        met: set[int] = set()
        for one in literals:
            if not isinstance(one, Bound):
                return False
            terms = {one.high, one.low} - {ZERO}
            gap = self._terms[one.high].range.rounded.low - self._terms[one.low].range.rounded.high
            if not met.isdisjoint(terms) or (gap, 0) > (one.limit, one.strict):
                return False
            met |= terms
        return True

    # --- literals together ------------------------------------------------------------------

    def _check(self, literals: Sequence[Literal], known: Known) -> _Clash | None:
        """Return how literals clash with each other or with what is known."""
        for literal in (*literals, *known.clauses):
            if isinstance(literal, Absent) and self._knowledge.has_value(known, literal.term):
                return _Clash((literal.reason,), rounded=False)
        opposite = _opposite_marks(literals)
        if opposite is not None:
            return opposite
        bounds = [*known.bounds, *(one for one in literals if isinstance(one, Bound))]
        differences = [*known.differences, *(d for d in literals if isinstance(d, Differ))]
        return self._close(self._allowed(bounds), differences, known)

    def _close(self, bounds: list[Bound], differences: list[Differ], known: Known) -> _Clash | None:
        """Return a clash among bounds and what follows from them in a few rounds."""
        operations, differences = known.operations, differences[:_MOST]
        try:
            for _ in range(_ROUNDS):
                check_bounds(bounds)
                if not (operations or differences):
                    return None
                view = View(self._terms, bounds)
                more = [*deduce(operations, view), *_apart(differences, view)]
                more = self._allowed(more)
                if not more:
                    return None
                bounds = [*bounds, *more]
        except Clash as found:
            reasons = tuple(bound.reason for bound in found.circle)
            return _Clash(reasons, any(bound.rounded for bound in found.circle))
        return None

    def _allowed(self, bounds: list[Bound]) -> list[Bound]:
        return [bound for bound in bounds if not bound.rounded] if self._is_exact else bounds


def _split(formulas: Iterable[Formula]) -> tuple[list[Literal], list[Either]]:
    """Return the literals that have to hold, and the choices."""
    literals: list[Literal] = []
    clauses: list[Either] = []
    for formula in formulas:
        match formula:
            case Both(parts=parts):
                more, choices = _split(parts)
                literals += more
                clauses += choices
            case Either():
                clauses.append(formula)
            case literal:
                literals.append(literal)
    return literals, clauses


def _present(literals: Iterable[Literal]) -> frozenset[int]:
    """Return the terms that have a value where the literals hold."""
    return frozenset(term for one in literals for term in terms_of(one) if term != ZERO)


def _rests_on(found: _Clash, literals: Iterable[Literal]) -> bool:
    own = {one.reason for one in literals}
    return not own.isdisjoint(unfolded(found.reasons))


def _opposite_marks(literals: Iterable[Literal]) -> _Clash | None:
    marks: dict[tuple[object, int], Marked] = {}
    for one in literals:
        if isinstance(one, Marked):
            other = marks.setdefault((one.node, one.steps), one)
            if other.value is not one.value:
                return _Clash((other.reason, one.reason), rounded=False)
    return None


def _apart(differences: Iterable[Differ], view: View) -> Iterable[Bound]:
    """Yield what an inequality cuts off the end of an interval or of a distance."""
    for one in differences:
        ways = ((one.one, one.two, one.distance), (one.two, one.one, -one.distance))
        for high, low, limit in ways:
            if view.distance(high, low) == (limit, 0):
                is_whole = view.terms[high].whole and view.terms[low].whole
                end = (limit - 1, 0) if is_whole else (limit, STRICTLY)
                premises: tuple[Bound | Differ, ...] = (*view.path(high, low), one)
                rounded = any(premise.rounded for premise in premises)
                yield Bound(high, low, *end, Derived(premises), rounded)
