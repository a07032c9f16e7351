"""What a unit has to be: every reason why its pair of files cannot be used, in words.

tradec's own units are held to it in the tests, a user's whenever a play is compiled with them.
"""

import ast
import inspect
import keyword
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any, get_args

from tradec.compiler.catalog import STRUCTURE, Catalog, Unit, UnitError
from tradec.compiler.unit_chain import UnitChain, sample
from tradec.dsl.words import listed, suggest
from tradec.runtime.formula import FormulaError, evaluate
from tradec.runtime.spec import (
    BAR_INPUTS,
    INTEGER_INPUTS,
    UNITS,
    Anchored,
    Fading,
    Family,
    Finite,
    Integral,
    Kind,
    Memory,
    Output,
    Param,
    Spec,
)

_INPUTS = (*BAR_INPUTS, *INTEGER_INPUTS, "source", "volatility")
_FUNCTIONS = ("max", "min", "present", "True")
_OF_STRUCTURES = "volatility"
_KINDS: tuple[str, ...] = get_args(Kind)
_TYPES: dict[str, type | tuple[type, ...]] = {
    "int": int,
    "float": (int, float),
    "bool": bool,
    "choice": str,
    "series": str,
    "list": tuple,
}


def require_sound(catalog: Catalog) -> None:
    """Raise UnitError for the first of the user's own units that is not what it has to be."""
    for unit in catalog.own():
        found = tuple(complaints(unit, catalog))
        if found:
            more = f" ({len(found) - 1} more complaints)" if len(found) > 1 else ""
            raise UnitError(f"{unit.file}: {found[0]}{more}", "", found)


def complaints(unit: Unit, catalog: Catalog) -> Iterator[str]:
    """Yield what is wrong with a unit; what its module raises on import is raised."""
    module = unit.load()
    spec = getattr(module, "SPEC", None)
    if not isinstance(spec, Spec):
        yield "SPEC is missing" if spec is None else "SPEC is not made by tradec.runtime.spec.Spec"
        return
    found = [*_of_head(unit, spec), *_of_params(spec), *_of_outputs(spec), *_of_relations(spec)]
    found += _of_uses(spec, catalog)
    found = found or list(_of_formulas(UnitChain(unit.name, catalog), spec))
    yield from (f"SPEC: {text}" for text in found)
    if not found:
        yield from _of_reference(unit, spec, module)
        yield from _of_kernel(unit, spec)


def _of_head(unit: Unit, spec: Spec) -> Iterator[str]:
    if spec.kind != unit.kind:
        yield f"kind is `{spec.kind}`, in the folder {unit.file.parent.name}"
    if not spec.title:
        yield "title is empty"
    for name in spec.inputs:
        if name not in _INPUTS:
            yield _unknown("input", name, _INPUTS)
        elif name == _OF_STRUCTURES and unit.kind != STRUCTURE:
            yield f"input `{name}` is for structures; read high, low and close"
    yield from _twice("input", spec.inputs)


def _of_params(spec: Spec) -> Iterator[str]:
    for param in spec.params:
        what = f"parameter `{param.name}`"
        if not param.name.isidentifier() or keyword.iskeyword(param.name):
            yield f"{what} is no name"
        elif param.kind not in _TYPES:
            yield f"{what}: {_unknown('kind', param.kind, tuple(_TYPES))}"
        else:
            yield from (f"{what}: {text}" for text in _of_param(param))
    yield from _twice("parameter", tuple(p.name for p in spec.params))


def _of_param(param: Param) -> Iterator[str]:
    if param.kind == "choice" and not param.choices:
        yield "a choice without choices"
    if None not in (param.low, param.high) and param.low > param.high:  # type: ignore[operator]
        yield f"low {param.low} is above high {param.high}"
    default = param.default
    if default is None:
        return
    fits = isinstance(default, _TYPES[param.kind])
    if not fits or (isinstance(default, bool) and param.kind != "bool"):
        yield f"default {default!r} is no {param.kind}"
    elif param.choices and default not in param.choices:
        yield f"default {default!r} is none of {listed(param.choices)}"
    elif isinstance(default, int | float) and not _within(param, default):
        yield f"default {default!r} is out of bounds"


