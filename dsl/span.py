"""Where a piece of a play's text stands.

Places are tuples: a play has a hundred thousand of them, and they compare and sort as they stand.
"""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one file, under the name the user gave it."""

    name: str
    text: str


class Position(NamedTuple):
    """A place in a text; line and column count from 1, the offset from 0."""

    offset: int
    line: int
    column: int


class Span(NamedTuple):
    """The half-open stretch of one file from `start` to `end`."""

    file: str
    start: Position
    end: Position

    def to(self, other: "Span") -> "Span":
        """Return the span that begins with this one and ends with `other`."""
        return Span(self.file, self.start, other.end)


NOWHERE = Span("", Position(0, 1, 1), Position(0, 1, 1))
"""The span of a node that no text stands for, such as a default."""
