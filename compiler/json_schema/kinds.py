"""JSON Schema of the kinds of values that the tables of the language are made of."""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias, assert_never

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
    Special,
    Text,
    Word,
)
from tradec.dsl.words import to_bool, to_number

Schema: TypeAlias = dict[str, Any]

VARIABLE: Schema = {"type": "string", "pattern": r"\$\{[A-Za-z_]\w*\}"}
ANY_SCALAR: Schema = {"type": ["string", "number", "boolean"]}


def any_of(*schemas: Schema) -> Schema:
    """Return what fits one of several schemas."""
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}


def value_of(text: str) -> bool | float | str:
    """Return the value of JSON that a scalar stands for."""
    known = to_bool(text)
    if known is not None:
        return known
    number = to_number(text)
    return text if number is None else number


class Kinds:
    """Makes schemas of kinds; `special` holds those of values with code of their own."""

    def __init__(self, special: Mapping[str, Schema]) -> None:
        self._special = special

    def section(self, section: Section, **more: Any) -> Schema:
        """Return a mapping with the keys of a section and no others."""
        keys = [key for key in section.keys if not isinstance(key.kind, Gone)]
        made: Schema = {
            "type": "object",
            "properties": {key.name: self._key(key) for key in keys},
            "additionalProperties": False,
        }
        required = [key.name for key in keys if key.required]
        return {**made, **({"required": required} if required else {}), **more}

    def _key(self, key: Key) -> Schema:
        """Return the schema of one key with its description and its default."""
        text = key.meaning
        if isinstance(key.kind, Alias):
            text = f"deprecated: write `{key.kind.of}`"
        if isinstance(key.kind, Idle):
            text = f"has no effect: {key.kind.because}"
        if isinstance(key.kind, Only) and key.kind.replacement:
            text = f"deprecated: {key.kind.replacement}"
        made = self.of(key.kind)
        if "$ref" in made:  # what stands beside a $ref is ignored
            made = {"allOf": [made]}
        described: Schema = {"description": text} if text else {}
        if key.default:
            described["default"] = value_of(key.default)
        return {**described, **made}

    def of(self, kind: Kind) -> Schema:
        """Return the schema of one kind."""
        match kind:
            case Number() | Text() | Word() | Flag() | Instant():
                return _simple(kind)
            case Only(value=value):
                return {"enum": [value_of(value)]}
            case Inner(section=section, words=words):
                inner = self.section(section)
                return any_of(inner, {"enum": [*map(value_of, words)]}) if words else inner
            case OneOf():
                return self._one_of(kind)
            case Alias(kind=inner_kind):
                return self.of(inner_kind)
            case Idle():
                return {}
            case Special(what=what):
                return self._special[what]
            case Gone():
                return {"not": {}}
            case _:
                assert_never(kind)

    def _one_of(self, kind: OneOf) -> Schema:
        """Return a mapping whose keys depend on one of them."""
        tags = list(kind.sections)
        rules = [
            {
                "if": {"properties": {kind.tag: {"const": tag}}, "required": [kind.tag]},
                "then": self._tagged(kind.tag, section),
            }
            for tag, section in kind.sections.items()
        ]
        tag = any_of({"enum": tags}, VARIABLE)
        known = {key.name for section in kind.sections.values() for key in section.keys}
        return {
            "type": "object",
            "properties": {kind.tag: tag, **{name: {} for name in sorted(known)}},
            "required": [kind.tag],
            "additionalProperties": False,
            "allOf": rules,
        }

    def _tagged(self, tag: str, section: Section) -> Schema:
        made = self.section(section)
        return {**made, "properties": {tag: {}, **made["properties"]}}


def _simple(kind: Number | Text | Word | Flag | Instant) -> Schema:
    match kind:
        case Number():
            return _number(kind)
        case Text():
            return _text(kind)
        case Word():
            return _word(kind)
        case Flag():
            return any_of({"type": "boolean"}, {"enum": ["on", "off"]}, VARIABLE)
        case Instant():
            return {"type": ["string", "integer"]}
        case _:
            assert_never(kind)


def _number(kind: Number) -> Schema:
    bounds = {
        "minimum": kind.low,
        "exclusiveMinimum": kind.above,
        "maximum": kind.high,
        "exclusiveMaximum": kind.below,
    }
    number: Schema = {"type": "integer" if kind.integer else "number"}
    number |= {name: bound for name, bound in bounds.items() if bound is not None}
    words = ({"enum": [*map(value_of, kind.words)]},) if kind.words else ()
    return any_of(number, *words, VARIABLE)


def _text(kind: Text) -> Schema:
    if kind.pattern is None:
        return ANY_SCALAR
    pattern = _any_case(kind.pattern) if kind.upper else kind.pattern
    number: Schema = {"type": "number"} if re.fullmatch(kind.pattern, "3.0") else {}
    text: Schema = {"type": "string", "pattern": f"^(?:{pattern})$"}
    return any_of(text, *([number] if number else []), VARIABLE)


def _word(kind: Word) -> Schema:
    words: list[bool | float | str] = [value_of(word) for word in kind.words]
    if not kind.any_case:
        return any_of({"enum": words}, VARIABLE)
    pattern = "|".join(_any_case(word) for word in kind.words)
    return any_of({"enum": words}, {"type": "string", "pattern": f"^(?:{pattern})$"}, VARIABLE)


def _any_case(pattern: str) -> str:
    """Return a pattern that takes letters in any case."""
    ranges = pattern.replace("A-Z", "A-Za-z")
    parts = re.split(r"(\[[^\]]*\])", ranges)
    return "".join(part if part.startswith("[") else _letters(part) for part in parts)


def _letters(text: str) -> str:
    return re.sub(
        r"[A-Za-z]", lambda found: f"[{found.group().upper()}{found.group().lower()}]", text
    )
