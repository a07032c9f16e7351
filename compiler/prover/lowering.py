"""What it takes for a condition to be True, or False, or not one of them (play-language.md 9.5).

Negation goes to the leaves: a condition is False for reasons of its own, not because it is not
True. `loose` formulas admit Unknown: an operand of an atom then has no value.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from tradec.compiler import ir
from tradec.compiler.prover.comparison import OPPOSITE, compare
from tradec.compiler.prover.formula import (
    FALSE,
    TRUE,
    Absent,
    Asked,
    Formula,
    Marked,
    both,
    either,
)
from tradec.compiler.prover.terms import Terms
from tradec.compiler.typing_rules import arithmetic, float_const
from tradec.dsl.span import NOWHERE

_ROOM = 1e-12
"""More than what rounding can do to a tolerance, relative."""

_ZERO = float_const(0.0)

Atom: TypeAlias = ir.Compare | ir.Cross | ir.Between | ir.Near | ir.In | ir.Changed | ir.Window
Comparison: TypeAlias = tuple[ir.Number, str, ir.Number, int]
"""`left op right`, some steps of the clock ago."""


@dataclass(frozen=True, slots=True)
class Lowering:
    """Turns the conditions of a play into formulas over its terms, each once.

    It `is_steady` if all that remembers ticks on the exec clock, at each evaluation.
    """

    terms: Terms
    is_steady: bool
    _made: dict[tuple[int, int, bool, bool], tuple[ir.Condition, Formula]] = field(
        default_factory=dict
    )

    def true(self, condition: ir.Condition, steps: int = 0) -> Formula:
        """Return what makes a condition True."""
        return self._formula(condition, steps, wanted=True, loose=False)

    def false(self, condition: ir.Condition, steps: int = 0) -> Formula:
        """Return what makes a condition False."""
        return self._formula(condition, steps, wanted=False, loose=False)

    def not_true(self, condition: ir.Condition, steps: int = 0) -> Formula:
        """Return what makes a condition False or Unknown."""
        return self._formula(condition, steps, wanted=False, loose=True)

    def not_false(self, condition: ir.Condition, steps: int = 0) -> Formula:
        """Return what makes a condition True or Unknown."""
        return self._formula(condition, steps, wanted=True, loose=True)

    def _formula(
        self, condition: ir.Condition, steps: int, *, wanted: bool, loose: bool
    ) -> Formula:
        key = (id(condition), steps, wanted, loose)
        found = self._made.get(key)
        if found is None:
            formula = self._lowered(condition, steps, wanted=wanted, loose=loose)
            found = self._made[key] = condition, formula
        return found[1]

    def _lowered(
        self, condition: ir.Condition, steps: int, *, wanted: bool, loose: bool
    ) -> Formula:
        match condition:
            case ir.Known(value=value):
                return TRUE if value is wanted else FALSE
            case ir.Not(operand=operand):
                return self._formula(operand, steps, wanted=not wanted, loose=loose)
            case ir.Window() | ir.Cross() | ir.Changed() if loose and not self._is_plain(condition):
                return TRUE
            case ir.Window():
                return self._window(condition, steps, wanted=wanted)
            case ir.All(operands=operands) | ir.Any(operands=operands):
                parts = [self._formula(o, steps, wanted=wanted, loose=loose) for o in operands]
                return both(parts) if isinstance(condition, ir.All) is wanted else either(parts)
            case _:
                strict = self._atom(condition, steps, wanted=wanted)
                return either((strict, *self._unknown(condition, steps))) if loose else strict

    def _is_plain(self, cell: ir.Cell) -> bool:
        """Return whether a condition that remembers looks at the steps of the exec clock alone.

        A window is Unknown for reasons of its past.
        """
        return not isinstance(cell, ir.Window) and self.is_steady

    def _window(self, window: ir.Window, steps: int, *, wanted: bool) -> Formula:
        """Return what a window says of the present step, and that it is as wanted."""
        samples, least = (
            self.terms[self.terms.of(setting)].value for setting in (window.samples, window.least)
        )
        mark = Marked(window, steps, wanted, Asked(window))
        is_shown = least == samples if wanted else least == 1
        if not (self.is_steady and is_shown):
            return mark
        return both((mark, self._formula(window.operand, steps, wanted=wanted, loose=False)))

    # --- atoms -----------------------------------------------------------------------------

    def _atom(self, atom: Atom, steps: int, *, wanted: bool) -> Formula:
        match atom:
            case ir.Compare(op=op, left=left, right=right):
                return self._said(atom, (left, op, right, steps), wanted=wanted)
            case ir.Between(operand=operand, low=low, high=high):
                sides = ((low, "<=", operand, steps), (operand, "<=", high, steps))
                return self._said(atom, *sides, wanted=wanted)
            case ir.In(operand=operand, members=members):
                equal = ((operand, "==", member, steps) for member in members)
                parts = [self._comparison(atom, one, wanted=wanted) for one in equal]
                return either(parts) if wanted else both(parts)
            case ir.Cross() | ir.Changed() if not self.is_steady:
                return Marked(atom, steps, wanted, Asked(atom))
            case ir.Changed(operand=operand):
                return self._changed(atom, operand, steps, wanted=wanted)
            case ir.Cross(above=above, left=left, right=right):
                before, now = ("<=", ">") if above else (">=", "<")
                sides = ((left, before, right, steps + 1), (left, now, right, steps))
                return self._said(atom, *sides, wanted=wanted)
            case ir.Near(relative=True):
                return self._near_in_percent(atom, steps, wanted=wanted)
            case ir.Near(left=left, right=right, tolerance=tolerance):
                distance = arithmetic("-", left, right, NOWHERE)
                least = ir.Negate(operand=tolerance, type=tolerance.type)
                sides = ((least, "<=", distance, steps), (distance, "<=", tolerance, steps))
                return self._said(atom, *sides, wanted=wanted)
            case ir.Window():
                return self._window(atom, steps, wanted=wanted)
            case _:
                assert_never(atom)

    def _changed(self, atom: Atom, operand: ir.Number, steps: int, *, wanted: bool) -> Formula:
        terms = self.terms.of(operand, steps), self.terms.of(operand, steps + 1)
        return compare(self.terms, "!=" if wanted else "==", *terms, Asked(atom))

    def _said(self, atom: Atom, *said: Comparison, wanted: bool) -> Formula:
        """Return that the comparisons an atom is made of all hold, or else that one does not."""
        parts = [self._comparison(atom, one, wanted=wanted) for one in said]
        return both(parts) if wanted else either(parts)

    def _comparison(self, atom: Atom, said: Comparison, *, wanted: bool) -> Formula:
        left, op, right, steps = said
        terms = self.terms.of(left, steps), self.terms.of(right, steps)
        return compare(self.terms, op if wanted else OPPOSITE[op], *terms, Asked(atom))

    def _near_in_percent(self, atom: ir.Near, steps: int, *, wanted: bool) -> Formula:
        """Return |left - right| <= ratio * |right|, or its opposite, for either sign of `right`."""
        ratio = self.terms[self.terms.of(atom.tolerance)].value
        if ratio is None:
            return TRUE
        room = _ROOM * (1.0 + ratio) * (1.0 if wanted else -1.0)
        low, high = (_scaled(atom.right, k) for k in (1.0 - ratio - room, 1.0 + ratio + room))
        ways = []
        for sign, first, last in ((">", low, high), ("<", high, low)):
            signed = self._said(atom, (atom.right, sign, _ZERO, steps), wanted=True)
            sides = ((first, "<=", atom.left, steps), (atom.left, "<=", last, steps))
            ways.append(both((signed, self._said(atom, *sides, wanted=wanted))))
        return either(ways)

    def _unknown(self, atom: Atom, steps: int) -> Iterator[Formula]:
        """Yield what makes an atom Unknown."""
        for term in self.operands(atom, steps):
            yield Absent(term, Asked(atom))
        if isinstance(atom, ir.Near) and atom.relative:
            yield self._said(atom, (atom.right, "==", _ZERO, steps), wanted=True)

    def operands(self, atom: Atom, steps: int = 0) -> tuple[int, ...]:
        """Return the numbers without which an atom is Unknown."""
        match atom:
            case ir.Compare() | ir.Near():
                return self._all_of((atom.left, atom.right), steps)
            case ir.Cross():
                sides = (atom.left, atom.right)
                return self._all_of(sides, steps) + self._all_of(sides, steps + 1)
            case ir.In(operand=operand):
                return self._all_of((operand,), steps)
            case ir.Changed(operand=operand):
                return self._all_of((operand,), steps) + self._all_of((operand,), steps + 1)
            case ir.Window():
                return ()
            case ir.Between():
                return self._all_of((atom.operand, atom.low, atom.high), steps)
            case _:
                assert_never(atom)

    def _all_of(self, numbers: tuple[ir.Number, ...], steps: int) -> tuple[int, ...]:
        return tuple(self.terms.of(number, steps) for number in numbers)


def _scaled(number: ir.Number, factor: float) -> ir.Arithmetic:
    return arithmetic("*", number, float_const(factor), NOWHERE)
