"""Lays out a play in its normal form; comments stay with what they stand beside.

Blocks are indented by two columns, lists below their key included. What stands in brackets stays
on its line if it fits there, and becomes a block if it was opened over lines or holds comments.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from tradec.dsl.normal.concrete import (
    Concrete,
    Document,
    Leaf,
    Listing,
    Table,
    has_anchors,
    leaves,
)
from tradec.dsl.normal.order import Section, in_order, spaced_out
from tradec.dsl.normal.remarks import Line, Remarks
from tradec.dsl.quoting import is_string, plain_text, quoted

WIDTH = 100
_STEP = 2
_MERGE = "<<"
_BLOCK = ("|", ">")
_OPENED = re.compile(r"[^\[{]*[\[{][ \t]*(?:#[^\n\r]*)?[\n\r]")
_BREAK = re.compile(r"\r\n|\n|\r")


def laid_out(document: Document, spelled: Mapping[int, str], order: tuple[str, ...]) -> str:
    """Return the document in normal form.

    `spelled` holds other texts of scalars by where these begin, `order` the keys of the root.
    """
    lines = list(_Layout(document, spelled).lines(order))
    parts = [f"\n{line.text}" if line.blank and at else line.text for at, line in enumerate(lines)]
    return "\n".join(parts) + "\n"


class _Layout:
    """Prints the values of one document in the order of the file."""

    def __init__(self, document: Document, spelled: Mapping[int, str]) -> None:
        self._text = document.text
        self._root = document.root
        self._remarks = Remarks(document)
        self._spelled = spelled
        self._starts = [leaf.start for leaf in leaves(document.root)]

    def lines(self, order: tuple[str, ...]) -> Iterator[Line]:
        """Yield every line, the sections sorted by `order`."""
        entries = self._root.entries
        head = list(self._remarks.before(entries[0][0].start if entries else 0, 0))
        sections = [
            Section(key.text, isinstance(value, Leaf), tuple(self._section(key, value)))
            for key, value in entries
        ]
        foot = list(self._remarks.before(len(self._text) + 1, 0))
        has_gap = any(section.lines[0].blank for section in sections[:1])
        sections[:1] = [section.without_gap() for section in sections[:1]]
        ordered = sections if has_anchors(self._root) else in_order(sections, order)
        yield from spaced_out(head, ordered, has_gap=has_gap)
        yield from foot

    def _section(self, key: Leaf, value: Concrete) -> Iterator[Line]:
        yield from self._remarks.before(key.start, 0)
        yield from self._entry(key, value, 0, column=0)

    # --- blocks -------------------------------------------------------------------------------

    def _block(self, node: Listing | Table, indent: int, column: int) -> Iterator[Line]:
        """Yield the lines of a block; `column` is where its parent stood in the file."""
        own = self._column(node)
        match node:
            case Table(entries=entries):
                for key, value in entries:
                    yield from self._remarks.before(key.start, indent)
                    yield from self._entry(key, value, indent, own)
            case Listing(items=items):
                for item in items:
                    yield from self._remarks.before(_first(item), indent)
                    yield from self._item(item, indent, own)
        yield from self._remarks.inside(self._after(node.end), column, indent)

    def _entry(self, key: Leaf, value: Concrete, indent: int, column: int) -> Iterator[Line]:
        """Yield a key with its value."""
        blank = self._remarks.has_blank(key.start)
        head = f"{' ' * indent}{self._key(key, flow=False)}:"
        aside = "" if self._follows(key.end, value) else self._remarks.beside(key.end)
        lead = list(self._remarks.before(value.start, indent + _STEP)) if _starts(value) else []
        if lead or (aside and _starts(value)):
            yield Line(head + aside, blank)
            yield from lead
            yield from self._below(value, indent, column)
            return
        first, *rest = self._value(f"{head} ", value, indent, column, aside)
        yield replace(first, blank=blank)
        yield from rest

    def _below(self, value: Concrete, indent: int, column: int) -> Iterator[Line]:
        """Yield a value below its key, from which comments part it."""
        blank = " " * (indent + _STEP)
        if isinstance(value, Leaf) or not self._is_block(blank, value):
            yield from self._value(blank, value, indent, column)
            return
        if value.anchor:
            yield Line(blank + _anchor(value).rstrip(" "))
        yield from self._block(value, indent + _STEP, column)

    def _item(self, item: Concrete, indent: int, column: int) -> Iterator[Line]:
        """Yield an item of a list with its dash."""
        blank = self._remarks.has_blank(_first(item))
        dash = f"{' ' * indent}- "
        if isinstance(item, Leaf) or item.anchor or not self._is_block(dash, item):
            first, *rest = self._value(dash, item, indent, column)
        else:
            first, *rest = self._block(item, indent + _STEP, column)
            first = Line(dash + first.text.lstrip(" "))
        yield replace(first, blank=blank)
        yield from rest

    def _value(
        self, head: str, node: Concrete, indent: int, column: int, aside: str = ""
    ) -> Iterator[Line]:
        """Yield a value behind `head`: on its line, or as a block below it."""
        if isinstance(node, Leaf):
            yield from self._leaf(head, node, indent)
        elif not self._is_block(head, node):
            yield Line(head + self._flow(node) + self._remarks.beside(node.end))
        else:
            if self._remarks.within(node.start, _first(node)):
                aside = aside or self._remarks.beside(node.start + 1)
            yield Line(_joined(head, node) + aside)
            yield from self._block(node, indent + _STEP, column)

    def _leaf(self, head: str, leaf: Leaf, indent: int) -> Iterator[Line]:
        """Yield a scalar, which may go over several lines."""
        anchor = _anchor(leaf)
        first, *rest = _BREAK.split(leaf.raw)
        blank = " " * (indent + _STEP)
        if _is_plain_block(leaf):
            yield Line(f"{head}{anchor}{first}")
            for line in self._content(leaf, rest):
                yield Line(f"{blank}{line}" if line else "")
        elif rest and leaf.style not in _BLOCK:
            yield Line(f"{head}{anchor}{first.rstrip()}")
            yield from (
                Line(f"{blank}{line.strip()}" if line.strip() else "") for line in rest[:-1]
            )
            yield Line(f"{blank}{rest[-1].strip()}{self._remarks.beside(leaf.end)}")
        else:
            text = f"{head}{anchor}{self._scalar(leaf, flow=False)}".rstrip(" ")
            yield Line(text + self._remarks.beside(leaf.end))

    def _content(self, leaf: Leaf, lines: list[str]) -> Iterable[str]:
        """Return the lines of a block scalar without their indentation."""
        if leaf.start in self._spelled:
            return self._spelled[leaf.start].split("\n")
        depths = (len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" "))
        depth = next(depths, 0)
        return [line[depth:] for line in lines]

    # --- one line -----------------------------------------------------------------------------

    def _is_block(self, head: str, node: Concrete) -> bool:
        """Whether a value is printed over lines, its first line being `head`."""
        if isinstance(node, Leaf) or not any(leaves(node)):
            return False
        if not node.flow or self._remarks.within(node.start, node.end):
            return True
        if _OPENED.match(self._text, node.start, node.end):
            return True
        return len(head) + len(self._flow(node)) > WIDTH

    def _flow(self, node: Concrete) -> str:
        """Return a value on one line, inside of brackets."""
        anchor = _anchor(node)
        match node:
            case Leaf():
                return anchor + self._scalar(node, flow=True)
            case Listing(items=items):
                return f"{anchor}[{', '.join(map(self._flow, items))}]"
            case Table(entries=entries):
                pairs = (
                    f"{self._key(key, flow=True)}: {self._flow(value)}" for key, value in entries
                )
                return f"{anchor}{{{', '.join(pairs)}}}"

    def _key(self, key: Leaf, *, flow: bool) -> str:
        return _anchor(key) + (self._scalar(key, flow=flow) or '""')

    def _scalar(self, leaf: Leaf, *, flow: bool) -> str:
        """Return a scalar on one line, without quotes that it does not need."""
        text = self._spelled.get(leaf.start, leaf.text)
        if leaf.is_alias or leaf.text == _MERGE or not (leaf.raw or text):
            return leaf.raw
        if leaf.style == "" or (is_string(text) and text):
            return plain_text(text, flow=flow)
        return quoted(text)

    # --- places -------------------------------------------------------------------------------

    def _follows(self, end: int, value: Concrete) -> bool:
        """Whether a value begins on the line of its key."""
        return not _BREAK.search(self._text, end, value.start)

    def _column(self, node: Concrete) -> int:
        before = max(self._text.rfind("\n", 0, node.start), self._text.rfind("\r", 0, node.start))
        return node.start - before - 1

    def _after(self, end: int) -> int:
        """Return where the next scalar begins."""
        at = bisect_left(self._starts, end)
        return self._starts[at] if at < len(self._starts) else len(self._text) + 1


def _is_plain_block(leaf: Leaf) -> bool:
    """Whether a scalar is a block whose lines say it all: no indicator, no blanks at its end."""
    header = _BREAK.split(leaf.raw)[0].split("#")[0]
    blanks = leaf.text.rstrip("\n") != leaf.text.rstrip()
    return leaf.style in _BLOCK and not blanks and not re.search(r"[0-9+]", header)


def _anchor(node: Concrete) -> str:
    return f"&{node.anchor} " if node.anchor else ""


def _joined(head: str, block: Concrete) -> str:
    """Return what stands on the line above a block."""
    return f"{head.rstrip(' ')} {_anchor(block)}".rstrip(" ")


def _first(node: Concrete) -> int:
    """Return where the first scalar of a value begins."""
    return next((leaf.start for leaf in leaves(node)), node.start)


def _starts(node: Concrete) -> bool:
    """Whether a value has a first line of its own: a block begins with its first key or dash."""
    return isinstance(node, Leaf) or node.flow
