"""Which cases and entries never act because others act instead, and which entries undo themselves.

Of the cases of a block the first true one speaks; of all that is said the first actionable intent
counts (play-language.md 8.2). Across blocks only first cases are compared: others speak where the
cases before them do not.
"""

from collections.abc import Sequence
from functools import partial

from tradec.compiler import ir
from tradec.compiler.decide import is_actionable
from tradec.compiler.prover.candidates import Candidates
from tradec.compiler.prover.judge import Judge
from tradec.compiler.prover.least import Found, proven
from tradec.compiler.prover.refute import Proof
from tradec.compiler.prover.spoken import Spoken
from tradec.compiler.prover.telling import Telling

_FLAT = 0
_SIDES = {ir.Action.ENTRY_LONG: 1, ir.Action.ENTRY_SHORT: -1}


class Actions:
    """Checks what the cases of one play make of each other."""

    def __init__(self, play: ir.Play, judge: Judge, telling: Telling) -> None:
        self._policy = play.policy
        self._judge = judge
        self._telling = telling

    def check(self, blocks: Sequence[tuple[ir.Block, Sequence[ir.Case]]]) -> None:
        """Report what never acts; each block comes with those cases that are not decided."""
        reached = [(block, case) for block, cases in blocks for case in self._check_cases(cases)]
        spoken = [Spoken(block, case, intent) for block, case in reached for intent in case.emit]
        self._check_entries([one for one in spoken if self._acts(one, _FLAT)])
        self._check_exits(spoken)

    def _acts(self, spoken: Spoken, side: int) -> bool:
        return is_actionable(self._policy, spoken.intent.action, side)

    def _check_cases(self, cases: Sequence[ir.Case]) -> list[ir.Case]:
        """Report cases of one block that earlier ones cover; return the others."""
        earlier, reached = Candidates(self._judge), []
        for case in cases:
            found = self._covered(case.when, earlier)
            if found is None:
                reached.append(case)
            else:
                self._telling.unreached_case(case, *found)
            earlier.add(case.when)
        return reached

    def _check_entries(self, entries: Sequence[Spoken]) -> None:
        """Report entries in whose place an earlier one always acts."""
        earlier = Candidates(self._judge)
        last: Spoken | None = None
        for entry in entries:
            if last is not None and last.case is entry.case:
                self._telling.unreached_entry(entry.intent, (), None)
                continue
            found = self._covered(entry.case.when, earlier)
            if found is not None:
                self._telling.unreached_entry(entry.intent, *found)
            if entry.is_first:
                earlier.add(entry.case.when)
            last = entry

    def _check_exits(self, spoken: Sequence[Spoken]) -> None:
        """Report entries whose condition implies that of an exit of their side."""
        for side in (1, -1):
            exits = {id(one.case.when): one for one in spoken if self._acts(one, side)}
            candidates = Candidates(self._judge)
            for exit_ in exits.values():
                candidates.add(exit_.case.when)
            for entry in spoken:
                if _SIDES.get(entry.intent.action) == side and self._acts(entry, _FLAT):
                    found = candidates.that_may_follow(entry.case.when)
                    self._check_exit(entry, [exits[id(when)] for when in found])

    def _check_exit(self, entry: Spoken, exits: Sequence[Spoken]) -> None:
        for exit_ in exits:
            proof = None
            if _speaks_beside(exit_, entry):
                proof = self._judge.implies_true((entry.case.when,), exit_.case.when)
            if proof is not None:
                self._telling.undone(entry, exit_, proof)
                return

    def _covered(self, when: ir.Condition, earlier: Candidates) -> Found | None:
        return proven(earlier.that_may_follow(when), partial(self._implied, when))

    def _implied(self, when: ir.Condition, some: Sequence[ir.Condition]) -> Proof | None:
        return self._judge.implies_true((when,), *some)


def _speaks_beside(one: Spoken, entry: Spoken) -> bool:
    """Return whether an intent is said together with an entry where its condition is true."""
    return one.case is entry.case or (one.is_first and one.block is not entry.block)
