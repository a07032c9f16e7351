"""Offsets of a text as lines and columns."""

import re
from bisect import bisect_right

from tradec.dsl.span import Position, Source, Span

_LINE_END = re.compile(r"\r\n|\n|\r")


class Place:
    """Makes positions and spans of one source from character offsets."""

    __slots__ = ("_size", "_starts", "source")

    def __init__(self, source: Source) -> None:
        self.source = source
        self._size = len(source.text)
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(source.text))]

    def position(self, offset: int) -> Position:
        """Return the position of one character; past the end it is the end."""
        offset = min(max(offset, 0), self._size)
        line = bisect_right(self._starts, offset)
        return Position(offset, line, offset - self._starts[line - 1] + 1)

    def span(self, start: int, end: int) -> Span:
        """Return the half-open stretch between two offsets."""
        begin = self.position(start)
        line = begin.line
        on_its_line = start <= end and (
            end < self._starts[line] if line < len(self._starts) else end <= self._size
        )
        if on_its_line:
            return Span(self.source.name, begin, Position(end, line, begin.column + end - start))
        return Span(self.source.name, begin, self.position(max(start, end)))

    def lines(self, first: int, last: int) -> tuple[str, ...]:
        """Return the text of some lines, counted from 1, without their line ends."""
        return tuple(self._line(number) for number in range(first, last + 1))

    def _line(self, number: int) -> str:
        if not 1 <= number <= len(self._starts):
            return ""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.source.text)
        return self.source.text[start:end].rstrip("\r\n")
