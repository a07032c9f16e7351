"""References and numbers that need no grammar: most operands are read here, without Lark."""

import re
from collections.abc import Callable

from tradec.dsl import nodes
from tradec.dsl.forms import FaultError, check_offset
from tradec.dsl.span import Span
from tradec.dsl.vocabulary import CALENDAR_TIMEFRAMES, ROLES
from tradec.dsl.words import NumberRangeError, to_bool, to_number

_WORDS = "and or not in is crosses between near within above below over under every true false"
KEYWORDS = frozenset(_WORDS.split())
QUALIFIERS = frozenset((*CALENDAR_TIMEFRAMES, *ROLES, "exec"))

_INDEX = r"\[-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\]"
_SEGMENT = rf"[A-Za-z_][A-Za-z0-9_]*(?:{_INDEX})*"
_SIMPLE = re.compile(rf"\s*(?:([0-9]+[mhd])\.)?({_SEGMENT}(?:\.{_SEGMENT})*)\s*\Z")
_NUMBER = re.compile(r"\s*[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\s*\Z")
_PART = re.compile(rf"([A-Za-z_][A-Za-z0-9_]*)((?:{_INDEX})*)")
_BRACKET = re.compile(r"\[([^\]]*)\]")

Locate = Callable[[int, int], Span]
"""Gives the place of a stretch of the text that is read."""


def simple_operand(text: str, locate: Locate) -> nodes.Operand | None:
    """Return a number, bool or reference; None if the text needs the grammar."""
    if _NUMBER.match(text):
        span = locate(0, len(text))
        return nodes.Literal(value=read_number(text.strip(), span), span=span)
    if (value := to_bool(text.strip())) is not None:
        return nodes.Literal(value=value, span=locate(0, len(text)))
    parts = split_reference(text, locate)
    if parts is None:
        return None
    blank = len(text) - len(text.lstrip())
    return reference(*parts, locate(blank, len(text.rstrip())))


def split_reference(
    text: str, locate: Locate
) -> tuple[str | None, tuple[nodes.Segment, ...]] | None:
    """Return the timeframe in front of a reference and its segments; None if it is none."""
    simple = _SIMPLE.match(text)
    if simple is None:
        return None
    segments = tuple(
        _segment(part, locate) for part in _PART.finditer(text, simple.start(2), simple.end(2))
    )
    if any(segment.name.lower() in KEYWORDS for segment in segments):
        return None
    return simple.group(1), segments


def _segment(part: re.Match[str], locate: Locate) -> nodes.Segment:
    brackets = _BRACKET.findall(part.group(2))
    span = locate(part.start(), part.end())
    return nodes.Segment(
        name=part.group(1), indexes=tuple(read_number(text, span) for text in brackets), span=span
    )


def read_number(text: str, span: Span) -> int | float:
    """Return the number that a text spells; raises FaultError."""
    try:
        number = to_number(text)
    except NumberRangeError:
        raise FaultError("E104", span, "the number does not fit into 64 bits") from None
    if number is None:
        raise FaultError("E506", span, f"`{text}` is not a number")
    return number


def reference(timeframe: str | None, segments: tuple[nodes.Segment, ...], span: Span) -> nodes.Ref:
    """Return a reference; a timeframe or role in front of a name is its qualifier."""
    first = segments[0]
    qualifier = timeframe
    if timeframe is None and len(segments) > 1 and first.name in QUALIFIERS and not first.indexes:
        qualifier, segments = first.name, segments[1:]
    if len(segments) == 1:
        _check_offsets(segments[0])
    return nodes.Ref(qualifier=qualifier, segments=segments, span=span)


def _check_offsets(segment: nodes.Segment) -> None:
    for index in segment.indexes:
        check_offset(index, segment.span)
    if len(segment.indexes) > 1:
        raise FaultError("E506", segment.span, f"`{segment.name}` has more than one offset")
