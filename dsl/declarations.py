"""The section `variables`: reads it, checks every reference of a play, and settles the types."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from tradec.dsl import nodes
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.marked import Mapping as MarkedMapping
from tradec.dsl.marked import Marked, Scalar, Sequence, kind_of, scalars
from tradec.dsl.scalars import locate
from tradec.dsl.span import Span
from tradec.dsl.variables import MAX_LENGTH, Declared, Variables, references
from tradec.dsl.words import NumberRangeError, listed, to_bool, to_number

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class Declarations:
    """Reads `variables:` from top to bottom."""

    def __init__(self, overrides: Mapping[str, str], diagnostics: Diagnostics) -> None:
        self._overrides = overrides
        self._diagnostics = diagnostics
        self._variables = Variables()
        self._below: set[str] = set()
        self._has_undeclared = False

    def read(self, section: Marked | None, root: MarkedMapping) -> Variables:
        """Return the variables; report what is wrong with them and with each reference."""
        if isinstance(section, MarkedMapping):
            self._below = {key.text for key, _ in section.entries}
            for key, value in section.entries:
                self._declare(key, value)
                self._below.discard(key.text)
        elif section is not None:
            message = f"`variables` takes a mapping of names to values, received {kind_of(section)}"
            self._diagnostics.report("E103", section.span, message)
        self._check_overrides(_first(section) or _first(root) or root.span)
        self._check_uses(root)
        return self._variables

    def _declare(self, key: Scalar, value: Marked) -> None:
        declared = self._declared(key, value) if self._is_name(key) else None
        if declared is None:
            self._variables.broken.add(key.text)
        else:
            self._variables.known[key.text] = declared

    def _is_name(self, key: Scalar) -> bool:
        if _NAME.match(key.text):
            return True
        self._diagnostics.report(
            "E104",
            key.span,
            f"`{key.text}` cannot be the name of a variable",
            helps=("begin with a letter and go on with letters, digits and `_`",),
        )
        return False

    def _declared(self, key: Scalar, value: Marked) -> Declared | None:
        match value:
            case Scalar():
                return self._of_scalar(key, value)
            case Sequence(items=items):
                literals = [self._literal(key, item) for item in items]
                if key.text in self._overrides:
                    self._wrong_type(key.span, f"`{key.text}` is a list and cannot be set")
                values = tuple(literal for literal in literals if literal is not None)
                whole = len(values) == len(literals)
                return Declared(key=key, value=values) if whole else None
            case MarkedMapping():
                self._wrong_type(value.span, f"the variable `{key.text}` cannot be a mapping")
                return None

    def _of_scalar(self, key: Scalar, value: Scalar) -> Declared | None:
        scalar = self._substituted(key, value)
        literal = self._literal(key, value)
        if scalar is None or literal is None:
            return None
        text = self._overrides.get(key.text)
        if text is None:
            return Declared(key=key, value=literal, text=scalar.text, plain=scalar.plain)
        outside = _outside_value(literal, text)
        if outside is None:
            message = f"`{key.text}` is {_noun(literal)} and cannot be set to `{text}`"
            self._wrong_type(literal.span, message)
            return None
        widened = isinstance(outside, float) and not isinstance(literal.value, float)
        return Declared(
            key=key,
            value=replace(literal, value=outside),
            text=text,
            plain=scalar.plain,
            is_widened=widened,
        )

    def _literal(self, key: Scalar, value: Marked) -> nodes.Literal | None:
        if not isinstance(value, Scalar):
            message = f"a variable holds numbers, bools or strings, received {kind_of(value)}"
            self._wrong_type(value.span, message)
            return None
        scalar = self._substituted(key, value)
        if scalar is None:
            return None
        if scalar.plain and not scalar.text:
            self._wrong_type(key.span, f"the variable `{key.text}` has no value")
            return None
        try:
            return literal_as_written(scalar)
        except NumberRangeError:
            report_number_range(scalar, self._diagnostics)
            return None

    def _substituted(self, key: Scalar, value: Scalar) -> Scalar | None:
        """Return the value with earlier variables in their place."""
        for found in references(value):
            name = found.group("name")
            span = locate(value, found.start(), found.end())
            if name in self._below:
                self._report_circular(key, name, span)
            elif name in self._variables.known:
                self._variables.known[name].uses.add("variable")
                self._check_list(self._variables.known[name], value, span)
            elif name not in self._variables.broken:
                report_undeclared(name, span, self._variables.known, self._diagnostics)
        self._check_growth(value)
        return None if self._variables.is_unresolved(value) else self._variables.in_text(value)

    def _report_circular(self, key: Scalar, name: str, span: Span) -> None:
        itself = name == key.text
        message = f"`{name}` is worth itself" if itself else f"`{name}` is declared further below"
        help_ = "give it a value" if itself else f"move `{name}` above `{key.text}`"
        self._diagnostics.report("E404", span, message, helps=(help_,))

    def _check_overrides(self, span: Span) -> None:
        names = self._variables.known.keys() | self._variables.broken
        for name in self._overrides:
            if name not in names:
                report_undeclared(name, span, names, self._diagnostics)

    def _check_uses(self, root: MarkedMapping) -> None:
        known = self._variables.known
        for key, value in root.entries:
            written = () if key.text == "variables" else scalars(value, keys=True)
            for scalar in written:
                for found in references(scalar):
                    name = found.group("name")
                    span = locate(scalar, found.start(), found.end())
                    if name in known:
                        known[name].uses.add("mention")
                        self._check_list(known[name], scalar, span)
                    elif name not in self._variables.broken:
                        self._has_undeclared = True
                        report_undeclared(name, span, known, self._diagnostics)
                self._check_growth(scalar)
        for variable in known.values():
            # Where a reference names nothing, it may have meant this one.
            if not variable.uses and not self._has_undeclared:
                message = f"the variable `{variable.name}` is not used"
                self._diagnostics.report("W102", variable.key.span, message)

    def _check_list(self, variable: Declared, scalar: Scalar, span: Span) -> None:
        if isinstance(variable.value, tuple) and self._variables.whole(scalar) is None:
            message = f"`{variable.name}` is a list and cannot stand inside of a longer text"
            self._wrong_type(span, message)

    def _check_growth(self, scalar: Scalar) -> None:
        if self._variables.grows(scalar):
            message = f"the variables of this text stand for more than {MAX_LENGTH} characters"
            self._diagnostics.report("E104", scalar.span, message)

    def _wrong_type(self, span: Span, message: str) -> None:
        self._diagnostics.report("E103", span, message)


def literal_as_written(scalar: Scalar) -> nodes.Literal:
    """Return a literal whose type is told by its spelling; raises NumberRangeError."""
    value: int | float | bool | str | None = None
    if scalar.plain:
        value = to_number(scalar.text)
        value = to_bool(scalar.text) if value is None else value
    return nodes.Literal(value=scalar.text if value is None else value, span=scalar.span)


def _outside_value(literal: nodes.Literal, text: str) -> float | bool | str | None:
    """Return the value of a text in the type of the declared value; a float may replace an int."""
    declared = literal.value
    if isinstance(declared, str):
        return text
    if isinstance(declared, bool):
        return to_bool(text)
    try:
        number = to_number(text)
    except NumberRangeError:
        return None
    return float(number) if number is not None and isinstance(declared, float) else number


def _noun(literal: nodes.Literal) -> str:
    match literal.value:
        case bool():
            return "a bool"
        case int() | float():
            return "a number"
        case str():
            return "a string"


def settle(variables: Variables, diagnostics: Diagnostics) -> tuple[nodes.Variable, ...]:
    """Return the variables as nodes; a whole number that only floats use becomes a float."""
    return tuple(_settled(variable, diagnostics) for variable in variables.known.values())


def _settled(variable: Declared, diagnostics: Diagnostics) -> nodes.Variable:
    value = variable.value
    uses = variable.uses - {"mention"}
    if isinstance(value, nodes.Literal) and variable.number is not None:
        if isinstance(value.value, int) and uses == {"float"}:
            value = replace(value, value=float(variable.number))
        elif variable.is_widened and uses & {"int", "operand"}:
            message = f"`{variable.name}` is a whole number and cannot be set to `{variable.text}`"
            help_ = "write its value with a decimal point under `variables:`"
            diagnostics.report("E103", value.span, message, helps=(help_,))
    return nodes.Variable(name=variable.name, value=value, span=variable.key.span)


def _first(value: Marked | None) -> Span | None:
    """Return the place of the first key of a mapping."""
    if isinstance(value, MarkedMapping) and value.entries:
        return value.entries[0][0].span
    return None


def report_undeclared(
    name: str, span: Span, names: Collection[str], diagnostics: Diagnostics
) -> None:
    """Report E405 for a reference to `name`."""
    if not _NAME.match(name):
        message = f"`{name}` cannot be the name of a variable"
        helps: tuple[str, ...] = ("write `${name}`, or `$$` for a dollar sign",)
    else:
        message = f"the play declares no variable `{name}`"
        help_ = diagnostics.advice(name, names)
        helps = (help_,) if help_ else ("declare it under `variables:`",)
    few = names and not diagnostics.is_crowded
    notes = (f"declared variables: {listed(names)}",) if few else ()
    diagnostics.report("E405", span, message, notes=notes, helps=helps)


def report_number_range(scalar: Scalar, diagnostics: Diagnostics) -> None:
    """Report E104 for a number that the machine cannot hold."""
    diagnostics.report("E104", scalar.span, "the number does not fit into 64 bits")
