"""Where each character of a decoded scalar stands in the file.

The YAML reader decodes; this module decodes once more, only where a diagnostic or an expression
points into a scalar, and keeps the stretch that each character was written as.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeAlias

from tradec.dsl.marked import Scalar
from tradec.dsl.span import Span

_Char: TypeAlias = tuple[str, int, int]  # the character, and where it is written
_Unit: TypeAlias = Callable[[str, int], tuple[str, int]]

_MAX_LENGTH = 100_000
_BREAKS = "\n\r\x85\u2028\u2029"
_LINE = re.compile(r"([^\n\r]*)(\r\n|\n|\r|$)")
_ESCAPED_BREAK = re.compile(r"\\(?:\r\n|.)[ \t]*", re.DOTALL)
_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_CODED = re.compile(r"[\\'\n\r\x85\u2028\u2029]")
_HEX = {"x": 2, "u": 4, "U": 8}


def locate(scalar: Scalar, start: int, end: int) -> Span:
    """Return the place in the file of `scalar.text[start:end]`."""
    first, last = _origin(scalar, start, end)
    base = scalar.span.start.offset
    raw = scalar.place.source.text[base : scalar.span.end.offset]
    if _is_verbatim(scalar, raw):
        base += bool(scalar.style)
        size = scalar.span.end.offset - bool(scalar.style)
        return scalar.place.span(min(base + first, size), min(base + last, size))
    if len(raw) > _MAX_LENGTH:
        return scalar.span
    chars = _decoded(raw, scalar.style, "" if scalar.pieces else scalar.text)
    if not chars:
        return scalar.span
    if first >= len(chars):
        return scalar.place.span(base + chars[-1][2], base + chars[-1][2])
    begin = chars[first][1]
    stop = chars[min(last, len(chars)) - 1][2] if last > first else begin
    return scalar.place.span(base + begin, base + stop)


def _is_verbatim(scalar: Scalar, raw: str) -> bool:
    """Whether each character of a scalar stands in the file as itself."""
    if scalar.style in ("|", ">"):
        return False
    inner = raw[1:-1] if scalar.style else raw
    if scalar.pieces:
        return not _CODED.search(inner)
    return inner == scalar.text


def _origin(scalar: Scalar, start: int, end: int) -> tuple[int, int]:
    """Undo the substitution of variables: the stretch of the text as it was written."""
    if not scalar.pieces:
        return start, end
    ends = [piece for piece in scalar.pieces if piece.start < max(end, start + 1)]
    begins = [piece for piece in scalar.pieces if piece.end > start]
    first = begins[0] if begins else scalar.pieces[-1]
    last = ends[-1] if ends else scalar.pieces[0]
    begin = first.origin if first.whole else first.origin + max(start - first.start, 0)
    stop = last.origin_end if last.whole else last.origin + min(end, last.end) - last.start
    return begin, max(begin, stop)


@lru_cache(maxsize=256)
def _decoded(raw: str, style: str, text: str) -> tuple[_Char, ...]:
    match style:
        case "'":
            chars = _flow(raw, 1, len(raw) - 1, _single_unit)
        case '"':
            chars = _flow(raw, 1, len(raw) - 1, _double_unit)
        case "|" | ">":
            chars = _block(raw, text, folded=style == ">")
        case _:
            chars = _flow(raw, 0, len(raw), _any_unit)
    return tuple(chars)


def decode(raw: str, style: str, text: str = "") -> str:
    """Return what a scalar written as `raw` means.

    `text`, what the YAML reader made of it, decides where an indentation indicator counts from.
    """
    return "".join(char for char, _, _ in _decoded(raw, style, text))


def _flow(raw: str, first: int, last: int, unit: _Unit) -> list[_Char]:
    """Decode a scalar that may be folded over lines; `unit` reads one character of it."""
    chars: list[_Char] = []
    index, kept = first, 0
    while index < last:
        if raw[index] in _BREAKS:
            del chars[kept:]
            index = _fold(raw, index, last, chars)
            kept = len(chars)
            continue
        text, width = unit(raw, index)
        chars.extend((char, index, index + width) for char in text)
        if width > 1 or text not in (" ", "\t"):
            kept = len(chars)
        index += width
    return chars


def _fold(raw: str, index: int, last: int, chars: list[_Char]) -> int:
    """Turn line breaks with the blanks around them into one space or n-1 newlines."""
    breaks = []
    while index < last and raw[index] in _BREAKS + " \t":
        width = 2 if raw.startswith("\r\n", index) else 1
        if raw[index] in _BREAKS:
            breaks.append(index)
        index += width
    if len(breaks) == 1:
        chars.append((" ", breaks[0], breaks[0] + 1))
    chars.extend(("\n", at, at + 1) for at in breaks[1:])
    return index


def _any_unit(raw: str, index: int) -> tuple[str, int]:
    return raw[index], 1


def _single_unit(raw: str, index: int) -> tuple[str, int]:
    return ("'", 2) if raw.startswith("''", index) else (raw[index], 1)


def _double_unit(raw: str, index: int) -> tuple[str, int]:
    if raw[index] != "\\":
        return raw[index], 1
    code = raw[index + 1]
    if code in _HEX:
        digits = raw[index + 2 : index + 2 + _HEX[code]]
        return chr(int(digits, 16)), 2 + len(digits)
    if code in _BREAKS:
        rest = _ESCAPED_BREAK.match(raw, index)
        return "", rest.end() - index if rest else 2
    return _ESCAPES.get(code, code), 2


def _lines(raw: str) -> Iterator[tuple[int, str, bool]]:
    """Return offset, text and whether a line end follows, for the lines below the header."""
    for found in _LINE.finditer(raw):
        if found.start() and found.group():
            yield found.start(), found.group(1), bool(found.group(2))


def _block(raw: str, text: str, *, folded: bool) -> list[_Char]:
    marks = re.split(r"[\n\r#]", raw, maxsplit=1)[0]
    lines = list(_lines(raw))
    depths = [len(line) - len(line.lstrip(" ")) for _, line, _ in lines if line.strip(" ")]
    if not depths:
        depths = [max((len(line) for _, line, _ in lines), default=0)]
    if not re.search(r"[1-9]", marks):
        return _block_chars(lines, depths[0], marks, folded=folded)
    # An indentation indicator counts from a depth that is not known here.
    for indent in range(min(depths), 0, -1):
        chars = _block_chars(lines, indent, marks, folded=folded)
        if "".join(char for char, _, _ in chars).rstrip("\n") == text.rstrip("\n"):
            return chars
    return _block_chars(lines, min(depths), marks, folded=folded)


def _block_chars(
    lines: list[tuple[int, str, bool]], indent: int, marks: str, *, folded: bool
) -> list[_Char]:
    chars: list[_Char] = []
    breaks: list[int] = []
    deep_before = True
    for at, line, has_end in lines:
        start, body = at + indent, line[indent:]
        if body:
            deep = body[0] in " \t"
            chars.extend(_join(breaks, fold=folded and not deep and not deep_before))
            chars.extend((char, start + i, start + i + 1) for i, char in enumerate(body))
            breaks, deep_before = [], deep
        if has_end:
            breaks.append(at + len(line))
    if "+" not in marks:
        breaks = breaks[:1] if chars and "-" not in marks else []
    chars.extend(_join(breaks, fold=False))
    return chars


def _join(breaks: list[int], *, fold: bool) -> list[_Char]:
    if fold and len(breaks) == 1:
        return [(" ", breaks[0], breaks[0] + 1)]
    return [("\n", at, at + 1) for at in (breaks[1:] if fold else breaks)]
