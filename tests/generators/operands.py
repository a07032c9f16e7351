"""What a random rule may speak of: references, literals and arithmetic, with their units."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tradec.compiler.types import NUMBER
from tradec.compiler.unit_algebra import combined, comparable, merged, negated

Draw = Any
NUMERIC = frozenset({"int", "float"})
_FACTORS = (0.5, 0.999, 1.001, 2.0, 3)
_PLAIN = (0, 1, -1, 2, 50, 0.5, 30.0, 70.0, 1e-8, 30000.0)
_WHOLE = (0, 1, -1, 2, 3, 5)


@dataclass(frozen=True, slots=True)
class Operand:
    """An operand in both forms of the language; `words` are those of an enum."""

    yaml: Any
    text: str
    kind: str
    unit: str = NUMBER
    words: tuple[str, ...] = ()
    constant: bool = False

    @property
    def measure(self) -> tuple[str, bool]:
        return self.unit, self.constant


@dataclass(slots=True)
class Names:
    """Everything a play declares that rules can name, and the variables made on the way."""

    reads: list[Operand]
    variables: dict[str, Any]
    setups: dict[str, Any] = field(default_factory=dict)
    exec_tf: str = "1m"

    def literal(self, draw: Draw, value: float) -> Operand:
        """Return a number, sometimes as a variable."""
        kind = "float" if isinstance(value, float) else "int"
        if draw(st.integers(0, 4)):
            return Operand(value, _number_text(value), kind, constant=True)
        name = f"v{len(self.variables)}"
        self.variables[name] = value
        return Operand(f"${{{name}}}", f"${{{name}}}", kind, constant=True)


def reference(
    draw: Draw, name: str, field: str = "", *, offsets: bool = True
) -> tuple[Any, str, int]:
    """Return a reference in one of its spellings: the YAML, the text and the offset."""
    depth = draw(st.sampled_from((0, 0, 0, 1, 2, 7))) if offsets else 0
    text = name + (f".{field}" if field else "") + (f"[{depth}]" if depth else "")
    if "." in name or draw(st.booleans()):
        return text, text, depth
    written: dict[str, Any] = {"feature_id": name}
    if field:
        written["field"] = field
    if depth:
        written["offset"] = depth
    return written, text, depth


def read(draw: Draw, names: Names, kinds: frozenset[str]) -> Operand | None:
    """Return a declared output of one of the kinds; None where there is none."""
    fitting = [operand for operand in names.reads if operand.kind in kinds]
    if not fitting:
        return None
    found = draw(st.sampled_from(fitting))
    name, _, field = found.text.partition(":")
    yaml, text, _ = reference(draw, name, field)
    return Operand(yaml, text, found.kind, found.unit, found.words)


def number(draw: Draw, names: Names, depth: int = 2) -> Operand:
    """Return a read, or arithmetic over reads and literals, that is no constant."""
    operand = read(draw, names, NUMERIC)
    assert operand is not None, "every play can read its bars"
    if depth == 0 or draw(st.integers(0, 3)):
        return operand
    if not draw(st.integers(0, 5)):
        text = f"-({operand.text})" if operand.text[0] in "-(" else f"-{operand.text}"
        return Operand(text, text, operand.kind, negated(operand.unit))
    if not draw(st.integers(0, 5)):
        return function(draw, names, operand, depth)
    op = draw(st.sampled_from("+-*/%"))
    if draw(st.booleans()):
        return arithmetic(draw, op, operand, number(draw, names, depth - 1))
    literal = names.literal(draw, draw(st.sampled_from((*_FACTORS, 0, 0.0))))
    sides = (operand, literal) if draw(st.booleans()) else (literal, operand)
    return arithmetic(draw, op, *sides)


def function(draw: Draw, names: Names, operand: Operand, depth: int) -> Operand:
    """Return `abs` of an operand, or the `min` or `max` of it and others of its unit."""
    name = draw(st.sampled_from(("abs", "min", "max")))
    if name == "abs":
        text = f"abs({operand.text})"
        return Operand(text, text, operand.kind, operand.unit)
    other = number(draw, names, depth - 1)
    if not comparable(operand.unit, other.unit):
        other = names.literal(draw, draw(st.sampled_from(_FACTORS)))
    text = f"{name}({operand.text}, {other.text})"
    kind = "int" if operand.kind == other.kind == "int" else "float"
    return Operand(text, text, kind, merged(operand.unit, other.unit))


def arithmetic(draw: Draw, op: str, left: Operand, right: Operand) -> Operand:
    """Return `left op right`."""
    whole = left.kind == right.kind == "int" and op != "/"
    yaml: Any = [left.yaml, op, right.yaml]
    if draw(st.booleans()):
        yaml = {op: [left.yaml, right.yaml]}
    unit = combined(op, left.measure, right.measure)
    text = f"({left.text} {op} {right.text})"
    return Operand(yaml, text, "int" if whole else "float", unit)


def opposite(draw: Draw, names: Names, left: Operand) -> Operand:
    """Return something that `left` can be compared with."""
    for _ in range(3):
        right = number(draw, names, 1)
        if comparable(left.unit, right.unit) and draw(st.integers(0, 3)):
            return right
    values = _WHOLE if left.kind == "int" else _PLAIN
    return names.literal(draw, draw(st.sampled_from(values)))


def _number_text(value: float) -> str:
    return repr(value)
