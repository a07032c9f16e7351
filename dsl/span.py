"""Where a piece of a play's text stands."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one file, under the name the user gave it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text; line and column count from 1, the offset from 0."""

    offset: int
    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The half-open stretch of one file from `start` to `end`."""

    file: str
    start: Position
    end: Position

    def to(self, other: "Span") -> "Span":
        """Return the span that begins with this one and ends with `other`."""
        return Span(self.file, self.start, other.end)


NOWHERE = Span("", Position(0, 1, 1), Position(0, 1, 1))
"""The span of a node that no text stands for, such as a default."""
