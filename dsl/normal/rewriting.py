"""How one condition of a play is said in another form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tradec.dsl import nodes
from tradec.dsl.conditions import read_condition
from tradec.dsl.context import Context
from tradec.dsl.declarations import Declarations
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.marked import Mapping, Marked, Scalar, Sequence, scalars
from tradec.dsl.normal.concrete import read_document
from tradec.dsl.normal.edits import Edit
from tradec.dsl.normal.sites import Site, members
from tradec.dsl.normal.symbols import Symbols
from tradec.dsl.operand_values import ARITHMETIC
from tradec.dsl.predicates import OPERATORS
from tradec.dsl.print_expr import joined, print_condition
from tradec.dsl.print_lists import Written, block_lines, condition_lists, flow_text
from tradec.dsl.quoting import plain_text, string_text
from tradec.dsl.span import Source, Span

WIDTH = 100
EXPRESSIONS, LISTS = "expressions", "lists"
_EXPRESSION = re.compile(r"[\s<>=!+*/%()]|-(?![0-9])")
_SIGNS = frozenset((*OPERATORS, *ARITHMETIC))
_ANCHORS = re.compile(r"(?<![^\s,\[{])[&*][^\s,\[\]{}]")
_VARIABLE = re.compile(r"\$\{\w+\}")
_STEP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A condition that stays as it is written, and why."""

    span: Span
    why: str


class Reader:
    """Reads the conditions of one play, with the names of its variables or with their texts."""

    def __init__(self, root: Mapping, *, symbolic: bool) -> None:
        sink = Diagnostics()
        declared = Declarations({}, sink).read(root.get("variables"), root)
        self._symbols = Symbols(declared.known, declared.broken)
        self._context = Context(sink, self._symbols if symbolic else declared)

    def node(self, value: Marked) -> nodes.Condition | None:
        """Return a condition as written, or None if it cannot be read."""
        return read_condition(value, "condition", self._context)

    def named(self, text: str) -> str:
        """Return a printed text with its variables in place."""
        return self._symbols.named(text)

    def written(self, value: Written) -> Written:
        """Return a value with its variables in place."""
        match value:
            case str():
                return self.named(value)
            case list():
                return [self.written(item) for item in value]
            case dict():
                return {key: self.written(inner) for key, inner in value.items()}
            case _:
                return value


class Writer:
    """Says the conditions of one play in the form `to`."""

    def __init__(self, source: Source, root: Mapping, to: str) -> None:
        self._text = source.text
        self._document = read_document(source.text)
        self._reader = Reader(root, symbolic=True)
        self._to = to
        self.kept: list[Kept] = []

    def edits(self, site: Site) -> Iterator[Edit]:
        """Yield what is to be changed so that one condition has the form."""
        value = site.value
        if self._has_form(value):
            return
        if self._holds_marks(value.span):
            yield from self._inside(site)
            return
        node = self._reader.node(value)
        if node is None:
            self._keep(value, "a variable of it stands for more than a name or a number")
            return
        edit = self._whole(site, node)
        before = self._text[edit.start : edit.end]
        if set(_VARIABLE.findall(before)) != set(_VARIABLE.findall(edit.text)):
            self._keep(value, "a variable of it would be lost")
        elif before != edit.text:
            yield edit

    def _inside(self, site: Site) -> Iterator[Edit]:
        """Yield the changes of the members of a condition that holds comments or anchors."""
        inner = () if _is_predicate(site.value) else tuple(members(site.value))
        if not inner:
            self._keep(site.value, "a comment or an anchor stands inside of it")
        for member in inner:
            yield from self.edits(member)

    def _keep(self, value: Marked, why: str) -> None:
        self.kept.append(Kept(span=value.span, why=why))

    def _has_form(self, value: Marked) -> bool:
        if self._to == EXPRESSIONS:
            return isinstance(value, Scalar)
        return not any(_is_expression(scalar) for scalar in scalars(value))

    def _holds_marks(self, span: Span) -> bool:
        start, end = span.start.offset, span.end.offset
        commented = any(start <= comment.start < end for comment in self._document.comments)
        return commented or bool(_ANCHORS.search(self._text, start, end))

    def _whole(self, site: Site, node: nodes.Condition) -> Edit:
        """Return the change of a whole condition."""
        start, end = site.value.span.start.offset, site.value.span.end.offset
        flow = self._document.in_flow(start)
        if site.key is not None and not flow:
            colon = self._text.index(":", site.key.span.end.offset) + 1
            if "#" not in self._text[colon:start]:
                return Edit(colon, end, self._below(node, site.key.span.start.column - 1))
        lines = [self._scalar(node, flow=flow)]
        if self._to == LISTS:
            written = self._lists(node)
            column = site.value.span.start.column - 1
            lines = [flow_text(written)] if flow else list(block_lines(written, column))
        return Edit(start, end, "\n".join(lines).lstrip(" "))

    def _lists(self, node: nodes.Condition) -> Written:
        return self._reader.written(condition_lists(node))

    def _scalar(self, node: nodes.Condition, *, flow: bool) -> str:
        text = self._reader.named(print_condition(node))
        match node:
            case nodes.Truth(operand=nodes.Literal()):
                return plain_text(text, flow=flow)
            case _:
                return string_text(text, flow=flow)

    def _below(self, node: nodes.Condition, column: int) -> str:
        """Return what follows the colon of a key that stands at `column`."""
        if self._to == EXPRESSIONS:
            return self._expression(node, column)
        written = self._lists(node)
        lines = list(block_lines(written, column + _STEP))
        return "\n" + "\n".join(lines) if isinstance(written, dict) else f" {lines[0].lstrip()}"

    def _expression(self, node: nodes.Condition, column: int) -> str:
        """Return an expression on the line of its key, or folded at its members if long."""
        text = self._scalar(node, flow=False)
        group = joined(node)
        if group is None or column + len("entry_short: ") + len(text) <= WIDTH:
            return f" {text}"
        word, parts = group
        lines = [parts[0], *(f"{word} {part}" for part in parts[1:])]
        indent = "\n" + " " * (column + _STEP)
        return f" >-{indent}{self._reader.named(indent.join(lines))}"


def _is_predicate(value: Marked) -> bool:
    match value:
        case Sequence(items=(_, Scalar(text=word), *_)):
            return word in _SIGNS
        case _:
            return False


def _is_expression(scalar: Scalar) -> bool:
    """Whether a scalar says more than a name, a number or an operator."""
    return scalar.text not in _SIGNS and bool(_EXPRESSION.search(scalar.text))
