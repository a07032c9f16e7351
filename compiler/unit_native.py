"""Units as native code over whole columns: one small module around the kernels of many."""

import ctypes
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradec.compiler import native
from tradec.compiler.catalog import Catalog
from tradec.compiler.emit import environment
from tradec.compiler.emit_units import PLAIN
from tradec.compiler.unit_chain import Columns, Params, UnitChain, dtype_of, input_dtype
from tradec.runtime.formula import evaluate
from tradec.runtime.kernels.arith import MISSING, NAN
from tradec.runtime.spec import Family, Output, Param

_CTYPES = {"float64": "double", "int64": "int64_t"}
_GUARD = np.frombuffer(b"\x5a\xc3" * 32, "u1")
_RUNNER = ctypes.CFUNCTYPE(
    None,
    *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p),
    *(ctypes.c_ssize_t, ctypes.c_ssize_t),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of a shared kernel, to be called from Python as `call_<name>`."""

    module: str
    name: str
    arguments: tuple[str, ...]


class FaultError(Exception):
    """Something that a unit declares or promises and does not keep."""


class UnitModule:
    """The kernels of some units, built."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def run(
        self, unit: UnitChain, params: Params, inputs: Columns, cut: int = -1
    ) -> dict[str, NDArray[Any]]:
        """Return every output over the bars of `inputs`.

        Before bar `cut` the state is saved, spoilt and restored.
        """
        job = Job(self, unit, params, inputs)
        if cut > 0:
            job.step(0, cut)
            job.save_spoil_restore()
        job.step(max(cut, 0), job.bars)
        if not job.is_sound:
            raise FaultError(f"{unit.name} writes behind its rings")
        return job.outputs


class Job:
    """One unit with its state, its rings and its columns."""

    def __init__(
        self, module: UnitModule, unit: UnitChain, params: Params, inputs: Columns
    ) -> None:
        address, state_bytes, *item_bytes = module.module.RUNNERS[unit.name]
        self._run = _RUNNER(address)
        self.state = np.zeros(state_bytes, "u1")
        self.rings = [
            np.zeros(size * item + len(_GUARD), "u1")
            for size, item in zip(_ring_sizes(unit, params), item_bytes, strict=True)
        ]
        for ring in self.rings:
            ring[-len(_GUARD) :] = _GUARD
        _fill_lists(unit, params, self.rings)
        fed = [np.ascontiguousarray(inputs[name], input_dtype(name)) for name in unit.inputs]
        self.bars = len(fed[0])
        self.outputs = {o.name: np.empty(self.bars, dtype_of(o)) for o in unit.spec.outputs}
        families = [
            np.empty((_count(unit, params, family), self.bars), dtype_of(output))
            for family, output in _families(unit)
        ]
        self._arguments = _arguments(unit, params, self.bars)
        self._kept = [*self.rings, *fed, *self.outputs.values(), *families]
        self.outputs |= _members(unit, params, families)
        self._columns = np.array([column.ctypes.data for column in self._kept], "uintp")

    def step(self, first: int, end: int) -> None:
        """Step the bars from `first` to before `end`; the first of all begins with a new state."""
        blocks = (self.state, *self._arguments, self._columns)
        self._run(*(block.ctypes.data for block in blocks), first, end)

    @property
    def is_sound(self) -> bool:
        """Whether nothing was written behind the rings."""
        return all((ring[-len(_GUARD) :] == _GUARD).all() for ring in self.rings)

    def save_spoil_restore(self) -> None:
        """Take every byte of the state away and put it back."""
        for block in (self.state, *self.rings):
            kept = block.copy()
            block[:] = 0xA5
            block[:] = kept


def _families(unit: UnitChain) -> list[tuple[Family, Output]]:
    return [(family, output) for family in unit.spec.families for output in family.outputs]


def _count(unit: UnitChain, params: Params, family: Family) -> int:
    return len(family.keys(unit.complete(params.get(unit.name, {}))))


