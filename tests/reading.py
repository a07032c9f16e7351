"""Reads plays and conditions in tests."""

from tradec.dsl import nodes
from tradec.dsl.build import read_play
from tradec.dsl.conditions import read_condition
from tradec.dsl.context import Context
from tradec.dsl.diagnostics import Diagnostic, Diagnostics
from tradec.dsl.marked import Marked
from tradec.dsl.span import Source
from tradec.dsl.variables import Variables
from tradec.dsl.yaml import read_yaml


def read(
    text: str, overrides: dict[str, str] | None = None
) -> tuple[nodes.Play | None, tuple[Diagnostic, ...]]:
    """Return the play of a text and everything that was reported."""
    found = Diagnostics()
    play = read_play(Source("play.yml", text), found, overrides)
    assert (play is None) == found.has_errors
    return play, found.all


def read_clean(text: str, overrides: dict[str, str] | None = None) -> nodes.Play:
    """Return the play of a text about which nothing is to be said."""
    play, found = read(text, overrides)
    assert found == ()
    assert play is not None
    return play


def marked(text: str) -> Marked:
    """Return a value in YAML."""
    root = read_yaml(Source("play.yml", f"k: {text}\n"), Diagnostics())
    assert root is not None
    return root.entries[0][1]


def condition(text: str) -> tuple[nodes.Condition | None, tuple[Diagnostic, ...]]:
    """Return the condition that stands in YAML as the value of a key."""
    found = Diagnostics()
    read_ = read_condition(marked(text), "k", Context(found, Variables()))
    assert (read_ is None) == found.has_errors
    return read_, found.all


def clean_condition(text: str) -> nodes.Condition:
    """Return a condition about which nothing is to be said."""
    read_, found = condition(text)
    assert found == ()
    assert read_ is not None
    return read_
