"""What is known of some numbers that all have a value at one instant.

Ranges, the relations of the SPECs, the order of the prices of a bar, and which extremes lie within
which. A relation counts only where everything that it names has a value: bars always have one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from tradec.compiler import ir
from tradec.compiler.prover.bars import order_of_bars
from tradec.compiler.prover.deduction import deduce
from tradec.compiler.prover.formula import (
    ZERO,
    Absent,
    Both,
    Bound,
    Differ,
    Either,
    Formula,
    literals,
    terms_of,
)
from tradec.compiler.prover.paths import Clash
from tradec.compiler.prover.relations import Relation
from tradec.compiler.prover.stated import stated
from tradec.compiler.prover.terms import Extreme, Place, Shifted, Term, Terms
from tradec.compiler.prover.units import Described, Units
from tradec.compiler.prover.view import View

_MOST = 64
"""Of how many operations it is asked what follows from them."""


@dataclass(slots=True)
class Known:
    """Bounds that hold, choices of which one does, and every number that has a value."""

    bounds: list[Bound] = field(default_factory=list)
    differences: list[Differ] = field(default_factory=list)
    clauses: list[Either | Absent] = field(default_factory=list)
    present: set[int] = field(default_factory=set)
    operations: list[Term] = field(default_factory=list)
    extremes: bool = False
    links: int = 0

    @property
    def is_linked(self) -> bool:
        """Whether anything is known of how numbers lie to each other."""
        return bool(self.operations or self.clauses or self.differences or self.links)


class Knowledge:
    """What is known about the terms of one play."""

    def __init__(self, units: Units, terms: Terms) -> None:
        self._units = units
        self._terms = terms
        self._known: dict[frozenset[int], Known] = {}
        self._stated: dict[tuple[str, Place, str], Formula] = {}

    def about(self, present: frozenset[int]) -> Known:
        """Return what is known where the terms `present` have a value."""
        found = self._known.get(present)
        if found is None:
            found = self._known[present] = self._gather(present)
        return found

    def _gather(self, present: frozenset[int]) -> Known:
        known = Known()
        self._add(known, present)
        self._add_relations(known)
        known.bounds.extend(order_of_bars([self._terms[term] for term in sorted(known.present)]))
        known.links = len(known.bounds)
        for term in sorted(known.present):
            known.bounds.extend(self._terms[term].bounds)
            if self._terms[term].op:
                known.operations.append(self._terms[term])
        known.operations = known.operations[:_MOST]
        self._deduce(known)
        return known

    def _deduce(self, known: Known) -> None:
        """Add what follows for the operations, whatever else is asked."""
        if known.operations:
            try:
                known.bounds.extend(deduce(known.operations, View(self._terms, known.bounds)))
            except Clash:  # by the last digits, in any case: what is asked will show it again
                return

    def _add(self, known: Known, terms: Iterable[int]) -> None:
        """Add terms, and what they are made of, to those that have a value."""
        waiting = [term for term in terms if term != ZERO]
        while waiting:
            term = waiting.pop()
            if term not in known.present:
                known.present.add(term)
                found = self._terms[term]
                waiting.extend(found.parts)
                if isinstance(found.subject, Extreme):
                    known.extremes = True

    # --- relations of the SPECs ------------------------------------------------------------

    def _add_relations(self, known: Known) -> None:
        """Add what relations say, what keeps outputs among inputs only where an extreme is met."""
        groups = [
            (described, place, outputs)
            for (series, place), outputs in self._outputs(known.present).items()
            if (described := self._units.described(series)) is not None
        ]
        for described, place, outputs in groups:
            self._add_stated(known, described, place, outputs, described.relations)
        if known.extremes:
            for described, place, outputs in groups:
                self._add_stated(known, described, place, outputs, described.hulls)

    def _add_stated(
        self,
        known: Known,
        described: Described,
        place: Place,
        outputs: set[str],
        relations: Iterable[Relation],
    ) -> None:
        for relation in relations:
            if relation.outputs <= outputs:
                self._add_formula(known, self._formula(described, place, relation))

    def _formula(self, described: Described, place: Place, relation: Relation) -> Formula:
        key = (described.series.id, place, relation.text)
        found = self._stated.get(key)
        if found is None:
            found = self._stated[key] = stated(self._terms, described, place, relation)
        return found

    def _outputs(self, terms: Iterable[int]) -> dict[tuple[str, Place], set[str]]:
        """Return which outputs of which series are read on which bars."""
        found: dict[tuple[str, Place], set[str]] = defaultdict(set)
        for term in sorted(terms):
            match self._terms[term]:
                case Term(subject=Shifted(number=ir.Read() as read), place=Place() as place):
                    found[read.series, place].add(read.output)
        return found

    def _add_formula(self, known: Known, formula: Formula) -> None:
        parts = formula.parts if isinstance(formula, Both) else (formula,)
        for part in parts:
            match part:
                case Bound():
                    known.bounds.append(part)
                    self._add(known, terms_of(part))
                case Differ():
                    known.differences.append(part)
                case Either() if part.parts:
                    known.clauses.append(part)
                    for literal in literals(part):
                        self._add(known, terms_of(literal))
                case Absent():
                    known.clauses.append(part)

    # --- what has a value ------------------------------------------------------------------

    def has_value(self, known: Known, term: int) -> bool:
        """Return whether a term has a value where those of `known` have one."""
        return term in known.present or all(
            self._is_present(known, needed) for needed in self._terms.needs(term)
        )

    def _is_present(self, known: Known, term: int) -> bool:
        found, place = self._terms[term], self._terms[term].place
        if term in known.present or place is None:
            return term in known.present
        others = (self._terms[other] for other in known.present)
        if self.is_of_bars(term):
            return any(_is_later(other.place, place) for other in others)
        return any(other.place == place and self._go_together(found, other) for other in others)

    def _go_together(self, one: Term, two: Term) -> bool:
        """Return whether two outputs, on the same bar, are of one series and of one group."""
        match one.subject, two.subject:
            case Shifted(number=ir.Read() as first), Shifted(number=ir.Read() as second):
                described = self._units.described(first.series)
                return (
                    described is not None
                    and first.series == second.series
                    and any(
                        {first.output, second.output} <= set(group)
                        for group in described.spec.together
                    )
                )
            case _:
                return False

    def is_of_bars(self, term: int) -> bool:
        """Return whether a term is a price or the volume of a bar."""
        match self._terms[term].subject:
            case Shifted(number=ir.Read(series=series)):
                return self._units.is_bars(series)
            case _:
                return False


def _is_later(other: Place | None, place: Place) -> bool:
    """Return whether the bar at `place` has closed where that at `other` has."""
    return (
        other is not None
        and (other.timeframe, other.steps) == (place.timeframe, place.steps)
        and other.offset >= place.offset
    )
