"""Checks a mapping against its section and reads the simple values."""

from dataclasses import dataclass, field, replace

from tradec.dsl import nodes
from tradec.dsl.context import Context
from tradec.dsl.instants import read_instant
from tradec.dsl.marked import Mapping, Marked, Scalar
from tradec.dsl.schema import (
    Alias,
    Flag,
    Gone,
    Idle,
    Inner,
    Instant,
    Key,
    Kind,
    Number,
    OneOf,
    Only,
    Section,
    Simple,
    Special,
    Text,
    Word,
)
from tradec.dsl.span import Span
from tradec.dsl.values import (
    read_flag,
    read_number,
    read_only,
    read_text,
    read_word,
    write_instead,
)
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
        case Gone(replacement=replacement):
            cx.report("E106", key.span, f"`{path}` is deprecated", write_instead(replacement))
        case Idle(because=because):
            cx.report("W110", key.span, f"`{path}` has no effect: {because}", "remove it")
        case Only() as kind:
            read_only(kind, key, value, path, cx)
        case Alias(of=of, kind=kind):
            cx.report("W105", key.span, f"`{path}` is deprecated", f"write `{of}`")
            _read_kind(kind, key, value, bound, cx)
        case kind:
            _read_kind(kind, key, value, bound, cx)


def _read_kind(kind: Kind, key: Scalar, value: Marked, bound: Bound, cx: Context) -> None:
    path = join_path(bound.path, key.text)
    match kind:
        case Inner(words=words) | Number(words=words) if _is_word(value, words):
            assert isinstance(value, Scalar)
            bound.values[key.text] = nodes.Literal(value=value.text, span=value.span)
        case Inner(section=section):
            bound.inner[key.text] = bind(section, value, path, key.span, cx)
        case OneOf():
            bound.inner[key.text] = bind_one_of(kind, value, path, key.span, cx)
        case Special():
            bound.special[key.text] = value
        case Number() | Text() | Word() | Flag() | Instant():
            read = _read_simple(kind, value, path, cx)
            if read is not None:
                bound.values[key.text] = read


def _is_word(value: Marked, words: tuple[str, ...]) -> bool:
    return isinstance(value, Scalar) and value.text in words


def bind_one_of(kind: OneOf, value: Marked, path: str, at: Span, cx: Context) -> Bound:
    """Return the values of a mapping whose section one of its own values names."""
    tag = Key(name=kind.tag, kind=Word(words=tuple(kind.sections)), required=True)
    named = value.get(kind.tag) if isinstance(value, Mapping) else None
    text = cx.text(named) if isinstance(named, Scalar) else None
    word = text.text if text is not None else ""
    if word in kind.sections:
        section = kind.sections[word]
        hints = {
            key.name: f"`{key.name}` goes with `{kind.tag}: {other}`"
            for other, its in kind.sections.items()
            for key in its.keys
        }
        section = Section(path=section.path, keys=(tag, *section.keys), hints=hints)
        return bind(section, value, path, at, cx)
    every = {key.name: key for one in kind.sections.values() for key in one.keys}
    optional = tuple(replace(key, required=False) for key in every.values())
    return bind(Section(path=path, keys=(tag, *optional)), value, path, at, cx)


def _read_simple(kind: Simple, value: Marked, path: str, cx: Context) -> nodes.Value | None:
    match kind:
        case Number():
            return read_number(kind, value, path, cx)
        case Text():
            return read_text(kind, value, path, cx)
        case Word():
            return read_word(kind, value, path, cx)
        case Flag():
            return read_flag(value, path, cx)
        case Instant():
            return read_instant(value, path, cx)


def report_missing(name: str, path: str, at: Span, cx: Context) -> None:
    """Report E102."""
    cx.report("E102", at, f"`{join_path(path, name)}` is missing", label="required here")


def report_unknown(section: Section, key: Scalar, path: str, cx: Context) -> None:
    """Report E101 with what the place accepts and what was probably meant."""
    is_crowded = cx.diagnostics.is_crowded
    near = [] if is_crowded else closest(key.text, section.accepted, RENAMED_KEYS)
    help_ = f"write {join_words(near)}" if near else ""
    if not near and "params" in section.by_name:
        help_ = "write parameters under `params:`"
    message = f"unknown key `{join_path(path, key.text)}`"
    notes = [f"accepted keys: {listed(section.accepted)}"]
    if key.text in section.hints:
        notes.append(section.hints[key.text])
        help_ = ""
    cx.report("E101", key.span, message, help_, label="unknown key", notes=tuple(notes))


def join_path(path: str, name: str) -> str:
    """Return a dotted path."""
    return f"{path}.{name}" if path else name
