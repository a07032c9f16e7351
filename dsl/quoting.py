"""How a scalar is written in YAML: bare where every reader takes it for the same text."""

import re
from functools import cache

import yaml

_START = re.compile(r"[^\s,\[\]{}#&*!|>'\"%@`?:-]|-(?=[^\s,\[\]{}])")
_BREAKS_BLOCK = re.compile(r":(?=\s|$)|\s#|[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_BREAKS_FLOW = re.compile(r"[,\[\]{}]|[?:](?=[\s,\[\]{}]|$)")
_WORD = re.compile(r"\w")
_JSON_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+")
_DIGITS = re.compile(r"[0-9][0-9_.:,-]*")
_ESCAPED = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff"\\]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def string_text(text: str, *, flow: bool) -> str:
    """Return a text as a YAML scalar that no reader takes for a number, a bool or null."""
    if text and is_string(text):
        return plain_text(text, flow=flow)
    return quoted(text)


def plain_text(text: str, *, flow: bool) -> str:
    """Return a text as a bare scalar, whatever its type, or quoted where that cannot be."""
    return text if can_be_plain(text, flow=flow) else quoted(text)


def can_be_plain(text: str, *, flow: bool) -> bool:
    """Whether a text can stand without quotes; signs such as `>` alone never do."""
    if not text or text != text.strip() or not _WORD.search(text):
        return False
    if _BREAKS_BLOCK.search(text) or (flow and _BREAKS_FLOW.search(text)):
        return False
    return bool(_START.match(text)) and not text.startswith(("---", "..."))


def is_string(text: str) -> bool:
    """Whether every version of YAML reads a bare scalar as text, and so do people."""
    if _JSON_NUMBER.fullmatch(text) or _DIGITS.fullmatch(text):
        return False
    resolved = _resolver().resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return bool(resolved == "tag:yaml.org,2002:str")


def quoted(text: str) -> str:
    """Return a text in quotes: double, or single where that saves every escape."""
    if not _ESCAPED.search(text):
        return f'"{text}"'
    if text.isprintable() and "'" not in text:
        return f"'{text}'"
    return '"' + _ESCAPED.sub(lambda found: _escape(found.group()), text) + '"'


def _escape(char: str) -> str:
    return _SHORT.get(char) or (f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}")


@cache
def _resolver() -> yaml.resolver.Resolver:
    return yaml.resolver.Resolver()
