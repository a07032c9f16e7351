"""The one way to space and spell an expression; what it says stays part for part."""

import re

from tradec.dsl.operands import KEYWORDS

_TOKEN = re.compile(
    r"\$\{[^}]*\}?|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?[mhd]?(?![A-Za-z0-9_])"
    r"|[A-Za-z0-9_]+|>=|<=|==|!=|\S"
)
_WORDS = KEYWORDS | {"holds", "occurred", "count", "setup", "changed"}
_RENAMED = {"over": "above", "under": "below"}
_OPENING = frozenset("([.")
_CLOSING = frozenset(")],.")
_SIGNS = frozenset(("+", "-", "*", "/", "%", ">", "<", ">=", "<=", "==", "!=", "(", "[", ","))


def spaced(text: str) -> str:
    """Return an expression with one space around operators and words, and none inside brackets."""
    parts: list[str] = []
    before: list[str] = []
    glued = True
    end = 0
    for found in _TOKEN.finditer(text):
        part = _spelled(found.group(), before, text, found.end())
        glued = glued or (found.start() == end and _splices(before[-1], part))
        end = found.end()
        is_sign = part == "-" and _is_unary(before)
        percent = part == "%" and before[-2:-1] == ["within"]
        if not (glued or part in _CLOSING or percent or _opens(part, before)):
            parts.append(" ")
        parts.append(part)
        before.append(part)
        glued = part in _OPENING or is_sign
    return "".join(parts)


def _spelled(part: str, before: list[str], text: str, end: int) -> str:
    """Return a word of the language in lower case; a name stays as it is."""
    low = part.lower()
    is_call = text[end:].lstrip()[:1] == "("
    if before[-1:] == ["."] or low not in _WORDS or (low not in KEYWORDS and not is_call):
        return part
    return _RENAMED.get(low, low) if before[-1:] == ["crosses"] else low


def _is_unary(before: list[str]) -> bool:
    return not before or before[-1] in _SIGNS or before[-1] in KEYWORDS


def _opens(part: str, before: list[str]) -> bool:
    """Whether a bracket belongs to the word in front of it."""
    if not before:
        return True
    word = before[-1]
    is_name = word[-1].isalnum() or word[-1] in "_]}"
    return part == "[" or (part == "(" and is_name and word not in KEYWORDS)


def _splices(before: str, part: str) -> bool:
    """Whether a variable and what it touches are one word."""
    word = before[-1].isalnum() or before[-1] in "_}"
    return (part.startswith("${") and word) or (
        before.endswith("}") and (part[0].isalnum() or part[0] == "_")
    )
