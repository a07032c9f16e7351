"""Checks a mapping against its section and reads the simple values."""

from dataclasses import dataclass, field

from tradec.dsl import nodes
from tradec.dsl.context import Context
from tradec.dsl.marked import Mapping, Marked, Scalar
from tradec.dsl.schema import (
    Gone,
    Inner,
    Key,
    Later,
    Number,
    Only,
    Section,
    Special,
    Text,
    Word,
)
from tradec.dsl.span import Span
from tradec.dsl.values import read_number, read_only, read_text, read_word, write_instead
from tradec.dsl.vocabulary import RENAMED_KEYS
from tradec.dsl.words import closest, join_words, listed


@dataclass(frozen=True, slots=True)
class Bound:
    """The values of one mapping by key; what was wrong was reported and is absent."""

    path: str
    span: Span
    keys: dict[str, Scalar] = field(default_factory=dict)
    values: dict[str, nodes.Value] = field(default_factory=dict)
    inner: "dict[str, Bound]" = field(default_factory=dict)
    special: dict[str, Marked] = field(default_factory=dict)

    def value(self, name: str) -> nodes.Value | None:
        """Return a number, or the variable that stands for it."""
        return self.values.get(name)

    def literal(self, name: str) -> nodes.Literal | None:
        """Return a value of a key that takes no runtime parameter."""
        value = self.values.get(name)
        return value if isinstance(value, nodes.Literal) else None

    def required(self, name: str) -> nodes.Literal:
        """Return a literal; a neutral one where its absence was reported."""
        return self.literal(name) or nodes.Literal(value="", span=self.span)


def bind(section: Section, value: Marked, path: str, at: Span, cx: Context) -> Bound:
    """Return the values of a mapping; report everything that does not fit its section.

    `at` is the place of what is called `path`, for keys that are missing.
    """
    bound = Bound(path, at)
    if not isinstance(value, Mapping):
        cx.wrong_type(path or "the play", "a mapping", value)
        return bound
    for key, inner in value.entries:
        known = section.by_name.get(key.text)
        if known is None:
            report_unknown(section, key, path, cx)
        else:
            bound.keys[key.text] = key
            _read(known, key, inner, bound, cx)
    for known in section.keys:
        if known.required and known.name not in bound.keys:
            report_missing(known.name, path, at, cx)
    return bound


def _read(known: Key, key: Scalar, value: Marked, bound: Bound, cx: Context) -> None:
    path = join_path(bound.path, known.name)
    match known.kind:
        case Later():
            cx.report("E108", key.span, f"`{path}` is not supported yet")
        case Gone(replacement=replacement):
            cx.report("E106", key.span, f"`{path}` is deprecated", write_instead(replacement))
        case Only() as kind:
            read_only(kind, key, value, path, cx)
        case Inner(section=section):
            bound.inner[known.name] = bind(section, value, path, key.span, cx)
        case Special():
            bound.special[known.name] = value
        case Number() | Text() | Word() as kind:
            read = _read_simple(kind, value, path, cx)
            if read is not None:
                bound.values[known.name] = read


def _read_simple(
    kind: Number | Text | Word, value: Marked, path: str, cx: Context
) -> nodes.Value | None:
    match kind:
        case Number():
            return read_number(kind, value, path, cx)
        case Text():
            return read_text(kind, value, path, cx)
        case Word():
            return read_word(kind, value, path, cx)


def report_missing(name: str, path: str, at: Span, cx: Context) -> None:
    """Report E102."""
    cx.report("E102", at, f"`{join_path(path, name)}` is missing", label="required here")


def report_unknown(section: Section, key: Scalar, path: str, cx: Context) -> None:
    """Report E101 with what the place accepts and what was probably meant."""
    near = closest(key.text, section.accepted, RENAMED_KEYS)
    help_ = f"write {join_words(near)}" if near else ""
    if not near and "params" in section.by_name:
        help_ = "write parameters under `params:`"
    message = f"unknown key `{join_path(path, key.text)}`"
    note = f"accepted keys: {listed(section.accepted)}"
    cx.report("E101", key.span, message, help_, label="unknown key", notes=(note,))


def join_path(path: str, name: str) -> str:
    """Return a dotted path."""
    return f"{path}.{name}" if path else name
