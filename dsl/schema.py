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
    """A number within bounds, of which `above` and `below` are no members themselves.

    `parameter` admits a numeric variable as a runtime parameter; one of `words` may stand in its
    place.
    """

    integer: bool = False
    above: float | None = None
    low: float | None = None
    high: float | None = None
    below: float | None = None
    parameter: bool = True
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """`true` or `false`; `on` and `off` mean the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """A date, a date with a time (UTC unless it says otherwise), or milliseconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Any scalar as it is written; `pattern` must match all of it."""

    pattern: str | None = None
    pattern_text: str = ""
    upper: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One of a few words.

    `renamed` are old words. With `any_case` the words may be written in any case.
    """

    words: tuple[str, ...]
    any_case: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """A key that is accepted with one value, which changes nothing.

    `replacement` makes the key a deprecated alias.
    """

    value: str
    replacement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """A mapping with a section of its own; one of `words` may stand in its place."""

    section: "Section"
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """A mapping whose other keys depend on the word of its key `tag`."""

    tag: str
    sections: "Mapping[str, Section]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A deprecated key that is read as if its value stood at `of`."""

    of: str
    kind: "Number | Text | Word | Flag | Inner | Special"


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """A key that older plays write and that changes nothing; `because` says why."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Special:
    """A value with code of its own: conditions, maps with free keys, lists."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A key of an older form of the language; `replacement` says what to write instead."""

    replacement: str


Simple: TypeAlias = Number | Text | Word | Flag | Instant
Kind: TypeAlias = Simple | Only | Inner | OneOf | Alias | Idle | Special | Gone


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
    """The closed set of keys of one mapping; `path` is where it stands in a play.

    `hints` says of keys that stand nowhere in it where they belong.
    """

    path: str
    keys: tuple[Key, ...]
    hints: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_name(self) -> Mapping[str, Key]:
        """Return the keys by their names."""
        return MappingProxyType({key.name: key for key in self.keys})

    @cached_property
    def accepted(self) -> tuple[str, ...]:
        """Return the names that a play may use, sorted, without the deprecated ones."""
        return tuple(sorted(key.name for key in self.keys if not _is_old(key.kind)))


def _is_old(kind: Kind) -> bool:
    if isinstance(kind, Only):
        return bool(kind.replacement)
    return isinstance(kind, Gone | Alias | Idle)
