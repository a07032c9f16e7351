"""Of many conditions that stand together, the few that may have to do with one of them.

Work on a rule grows with its length and not with its square: beyond `MOST` conditions only those
are looked at that read what the one in question reads, or what those read. What they do not show is
not said.
"""

from bisect import bisect
from collections import defaultdict
from collections.abc import Sequence

from tradec.compiler import ir
from tradec.compiler.rewrite import walk

MOST = 24


class Nearest:
    """Conditions that stand together, by the series that each of them reads."""

    def __init__(self, conditions: Sequence[ir.Condition]) -> None:
        self._conditions = conditions
        self._at = {id(one): at for at, one in enumerate(conditions)}
        self._read = [_series(one) for one in conditions] if len(conditions) > MOST else []
        self._readers: dict[str, list[int]] = defaultdict(list)
        for at, names in enumerate(self._read):
            for name in names:
                self._readers[name].append(at)

    def beside(self, condition: ir.Condition) -> list[ir.Condition]:
        """Return the other conditions in their order; of many those that lie nearest."""
        if not self._read:
            return [other for other in self._conditions if other is not condition]
        found: dict[int, None] = {}
        here = self._at[id(condition)]
        names, seen = self._read[here], set[str]()
        while names and len(found) < MOST:
            seen |= names
            more = [
                at for name in sorted(names, key=self._rarity) for at in self._around(name, here)
            ]
            found |= dict.fromkeys(more)
            names = frozenset().union(*(self._read[at] for at in more)) - seen
        nearest = [at for at in found if at != here]
        return [self._conditions[at] for at in sorted(nearest[:MOST])]

    def _rarity(self, name: str) -> tuple[int, str]:
        return len(self._readers[name]), name

    def _around(self, name: str, here: int) -> Sequence[int]:
        readers = self._readers[name]
        middle = bisect(readers, here)
        return readers[max(0, middle - MOST // 2) : middle + MOST // 2]


def _series(condition: ir.Condition) -> frozenset[str]:
    return frozenset(node.series for node in walk(condition) if isinstance(node, ir.Read))
