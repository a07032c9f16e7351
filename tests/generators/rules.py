"""Random conditions, in list form and in expression form."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from generators.operands import Draw, Names, Operand, number, opposite, read

_SIGNS = {"below": "cross_below", "above": "cross_above"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition in both forms of the language."""

    yaml: Any
    text: str

    def either(self, draw: Draw) -> Any:
        """Return one of the forms."""
        return self.text if draw(st.integers(0, 2)) == 0 else self.yaml


def condition(draw: Draw, names: Names, depth: int = 2) -> Rule:
    """Return a condition of a few operators."""
    if depth == 0 or draw(st.integers(0, 2)) == 0:
        return _atom(draw, names)
    word = draw(st.sampled_from(("all", "any", "not")))
    if word == "not":
        operand = condition(draw, names, depth - 1)
        return Rule({"not": operand.either(draw)}, f"not ({operand.text})")
    count = draw(st.integers(2, 3))
    operands = [condition(draw, names, depth - 1) for _ in range(count)]
    joint = " and " if word == "all" else " or "
    members = [operand.either(draw) for operand in operands]
    implicit = word == "all" and not isinstance(members[0], str) and draw(st.booleans())
    return Rule(
        members if implicit else {word: members}, joint.join(f"({o.text})" for o in operands)
    )


def _atom(draw: Draw, names: Names) -> Rule:
    kind = draw(
        st.sampled_from(("compare", "compare", "cross", "cross", "between", "near", "word"))
    )
    match kind:
        case "cross":
            return _cross(draw, names)
        case "between":
            return _between(draw, names)
        case "near":
            return _near(draw, names)
        case "word":
            return _equality(draw, names) or _compare(draw, names)
        case _:
            return _compare(draw, names)


def _compare(draw: Draw, names: Names) -> Rule:
    left = number(draw, names)
    right = opposite(draw, names, left)
    op = draw(st.sampled_from((">", "<", ">=", "<=")))
    return _pair(draw, left, op, right, f"{left.text} {op} {right.text}")


def _cross(draw: Draw, names: Names) -> Rule:
    left = number(draw, names)
    right = opposite(draw, names, left)
    way = draw(st.sampled_from(("above", "below")))
    return _pair(draw, left, _SIGNS[way], right, f"{left.text} crosses {way} {right.text}")


def _pair(draw: Draw, left: Operand, op: str, right: Operand, text: str) -> Rule:
    if draw(st.integers(0, 3)):
        return Rule([left.yaml, op, right.yaml], text)
    return Rule({"lhs": left.yaml, "op": op, "rhs": right.yaml}, text)


def _between(draw: Draw, names: Names) -> Rule:
    operand = number(draw, names)
    low, high = opposite(draw, names, operand), opposite(draw, names, operand)
    if low.constant and high.constant:
        low, high = _ordered(names, low, high)
    yaml = [operand.yaml, "between", [low.yaml, high.yaml]]
    if draw(st.booleans()):
        yaml = [operand.yaml, "between", {"low": low.yaml, "high": high.yaml}]
    return Rule(yaml, f"{operand.text} between {low.text} and {high.text}")


def _ordered(names: Names, low: Operand, high: Operand) -> tuple[Operand, Operand]:
    def worth(side: Operand) -> float:
        name = str(side.yaml)[2:-1]
        return float(names.variables[name] if str(side.yaml).startswith("$") else side.yaml)

    return (low, high) if worth(low) <= worth(high) else (high, low)


def _near(draw: Draw, names: Names) -> Rule:
    left = number(draw, names)
    right = opposite(draw, names, left)
    relative = draw(st.booleans())
    values = (0.05, 0.5, 2, 50.0) if relative else (0, 1e-9, 0.5, 3, 250.0)
    tolerance = names.literal(draw, draw(st.sampled_from(values)))
    op, percent = ("near_pct", "%") if relative else ("near_abs", "")
    text = f"{left.text} near {right.text} within {tolerance.text}{percent}"
    return Rule([left.yaml, op, right.yaml, tolerance.yaml], text)


def _equality(draw: Draw, names: Names) -> Rule | None:
    left = read(draw, names, frozenset({"int", "bool", "enum"}))
    if left is None:
        return None
    match left.kind:
        case "bool" if draw(st.booleans()):
            return Rule(left.text, left.text)
        case "bool":
            right = Operand(True, "true", "bool") if draw(st.booleans()) else Operand(0, "0", "int")
        case "enum":
            word = draw(st.sampled_from(left.words))
            right = Operand(word, word, "enum")
        case _:
            right = names.literal(draw, draw(st.integers(-1, 4)))
    op, said = draw(st.sampled_from((("==", "=="), ("!=", "!="), ("==", "is"), ("!=", "is not"))))
    return Rule([left.yaml, op, right.yaml], f"{left.text} {said} {right.text}")
