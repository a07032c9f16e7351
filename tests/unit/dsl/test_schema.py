"""The table of the language."""

from collections.abc import Iterator

import pytest

from tradec.dsl import sections, sections_rules, vocabulary
from tradec.dsl.operands import KEYWORDS
from tradec.dsl.schema import Alias, Gone, Idle, Inner, OneOf, Only, Section


def sections_below(section: Section) -> Iterator[Section]:
    """Yield a section and every one that its keys lead to."""
    yield section
    for key in section.keys:
        kind = key.kind.kind if isinstance(key.kind, Alias) else key.kind
        if isinstance(kind, Inner):
            yield from sections_below(kind.section)
        elif isinstance(kind, OneOf):
            for one in kind.sections.values():
                yield from sections_below(one)


_TABLES = {**vars(sections), **vars(sections_rules)}
_STARTS = [value for value in _TABLES.values() if isinstance(value, Section)]
SECTIONS = list({id(s): s for start in _STARTS for s in sections_below(start)}.values())


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.path or "root")
def test_keys_are_unique_and_say_what_they_mean(section: Section) -> None:
    assert len(section.by_name) == len(section.keys)
    for key in section.keys:
        says_nothing = isinstance(key.kind, Alias | Gone | Idle | Only | Inner)
        assert key.meaning or says_nothing or key.required, key.name


def test_renamed_keys_are_no_keys() -> None:
    names = {key.name for section in SECTIONS for key in section.keys}
    assert set(vocabulary.RENAMED_KEYS.values()) <= names
    for section in SECTIONS:
        for old, new in vocabulary.RENAMED_KEYS.items():
            assert not {old, new} <= set(section.by_name), (section.path, old)


def test_words_of_expressions_are_reserved() -> None:
    assert KEYWORDS <= vocabulary.RESERVED
