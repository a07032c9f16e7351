"""The figures and words of a play's sections, each default from the table of the language."""

from collections.abc import Mapping
from dataclasses import dataclass

from tradec.compiler import ir
from tradec.compiler.series import setting
from tradec.compiler.types import Kind, Type
from tradec.compiler.typing_rules import float_const
from tradec.dsl import nodes
from tradec.dsl.schema import Number, Section
from tradec.dsl.words import to_bool


@dataclass(frozen=True, slots=True)
class Figures:
    """Reads figures of sections; a default has no place."""

    variables: Mapping[str, nodes.Literal]

    def number(self, section: Section, written: nodes.Node | None, name: str) -> ir.Setting:
        """Return a number that is there or has a default."""
        given = self.given(written, name)
        return default(section, name) if given is None else given

    def given(self, written: nodes.Node | None, name: str) -> ir.Setting | None:
        """Return a number that a play may leave out; None where it does."""
        value: nodes.Value | None = getattr(written, name, None)
        return None if value is None else self.setting(value)

    def setting(self, value: nodes.Value) -> ir.Setting:
        """Return a number as the IR has it."""
        return setting(value, self.variables)

    def value_of(self, node: ir.Setting) -> float:
        """Return what a setting is worth in this play."""
        if isinstance(node, ir.Const):
            return float(node.value)
        value = self.variables[node.name].value
        assert isinstance(value, int | float)
        return float(value)


def word(section: Section, written: nodes.Node | None, name: str) -> str:
    """Return a word of a play or its default."""
    literal: nodes.Literal | None = getattr(written, name, None)
    return section.by_name[name].default if literal is None else str(literal.value)


def flag(section: Section, written: nodes.Node | None, name: str) -> bool:
    """Return a bool of a play or its default."""
    literal: nodes.Literal | None = getattr(written, name, None)
    if literal is not None:
        return bool(literal.value)
    return section.by_name[name].default == "on" or bool(to_bool(section.by_name[name].default))


def default(section: Section, name: str) -> ir.Const:
    """Return the default of a number."""
    key = section.by_name[name]
    assert isinstance(key.kind, Number), name
    if key.kind.integer:
        return ir.Const(value=int(key.default), type=Type(kind=Kind.INT))
    return float_const(float(key.default))