def _members(
    unit: UnitChain, params: Params, families: list[NDArray[Any]]
) -> dict[str, NDArray[Any]]:
    """Return the columns of every member of the families, in the order of the SPEC."""
    given = unit.complete(params.get(unit.name, {}))
    columns = iter(families)
    found: dict[str, NDArray[Any]] = {}
    for family in unit.spec.families:
        blocks = [(output.name, next(columns)) for output in family.outputs]
        for place, key in enumerate(family.keys(given)):
            found |= {family.name_of(key, name): block[place] for name, block in blocks}
    return found


def _fill_lists(unit: UnitChain, params: Params, rings: list[NDArray[Any]]) -> None:
    """Write the values of list parameters into the rings of their name."""
    named = [(m, ring.name) for m in unit.chain for ring in m.spec.rings]
    for (member, name), ring in zip(named, rings, strict=True):
        values = params.get(member.name, {}).get(name)
        if values is not None and any(p.name == name for p in member.spec.params):
            ring[: 8 * len(values)] = np.array(values, "float64").view("u1")


def build_units(
    units: Sequence[UnitChain],
    catalog: Catalog,
    folder: Path,
    flags: tuple[str, ...] = native.FLAGS,
    functions: Iterable[Function] = (),
) -> UnitModule:
    """Return the module around the kernels of `units`, from the cache below `folder` if there."""
    built = native.build(render(units, functions), catalog, folder, flags)
    return UnitModule(native.load(built.file, built.key))


def render(units: Sequence[UnitChain], functions: Iterable[Function] = ()) -> str:
    """Return the text of the module."""
    called = list(functions)
    imports = [f"from {f.module} cimport {f.name}" for f in called]
    members = {member.name: member for unit in units for member in unit.chain}
    imports += [_import(member) for member in members.values()]
    return (
        environment()
        .get_template("harness.pyx.jinja")
        .render(
            imports=imports,
            units=[_context(unit) for unit in units],
            functions=[_function(f) for f in called],
        )
    )


def _function(function: Function) -> dict[str, str]:
    names = ", ".join(argument.split()[-1] for argument in function.arguments)
    return {
        "name": f"call_{function.name}",
        "arguments": ", ".join(function.arguments),
        "call": f"{function.name}({names})",
    }


def _import(unit: UnitChain) -> str:
    names = [unit.type_name, f"{unit.name}_init", f"{unit.name}_step"]
    names += sorted({ring.ctype for ring in unit.spec.rings} - PLAIN)
    if len(unit.spec.outputs) > 1:
        names.append(f"{unit.type_name}Out")
    return f"from {unit.catalog.unit(unit.name).cimport_name} cimport {', '.join(names)}"


def _context(unit: UnitChain) -> dict[str, Any]:
    arrays = [
        {"name": name, "type": ctype, "place": f"columns[{place}]"}
        for place, (name, ctype) in enumerate(_arrays(unit))
    ]
    ints, reals = _split(unit)
    guards = _guards(unit, len(ints) + 1)
    return {
        "name": unit.name,
        "chain": f"{unit.type_name}Chain",
        "states": [{"name": f"{m.name}_state", "type": m.type_name} for m in unit.chain],
        "arrays": arrays,
        "outs": [
            {"name": f"{m.name}_out", "type": f"{m.type_name}Out"}
            for m in unit.chain
            if len(m.spec.outputs) > 1
        ],
        "rings": [ring.ctype for member in unit.chain for ring in member.spec.rings],
        "begin": [
            _if(guards.get(member.name), _begin(member, ints, reals)) for member in unit.chain
        ],
        "step": [
            *(_if(guards.get(member.name), _step(member, guards)) for member in unit.chain),
            *_read(unit),
            *_read_families(unit, ints),
        ],
    }


def _read_families(unit: UnitChain, ints: list[tuple[str, str]]) -> list[str]:
    """Return the statements that copy what the rings hold; behind the whole numbers: the bars."""
    lines = []
    for family in unit.spec.families:
        count = f"ints[{ints.index((unit.name, family.over))}]"
        lines.append(f"for k in range({count}):")
        for output in family.outputs:
            field = f".{output.name}" if output.name else ""
            item = f"{unit.name}_{family.ring}[k]{field}"
            lines.append(f"    to_{_flat(family, output)}[k * ints[{len(ints)}] + i] = {item}")
    return lines


