import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradec.compiler.memory import chain, join, join_all, join_lag, shift
from tradec.compiler.types import (
    AnchoredMemory,
    Constant,
    FadingMemory,
    FiniteMemory,
    IntegralMemory,
    Memory,
)
from tradec.runtime.spec import DATA_DEPENDENT

BARS = st.integers(1, 500)
MEMORIES: st.SearchStrategy[Memory] = st.one_of(
    st.just(Constant()),
    st.builds(FiniteMemory, BARS),
    st.builds(FadingMemory, st.sampled_from([0.5, 0.9, 0.95]), st.integers(1, 3), BARS),
    st.builds(AnchoredMemory, st.sampled_from(["a", "b"]), BARS),
    st.builds(IntegralMemory, BARS),
)


@given(MEMORIES, MEMORIES)
def test_join_does_not_care_for_sides(one: Memory, two: Memory) -> None:
    assert join(one, two) == join(two, one)


@given(MEMORIES, MEMORIES, MEMORIES)
def test_join_does_not_care_for_order(one: Memory, two: Memory, three: Memory) -> None:
    assert join(one, join(two, three)) == join(join(one, two), three)


@given(MEMORIES)
def test_join_with_itself_changes_nothing(memory: Memory) -> None:
    assert join(memory, memory) == memory == join(memory, Constant())


@pytest.mark.parametrize(
    ("inner", "outer", "total"),
    [
        (FiniteMemory(20), FiniteMemory(5), FiniteMemory(24)),
        (FiniteMemory(1), FadingMemory(0.9, 1, 2), FadingMemory(0.9, 1, 2)),
        (FadingMemory(0.9, 1, 0), FadingMemory(0.9, 1, 0), FadingMemory(0.9, 2, 0)),
        (FadingMemory(0.9, 1, 3), FadingMemory(0.5, 2, 4), FadingMemory(0.9, 1, 7)),
        (FadingMemory(0.9, 2, 3), FiniteMemory(5), FadingMemory(0.9, 2, 7)),
        (AnchoredMemory("pivot", 11), FiniteMemory(3), AnchoredMemory("pivot", 13)),
        (FiniteMemory(1), AnchoredMemory("pivot", 11), AnchoredMemory("pivot", 11)),
        (Constant(), FiniteMemory(3), FiniteMemory(3)),
        (IntegralMemory(1), FiniteMemory(5), IntegralMemory(5)),
        (IntegralMemory(1), AnchoredMemory("pivot", 11), IntegralMemory(11)),
    ],
)
def test_chain(inner: Memory, outer: Memory, total: Memory) -> None:
    assert chain(inner, outer) == total


def test_join_takes_the_class_that_lasts_longest() -> None:
    parts: list[Memory] = [FiniteMemory(50), FadingMemory(0.9, 1, 2), AnchoredMemory("pivot", 11)]
    assert join_all(parts[:2]) == FadingMemory(0.9, 1, 50)
    assert join_all(parts) == AnchoredMemory("pivot", 50)
    assert join_all([*parts, IntegralMemory(3)]) == IntegralMemory(50)


def test_an_offset_lengthens_the_window() -> None:
    assert shift(FiniteMemory(1), 3) == FiniteMemory(4)
    assert shift(FadingMemory(0.9, 1, 0), 0) == FadingMemory(0.9, 1, 0)


def test_join_lag() -> None:
    assert join_lag() == 0
    assert join_lag(0, 5, 2) == 5
    assert join_lag(0, DATA_DEPENDENT, 5) == DATA_DEPENDENT
