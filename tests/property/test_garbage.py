"""Whatever stands anywhere in a play, the front end answers with places and never falls over."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from generators.rich import PLAYS, plain, replaced
from tradec.compiler.context import Options
from tradec.compiler.pipeline import check_source
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source

GARBAGE: st.SearchStrategy[Any] = st.sampled_from(
    (
        None,
        "",
        " ",
        "null",
        "true",
        "${threshold}",
        "${nobody}",
        "$$",
        "$",
        "close",
        "close > 1",
        "s.low_level[600]",
        "s.low_level[-1]",
        "t",
        "off",
        "1h",
        "2025-01-01",
        "\u00e9\u20ac",
        "a" * 300,
        0,
        -1,
        1.5,
        1e300,
        10**30,
        True,
        [],
        {},
        [[]],
        [1, "+", 2],
        {"a": {"b": []}},
        {"feature_id": "s"},
        {"feature_id": "s", "field": "low_level", "offset": 1},
        {"type": "percent", "value": 1},
        {"type": "structure"},
        {"model": "risk_based", "value": 1},
        {"<<": 5},
        {"when": "close > 1"},
    )
)


def everywhere(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value of a tree."""
    if path:
        yield path
    if isinstance(tree, dict | list):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from everywhere(value, (*path, key))


TREES = [plain(tree) for tree in PLAYS.values()]
PLACES = [(tree, path) for tree in TREES for path in everywhere(tree)]


def answered(text: str) -> None:
    found = Diagnostics()
    play = check_source(Source("play.yml", text), found, options=Options(verify=True))
    assert (play is None) == found.has_errors
    for one in found.all:
        assert 0 <= one.span.start.offset <= one.span.end.offset <= len(text)
        assert one.message


@given(st.sampled_from(PLACES), GARBAGE)
def test_one_value_is_garbage(place: tuple[Any, tuple[Any, ...]], garbage: Any) -> None:
    tree, path = place
    answered(json.dumps(replaced(tree, path, garbage)))


@given(st.sampled_from(PLACES), st.sampled_from(PLACES), GARBAGE)
def test_a_value_stands_where_another_belongs(
    place: tuple[Any, tuple[Any, ...]], other: tuple[Any, tuple[Any, ...]], garbage: Any
) -> None:
    (tree, path), (donor, from_) = place, other
    for step in from_:
        donor = donor[step]
    moved = replaced(tree, path, donor)
    answered(json.dumps(moved))
    answered(json.dumps({**moved, "risk_model": garbage}))


@given(st.sampled_from(TREES), st.data())
@example(TREES[0], None)
def test_a_key_is_missing(tree: Any, data: Any) -> None:
    paths = [path for path in everywhere(tree) if isinstance(path[-1], str)]
    for path in paths if data is None else [data.draw(st.sampled_from(paths))]:
        answered(json.dumps(_without(tree, path)))


def _without(tree: Any, path: tuple[Any, ...]) -> Any:
    if len(path) == 1:
        return {key: value for key, value in tree.items() if key != path[0]}
    copy = list(tree) if isinstance(tree, list) else dict(tree)
    copy[path[0]] = _without(copy[path[0]], path[1:])
    return copy
