"""YAML text to marked values: no implicit types, no silent duplicates, every place kept."""

import re
from collections.abc import Iterator

import yaml

from tradec.dsl.diagnostics import Diagnostics, Label
from tradec.dsl.marked import Entry, Mapping, Marked, Scalar, Sequence
from tradec.dsl.merge import MergeError, check_duplicates, merge
from tradec.dsl.place import Place
from tradec.dsl.span import Position, Source, Span

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_MAX_LENGTH = 4_000_000
_MAX_DEPTH = 60
_MAX_VALUES = 50_000
_START = Position(0, 1, 1)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ANCHOR = re.compile(r"&\S+\s*")
_TAB = re.compile(r"(?:^|\n|\r)(?P<blank> *)\t[ \t]*[^\s#]")


class _UnreadableError(Exception):
    def __init__(
        self, span: Span, message: str, help_: str = "", begins: Span | None = None
    ) -> None:
        super().__init__(message)
        self.span = span
        self.message = message
        self.help = help_
        self.begins = begins


def decode_source(name: str, data: bytes, diagnostics: Diagnostics) -> Source | None:
    """Return the text of a file; report E107 and return None if it is not UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = Source(name, data[: error.start].decode("utf-8-sig", "replace"))
        end = Place(before).position(len(before.text))
        after = Position(end.offset + 1, end.line, end.column + 1)
        byte = data[error.start]
        _report(
            diagnostics,
            _UnreadableError(
                Span(name, end, after),
                f"byte {error.start + 1} of the file, 0x{byte:02x}, is not UTF-8",
                "save the file as UTF-8",
            ),
        )
        return None
    return Source(name, text)


def read_yaml(source: Source, diagnostics: Diagnostics) -> Mapping | None:
    """Return the mapping at the root; report E105 and E107, and return None if unreadable."""
    if len(source.text) > _MAX_LENGTH:
        message = f"the text has more than {_MAX_LENGTH} characters, which no play needs"
        _report(diagnostics, _UnreadableError(Span(source.name, _START, _START), message))
        return None
    place = Place(source)
    try:
        _check_characters(place)
        return _Composer(place, diagnostics).document()
    except _UnreadableError as error:
        _report(diagnostics, error)
        return None


def _report(diagnostics: Diagnostics, error: _UnreadableError) -> None:
    helps = (error.help,) if error.help else ()
    labels = (Label(span=error.begins, text="begins here"),) if error.begins else ()
    diagnostics.report("E107", error.span, error.message, labels=labels, helps=helps)


def _check_characters(place: Place) -> None:
    text = place.source.text
    if found := _UNPRINTABLE.search(text):
        span = place.span(found.start(), found.end())
        raise _UnreadableError(span, f"U+{ord(found.group()):04X} cannot stand in a play")
    if found := _TAB.search(text):
        at = found.end("blank")
        message = "a tab is used for indentation"
        raise _UnreadableError(place.span(at, at + 1), message, "indent with spaces")


class _Composer:
    """Builds values from the reader's events, which need no recursion in C."""

    def __init__(self, place: Place, diagnostics: Diagnostics) -> None:
        self._place = place
        self._text = place.source.text
        self._diagnostics = diagnostics
        self._events = self._read()
        self._anchors: dict[str, Marked | None] = {}
        self._sizes: dict[int, int] = {}
        self._count = 0

    def document(self) -> Mapping:
        event = self._next()
        if event is None:
            raise _UnreadableError(self._place.span(0, 0), "the file is empty")
        root = self._value(event, 1)
        if second := self._next():
            start, _ = _bounds(second)
            message = "a second document begins here"
            span = self._place.span(start, start + 1)
            raise _UnreadableError(span, message, "keep one play per file")
        if not isinstance(root, Mapping):
            message = "a play is a mapping of keys to values"
            raise _UnreadableError(root.span, message, "begin with `version:`")
        return root

    def _read(self) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(self._text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            raise self._unreadable(error) from error
        except yaml.YAMLError as error:
            raise _UnreadableError(self._place.span(0, 0), str(error).split("\n")[0]) from error

    def _unreadable(self, error: yaml.MarkedYAMLError) -> _UnreadableError:
        at, begin = error.problem_mark or error.context_mark, error.context_mark
        span = self._place.span(at.index, at.index + 1) if at else self._place.span(0, 0)
        text = ", ".join(part for part in (error.problem, error.context) if part)
        begins = self._place.span(begin.index, begin.index + 1) if begin else None
        return _UnreadableError(span, text or "not YAML", begins=begins)

    def _next(self) -> yaml.NodeEvent | None:
        """Return the next event with content; None at the end of a collection or of the file."""
        for event in self._events:
            match event:
                case yaml.NodeEvent():
                    return event
                case yaml.CollectionEndEvent():
                    self._close = event
                    return None
        return None

    def _value(self, event: yaml.NodeEvent, depth: int) -> Marked:
        start, end = _bounds(event)
        span = self._place.span(start, end)
        if depth > _MAX_DEPTH:
            raise _UnreadableError(span, f"values are nested more than {_MAX_DEPTH} deep")
        self._count += 1
        if self._count > _MAX_VALUES:
            raise _UnreadableError(span, f"the file holds more than {_MAX_VALUES} values")
        anchor = event.anchor
        if isinstance(event, yaml.AliasEvent):
            return self._alias(anchor or "", span)
        if anchor:
            self._anchors[anchor] = None
        value = self._content(event, span, depth)
        if anchor:
            self._anchors[anchor] = value
        return value

    def _content(self, event: yaml.NodeEvent, span: Span, depth: int) -> Marked:
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        if event.tag not in (None, "!"):
            message = f"the tag `{event.tag}` is not part of the language"
            raise _UnreadableError(span, message, "remove the tag")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, depth)
        return self._mapping(event, depth)

    def _alias(self, anchor: str, span: Span) -> Marked:
        if anchor not in self._anchors:
            raise _UnreadableError(span, f"nothing above is anchored as `&{anchor}`")
        value = self._anchors[anchor]
        if value is None:
            raise _UnreadableError(span, f"`*{anchor}` stands inside of what it repeats")
        return value

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        start, end = _bounds(event)
        if event.anchor and (found := _ANCHOR.match(self._text, start, end)):
            start = found.end()
        # The pure Python reader writes None where the C reader writes "".
        style = event.style or ""
        if style in ("|", ">"):
            end = start + len(self._text[start:end].rstrip())
        span = self._place.span(start, end)
        plain = not style
        return Scalar(text=event.value, plain=plain, style=style, span=span, place=self._place)

    def _sequence(self, event: yaml.CollectionStartEvent, depth: int) -> Sequence:
        items: list[Marked] = []
        while inner := self._next():
            items.append(self._value(inner, depth + 1))
        value = Sequence(items=tuple(items), span=self._extent(event, items))
        self._measure(value, items)
        return value

    def _mapping(self, event: yaml.CollectionStartEvent, depth: int) -> Mapping:
        entries: list[Entry] = []
        while inner := self._next():
            key = self._value(inner, depth + 1)
            if not isinstance(key, Scalar):
                raise _UnreadableError(key.span, "a key is a string")
            content = self._next()
            assert content is not None
            entries.append((key, self._value(content, depth + 1)))
        check_duplicates(entries, self._diagnostics)
        values = [value for _, value in entries]
        span = self._extent(event, values)
        try:
            mapping = Mapping(entries=merge(entries), span=span)
        except MergeError as error:
            raise _UnreadableError(error.span, str(error)) from error
        self._measure(mapping, values)
        return mapping

    def _extent(self, event: yaml.CollectionStartEvent, values: list[Marked]) -> Span:
        start, _ = _bounds(event)
        _, end = _bounds(self._close)
        if not event.flow_style:
            # A block ends where the next token begins; its last value says where its text ends.
            end = values[-1].span.end.offset if values else start
        return self._place.span(start, max(start, end))

    def _measure(self, value: Sequence | Mapping, values: list[Marked]) -> None:
        size = 1 + sum(self._sizes.get(id(inner), 1) for inner in values)
        if size > _MAX_VALUES:
            message = f"its aliases stand for more than {_MAX_VALUES} values"
            raise _UnreadableError(value.span, message)
        self._sizes[id(value)] = size


def _bounds(event: yaml.Event) -> tuple[int, int]:
    assert event.start_mark is not None
    assert event.end_mark is not None
    return event.start_mark.index, event.end_mark.index
