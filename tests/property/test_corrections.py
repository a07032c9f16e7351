"""The smallest sets of conditions: flipping one reaches the goal, and no smaller set does."""

from itertools import combinations, product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from generators.irbuild import bar, const
from tradec.compiler import ir
from tradec.compiler.corrections import (
    Both,
    Either,
    Goal,
    Want,
    Wanted,
    corrections,
    holds,
)
from tradec.compiler.evaluate import Truth

LEAVES = [ir.Compare(op=">", left=bar("close"), right=const(float(k))) for k in range(6)]
WANTS = list(Want)


def _conditions() -> st.SearchStrategy[Any]:
    leaf = st.sampled_from(LEAVES) | st.sampled_from([ir.Known(value=True), ir.Known(value=False)])
    return st.recursive(
        leaf,
        lambda inner: (
            st.builds(lambda one: ir.Not(operand=one), inner)
            | st.builds(
                lambda some: ir.All(operands=tuple(some)), st.lists(inner, min_size=2, max_size=3)
            )
            | st.builds(
                lambda some: ir.Any(operands=tuple(some)), st.lists(inner, min_size=2, max_size=3)
            )
        ),
        max_leaves=9,
    )


def _goals() -> st.SearchStrategy[Goal]:
    wanted = st.builds(Wanted, _conditions(), st.sampled_from(WANTS))
    return st.recursive(
        wanted,
        lambda inner: (
            st.builds(lambda some: Both(tuple(some)), st.lists(inner, min_size=1, max_size=3))
            | st.builds(lambda some: Either(tuple(some)), st.lists(inner, min_size=1, max_size=3))
        ),
        max_leaves=3,
    )


def _smallest(goal: Goal, now: dict[ir.Condition, Truth]) -> tuple[int, set[frozenset[Any]]] | None:
    """Return the size of the smallest sets and the sets, by trying all of them."""
    for size in range(len(LEAVES) + 1):
        found = set()
        for chosen in combinations(LEAVES, size):
            for values in product((True, False), repeat=size):
                flips = dict(zip(chosen, values, strict=True))
                if any(now[leaf] is value for leaf, value in flips.items()):
                    continue
                if holds(goal, (now | flips).__getitem__):
                    found.add(frozenset(flips.items()))
        if found:
            return size, found
    return None


@settings(max_examples=400)
@given(_goals(), st.lists(st.sampled_from([True, False, None]), min_size=6, max_size=6))
def test_sets_are_the_smallest_and_reach_the_goal(goal: Goal, truths: list[Truth]) -> None:
    now: dict[ir.Condition, Truth] = dict(zip(LEAVES, truths, strict=True))
    found = corrections(goal, now.__getitem__)
    expected = _smallest(goal, now)
    assert found.is_exact
    if expected is None:
        assert found.sets == ()
        return
    size, sets = expected
    assert found.least == size
    assert found.sets
    for flips in found.sets:
        assert len(flips) == size
        assert holds(goal, (now | dict(flips)).__getitem__)
    if len(sets) <= 5:
        assert {frozenset(flips.items()) for flips in found.sets} == sets


def test_a_search_that_is_too_long_says_so() -> None:
    goal = Wanted(ir.All(operands=tuple(LEAVES)), Want.TRUE)
    found = corrections(goal, lambda _: False, budget=3)
    assert (found.sets, found.is_exact) == ((), False)
    assert 0 < found.least < 6
    whole = corrections(goal, lambda _: False)
    assert [list(flips) for flips in whole.sets] == [LEAVES]
