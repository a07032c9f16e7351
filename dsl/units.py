"""The sections `features` and `structures`, whose ids share one namespace."""

import re
from dataclasses import replace

from tradec.dsl import nodes
from tradec.dsl.bind import Bound, bind, join_path
from tradec.dsl.context import Context
from tradec.dsl.diagnostics import Label
from tradec.dsl.marked import Mapping, Marked, Scalar, Sequence
from tradec.dsl.operands import KEYWORDS
from tradec.dsl.sections import FEATURE, STRUCTURE
from tradec.dsl.span import Span
from tradec.dsl.values import read_as_spelled, read_scalar
from tradec.dsl.vocabulary import IDENTIFIER, RESERVED

_USE = "argument"


class Namespace:
    """The ids that are taken, and where."""

    def __init__(self, cx: Context) -> None:
        self._cx = cx
        self._taken: dict[str, Span] = {}

    def take(self, text: str, span: Span) -> bool:
        """Whether an id is well formed and free; E104, E105 and E307 say what is wrong."""
        if not re.fullmatch(IDENTIFIER, text):
            message = f"`{text}` cannot be an id"
            help_ = "begin with a letter or `_` and go on with letters, digits and `_`"
            self._cx.report("E104", span, message, help_)
            return False
        if text in RESERVED or text.lower() in KEYWORDS:
            self._report_reserved(text, span)
            return False
        if text in self._taken:
            label = Label(span=self._taken[text], text="first here")
            message = f"two features, structures or setups have the id `{text}`"
            self._cx.report("E105", span, message, label="again here", labels=(label,))
            return False
        self._taken[text] = span
        return True

    def _report_reserved(self, text: str, span: Span) -> None:
        message = f"`{text}` is a word of the language and cannot be an id"
        help_ = f"write `my_{text.lower()}`, or what sets it apart, such as `{text.lower()}_20`"
        self._cx.report("E307", span, message, help_)


def read_features(bound: Bound, namespace: Namespace, cx: Context) -> tuple[nodes.Feature, ...]:
    """Return the features in the order of the file."""
    value = bound.special.get("features")
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        cx.wrong_type("features", "a mapping of ids to features", value)
        return ()
    read = (_read_feature(key, inner, namespace, cx) for key, inner in value.entries)
    return tuple(feature for feature in read if feature is not None)


def _read_feature(
    key: Scalar, value: Marked, namespace: Namespace, cx: Context
) -> nodes.Feature | None:
    named = cx.text(key)
    if named is None:
        return None
    path = join_path("features", named.text)
    is_free = namespace.take(named.text, key.span)
    bound = bind(FEATURE, value, path, key.span, cx)
    arguments = _read_arguments(bound, path, cx)
    if not is_free:
        return None
    return nodes.Feature(
        id=named.text,
        indicator=bound.required("indicator"),
        params=arguments,
        tf=bound.literal("tf"),
        source=bound.literal("source"),
        span=key.span,
    )


def read_structures(bound: Bound, namespace: Namespace, cx: Context) -> tuple[nodes.Structure, ...]:
    """Return the structures in the order of the file."""
    section = bound.inner.get("structures")
    found: list[nodes.Structure] = []
    for role, value in section.special.items() if section else ():
        assert section is not None
        path = join_path("structures", role)
        named = nodes.Literal(value=role, span=section.keys[role].span)
        match value:
            case Mapping(entries=entries):
                for key, inner in entries:
                    text = cx.text(key)
                    if text is None:
                        continue
                    nested = nodes.Literal(value=text.text, span=key.span)
                    inner_path = join_path(path, text.text)
                    found += _Entries(namespace, cx, named, nested).read(inner, inner_path)
            case _:
                found += _Entries(namespace, cx, named, None).read(value, path)
    return tuple(found)


