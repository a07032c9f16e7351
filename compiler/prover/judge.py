"""Says of conditions what can be proven: never true, never false, one follows from others."""

from collections.abc import Iterable, Sequence

from tradec.compiler import ir
from tradec.compiler.catalog import Catalog
from tradec.compiler.clocks import EXEC_CLOSE
from tradec.compiler.prover.formula import literals, terms_of
from tradec.compiler.prover.knowledge import Knowledge
from tradec.compiler.prover.lowering import Atom, Lowering
from tradec.compiler.prover.refute import Proof, Refuter
from tradec.compiler.prover.terms import Terms
from tradec.compiler.prover.units import Units
from tradec.compiler.prover.words import Words


class Judge:
    """Proves things about the conditions of one play, with the values of its variables."""

    def __init__(self, play: ir.Play, catalog: Catalog) -> None:
        self.units = Units(play, catalog)
        # Evaluated every minute, a step is no bar of exec, and nothing moves by one.
        self.terms = Terms(self.units, play.exec if play.evaluation == EXEC_CLOSE else "")
        self.words = Words(play, self.terms)
        self._knowledge = Knowledge(self.units, self.terms)
        self._refuter = Refuter(self._knowledge, self.terms)
        self._formulas = Lowering(
            self.terms, is_steady=play.evaluation == "exec_close" and not play.builtins
        )
        self._present: dict[tuple[int, bool], frozenset[int]] = {}
        self._own: dict[int, frozenset[int]] = {}
        self._kept: list[ir.Condition] = []  # so that no other condition gets the id of one

    def never_true(self, *conditions: ir.Condition) -> Proof | None:
        """Return why conditions are never True together."""
        return self._refuter.refute(*map(self._formulas.true, conditions))

    def never_false(self, *conditions: ir.Condition) -> Proof | None:
        """Return why conditions are never False together."""
        return self._refuter.refute(*map(self._formulas.false, conditions))

    def implies_true(
        self, given: Sequence[ir.Condition], *conclusions: ir.Condition
    ) -> Proof | None:
        """Return why one of `conclusions` is True wherever all of `given` are."""
        if not self.may_follow(given, conclusions):
            return None
        return self._refuter.refute(
            *map(self._formulas.true, given), *map(self._formulas.not_true, conclusions)
        )

    def implies_false(
        self, given: Sequence[ir.Condition], *conclusions: ir.Condition
    ) -> Proof | None:
        """Return why one of `conclusions` is False wherever all of `given` are."""
        if not self.may_follow(given, conclusions, wanted=False):
            return None
        return self._refuter.refute(
            *map(self._formulas.false, given), *map(self._formulas.not_false, conclusions)
        )

    # --- what has a value -------------------------------------------------------------------

    def may_follow(
        self,
        given: Sequence[ir.Condition],
        conclusions: Iterable[ir.Condition],
        *,
        wanted: bool = True,
    ) -> bool:
        """Return whether the numbers of some conclusion have a value where `given` hold."""
        present: set[int] = set()
        for one in given:
            present |= self.present(one, wanted=wanted)
        return any(self._may_hold(present, one, wanted=wanted) for one in conclusions)

    def present(self, condition: ir.Condition, *, wanted: bool = True) -> frozenset[int]:
        """Return the numbers that may have to have a value where a condition is as wanted."""
        found = self._present.get((id(condition), wanted))
        if found is None:
            formula = (self._formulas.true if wanted else self._formulas.false)(condition)
            terms = {term for literal in literals(formula) for term in terms_of(literal)}
            found = frozenset().union(*map(self.terms.within, terms))
            self._present[id(condition), wanted] = found
            self._kept.append(condition)
        return found

    def _may_hold(self, present: set[int], condition: ir.Condition, *, wanted: bool) -> bool:
        match condition:
            case ir.Known():
                return True
            case ir.Not(operand=operand):
                return self._may_hold(present, operand, wanted=not wanted)
            case ir.All(operands=operands) | ir.Any(operands=operands):
                every = all if isinstance(condition, ir.All) is wanted else any
                return every(self._may_hold(present, one, wanted=wanted) for one in operands)
            case atom:
                return self._origins(self.own_numbers(atom)) <= self._origins(present)

    def _origins(self, terms: Iterable[int]) -> set[object]:
        """Return the series and bars that terms are of; a calculated one is its own origin."""
        return {self.terms.origin(term) for term in terms}

    def own_numbers(self, atom: Atom) -> frozenset[int]:
        """Return the numbers of an atom that do not have a value on every bar."""
        found = self._own.get(id(atom))
        if found is None:
            terms = frozenset().union(*map(self.terms.needs, self._formulas.operands(atom)))
            found = frozenset(term for term in terms if not self._knowledge.is_of_bars(term))
            self._own[id(atom)] = found
            self._kept.append(atom)
        return found
