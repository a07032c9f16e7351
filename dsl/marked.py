"""YAML values with their places: what the reader gives and the binder takes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from tradec.dsl.place import Place
from tradec.dsl.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a scalar's text that stands for a stretch of the text as written.

    Inside a `whole` piece, such as the text of a variable, no finer place is known.
    """

    start: int
    end: int
    origin: int
    origin_end: int
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One scalar with its text as decoded; its type is decided where it is used.

    `plain` tells text that may be a number or a bool from quoted text and block scalars.
    """

    text: str
    plain: bool = True
    style: str = field(default="", compare=False)
    span: Span = field(compare=False, repr=False)
    place: Place = field(compare=False, repr=False)
    pieces: tuple[Piece, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A list."""

    items: "tuple[Marked, ...]"
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A mapping in the order of the file, merge keys already merged."""

    entries: "tuple[tuple[Scalar, Marked], ...]"
    span: Span = field(compare=False, repr=False)

    def get(self, name: str) -> "Marked | None":
        """Return the value of a key, or None."""
        return next((value for key, value in self.entries if key.text == name), None)


Marked: TypeAlias = Scalar | Sequence | Mapping
Entry: TypeAlias = tuple[Scalar, Marked]


def kind_of(value: Marked) -> str:
    """Return what a value is, in the words of a diagnostic."""
    match value:
        case Scalar(text="", plain=True):
            return "nothing"
        case Scalar(text=text, plain=True):
            return f"`{_short(text)}`"
        case Scalar(text=text):
            return f'the quoted text "{_short(text)}"'
        case Sequence():
            return "a list"
        case Mapping():
            return "a mapping"


def _short(text: str) -> str:
    line = text.split("\n", 1)[0]
    return line if len(line) <= 40 and line == text else f"{line[:40]}..."


def scalars(value: Marked, *, keys: bool = False) -> Iterator[Scalar]:
    """Yield every scalar of a value in the order of the file, keys only where they are wanted."""
    match value:
        case Scalar():
            yield value
        case Sequence(items=items):
            for item in items:
                yield from scalars(item, keys=keys)
        case Mapping(entries=entries):
            for key, inner in entries:
                if keys:
                    yield key
                yield from scalars(inner, keys=keys)
