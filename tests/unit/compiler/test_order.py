from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tradec.compiler.order import dependency_order

GRAPHS = st.dictionaries(
    st.sampled_from("abcdefgh"), st.sets(st.sampled_from("abcdefghx"), max_size=3), max_size=8
)


def test_by_id_where_nothing_is_needed() -> None:
    assert dependency_order({"b": [], "c": [], "a": []}) == ("a", "b", "c")


def test_needs_come_first() -> None:
    assert dependency_order({"a": ["c"], "b": [], "c": ["b"]}) == ("b", "c", "a")


def test_a_circle_comes_last() -> None:
    assert dependency_order({"b": ["a"], "a": ["b"], "c": ["z"]}) == ("c", "a", "b")


@given(GRAPHS, st.randoms())
def test_the_order_of_the_file_means_nothing(graph: dict[str, set[str]], random: Random) -> None:
    items = list(graph.items())
    random.shuffle(items)
    assert dependency_order(dict(items)) == dependency_order(graph)


@given(GRAPHS)
def test_every_id_comes_once(graph: dict[str, set[str]]) -> None:
    assert sorted(dependency_order(graph)) == sorted(graph)
