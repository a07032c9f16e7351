"""The hash of a play: every value that means something is in it, and nothing else (15)."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from generators.rich import PLAYS, Alt, places, plain, replaced
from tradec.compiler.canonical import module_hash, play_hash
from tradec.compiler.ir import Play
from tradec.compiler.pipeline import check_source
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.schema import Alias, Gone, Idle, Inner, Key, OneOf, Only, Section, Special
from tradec.dsl.sections import ROOT
from tradec.dsl.span import Source

NO_MEANING = ("name", "id", "description", "deploy", "validation")


def read(tree: Any) -> Play:
    """Return the typed play; JSON is YAML."""
    return read_text(json.dumps(tree))


@cache
def read_text(text: str) -> Play:
    found = Diagnostics()
    play = check_source(Source("play.yml", text), found)
    assert play is not None, [f"{d.code} {d.message}" for d in found.all]
    return play


CASES = [
    pytest.param(tree, path, alt, id=f"{name}: {'.'.join(map(str, path))}")
    for name, tree in PLAYS.items()
    for path, alt in places(tree)
]


@pytest.mark.parametrize(("tree", "path", "alt"), CASES)
def test_each_value_is_in_the_hash_if_it_means_something(tree: Any, path: Any, alt: Alt) -> None:
    one = read(plain(tree))
    two = read(plain(replaced(tree, path, alt.other)))
    assert (play_hash(one) == play_hash(two)) is (path[0] in NO_MEANING)
    if path[0] != "variables":
        assert (module_hash(one) == module_hash(two)) is (path[0] in NO_MEANING)
    else:
        assert module_hash(one) == module_hash(two)


def written_keys(section: Section, trees: list[Any], path: str = "") -> Iterator[str]:
    """Yield the keys of a section and of those below that no tree writes."""
    for key in section.keys:
        kind = key.kind.kind if isinstance(key.kind, Alias) else key.kind
        inner = [tree[key.name] for tree in trees if isinstance(tree, dict) and key.name in tree]
        below = [tree for tree in inner if tree is not None]
        at = f"{path}{key.name}"
        if not below and not _means_nothing(key):
            yield at
        if isinstance(kind, Inner) and not isinstance(key.kind, Alias):
            yield from written_keys(kind.section, below, f"{at}.")
        if isinstance(kind, OneOf):
            for word, one in kind.sections.items():
                chosen = [tree for tree in below if plain(tree[kind.tag]) == word]
                yield from written_keys(one, chosen, f"{at}[{word}].")


def _means_nothing(key: Key) -> bool:
    return isinstance(key.kind, Alias | Gone | Idle | Only)


def test_no_key_of_the_language_is_left_out() -> None:
    missing = [
        name
        for name in written_keys(ROOT, list(PLAYS.values()))
        if not name.startswith(("risk_model.", "structures.", "validation.params.", "risk.sizing["))
    ]
    assert missing == ["symbol_universe", "deploy.settle_coin"]


def test_special_keys_are_known() -> None:
    special = {key.name for key in ROOT.keys if isinstance(key.kind, Special)}
    assert special <= {"features", "variables", "setups", "actions", "symbol_universe", "warmup"}
