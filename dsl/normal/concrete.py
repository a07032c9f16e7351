"""A play's YAML as it stands in the file: every value with its style, every comment with its place.

The reader's tree (`dsl.marked`) holds what a play says; this one holds how it is laid out. Both
come from the same events, and this one is only made of a text that the reader has taken.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import yaml

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_ANCHOR = re.compile(r"&\S+\s*")
_COMMENT = re.compile(r"(?:(?<=[ \t])|(?<![^\n\r]))#[^\n\r]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A scalar or an alias; `raw` is what stands in the file, `text` what it means."""

    start: int
    end: int
    raw: str
    text: str
    style: str = ""
    anchor: str = ""
    is_alias: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list."""

    start: int
    end: int
    items: "tuple[Concrete, ...]"
    flow: bool
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A mapping in the order of the file."""

    start: int
    end: int
    entries: "tuple[tuple[Leaf, Concrete], ...]"
    flow: bool
    anchor: str = ""


Concrete: TypeAlias = Leaf | Listing | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment; `alone` tells one that has its line for itself."""

    start: int
    text: str
    column: int
    alone: bool


@dataclass(frozen=True, kw_only=True)
class Document:
    """A whole file."""

    text: str
    root: Table
    comments: tuple[Comment, ...]

    def in_flow(self, offset: int) -> bool:
        """Whether a place is inside of brackets."""
        at = bisect_left(self._flows, offset, key=lambda span: span[0]) - 1
        return at >= 0 and offset < self._flows[at][1]

    @cached_property
    def _flows(self) -> list[tuple[int, int]]:
        return list(_flow_spans(self.root))


def read_document(text: str) -> Document:
    """Return the layout of a text that `read_yaml` takes."""
    root = _Builder(text).root()
    return Document(text=text, root=root, comments=tuple(_comments(text, root)))


def leaves(node: Concrete) -> Iterator[Leaf]:
    """Yield the scalars and aliases of a value in the order of the file."""
    match node:
        case Leaf():
            yield node
        case Listing(items=items):
            for item in items:
                yield from leaves(item)
        case Table(entries=entries):
            for key, value in entries:
                yield key
                yield from leaves(value)


def has_anchors(node: Concrete) -> bool:
    """Whether anything in a value is anchored or repeated."""
    match node:
        case Leaf(anchor=anchor, is_alias=is_alias):
            return bool(anchor) or is_alias
        case Listing(anchor=anchor, items=items):
            return bool(anchor) or any(map(has_anchors, items))
        case Table(anchor=anchor, entries=entries):
            return bool(anchor) or any(has_anchors(k) or has_anchors(v) for k, v in entries)


def _flow_spans(node: Concrete) -> Iterator[tuple[int, int]]:
    """Yield the outermost brackets of a value."""
    match node:
        case Listing(flow=True) | Table(flow=True):
            yield node.start, node.end
        case Listing(items=items):
            for item in items:
                yield from _flow_spans(item)
        case Table(entries=entries):
            for _, value in entries:
                yield from _flow_spans(value)


class _Builder:
    """Builds the tree from the reader's events."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._events = yaml.parse(text, Loader=_LOADER)

    def root(self) -> Table:
        event = self._next()
        assert isinstance(event, yaml.MappingStartEvent)
        return self._table(event)

    def _next(self) -> yaml.Event:
        for event in self._events:
            if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
                return event
        raise AssertionError("the events end inside of a value")

    def _value(self, event: yaml.Event) -> Concrete:
        match event:
            case yaml.SequenceStartEvent():
                return self._listing(event)
            case yaml.MappingStartEvent():
                return self._table(event)
            case _:
                return self._leaf(event)

    def _leaf(self, event: yaml.Event) -> Leaf:
        start, end = _bounds(event)
        assert isinstance(event, yaml.AliasEvent | yaml.ScalarEvent)
        if isinstance(event, yaml.AliasEvent):
            raw = self._text[start:end]
            return Leaf(start=start, end=end, raw=raw, text=raw, is_alias=True)
        if event.anchor and (found := _ANCHOR.match(self._text, start, end)):
            start = found.end()
        raw, style = self._text[start:end], event.style or ""
        if style in ("|", ">"):
            raw = raw.rstrip()
        return Leaf(
            start=start,
            end=start + len(raw),
            raw=raw,
            text=event.value,
            style=style,
            anchor=event.anchor or "",
        )

    def _listing(self, event: yaml.SequenceStartEvent) -> Listing:
        items = []
        while not isinstance(inner := self._next(), yaml.CollectionEndEvent):
            items.append(self._value(inner))
        start, end = self._extent(event, inner, items[-1].end if items else 0)
        return Listing(
            start=start,
            end=end,
            items=tuple(items),
            flow=bool(event.flow_style),
            anchor=event.anchor or "",
        )

    def _table(self, event: yaml.MappingStartEvent) -> Table:
        entries = []
        last = 0
        while not isinstance(inner := self._next(), yaml.CollectionEndEvent):
            key = self._leaf(inner)
            value = self._value(self._next())
            if isinstance(value, Leaf) and not (value.raw or value.anchor):
                # The reader places what is absent before whatever follows.
                value = replace(value, start=key.end, end=key.end)
            entries.append((key, value))
            last = max(key.end, value.end)
        start, end = self._extent(event, inner, last)
        return Table(
            start=start,
            end=end,
            entries=tuple(entries),
            flow=bool(event.flow_style),
            anchor=event.anchor or "",
        )

    def _extent(
        self, event: yaml.CollectionStartEvent, close: yaml.Event, last: int
    ) -> tuple[int, int]:
        start, _ = _bounds(event)
        _, end = _bounds(close)
        # A block ends where the next token begins; its last value says where its text ends.
        return start, end if event.flow_style else max(start, last)


def _bounds(event: yaml.Event) -> tuple[int, int]:
    assert event.start_mark is not None
    assert event.end_mark is not None
    return event.start_mark.index, event.end_mark.index


def _comments(text: str, root: Table) -> Iterator[Comment]:
    """Yield what stands behind a `#` outside of the scalars."""
    at = 0
    for leaf in [*leaves(root), None]:
        end = leaf.start if leaf else len(text)
        for found in _COMMENT.finditer(text, at, max(at, end)):
            line = max(text.rfind("\n", 0, found.start()), text.rfind("\r", 0, found.start())) + 1
            yield Comment(
                start=found.start(),
                text=found.group().rstrip(),
                column=found.start() - line,
                alone=not text[line : found.start()].strip(),
            )
        at = leaf.end if leaf else len(text)
