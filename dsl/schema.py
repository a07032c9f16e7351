"""What a schema of the language is made of: kinds of values, keys and sections.

The tables in `sections` are written with these; the binder checks plays against them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number within bounds; `parameter` admits a numeric variable as a runtime parameter."""

    integer: bool = False
    above: float | None = None
    low: float | None = None
    high: float | None = None
    parameter: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Any scalar as it is written; `pattern` must match all of it."""

    pattern: str | None = None
    pattern_text: str = ""
    upper: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One of a few words.

    `later` are words of the language that are not supported yet, `renamed` old words.
    """

    words: tuple[str, ...]
    later: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """A key that is accepted with one value, which changes nothing.

    Another value is E108 if `later`, else E104. `replacement` makes the key a deprecated alias.
    """

    value: str
    later: bool = False
    replacement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """A mapping with a section of its own."""

    section: "Section"


@dataclass(frozen=True, slots=True, kw_only=True)
class Special:
    """A value with code of its own: conditions, maps with free keys, lists."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A key of the language that is not supported yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A key of an older form of the language; `replacement` says what to write instead."""

    replacement: str


Kind: TypeAlias = Number | Text | Word | Only | Inner | Special | Later | Gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of a section."""

    name: str
    kind: Kind
    required: bool = False
    default: str = ""
    meaning: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """The closed set of keys of one mapping; `path` is where it stands in a play."""

    path: str
    keys: tuple[Key, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Key]:
        """Return the keys by their names."""
        return MappingProxyType({key.name: key for key in self.keys})

    @cached_property
    def accepted(self) -> tuple[str, ...]:
        """Return the names that a play may use, sorted, without the deprecated ones."""
        return tuple(sorted(key.name for key in self.keys if not _is_old(key.kind)))


def _is_old(kind: Kind) -> bool:
    return isinstance(kind, Gone) or (isinstance(kind, Only) and bool(kind.replacement))
