"""Diagnostics as text for people, as JSON for programs, as lines for GitHub."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tradec.dsl.diagnostics import Diagnostic, Label, Severity
from tradec.dsl.place import Place
from tradec.dsl.span import Source, Span

_RED, _YELLOW, _BLUE, _BOLD, _PLAIN = "\x1b[31;1m", "\x1b[33;1m", "\x1b[34m", "\x1b[1m", "\x1b[0m"
_TAB = "    "
_WIDEST, _BEFORE = 240, 60


def render(
    diagnostics: Iterable[Diagnostic], sources: Iterable[Source], *, color: bool = False
) -> str:
    """Return the diagnostics as text, each with the lines that it points at."""
    places = {source.name: Place(source) for source in sources}
    blocks = [_Block(diagnostic, places, _Paint(color)).text() for diagnostic in diagnostics]
    return "\n".join(blocks)


def to_json(diagnostic: Diagnostic) -> dict[str, object]:
    """Return one diagnostic as JSON values; lines and columns count from 1."""
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "file": span.file,
        "span": {
            "start": {"line": span.start.line, "col": span.start.column},
            "end": {"line": span.end.line, "col": span.end.column},
        },
        "notes": list(diagnostic.notes),
        "help": list(diagnostic.helps),
    }


def to_github(diagnostic: Diagnostic) -> str:
    """Return one diagnostic as a line that GitHub shows beside the code."""
    span = diagnostic.span
    fields = {
        "file": span.file,
        "line": str(span.start.line),
        "endLine": str(span.end.line),
        "col": str(span.start.column),
        "endColumn": str(span.end.column),
        "title": diagnostic.code,
    }
    notes = [f"note: {note}" for note in diagnostic.notes]
    helps = [f"help: {help_}" for help_ in diagnostic.helps]
    text = "\n".join((diagnostic.message, *notes, *helps))
    properties = ",".join(f"{name}={_property(value)}" for name, value in fields.items())
    return f"::{diagnostic.severity.value} {properties}::{_escape(text)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")


class _Paint:
    """Colors words, or leaves them as they are."""

    def __init__(self, color: bool) -> None:  # noqa: FBT001  set once, by render
        self._color = color

    def __call__(self, text: str, style: str) -> str:
        return f"{style}{text}{_PLAIN}" if self._color and text else text


@dataclass(frozen=True, slots=True)
class _Mark:
    """One stretch of one line to underline."""

    line: int
    start: int
    end: int
    sign: str
    text: str


class _Block:
    """The text of one diagnostic."""

    def __init__(self, diagnostic: Diagnostic, places: dict[str, Place], paint: _Paint) -> None:
        self._diagnostic = diagnostic
        self._places = places
        self._paint = paint
        self._style = _RED if diagnostic.severity is Severity.ERROR else _YELLOW
        spans = [diagnostic.span, *(label.span for label in diagnostic.labels)]
        self._gutter = len(str(max(span.end.line for span in spans)))

    def text(self) -> str:
        """Return the block, with a line end."""
        found = self._diagnostic
        head = self._paint(f"{found.severity.value}[{found.code}]", self._style)
        lines = [f"{head}{self._paint(f': {found.message}', _BOLD)}"]
        own = [label for label in found.labels if label.span.file == found.span.file]
        others = [label for label in found.labels if label.span.file != found.span.file]
        lines += self._excerpt("-->", found.span, self._marks(found, own))
        for label in others:
            lines += self._excerpt(":::", label.span, _marks_of(label.span, "-", label.text))
        lines += self._facts("note", found.notes) + self._facts("help", found.helps)
        lines += self._facts("more", (f"tradec explain {found.code}",))
        return "\n".join(lines) + "\n"

    def _marks(self, found: Diagnostic, labels: list[Label]) -> list[_Mark]:
        marks = _marks_of(found.span, "^", found.label)
        for label in labels:
            marks += _marks_of(label.span, "-", label.text)
        return marks

    def _excerpt(self, arrow: str, span: Span, marks: list[_Mark]) -> list[str]:
        blank = " " * self._gutter
        where = f"{span.file}:{span.start.line}:{span.start.column}"
        lines = [f"{blank}{self._paint(arrow, _BLUE)} {where}"]
        place = self._places.get(span.file)
        if place is None:
            return lines
        lines.append(self._row("", ""))
        for number in sorted({mark.line for mark in marks}):
            (line,) = place.lines(number, number)
            line, here = _cut(line, [mark for mark in marks if mark.line == number])
            lines.append(self._row(str(number), _expanded(line)))
            lines += [self._row("", self._underline(line, mark)) for mark in _ordered(here)]
        return lines

    def _row(self, number: str, text: str) -> str:
        gutter = self._paint(f"{number:>{self._gutter}} |", _BLUE)
        return f"{gutter} {text}".rstrip() if text else gutter

    def _underline(self, line: str, mark: _Mark) -> str:
        before = _width(_expanded(line[: mark.start]))
        end = max(mark.end, mark.start + 1) if mark.end >= 0 else len(line)
        signs = mark.sign * max(1, _width(_expanded(line[mark.start : end])))
        style = self._style if mark.sign == "^" else _BLUE
        return " " * before + self._paint(f"{signs} {mark.text}".rstrip(), style)

    def _facts(self, name: str, facts: Iterable[str]) -> list[str]:
        blank = " " * self._gutter
        rows = []
        for fact in facts:
            first, *rest = fact.split("\n")
            rows.append(f"{blank} {self._paint('=', _BLUE)} {name}: {first}")
            rows += [f"{blank}         {line}" for line in rest]
        return rows


def _marks_of(span: Span, sign: str, text: str) -> list[_Mark]:
    """Return the first and the last line of a span; its text stands at the last."""
    start, end = span.start, span.end
    if start.line == end.line:
        return [_Mark(start.line, start.column - 1, end.column - 1, sign, text)]
    last = _Mark(end.line, 0, end.column - 1, sign, text)
    return [_Mark(start.line, start.column - 1, -1, sign, ""), last]


def _cut(line: str, marks: list[_Mark]) -> tuple[str, list[_Mark]]:
    """Return the part of a very long line around its first mark, and the marks on it."""
    if len(line) <= _WIDEST:
        return line, marks
    start = max(0, min(len(line) - _WIDEST, _ordered(marks)[0].start - _BEFORE))
    end = start + _WIDEST
    front, back = "..." if start else "", "..." if end < len(line) else ""

    def shifted(at: int) -> int:
        return min(max(at, start), end) - start + len(front)

    text = f"{front}{line[start:end]}{back}"
    shown = [
        replace(
            mark,
            start=shifted(mark.start),
            end=shifted(mark.end if mark.end >= 0 else len(line)),
        )
        for mark in marks
    ]
    return text, shown


def _ordered(marks: list[_Mark]) -> list[_Mark]:
    return sorted(marks, key=lambda mark: (mark.sign != "^", mark.start))


def _expanded(text: str) -> str:
    return text.replace("\t", _TAB)


def _width(text: str) -> int:
    """Return the columns that a text takes in a terminal."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
