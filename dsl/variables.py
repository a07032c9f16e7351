"""Variables: what they are worth, where they stand in a text, and what is put in their place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tradec.dsl import nodes
from tradec.dsl.marked import Piece, Scalar

MAX_LENGTH = 20_000
"""How many characters the variables of one text may add to it."""

_REFERENCE = re.compile(r"\$\$|\$\{(?P<name>[^{}\n]*)\}?")
_WHOLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}\Z")
_TOLERANCE = re.compile(r"\bwithin\s*\Z", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9_]")


@dataclass(slots=True, kw_only=True)
class Declared:
    """One variable; `text` is what stands for it inside of longer words.

    `uses` collects the kinds of places that refer to it: "int", "float", "operand", "text".
    `is_widened` marks a whole number that was set to a float from outside.
    """

    key: Scalar
    value: nodes.Literal | tuple[nodes.Literal, ...]
    text: str = ""
    plain: bool = True
    is_widened: bool = False
    uses: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """Return its name."""
        return self.key.text

    @property
    def number(self) -> int | float | None:
        """Return its value if it is a number."""
        if isinstance(self.value, tuple) or isinstance(self.value.value, bool | str):
            return None
        return self.value.value


@dataclass(slots=True)
class Variables:
    """The variables of a play, by name; `broken` are those that could not be read."""

    known: dict[str, Declared] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def whole(self, scalar: Scalar) -> Declared | None:
        """Return the variable if the scalar is nothing but a reference to one."""
        found = _WHOLE.match(scalar.text) if "$" in scalar.text else None
        return self.known.get(found.group(1)) if found else None

    def number(self, value: nodes.Value | None) -> int | float | None:
        """Return the number that a value is in this play."""
        match value:
            case nodes.Literal(value=int() | float() as number):
                return number
            case nodes.VarRef(name=name):
                return self.known[name].number
            case _:
                return None

    def is_unresolved(self, scalar: Scalar) -> bool:
        """Whether a reference in the scalar, which was reported already, cannot be replaced.

        Because it names no scalar, or because the text would grow without measure.
        """
        names = (found.group("name") for found in references(scalar))
        known = [self.known.get(name) for name in names]
        unknown = any(found is None or isinstance(found.value, tuple) for found in known)
        return unknown or self.grows(scalar)

    def grows(self, scalar: Scalar) -> bool:
        """Whether a text is longer than MAX_LENGTH once its variables are in place."""
        known = (self.known.get(found.group("name")) for found in references(scalar))
        return sum(len(found.text) for found in known if found) > MAX_LENGTH

    def in_text(self, scalar: Scalar) -> Scalar:
        """Return the scalar with the text of its variables in their place."""
        return self._substituted(scalar, keep_operands=False)

    def in_expression(self, scalar: Scalar) -> Scalar:
        """Return the scalar with its variables replaced, but for numbers that stand alone."""
        return self._substituted(scalar, keep_operands=True)

    def _substituted(self, scalar: Scalar, *, keep_operands: bool) -> Scalar:
        if "$" not in scalar.text or scalar.pieces:
            return scalar
        parts: list[str] = []
        pieces: list[Piece] = []
        done = length = 0
        for found in _REFERENCE.finditer(scalar.text):
            text = self._replacement(scalar.text, found, keep_operands=keep_operands)
            if text is None:
                continue
            before = scalar.text[done : found.start()]
            pieces.append(_piece(length, before, done, found.start(), whole=False))
            length += len(before)
            pieces.append(_piece(length, text, found.start(), found.end(), whole=True))
            length += len(text)
            parts += [before, text]
            done = found.end()
        rest = scalar.text[done:]
        pieces.append(_piece(length, rest, done, len(scalar.text), whole=False))
        whole = self.whole(scalar)
        return replace(
            scalar,
            text="".join([*parts, rest]),
            plain=whole.plain if whole else scalar.plain,
            pieces=tuple(piece for piece in pieces if piece.end > piece.start),
        )

    def _replacement(self, text: str, found: re.Match[str], *, keep_operands: bool) -> str | None:
        if found.group() == "$$":
            return "$"
        variable = self.known.get(found.group("name"))
        if variable is None or isinstance(variable.value, tuple):
            return None
        if variable.number is not None:
            if keep_operands and _stands_alone(text, found.start(), found.end()):
                is_tolerance = _TOLERANCE.search(text, 0, found.start())
                variable.uses.add("float" if is_tolerance else "operand")
                return None
            variable.uses.add("text")
        return self._text_of(variable)

    def _text_of(self, variable: Declared) -> str:
        return variable.text


def _piece(start: int, text: str, origin: int, origin_end: int, *, whole: bool) -> Piece:
    end = start + len(text)
    return Piece(start=start, end=end, origin=origin, origin_end=origin_end, whole=whole)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a reference is no part of a word, number or bracket."""
    before, after = text[start - 1 : start], text[end : end + 1]
    inside = text[:start].rstrip()[-1:] == "[" or text[end:].lstrip()[:1] == "]"
    return not (inside or _WORD.match(before) or _WORD.match(after) or before == ".")


def references(scalar: Scalar) -> Iterator[re.Match[str]]:
    """Return the references in the text of a scalar, with the group `name`."""
    if "$" in scalar.text and not scalar.pieces:
        for found in _REFERENCE.finditer(scalar.text):
            if found.group() != "$$":
                yield found
