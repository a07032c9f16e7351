"""Random conditions, in list form and in expression form."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from generators.operands import Draw, Names, Operand, number, opposite, read
from tradec.runtime.timeframe import TIMEFRAMES

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
    word = draw(st.sampled_from(("all", "any", "not", "window")))
    if word == "window":
        return window(draw, names, condition(draw, names, depth - 1))
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
    kinds = ("compare", "compare", "cross", "cross", "between", "near", "word", "in", "changed")
    kind = draw(st.sampled_from((*kinds, *(["setup"] if names.setups else []))))
    match kind:
        case "setup":
            return _setup(draw, names)
        case "changed":
            return _changed(draw, names)
        case "in":
            return _membership(draw, names) or _compare(draw, names)
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


def _membership(draw: Draw, names: Names) -> Rule | None:
    left = read(draw, names, frozenset({"int", "bool", "enum"}))
    if left is None:
        return None
    choices = {
        "bool": st.sampled_from((True, False)),
        "enum": st.sampled_from(left.words or ("",)),
        "int": st.integers(-1, 4),
    }
    members = draw(st.lists(choices[left.kind], min_size=1, max_size=3))
    text = ", ".join(str(member).lower() for member in members)
    if draw(st.booleans()):
        return Rule([left.yaml, "not in", members], f"{left.text} not in ({text})")
    return Rule([left.yaml, "in", members], f"{left.text} in ({text})")


def _changed(draw: Draw, names: Names) -> Rule:
    kinds = frozenset({"int", "bool", "enum", "float"})
    operand = read(draw, names, kinds) if draw(st.booleans()) else number(draw, names, 1)
    assert operand is not None
    return Rule(f"changed({operand.text})", f"changed({operand.text})")


def _setup(draw: Draw, names: Names) -> Rule:
    name = draw(st.sampled_from([*names.setups]))
    return Rule({"setup": name}, draw(st.sampled_from((f"setup({name})", name))))


# --- windows ----------------------------------------------------------------------------------

_FORMS = {"holds": "holds_for", "occurred": "occurred_within", "count": "count_true"}


def window(draw: Draw, names: Names, operand: Rule) -> Rule:
    """Return a window over a condition: some samples, some of them far apart, or a duration."""
    kind = draw(st.sampled_from([*_FORMS]))
    duration = draw(st.sampled_from(_durations(names.exec_tf)))
    samples = draw(st.sampled_from((1, 2, 3, 4, 7)))
    inner: dict[str, Any] = {"expr": operand.either(draw)}
    name, every = _FORMS[kind], ""
    if duration and draw(st.integers(0, 2)) == 0:
        name, length, samples = f"{name}_duration", duration[0], duration[1]
        inner["duration"] = length
    else:
        count = names.literal(draw, samples)
        inner["bars"], length = count.yaml, count.text
        if draw(st.integers(0, 2)) == 0:
            inner["anchor_tf"] = draw(st.sampled_from(_anchors(names.exec_tf)))
            every = f", every {inner['anchor_tf']}"
    text = f"{kind}({operand.text}, {length}{every})"
    if kind == "count":
        least = names.literal(draw, draw(st.integers(1, samples)))
        inner["min_true"] = least.yaml
        text = f"{text} >= {least.text}"
    return Rule({name: inner}, text)


def _durations(exec_tf: str) -> list[tuple[str, int] | None]:
    """Return durations of a few bars, with the number of them."""
    minutes = TIMEFRAMES[exec_tf].minutes
    fitting = [k for k in (1, 2, 3, 4, 6) if 0 < minutes * k <= 1440]
    return [(f"{minutes * k}m", k) for k in fitting] or [None]


def _anchors(exec_tf: str) -> list[str]:
    """Return the timeframes whose length is a few bars of the exec timeframe, and the role."""
    minutes = TIMEFRAMES[exec_tf].minutes
    near = [
        name
        for name, frame in TIMEFRAMES.items()
        if frame.minutes and frame.minutes % minutes == 0 and frame.minutes <= 15 * minutes
    ]
    return ["exec", *near]
