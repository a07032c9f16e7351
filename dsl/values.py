"""Scalars as values: the type comes from the place, the bounds are checked where a value stands."""

import re

from tradec.dsl import nodes
from tradec.dsl.context import Context
from tradec.dsl.declarations import literal_as_written, report_number_range
from tradec.dsl.diagnostics import Label
from tradec.dsl.marked import Marked, Scalar
from tradec.dsl.schema import Number, Only, Text, Word
from tradec.dsl.span import Span
from tradec.dsl.variables import Declared
from tradec.dsl.words import (
    NumberRangeError,
    join_words,
    listed,
    number_text,
    suggest,
    to_bool,
    to_number,
)


def read_number(kind: Number, value: Marked, path: str, cx: Context) -> nodes.Value | None:
    """Return a number or a reference to a numeric variable; report E103 and E104."""
    if not isinstance(value, Scalar):
        cx.wrong_type(path, _takes(kind), value)
        return None
    variable = cx.variables.whole(value)
    if variable is not None and variable.number is not None:
        return _read_variable(kind, variable, value, path, cx)
    scalar = cx.text(value)
    number = None if scalar is None else _number_of(kind, scalar, path, cx)
    if number is None or not _in_bounds(kind, number, value.span, path, cx):
        return None
    return nodes.Literal(value=number if kind.integer else float(number), span=value.span)


def _read_variable(
    kind: Number, variable: Declared, scalar: Scalar, path: str, cx: Context
) -> nodes.Value | None:
    number = variable.number
    assert number is not None
    assert isinstance(variable.value, nodes.Literal)
    variable.uses.add("int" if kind.integer else "float")
    label = Label(span=variable.value.span, text=f"`{variable.name}` is {variable.text} here")
    if kind.integer and isinstance(number, float) and not variable.is_widened:
        message = f"`{path}` takes a whole number, received {variable.text}"
        cx.report("E103", scalar.span, message, labels=(label,))
        return None
    if not _in_bounds(kind, number, scalar.span, path, cx, label):
        return None
    if kind.parameter:
        return nodes.VarRef(name=variable.name, span=scalar.span)
    return nodes.Literal(value=number if kind.integer else float(number), span=scalar.span)


def _number_of(kind: Number, scalar: Scalar, path: str, cx: Context) -> float | None:
    try:
        number = to_number(scalar.text)
    except NumberRangeError:
        report_number_range(scalar, cx.diagnostics)
        return None
    if number is None or not scalar.plain:
        help_ = "" if number is None else "remove the quotes"
        cx.wrong_type(path, _takes(kind), scalar, help_)
        return None
    if kind.integer and isinstance(number, float):
        help_ = f"write `{number_text(number)}`" if number.is_integer() else ""
        cx.wrong_type(path, "a whole number", scalar, help_)
        return None
    return number


def _in_bounds(
    kind: Number, number: float, span: Span, path: str, cx: Context, label: Label | None = None
) -> bool:
    above = kind.above is None or number > kind.above
    below = kind.below is None or number < kind.below
    within = (kind.low is None or number >= kind.low) and (kind.high is None or number <= kind.high)
    if above and below and within:
        return True
    message = f"`{path}` is {number_text(number)}, which is out of range"
    help_ = f"write a number {bounds_text(kind)}"
    cx.report("E104", span, message, help_, labels=(label,) if label else ())
    return False


def bounds_text(kind: Number) -> str:
    """Return the bounds of a number, such as "above 0 and at most 100"."""
    if kind.low is not None and kind.low == kind.high:
        return f"equal to {number_text(kind.low)}"
    parts = []
    if kind.above is not None:
        parts.append(f"above {number_text(kind.above)}")
    if kind.low is not None:
        parts.append(f"of at least {number_text(kind.low)}")
    if kind.high is not None:
        parts.append(f"at most {number_text(kind.high)}")
    if kind.below is not None:
        parts.append(f"below {number_text(kind.below)}")
    return " and ".join(parts)