def _guards(unit: UnitChain, first: int) -> dict[str, str]:
    """Return the flags, behind the whole numbers, of the members that may be absent."""
    needed = unit.present({})
    absent = [member.name for member in unit.chain if member.name not in needed]
    return {name: f"ints[{first + place}]" for place, name in enumerate(absent)}


def _if(guard: str | None, line: str) -> str:
    return f"if {guard}: {line}" if guard else line


def _arrays(unit: UnitChain) -> list[tuple[str, str]]:
    """Return the columns in the order in which they are passed."""
    rings = [(f"{m.name}_{r.name}", r.ctype) for m in unit.chain for r in m.spec.rings]
    inputs = [(f"in_{name}", _CTYPES[input_dtype(name)]) for name in unit.inputs]
    outputs = [(f"to_{o.name}", _CTYPES[dtype_of(o)]) for o in unit.spec.outputs]
    outputs += [(f"to_{_flat(f, o)}", _CTYPES[dtype_of(o)]) for f, o in _families(unit)]
    return [*rings, *inputs, *outputs]


def _flat(family: Family, output: Output) -> str:
    return f"{family.name}_{output.name}" if output.name else family.name


def _split(unit: UnitChain) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return (member, parameter) of the whole numbers and of the real ones."""
    found = [(m.name, p) for m in unit.chain for p in m.spec.params if p.kind != "series"]
    return (
        [(name, p.name) for name, p in found if p.kind != "float"],
        [(name, p.name) for name, p in found if p.kind == "float"],
    )


def _begin(member: UnitChain, ints: list[tuple[str, str]], reals: list[tuple[str, str]]) -> str:
    passed = [f"&s.{member.name}_state"]
    for param in member.spec.params:
        place = (member.name, param.name)
        if place in ints:
            passed.append(f"ints[{ints.index(place)}]")
        elif place in reals:
            passed.append(f"reals[{reals.index(place)}]")
    return f"{member.name}_init({', '.join(passed)})"


def _ring_sizes(unit: UnitChain, params: Params) -> list[int]:
    """Return the items of every ring of the chain; none for a member that is absent."""
    present = unit.present(params)
    return [
        int(evaluate(ring.size, member.values(params))) if member.name in present else 0
        for member in unit.chain
        for ring in member.spec.rings
    ]


def _step(unit: UnitChain, guards: Mapping[str, str]) -> str:
    passed = [f"&s.{unit.name}_state"]
    passed += [f"{unit.name}_{ring.name}" for ring in unit.spec.rings]
    for used in unit.uses:
        places = [f"&s.{used.name}_state"]
        places += [f"{used.name}_{ring.name}" for ring in used.spec.rings if ring.shared]
        guard = guards.get(used.name)
        passed += [f"({place} if {guard} else NULL)" for place in places] if guard else places
    passed += [f"in_{name}[i]" for name in unit.spec.inputs]
    if len(unit.spec.outputs) > 1:
        return f"{unit.name}_step({', '.join([*passed, f'&{unit.name}_out'])})"
    return f"to_{unit.spec.outputs[0].name}[i] = {unit.name}_step({', '.join(passed)})"


def _read(unit: UnitChain) -> list[str]:
    if len(unit.spec.outputs) == 1:
        return []
    return [f"to_{o.name}[i] = {unit.name}_out.{o.name}" for o in unit.spec.outputs]


def _arguments(unit: UnitChain, params: Params, bars: int) -> tuple[NDArray[Any], NDArray[Any]]:
    ints: list[int] = []
    reals: list[float] = []
    present = unit.present(params)
    for member in unit.chain:
        given = member.complete(params.get(member.name, {}))
        for param in member.spec.params:
            if param.kind == "float":
                reals.append(NAN if given[param.name] is None else float(given[param.name]))
            elif param.kind != "series":
                ints.append(_whole(param, given[param.name]))
    flags = [int(name in present) for name in _guards(unit, 0)]
    return np.array([*ints, bars, *flags], "int64"), np.array([*reals, 0.0])


def _whole(param: Param, value: Any) -> int:
    if param.kind == "choice" and value is not None:
        return param.choices.index(value)
    if param.kind == "list":
        return len(value or ())
    return MISSING if value is None else int(value)
