"""The table of the language."""

import pytest

from tradec.dsl import sections, sections_rules, vocabulary
from tradec.dsl.operands import KEYWORDS
from tradec.dsl.schema import Gone, Inner, Later, Only, Section

_TABLES = {**vars(sections), **vars(sections_rules)}
SECTIONS = [value for value in _TABLES.values() if isinstance(value, Section)]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.path or "root")
def test_keys_are_unique_and_say_what_they_mean(section: Section) -> None:
    assert len(section.by_name) == len(section.keys)
    for key in section.keys:
        says_nothing = isinstance(key.kind, Gone | Later | Only | Inner)
        assert key.meaning or says_nothing or key.required, key.name


def test_renamed_keys_are_no_keys() -> None:
    names = {key.name for section in SECTIONS for key in section.keys}
    assert set(vocabulary.RENAMED_KEYS.values()) <= names
    assert not set(vocabulary.RENAMED_KEYS) & names


def test_words_of_expressions_are_reserved() -> None:
    assert KEYWORDS <= vocabulary.RESERVED
