"""Lays out the units of a play for the templates: fields, steps, initial values, reads."""

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from tradec.compiler import ir
from tradec.compiler.catalog import Catalog
from tradec.compiler.emit_expr import param
from tradec.compiler.emit_names import output_slug, ring_field
from tradec.compiler.types import Kind
from tradec.runtime.spec import Spec

PLAIN = frozenset({"double", "int64_t"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """The latest value of one output, kept in the state because something reads it."""

    ctype: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One series as the templates see it.

    `kept` are the outputs that rules, other series or histories read. The others are computed only
    for whoever asks for them: they lie in `shown_field`, outside of the state proper. Those of a
    family are always there, where the kernel keeps them: `laid` says where.
    """

    id: str
    name: str
    ctype: str
    field: str
    single: bool
    out_ctype: str
    out_field: str
    kept: tuple[Value, ...]
    shown_field: str
    module: str
    records: tuple[str, ...]
    laid: Mapping[str, str]


def unit_of(series: ir.Series, catalog: Catalog, read: Collection[tuple[str, str]]) -> Unit:
    """Return the fields of one series; `read` are the (series, output) that anything reads."""
    place, spec = catalog.unit(series.unit), catalog.spec(series.unit)
    single = len(series.outputs) == 1
    laid = dict(_laid(series, spec))
    kept = tuple(o for o in series.outputs if (series.id, o.name) in read)
    out_field = f"{series.id}_value" if single else f"{series.id}_out"
    return Unit(
        id=series.id,
        name=series.unit,
        ctype=place.class_name,
        field=f"{series.id}_unit",
        single=single,
        out_ctype=_ctype(series.outputs[0]) if single else f"{place.class_name}Out",
        out_field=out_field,
        kept=tuple(Value(ctype=_ctype(o), field=_value_field(series, o.name)) for o in kept),
        shown_field=out_field
        if any(o not in kept and o.name not in laid for o in series.outputs)
        else "",
        module=place.cimport_name,
        records=tuple(sorted({ring.ctype for ring in spec.rings} - PLAIN)),
        laid=laid,
    )


def _laid(series: ir.Series, spec: Spec) -> Iterator[tuple[str, str]]:
    """Yield the name of every output of a family and where its kernel keeps it."""
    given = dict(series.params)
    for family in spec.families:
        over = given[family.over]
        keys = family.keys({family.over: over if over is None else _constant(over)})
        for place, key in enumerate(keys):
            item = f"r.{ring_field(series.id, family.ring)}[{place}]"
            for output in family.outputs:
                field = f".{output.name}" if output.name else ""
                yield family.name_of(key, output.name), item + field


def _constant(value: ir.Setting | tuple[ir.Setting, ...]) -> int | float | tuple[int | float, ...]:
    """Return the value of a parameter that the code depends on."""
    if isinstance(value, tuple):
        return tuple(item.value for item in value if isinstance(item, ir.Const))
    assert isinstance(value, ir.Const), "a variable in place of what the code depends on"
    return value.value


def _ctype(output: ir.Output) -> str:
    return "double" if output.type.kind is Kind.FLOAT else "int64_t"


def _value_field(series: ir.Series, output: str) -> str:
    """Return a field whose last word says whether an output's name stands before it."""
    single = len(series.outputs) == 1
    return f"{series.id}_value" if single else f"{series.id}__{output_slug(output)}_output"


def import_of(unit: Unit) -> str:
    """Return the cimport of a unit's kernel."""
    names = [unit.ctype, f"{unit.name}_init", f"{unit.name}_step", *unit.records]
    if not unit.single:
        names.append(unit.out_ctype)
    return f"from {unit.module} cimport {', '.join(sorted(names))}"


def place_of(series: ir.Series, unit: Unit, output: str) -> str:
    """Return where the latest value of an output lies, in the state or among what is shown."""
    field = _value_field(series, output)
    if any(value.field == field for value in unit.kept):
        return f"s.{field}"
    if output in unit.laid:
        return unit.laid[output]
    return f"shown.{unit.out_field}" if unit.single else f"shown.{unit.out_field}.{output}"


def step_lines(series: ir.Series, unit: Unit, arguments: list[str], mark: str) -> list[str]:
    """Return the statements that step a series and keep what is read of it."""
    if unit.single:
        call = f"{unit.name}_step({', '.join(arguments)}){mark}"
        if unit.kept:
            return [f"s.{unit.out_field} = {call}"]
        return [f"cdef {unit.out_ctype} {unit.out_field} = {call}", *_show_lines(unit)]
    call = f"{unit.name}_step({', '.join([*arguments, f'&{unit.out_field}'])}){mark}"
    names = [o.name for o in series.outputs]
    kept = [
        f"s.{_value_field(series, name)} = {unit.laid.get(name, f'{unit.out_field}.{name}')}"
        for name in names
        if place_of(series, unit, name).startswith("s.")
    ]
    return [f"cdef {unit.out_ctype} {unit.out_field}", call, *kept, *_show_lines(unit)]


def _show_lines(unit: Unit) -> list[str]:
    if not unit.shown_field:
        return []
    return ["if shown != NULL:", f"    shown.{unit.shown_field} = {unit.out_field}"]


def missing_of(kind: Kind) -> str:
    """Return the missing value of a kind."""
    return "NAN" if kind is Kind.FLOAT else "MISSING"


def init_lines(series: ir.Series, unit: Unit, spec: Spec) -> list[str]:
    """Return the lines that make a series' state."""
    arguments = [
        _argument(value, spec.param(name).kind)
        for name, value in series.params
        if spec.param(name).kind != "series"
    ]
    lines = [f"{unit.name}_init({', '.join([f'&s.{unit.field}', *arguments])})"]
    lines += [
        f"r.{ring_field(series.id, name)}[{place}] = {_argument(item, 'float')}"
        for name, value in series.params
        if isinstance(value, tuple)
        for place, item in enumerate(value)
    ]
    lines += [
        f"{place_of(series, unit, o.name)} = {missing_of(o.type.kind)}" for o in series.outputs
    ]
    return lines


def _argument(value: ir.Given, kind: str) -> str:
    match value:
        case tuple():
            return str(len(value))
        case None:
            return "NAN" if kind == "float" else "MISSING"
        case ir.Param(name=name):
            return param(name)
        case ir.Const(value=number):
            return repr(float(number)) if kind == "float" else str(int(number))


def setting_texts(series: ir.Series, spec: Spec) -> dict[str, str]:
    """Return the value of every parameter as formulas of the SPEC name it, in C."""
    texts: dict[str, str] = {}
    for name, value in series.params:
        known = spec.param(name)
        if known.kind == "choice" and isinstance(value, ir.Const):
            texts[name] = repr(known.choices[int(value.value)])
        elif isinstance(value, tuple):
            texts[name] = repr(_constant(value))
        else:
            texts[name] = _argument(value, known.kind)
    return texts


def ring_size(formula: str, texts: Mapping[str, str]) -> str:
    """Return a SPEC's ring size as a C expression over the play's parameters."""
    tree = _Substitute(texts).visit(ast.parse(formula, mode="eval"))
    return ast.unparse(_settled(tree.body))


class _Substitute(ast.NodeTransformer):
    """Puts the play's values in the place of a formula's names."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Return the value of a parameter; functions keep their names."""
        if node.id not in self.values:
            return node
        return ast.parse(self.values[node.id], mode="eval").body


def _settled(node: ast.expr) -> ast.expr:
    """Return `node` without the branch of a choice that is not taken, and with lengths of lists."""
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[ast.Tuple(elts=items)]):
            return ast.Constant(len(items))
        case ast.BinOp(left=left, right=right):
            return ast.BinOp(left=_settled(left), op=node.op, right=_settled(right))
        case ast.IfExp(test=ast.Compare(left=ast.Constant(), comparators=[ast.Constant()]) as test):
            taken = eval(compile(ast.Expression(test), "formula", "eval"))  # noqa: S307  constants
            return _settled(node.body if taken else node.orelse)
    return node
