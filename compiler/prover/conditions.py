"""What a condition says that can be proven to say nothing, part by part.

The innermost part is reported, once: a condition around it is decided by it, and is not told again.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from functools import partial
from typing import TypeAlias

from tradec.compiler import ir
from tradec.compiler.prover.judge import Judge
from tradec.compiler.prover.least import proven
from tradec.compiler.prover.nearest import Nearest
from tradec.compiler.prover.refute import Proof
from tradec.compiler.prover.telling import Telling

Imply: TypeAlias = Callable[..., Proof | None]


class Verdict(Enum):
    """What is known of a condition: decided in advance, or not."""

    NEVER = "never true"
    ALWAYS = "always true"
    OPEN = "open"


_OPPOSITE = {
    Verdict.NEVER: Verdict.ALWAYS,
    Verdict.ALWAYS: Verdict.NEVER,
    Verdict.OPEN: Verdict.OPEN,
}


class Conditions:
    """Checks the conditions of one play."""

    def __init__(self, judge: Judge, telling: Telling) -> None:
        self._judge = judge
        self._telling = telling

    def check(self, condition: ir.Condition, *, positive: bool = True) -> Verdict:
        """Report what a condition says in vain; `positive` unless it stands below one `not`."""
        match condition:
            case ir.Known(value=value):
                return Verdict.ALWAYS if value else Verdict.NEVER
            case ir.Not(operand=operand):
                return _OPPOSITE[self.check(operand, positive=not positive)]
            case ir.Window(operand=operand):
                return self.check(operand, positive=positive)
            case ir.All() | ir.Any():
                return self._check_group(condition, positive=positive)
            case atom:
                return self._check_atom(atom)

    def _check_atom(self, atom: ir.Condition) -> Verdict:
        proof = self._judge.never_true(atom)
        if proof is not None:
            self._telling.decided(atom, proof, always=False)
            return Verdict.NEVER
        proof = self._judge.never_false(atom)
        if proof is not None:
            self._telling.decided(atom, proof, always=True)
            return Verdict.ALWAYS
        return Verdict.OPEN

    def _check_group(self, group: ir.All | ir.Any, *, positive: bool) -> Verdict:
        verdicts = [self.check(operand, positive=positive) for operand in group.operands]
        deciding = Verdict.NEVER if isinstance(group, ir.All) else Verdict.ALWAYS
        if deciding in verdicts:
            return deciding
        pairs = zip(group.operands, verdicts, strict=True)
        open_ = [operand for operand, verdict in pairs if verdict is Verdict.OPEN]
        if not open_:
            return _OPPOSITE[deciding]
        if self._is_decided(group, open_):
            return deciding
        self._check_repetition(group, open_, positive=positive)
        if isinstance(group, ir.All):
            self._check_choices(open_)
        return Verdict.OPEN

    def _is_decided(self, group: ir.All | ir.Any, operands: Sequence[ir.Condition]) -> bool:
        """Report operands that are never true together, or of which one is always true."""
        is_all = isinstance(group, ir.All)
        prove = self._judge.never_true if is_all else self._judge.never_false
        found = proven(operands, lambda some: prove(*some))
        if found is None:
            return False
        if is_all:
            self._telling.contradiction(*found)
        else:
            self._telling.tautology(*found)
        return True

    def _check_repetition(
        self, group: ir.All | ir.Any, operands: Sequence[ir.Condition], *, positive: bool
    ) -> None:
        """Report operands that the others make superfluous, of two equal ones the later."""
        imply = self._judge.implies_true if positive else self._judge.implies_false
        nearest, dropped = Nearest(operands), set[int]()
        for operand in reversed(operands):
            others = [one for one in nearest.beside(operand) if id(one) not in dropped]
            if isinstance(group, ir.All) is positive:
                found = proven(others, partial(_premises, imply, operand))
            else:
                found = proven(others, partial(_conclusions, imply, operand))
            if found is not None:
                dropped.add(id(operand))
                self._telling.repetition(operand, *found, joint=isinstance(group, ir.All))

    def _check_choices(self, operands: Sequence[ir.Condition]) -> None:
        """Report sides of a choice that conditions beside the choice exclude."""
        nearest = Nearest(operands)
        for choice in operands:
            if isinstance(choice, ir.Any) and len(operands) > 1:
                for side in choice.operands:
                    beside = nearest.beside(choice)
                    found = proven(beside, partial(self._excluded, side))
                    if found is not None and self._judge.never_true(side) is None:
                        self._telling.excluded(side, *found)

    def _excluded(self, side: ir.Condition, beside: Sequence[ir.Condition]) -> Proof | None:
        return self._judge.never_true(side, *beside)


def _premises(imply: Imply, operand: ir.Condition, some: Sequence[ir.Condition]) -> Proof | None:
    return imply(some, operand)


def _conclusions(imply: Imply, operand: ir.Condition, some: Sequence[ir.Condition]) -> Proof | None:
    return imply((operand,), *some)