def _within(param: Param, value: float) -> bool:
    above = param.low is None or value > param.low
    above = above or (value == param.low and not param.low_exclusive)
    return above and (param.high is None or value <= param.high)


def _of_outputs(spec: Spec) -> Iterator[str]:
    if not spec.outputs:
        yield "there is no output"
    for output in spec.outputs:
        yield from (f"output `{output.name}`: {text}" for text in _of_output(output))
    names = tuple(o.name for o in spec.outputs)
    if spec.primary is not None and spec.primary not in names:
        yield f"primary: {_unknown('output', spec.primary, names)}"
    for family in spec.families:
        yield from (f"family `{family.name}`: {text}" for text in _of_family(family, spec))
    yield from _twice("output", (*names, *(family.name for family in spec.families)))


def _of_family(family: Family, spec: Spec) -> Iterator[str]:
    over = tuple(p.name for p in spec.params if p.kind in {"int", "list"})
    if family.over not in over:
        yield _unknown("parameter", family.over, over)
    rings = tuple(ring.name for ring in spec.rings)
    if family.ring not in rings:
        yield _unknown("ring", family.ring, rings)
    for output in family.outputs:
        is_alone = len(family.outputs) == 1 and not output.name
        named = replace(output, name=family.name) if is_alone else output
        yield from (f"output `{named.name}`: {text}" for text in _of_output(named))
    yield from _twice("output", tuple(output.name for output in family.outputs))


def _of_output(output: Output) -> Iterator[str]:
    if not output.name.isidentifier() or keyword.iskeyword(output.name):
        yield "that is no name"
    if output.kind not in _KINDS:
        yield _unknown("kind", output.kind, _KINDS)
    if output.unit not in UNITS:
        yield _unknown("unit", output.unit, UNITS)
    if (output.kind == "enum") != bool(output.tokens):
        yield "an enum, and nothing else, has tokens"
    if output.slack is not None and not 0 <= output.slack < 1:
        yield f"slack {output.slack} is no share"
    yield from _twice("token", tuple(word for word, _ in output.tokens))
    yield from _twice("code", tuple(str(code) for _, code in output.tokens))


def _of_relations(spec: Spec) -> Iterator[str]:
    outputs = tuple(o.name for o in spec.outputs)
    for name in (name for group in spec.together for name in group):
        if name not in outputs:
            yield f"together: {_unknown('output', name, outputs)}"
    known = (*outputs, *spec.inputs, *BAR_INPUTS, *(p.name for p in spec.params), *_FUNCTIONS)
    yield from _of_stated(spec.outputs, known)
    for family in spec.families:
        yield from _of_stated(family.outputs, (*known, *(o.name for o in family.outputs)))


def _of_stated(outputs: Iterable[Output], known: tuple[str, ...]) -> Iterator[str]:
    for relation in dict.fromkeys(r for o in outputs for r in o.relations):
        try:
            tree = ast.parse(relation, mode="eval")
        except SyntaxError as error:
            yield f"relation `{relation}`: {error.msg}"
            continue
        named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        for name in sorted(named.difference(known)):
            yield f"relation `{relation}`: {_unknown('name', name, known)}"


def _of_uses(spec: Spec, catalog: Catalog) -> Iterator[str]:
    for name in (*spec.needs, *spec.optional):
        if name not in catalog.structures():
            yield _unknown("structure", name, catalog.structures())


def _of_formulas(unit: UnitChain, spec: Spec) -> Iterator[str]:
    """Evaluate every formula with the defaults, or with small values where there are none."""
    values = unit.values(sample(unit)) | {"source": 1.0}
    for what, formula, holds in _formulas(spec):
        try:
            value = evaluate(formula, values)
        except (FormulaError, SyntaxError, ArithmeticError, TypeError, ValueError) as error:
            yield f"{what} `{formula}`: {error}"
            continue
        if not holds(value):
            yield f"{what} `{formula}` is {value!r} with the defaults"


