"""Hands out the comments of a file to the values that are printed, each exactly once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tradec.dsl.normal.concrete import Document

_EMPTY_LINE = re.compile(r"(?:\n|\r(?!\n))[ \t]*(?:\r\n|\n|\r)\Z")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the result; `blank` asks for an empty line before it."""

    text: str
    blank: bool = False


class Remarks:
    """The comments that are still to be printed, in the order of the file."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._comments = document.comments
        self._at = 0

    def before(self, offset: int, indent: int) -> Iterator[Line]:
        """Yield what stands before a place, each comment on a line of its own."""
        while self._at < len(self._comments) and self._comments[self._at].start < offset:
            yield self._take(indent)

    def inside(self, offset: int, column: int, indent: int) -> Iterator[Line]:
        """Yield what stands before a place and further in than `column`."""
        while self._at < len(self._comments):
            comment = self._comments[self._at]
            if comment.start >= offset or not comment.alone or comment.column <= column:
                return
            yield self._take(indent)

    def beside(self, end: int) -> str:
        """Return the comment on the line where something ends, with the blanks before it."""
        if self._at == len(self._comments):
            return ""
        comment = self._comments[self._at]
        if comment.alone or comment.start < end or self._breaks(end, comment.start):
            return ""
        self._at += 1
        return f"  {comment.text}"

    def within(self, start: int, end: int) -> bool:
        """Whether a comment that is still to be printed stands inside of a stretch."""
        later = self._comments[self._at :]
        return bool(later) and start <= later[0].start < end

    def has_blank(self, offset: int) -> bool:
        """Whether an empty line stands before the line of a place."""
        line = self._line(offset)
        return bool(_EMPTY_LINE.search(self._text, max(0, line - 200), line))

    def _take(self, indent: int) -> Line:
        comment = self._comments[self._at]
        self._at += 1
        blank = comment.alone and self.has_blank(comment.start)
        return Line(f"{' ' * indent}{comment.text}", blank)

    def _breaks(self, start: int, end: int) -> bool:
        return "\n" in self._text[start:end] or "\r" in self._text[start:end]

    def _line(self, offset: int) -> int:
        return max(self._text.rfind("\n", 0, offset), self._text.rfind("\r", 0, offset)) + 1