def _takes(kind: Number) -> str:
    return "a whole number" if kind.integer else "a number"


def read_text(kind: Text, value: Marked, path: str, cx: Context) -> nodes.Literal | None:
    """Return a string; report E103 and E104."""
    scalar = read_scalar(value, path, cx)
    if scalar is None:
        return None
    text = scalar.text.upper() if kind.upper else scalar.text
    if kind.pattern and not re.fullmatch(kind.pattern, text):
        message = f"`{path}` is `{scalar.text}`, which is not {kind.pattern_text}"
        cx.report("E104", value.span, message)
        return None
    return nodes.Literal(value=text, span=value.span)


def read_scalar(value: Marked, path: str, cx: Context, takes: str = "a string") -> Scalar | None:
    """Return a scalar that is not empty, its variables in place; report E103."""
    if not isinstance(value, Scalar) or (value.plain and not value.text):
        cx.wrong_type(path, takes, value)
        return None
    return cx.text(value)


def read_as_spelled(value: Marked, path: str, cx: Context, use: str) -> nodes.Value | None:
    """Return a value whose type its spelling tells, or a numeric variable that is put to `use`."""
    if not isinstance(value, Scalar):
        cx.wrong_type(path, "a value", value)
        return None
    variable = cx.variables.whole(value)
    if variable is not None and variable.number is not None:
        variable.uses.add(use)
        return nodes.VarRef(name=variable.name, span=value.span)
    scalar = read_scalar(value, path, cx, "a value")
    try:
        return literal_as_written(scalar) if scalar else None
    except NumberRangeError:
        report_number_range(value, cx.diagnostics)
        return None


def read_word(kind: Word, value: Marked, path: str, cx: Context) -> nodes.Literal | None:
    """Return one of a few words; report E103, E104 and E106."""
    scalar = read_scalar(value, path, cx, "a word")
    if scalar is None:
        return None
    text = scalar.text
    if kind.any_case:
        text = next((word for word in kind.words if word.lower() == text.lower()), text)
    if text in kind.words:
        return nodes.Literal(value=text, span=value.span)
    if text in kind.renamed:
        message = f"`{path}: {text}` is deprecated"
        cx.report("E106", value.span, message, f"write `{kind.renamed[text]}`")
    else:
        help_ = suggest(text, kind.words) or f"write {join_words(kind.words)}"
        note = f"accepted: {listed(kind.words)}"
        cx.report("E104", value.span, f"`{path}` cannot be `{text}`", help_, notes=(note,))
    return None


_FLAGS = {"true": True, "on": True, "false": False, "off": False}


def read_flag(value: Marked, path: str, cx: Context) -> nodes.Literal | None:
    """Return a bool; report E103."""
    scalar = read_scalar(value, path, cx, "true or false")
    if scalar is None:
        return None
    if scalar.text.lower() not in _FLAGS:
        cx.wrong_type(path, "true or false", scalar)
        return None
    return nodes.Literal(value=_FLAGS[scalar.text.lower()], span=value.span)


def read_only(kind: Only, key: Scalar, value: Marked, path: str, cx: Context) -> None:
    """Check a key that is accepted with one value; report E103, E104 and W105."""
    scalar = read_scalar(value, path, cx, f"`{kind.value}`")
    if scalar is None:
        return
    is_bool = kind.value == "false"
    if scalar.text.lower() == kind.value:
        if kind.replacement:
            cx.report("W105", key.span, f"`{path}` is deprecated", write_instead(kind.replacement))
    elif is_bool and to_bool(scalar.text) is None:
        cx.wrong_type(path, "true or false", scalar)
    else:
        message = f"`{path}` is `{scalar.text}`, which is out of range"
        cx.report("E104", value.span, message, f"write `{kind.value}`")


def write_instead(replacement: str) -> str:
    """Return the help of a deprecated key; a replacement may be a sentence of its own."""
    return f"write {replacement}" if replacement.startswith("`") else replacement
