"""Every key of the tables has a place in the JSON Schema of a play."""

from collections.abc import Iterator

from tradec.compiler.json_schema.play import special_kinds
from tradec.dsl import sections, sections_money, sections_rules, sections_runs
from tradec.dsl.schema import Alias, Inner, Kind, OneOf, Section, Special

TABLES = (sections, sections_money, sections_rules, sections_runs)


def special(kind: Kind) -> Iterator[str]:
    """Yield the names of the special values below a kind."""
    match kind:
        case Special(what=what):
            yield what
        case Inner(section=section):
            yield from below(section)
        case OneOf(sections=inner):
            for section in inner.values():
                yield from below(section)
        case Alias(kind=inner_kind):
            yield from special(inner_kind)
        case _:
            pass


def below(section: Section) -> Iterator[str]:
    for key in section.keys:
        yield from special(key.kind)


def test_every_special_value_has_a_schema() -> None:
    tables = [value for module in TABLES for value in vars(module).values()]
    used = {what for table in tables if isinstance(table, Section) for what in below(table)}
    assert used >= {"condition", "features", "actions"}
    assert used - special_kinds() == set()