class _Entries:
    """Reads the entries of one list of structures."""

    def __init__(
        self,
        namespace: Namespace,
        cx: Context,
        role: nodes.Literal,
        nested: nodes.Literal | None,
    ) -> None:
        self._namespace = namespace
        self._cx = cx
        self._role = role
        self._nested = nested

    def read(self, value: Marked, path: str) -> list[nodes.Structure]:
        if not isinstance(value, Sequence):
            self._cx.wrong_type(path, "a list of structures", value)
            return []
        read = [self._entry(item, f"{path}[{index}]") for index, item in enumerate(value.items)]
        return [structure for structure in read if structure is not None]

    def _entry(self, value: Marked, path: str) -> nodes.Structure | None:
        at = (
            value.entries[0][0].span if isinstance(value, Mapping) and value.entries else value.span
        )
        value = self._unfolded(value, path)
        bound = bind(STRUCTURE, value, path, at, self._cx)
        arguments = _read_arguments(bound, path, self._cx)
        uses = self._uses(bound, path)
        key = self._key(bound, path)
        if key is None:
            return None
        return nodes.Structure(
            key=key,
            type=bound.required("type"),
            role=self._role,
            nested_tf=self._nested,
            params=arguments,
            uses=uses,
            span=key.span,
        )

    def _unfolded(self, value: Marked, path: str) -> Marked:
        """Return `{swing: {params: ...}}` as the structure that was meant; E101 says so."""
        if not isinstance(value, Mapping) or len(value.entries) != 1:
            return value
        key, inner = value.entries[0]
        if key.text in STRUCTURE.by_name or not isinstance(inner, Mapping):
            return value
        self._cx.report(
            "E101",
            key.span,
            f"unknown key `{join_path(path, key.text)}`",
            f"write `{{type: {key.text}, key: {key.text}, ...}}`",
            label="unknown key",
            notes=("a structure is a mapping with `type` and `key`",),
        )
        words = ((replace(key, text=name), key) for name in ("type", "key"))
        taken = {"type", "key"}
        rest = (entry for entry in inner.entries if entry[0].text not in taken)
        return Mapping(entries=(*words, *rest), span=value.span)

    def _key(self, bound: Bound, path: str) -> nodes.Literal | None:
        value = bound.special.get("key")
        if value is None:
            return None
        scalar = read_scalar(value, join_path(path, "key"), self._cx)
        if scalar is None or not self._namespace.take(scalar.text, value.span):
            return None
        return nodes.Literal(value=scalar.text, span=value.span)

    def _uses(self, bound: Bound, path: str) -> tuple[nodes.Literal, ...]:
        value = bound.special.get("uses")
        if value is None:
            return ()
        items = value.items if isinstance(value, Sequence) else (value,)
        path = join_path(path, "uses")
        read = [read_scalar(item, path, self._cx, "the id of a structure") for item in items]
        return tuple(
            nodes.Literal(value=scalar.text, span=scalar.span) for scalar in read if scalar
        )


def _read_arguments(bound: Bound, path: str, cx: Context) -> tuple[nodes.Argument, ...]:
    value = bound.special.get("params")
    path = join_path(path, "params")
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        cx.wrong_type(path, "a mapping of parameters to values", value)
        return ()
    arguments = []
    for key, inner in value.entries:
        read = _read_argument(inner, join_path(path, key.text), cx)
        if read is not None:
            arguments.append(nodes.Argument(name=key.text, value=read, span=key.span))
    return tuple(arguments)


def _read_argument(
    value: Marked, path: str, cx: Context
) -> nodes.Value | tuple[nodes.Value, ...] | None:
    match value:
        case Scalar():
            variable = cx.variables.whole(value)
            if variable is not None and isinstance(variable.value, tuple):
                return variable.value
            return read_as_spelled(value, path, cx, _USE)
        case Sequence(items=items):
            read = [read_as_spelled(item, path, cx, _USE) for item in items]
            values = tuple(item for item in read if item is not None)
            return values if len(values) == len(read) else None
        case Mapping():
            cx.wrong_type(path, "a value or a list of values", value)
            return None
