"""One order for things that depend on each other, whatever the order of the file."""

import heapq
from collections.abc import Iterable, Mapping


def dependency_order(needs: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return the ids so that each follows what it needs, and otherwise by id.

    Needs that are no key are ignored; ids of a circle come last, by id.
    """
    missing = {name: {n for n in required if n in needs} for name, required in needs.items()}
    ready = [name for name, left in missing.items() if not left]
    heapq.heapify(ready)
    ordered: list[str] = []
    while ready:
        done = heapq.heappop(ready)
        ordered.append(done)
        for name, left in missing.items():
            if done in left:
                left.remove(done)
                if not left:
                    heapq.heappush(ready, name)
    return (*ordered, *sorted(set(needs) - set(ordered)))
