"""Checks what a play says under `params:` against a SPEC, and says what it leaves out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tradec.compiler.surface import argument
from tradec.dsl import nodes
from tradec.dsl.diagnostics import Diagnostics, Label
from tradec.dsl.span import NOWHERE, Span
from tradec.dsl.words import join_words, number_text, suggest
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import Param, Spec, key_text

Scalar: TypeAlias = int | float | bool | str
Unit: TypeAlias = nodes.Feature | nodes.Structure

_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "choice": "a word",
    "series": "a name",
    "list": "a list of numbers",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """Checks the parameters of units against their SPEC; `code` is the error it reports.

    Whether a parameter of `elsewhere`, or a key of a structure, is missing is for the caller to
    check.
    """

    code: str
    variables: Mapping[str, nodes.Literal]
    diagnostics: Diagnostics
    elsewhere: frozenset[str] = frozenset()

    def complete(self, node: Unit, unit: nodes.Literal, spec: Spec) -> tuple[nodes.Argument, ...]:
        """Return every parameter of the SPEC in its order, without the optional ones left out."""
        self._check_names(node, unit, spec)
        given = {p.name: self._given(p, argument(node, p.name)) for p in spec.params}
        values = formula_values(spec, _present(given), self.variables)
        for param in spec.params:
            if self._is_missing(param, given, values):
                self._report_missing(node, unit, param)
                given[param.name] = _argument(param, _neutral(param))
        arguments = _present(given)
        self._check_constraints(node, spec, arguments)
        return arguments

    def _is_missing(
        self, param: Param, given: Mapping[str, nodes.Argument | None], values: Mapping[str, Any]
    ) -> bool:
        """Return whether a parameter has to be there and is not."""
        if given[param.name] is not None or param.name in self.elsewhere or param.of:
            return False
        return param.required or (
            bool(param.required_if) and holds(param.required_if, values, absent=False)
        )

    def _check_names(self, node: Unit, unit: nodes.Literal, spec: Spec) -> None:
        known = tuple(p.name for p in spec.params)
        for written in node.params:
            if written.name not in known:
                likely = suggest(written.name, known)
                self.diagnostics.report(
                    self.code,
                    written.span,
                    f"`{unit.value}` has no parameter `{written.name}`",
                    notes=(f"parameters of {unit.value}: {', '.join(known) or 'none'}",),
                    helps=(likely,) if likely else (),
                )

    def _given(self, param: Param, written: nodes.Argument | None) -> nodes.Argument | None:
        """Return a parameter as its unit takes it: as written, or its default, if any."""
        if written is None:
            default = None if param.default is None else nodes.Literal(value=param.default)
            return _argument(param, default)
        return _argument(param, self._value(param, written), written.span)

    def _value(
        self, param: Param, written: nodes.Argument
    ) -> nodes.Value | tuple[nodes.Value, ...] | None:
        if isinstance(written.value, tuple):
            if param.kind == "list":
                return self._list(param, written.span, written.value) or _neutral(param)
            self._report(written.span, f"`{param.name}` is a list, not {_KINDS[param.kind]}")
            return _neutral(param)
        known = known_value(written.value, self.variables)
        value = self._checked(param, known, written.value.span)
        if value is None:
            return _neutral(param)
        if isinstance(written.value, nodes.VarRef) and not isinstance(value, bool | str):
            return written.value
        return nodes.Literal(value=value, span=written.value.span)

    def _list(
        self, param: Param, span: Span, items: tuple[nodes.Value, ...]
    ) -> tuple[nodes.Value, ...]:
        """Return the numbers of a list, without those that are reported."""
        found: dict[str, nodes.Literal] = {}
        if not items:
            self._report(span, f"`{param.name}` is empty")
        for item in items:
            value = known_value(item, self.variables)
            if isinstance(value, bool | str | None) or not math.isfinite(value):
                shown = "a list" if value is None else f"`{shown_as(value)}`"
                self._report(item.span, f"`{param.name}` has {shown}, which is no number")
                continue
            number = value + 0.0  # there is no -0.0
            key = key_text(number)
            if key in found:
                label = Label(span=found[key].span, text="the first")
                self._report(item.span, f"`{param.name}` has {key} twice", labels=(label,))
                continue
            found[key] = nodes.Literal(value=number, span=item.span)
        return tuple(found.values())

    def _checked(self, param: Param, value: Scalar | None, span: Span) -> Scalar | None:
        """Return the value as its parameter takes it, or None once its error is reported."""
        fitting = None if value is None else _fitting(param, value)
        if fitting is None:
            shown = "a list" if value is None else f"`{shown_as(value)}`"
            message = f"`{param.name}` is {shown}, not {_KINDS[param.kind]}"
            self._report(span, message, _repair(param, value))
            return None
        if isinstance(fitting, str) and param.choices and fitting not in param.choices:
            likely = suggest(fitting, param.choices)
            self._report(
                span,
                f"`{param.name}` has no choice `{fitting}`",
                likely or f"write {join_words(param.choices)}",
            )
            return None
        if isinstance(fitting, int | float) and not _within(param, fitting):
            self._report(span, f"`{param.name}` is {number_text(fitting)}, not {bounds(param)}")
            return None
        return fitting

    def _report_missing(self, node: Unit, unit: nodes.Literal, param: Param) -> None:
        self.diagnostics.report(
            self.code,
            node.span,
            f"`{unit.value}` needs the parameter `{param.name}`",
            notes=(f"it is {_KINDS[param.kind]} {_expectation(param)}".rstrip(),),
            helps=(f"add `{param.name}` to `params`",),
        )

    def _check_constraints(
        self, node: Unit, spec: Spec, arguments: tuple[nodes.Argument, ...]
    ) -> None:
        values = formula_values(spec, arguments, self.variables)
        for formula, message in spec.constraints:
            if not holds(formula, values, absent=True):
                self.diagnostics.report(
                    self.code, culprit(node, formula), message, notes=(given_text(formula, values),)
                )
        for formula, message in spec.warnings:
            if not holds(formula, values, absent=True):
                notes = (given_text(formula, values),)
                self.diagnostics.report("W140", culprit(node, formula), message, notes=notes)

    def _report(
        self, span: Span, message: str, help_: str = "", *, labels: tuple[Label, ...] = ()
    ) -> None:
        helps = (help_,) if help_ else ()
        self.diagnostics.report(self.code, span, message, helps=helps, labels=labels)


def known_value(value: nodes.Value, variables: Mapping[str, nodes.Literal]) -> Scalar | None:
    """Return the scalar that a value stands for; None for a variable that is a list."""
    match value:
        case nodes.Literal(value=scalar):
            return scalar
        case nodes.VarRef(name=name):
            return variables[name].value if name in variables else None


def formula_values(
    spec: Spec,
    arguments: tuple[nodes.Argument, ...],
    variables: Mapping[str, nodes.Literal],
) -> dict[str, Any]:
    """Return the value of every parameter for the formulas of a SPEC, None where it is absent."""
    values: dict[str, Any] = dict.fromkeys(p.name for p in spec.params)
    for given in arguments:
        values[given.name] = (
            tuple(known_value(item, variables) for item in given.value)
            if isinstance(given.value, tuple)
            else known_value(given.value, variables)
        )
    return values


def holds(formula: str, values: Mapping[str, Any], *, absent: bool) -> bool:
    """Return whether a formula is true; `absent` where it counts with an absent parameter."""
    try:
        return bool(evaluate(formula, values))
    except TypeError:  # None, an absent parameter, takes part in no arithmetic and has no order
        return absent


def mentions(formula: str, name: str) -> bool:
    """Return whether a formula uses the parameter `name`."""
    return name in _words(formula)


def _words(formula: str) -> list[str]:
    return "".join(c if c.isalnum() or c == "_" else " " for c in formula).split()


def culprit(node: Unit, formula: str) -> Span:
    """Return the place of a parameter that a formula mentions, or of the whole unit."""
    written = [a for a in node.params if mentions(formula, a.name)]
    first = min(written, key=lambda a: _words(formula).index(a.name), default=node)
    return first.span


def given_text(formula: str, values: Mapping[str, Any]) -> str:
    """Return what the parameters that a formula mentions are."""
    named = [f"{n} is {shown_as(v)}" for n, v in values.items() if v is not None]
    return ", ".join(n for n in named if mentions(formula, n.split(" ", 1)[0]))


def bounds(param: Param) -> str:
    """Return the bounds of a parameter in words."""
    low = "" if param.low is None else f"{param.low:g}"
    high = "" if param.high is None else f"{param.high:g}"
    if low and high and not param.low_exclusive:
        return f"from {low} to {high}"
    above = f"{'above' if param.low_exclusive else 'at least'} {low}" if low else ""
    return " and ".join(part for part in (above, f"at most {high}" if high else "") if part)


def shown_as(value: Scalar | tuple[Scalar, ...]) -> str:
    """Return a value as a play writes it."""
    if isinstance(value, tuple):
        items = (number_text(v) if isinstance(v, float) else shown_as(v) for v in value)
        return f"[{', '.join(items)}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _argument(
    param: Param, value: nodes.Value | tuple[nodes.Value, ...] | None, span: Span = NOWHERE
) -> nodes.Argument | None:
    return None if value is None else nodes.Argument(name=param.name, value=value, span=span)


def _present(given: Mapping[str, nodes.Argument | None]) -> tuple[nodes.Argument, ...]:
    return tuple(found for found in given.values() if found is not None)


def _fitting(param: Param, value: Scalar) -> Scalar | None:
    match param.kind:
        case "bool":
            return value if isinstance(value, bool) else None
        case "choice" | "series":
            return value if isinstance(value, str) else None
        case "list":
            return None
        case "int":
            return value if isinstance(value, int) and not isinstance(value, bool) else None
        case "float":
            if isinstance(value, bool | str) or not math.isfinite(value):
                return None
            return float(value)


def _within(param: Param, value: float) -> bool:
    if param.low is not None and (
        value < param.low or (param.low_exclusive and value == param.low)
    ):
        return False
    return param.high is None or value <= param.high


def _neutral(param: Param) -> nodes.Literal | tuple[nodes.Value, ...] | None:
    """Return a value that lets compilation go on after an error."""
    if param.default is not None:
        return nodes.Literal(value=param.default)
    match param.kind:
        case "int":
            return nodes.Literal(value=int(param.low or 1))
        case "float":
            return nodes.Literal(value=(param.low or 0.0) + 1.0)
        case "choice":
            return nodes.Literal(value=param.choices[0])
        case "list":
            return (nodes.Literal(value=0.0),)
        case _:
            return None


def _repair(param: Param, value: Scalar | None) -> str:
    if param.kind == "list" and isinstance(value, int | float) and not isinstance(value, bool):
        return f"write `[{number_text(value)}]`"
    whole = isinstance(value, float) and value.is_integer()
    return f"write `{int(value)}`" if whole and value and param.kind == "int" else ""


def _expectation(param: Param) -> str:
    if param.choices:
        return join_words(param.choices)
    return bounds(param)
