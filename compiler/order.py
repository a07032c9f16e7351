"""One order for things that depend on each other, whatever the order of the file."""

import heapq
from collections.abc import Iterable, Mapping


def dependency_order(
    needs: Mapping[str, Iterable[str]], ranks: Mapping[str, int] | None = None
) -> tuple[str, ...]:
    """Return the ids so that each follows what it needs, and otherwise by rank and id.

    Needs that are no key are ignored; ids of a circle come last, by id.
    """
    rank = (ranks or {}).get
    missing = {name: {n for n in required if n in needs} for name, required in needs.items()}
    users: dict[str, list[str]] = {name: [] for name in needs}
    for name, required in missing.items():
        for needed in required:
            users[needed].append(name)
    ready = [(rank(name, 0), name) for name, left in missing.items() if not left]
    heapq.heapify(ready)
    ordered: list[str] = []
    while ready:
        _, done = heapq.heappop(ready)
        ordered.append(done)
        for name in users[done]:
            missing[name].remove(done)
            if not missing[name]:
                heapq.heappush(ready, (rank(name, 0), name))
    return (*ordered, *sorted(set(needs) - set(ordered)))


def circle(needs: Mapping[str, Iterable[str]], start: str) -> tuple[str, ...]:
    """Return the shortest way from an id back to itself, with both ends; () if there is none."""
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    waiting = [start]
    while waiting:
        name = waiting.pop(0)
        for need in sorted(n for n in needs.get(name, ()) if n in needs):
            if need == start:
                return (*ways[name], start)
            if need not in ways:
                ways[need] = (*ways[name], need)
                waiting.append(need)
    return ()
