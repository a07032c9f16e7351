from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tradec.compiler.order import circle, dependency_order

GRAPHS = st.dictionaries(
    st.sampled_from("abcdefgh"), st.sets(st.sampled_from("abcdefghx"), max_size=3), max_size=8
)


def test_by_id_where_nothing_is_needed() -> None:
    assert dependency_order({"b": [], "c": [], "a": []}) == ("a", "b", "c")


def test_needs_come_first() -> None:
    assert dependency_order({"a": ["c"], "b": [], "c": ["b"]}) == ("b", "c", "a")


def test_a_rank_stands_before_the_id() -> None:
    needs = {"a": ["d"], "b": [], "c": [], "d": []}
    assert dependency_order(needs, {"b": 1, "a": 2}) == ("c", "d", "b", "a")
    assert dependency_order({"a": [], "b": ["a"]}, {"a": 2, "b": 1}) == ("a", "b")


def test_the_shortest_circle() -> None:
    needs = {"a": ["b", "z"], "b": ["c", "d"], "c": ["a"], "d": ["c"], "e": ["a"]}
    assert circle(needs, "a") == ("a", "b", "c", "a")
    assert circle(needs, "d") == ("d", "c", "a", "b", "d")
    assert circle(needs, "e") == circle(needs, "z") == ()
    assert circle({"a": ["a"]}, "a") == ("a", "a")


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


@given(GRAPHS)
def test_what_is_on_no_circle_follows_what_it_needs(graph: dict[str, set[str]]) -> None:
    ordered = dependency_order(graph)
    for name, needs in graph.items():
        for need in needs & graph.keys():
            behind = ordered.index(need) < ordered.index(name)
            assert behind or any(circle(graph, one) for one in graph)