def _formulas(spec: Spec) -> Iterator[tuple[str, str, Callable[[Any], bool]]]:
    yield "first_valid", spec.first_valid, _is_count
    yield from _of_memory(spec.memory)
    for ring in spec.rings:
        yield f"size of ring `{ring.name}`", ring.size, lambda size: _is_count(size) and size > 0
    for formula, _ in spec.constraints:
        yield "constraint", formula, bool
    for param in spec.params:
        if param.required_if:
            yield f"required_if of `{param.name}`", param.required_if, lambda _: True
    for outputs in (spec.outputs, *(family.outputs for family in spec.families)):
        for output in outputs:
            yield from _of_output_formulas(output)


def _of_output_formulas(output: Output) -> Iterator[tuple[str, str, Callable[[Any], bool]]]:
    yield f"lag of `{output.name}`", output.lag, lambda lag: isinstance(lag, int)
    if output.first_valid is not None:
        yield f"first_valid of `{output.name}`", output.first_valid, _is_count
    if output.memory is not None:
        yield from _of_memory(output.memory)
    if output.given:
        yield f"given of `{output.name}`", output.given, lambda holds: isinstance(holds, bool)
    for bound in (output.low, output.high):
        if isinstance(bound, str):
            yield f"bound of `{output.name}`", bound, _is_number


def _of_memory(memory: Memory) -> Iterator[tuple[str, str, Callable[[Any], bool]]]:
    match memory:
        case Finite(window=window):
            yield "window of its memory", window, lambda bars: _is_count(bars) and bars > 0
        case Fading(decay=decay, window=window):
            yield "decay of its memory", decay, lambda rate: 0 <= rate < 1
            yield "window of its memory", window, _is_count
        case Anchored(bars_required=required):
            yield "bars_required of its memory", required, _is_count
        case Integral():
            return


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value >= 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _of_reference(unit: Unit, spec: Spec, module: ModuleType) -> Iterator[str]:
    reference = getattr(module, unit.class_name, None)
    if not isinstance(reference, type):
        yield f"class `{unit.class_name}`, the Python reference, is missing"
        return
    takes = list(inspect.signature(reference).parameters)
    wanted = [p.name for p in spec.params]
    if sorted(takes) != sorted(wanted):
        yield (
            f"{unit.class_name}.__init__ takes {_named(takes)}, the SPEC has {_named(wanted)}: "
            "each parameter of the SPEC, by name"
        )
    step = getattr(reference, "step", None)
    if step is None:
        yield f"{unit.class_name}.step is missing"
        return
    fed = [*spec.slots, *spec.inputs]
    takes = list(inspect.signature(step).parameters)[1:]
    if len(takes) != len(fed):
        yield f"{unit.class_name}.step takes {_named(takes)}, and is fed {_named(fed)}"


def _of_kernel(unit: Unit, spec: Spec) -> Iterator[str]:
    text = unit.kernel.read_text(encoding="utf-8")
    structs = [unit.class_name, *([f"{unit.class_name}Out"] if len(spec.outputs) > 1 else [])]
    for name in structs:
        if not re.search(rf"^ctypedef\b.*\b{name}\b", text, re.MULTILINE):
            yield f"{unit.kernel.name} has no `ctypedef struct {name}`"
    for name in (f"{unit.name}_init", f"{unit.name}_step"):
        if not re.search(rf"\b{name}\(", text):
            yield f"{unit.kernel.name} has no `{name}`"


def _unknown(what: str, name: str, known: tuple[str, ...]) -> str:
    likely = suggest(name, known)
    return f"{what} `{name}` is unknown: {likely or f'known are {listed(known)}'}"


def _twice(what: str, names: tuple[str, ...]) -> Iterator[str]:
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield f"{what} `{name}` stands there twice"


def _named(names: list[str]) -> str:
    return ", ".join(names) or "nothing"
