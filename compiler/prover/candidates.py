"""Finds, among many conditions, the few that can follow from one: those whose numbers it has."""

from collections import defaultdict
from itertools import islice

from tradec.compiler import ir
from tradec.compiler.prover.judge import Judge
from tradec.compiler.prover.nearest import MOST


class Candidates:
    """Conditions, found by one of the numbers that each needs."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._order: dict[int, ir.Condition] = {}
        self._anchored: dict[int, list[int]] = defaultdict(list)
        self._free: list[int] = []

    def add(self, condition: ir.Condition) -> None:
        """Add a condition; those found come in the order in which they were added."""
        key = len(self._order)
        self._order[key] = condition
        anchors = self._anchors(condition, wanted=True)
        if anchors is None:
            self._free.append(key)
        else:
            for anchor in anchors:
                self._anchored[anchor].append(key)

    def that_may_follow(self, given: ir.Condition) -> list[ir.Condition]:
        """Return the conditions that may be True because `given` is, of many some."""
        groups = [self._anchored.get(term, ()) for term in self._judge.present(given)]
        rarest = sorted((*groups, self._free), key=len)
        keys = dict.fromkeys(key for group in rarest for key in group[-4 * MOST :])
        found = [
            key
            for key in islice(keys, 4 * MOST)
            if self._judge.may_follow((given,), (self._order[key],))
        ]
        return [self._order[key] for key in sorted(found[:MOST])]

    def _anchors(self, condition: ir.Condition, *, wanted: bool) -> frozenset[int] | None:
        """Return numbers of which one has a value where a condition holds, None for any."""
        match condition:
            case ir.Known():
                return None
            case ir.Not(operand=operand):
                return self._anchors(operand, wanted=not wanted)
            case ir.All(operands=operands) | ir.Any(operands=operands):
                found = [self._anchors(one, wanted=wanted) for one in operands]
                known = [one for one in found if one is not None]
                if isinstance(condition, ir.All) is wanted:
                    return min(known, key=len, default=None)
                return frozenset().union(*known) if len(known) == len(found) else None
            case atom:
                own = self._judge.own_numbers(atom)
                return frozenset((min(own),)) if own else None
