"""Builds one extension around every kernel, once per content, and runs it."""

import hashlib
import importlib.util
import subprocess
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import jinja2
import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from kernels.units import (
    DTYPES,
    RUNTIME,
    UNITS,
    Arrays,
    ChainParams,
    Unit,
)
from tradec.runtime.formula import evaluate
from tradec.runtime.kernels.arith import MISSING, NAN
from tradec.runtime.spec import INTEGER_INPUTS, Param

PACKAGE = RUNTIME.parent
BUILD = Path(__file__).resolve().parents[2] / "build" / "tests"
FLAGS = ("-O1", "-fPIC", "-shared", "-fno-math-errno", "-ffp-contract=off")
TYPES = {"float64": "double", "int64": "int64_t", "double": "double"}

FUNCTIONS = {
    "finite": ("double x",),
    "f64": ("int64_t a",),
    "div_true": ("double a", "double b"),
    "mod_floor": ("double a", "double b"),
    "mod_i64": ("int64_t a", "int64_t b"),
    "add_i64": ("int64_t a", "int64_t b"),
    "sub_i64": ("int64_t a", "int64_t b"),
    "mul_i64": ("int64_t a", "int64_t b"),
    "neg_i64": ("int64_t a",),
}


def build() -> ModuleType:
    """Return the module around all kernels, compiled unless its twin lies there already."""
    text = render()
    name = f"harness_{_fingerprint(text)[:16]}"
    target = BUILD / name / f"{name}.so"
    BUILD.mkdir(parents=True, exist_ok=True)
    with FileLock(BUILD / "harness.lock"):
        if not target.exists():
            _compile(text, target)
    found = importlib.util.spec_from_file_location(name, target)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def run_native(
    module: ModuleType, unit: Unit, params: ChainParams, inputs: Arrays, cut: int = -1
) -> dict[str, NDArray[Any]]:
    """Return every output over the bars of `inputs`, by the kernel; see the template for `cut`."""
    fed = {name: np.ascontiguousarray(inputs[name], _input_dtype(name)) for name in unit.inputs}
    bars = len(next(iter(fed.values())))
    run = getattr(module, f"run_{unit.name}")
    result: dict[str, NDArray[Any]] = run(
        _arguments(unit, params), _sizes(unit, params), fed, bars, cut
    )
    return result


def render() -> str:
    folder = PACKAGE / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  it writes Cython, not HTML
    )
    functions = [_function(name, arguments) for name, arguments in FUNCTIONS.items()]
    imports = [f"from tradec.runtime.kernels.arith cimport {', '.join(FUNCTIONS)}"]
    imports += [_import(unit) for unit in UNITS]
    return environment.get_template("harness.pyx.jinja").render(
        imports=imports, units=[_context(unit) for unit in UNITS], functions=functions
    )


def _fingerprint(text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for file in sorted(RUNTIME.glob("**/*.pxd")):
        digest.update(file.read_bytes())
    for item in (version("Cython"), sys.version, sysconfig.get_config_var("CC"), *FLAGS):
        digest.update(str(item).encode())
    return digest.hexdigest()


def _compile(text: str, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    source = target.with_suffix(".pyx")
    source.write_text(text)
    cython = [sys.executable, "-m", "cython", "-3", "-I", str(PACKAGE.parent), str(source)]
    subprocess.run([*cython, "-Werror"], check=True)
    compiler = sysconfig.get_config_var("CC").split()
    part = target.with_suffix(".part")
    include = f"-I{sysconfig.get_path('include')}"
    source = source.with_suffix(".c")
    subprocess.run([*compiler, *FLAGS, include, str(source), "-o", str(part)], check=True)
    part.replace(target)


def _function(name: str, arguments: tuple[str, ...]) -> dict[str, str]:
    names = ", ".join(argument.split()[-1] for argument in arguments)
    return {
        "name": f"call_{name}",
        "arguments": ", ".join(arguments),
        "call": f"{name}({names})",
    }


def _import(unit: Unit) -> str:
    names = [unit.type_name, f"{unit.name}_init", f"{unit.name}_step"]
    if len(unit.spec.outputs) > 1:
        names.append(f"{unit.type_name}Out")
    return f"from tradec.runtime.{unit.folder}.{unit.name} cimport {', '.join(names)}"


def _context(unit: Unit) -> dict[str, Any]:
    states = [{"name": f"{m.name}_state", "type": m.type_name} for m in unit.chain]
    outs = [
        {"name": f"{m.name}_out", "type": f"{m.type_name}Out"}
        for m in unit.chain
        if len(m.spec.outputs) > 1
    ]
    return {
        "name": unit.name,
        "states": states + outs,
        "saved": [state["name"] for state in states],
        "rings": [
            {
                "name": f"{m.name}_{ring.name}",
                "dtype": ring.kind.replace("double", "float64"),
                "type": TYPES[ring.kind],
            }
            for m in unit.chain
            for ring in m.spec.rings
        ],
        "inputs": [
            {"key": name, "name": f"in_{name}", "type": TYPES[_input_dtype(name)]}
            for name in unit.inputs
        ],
        "outputs": [
            {
                "key": o.name,
                "name": f"to_{o.name}",
                "dtype": DTYPES[o.kind],
                "type": TYPES[DTYPES[o.kind]],
            }
            for o in unit.spec.outputs
        ],
        "begin": [_begin(member) for member in unit.chain],
        "step": [_step(member) for member in unit.chain] + _read(unit),
    }


def _begin(unit: Unit) -> str:
    passed = [f'params["{unit.name}_{p.name}"]' for p in unit.spec.params if p.kind != "series"]
    return f"{unit.name}_init({', '.join([f'&{unit.name}_state', *passed])})"


def _step(unit: Unit) -> str:
    passed = [f"&{unit.name}_state"]
    passed += [f"{unit.name}_{ring.name}" for ring in unit.spec.rings]
    passed += [f"&{used.name}_state" for used in unit.uses]
    passed += [f"in_{name}[i]" for name in unit.spec.inputs]
    if len(unit.spec.outputs) > 1:
        return f"{unit.name}_step({', '.join([*passed, f'&{unit.name}_out'])})"
    return f"to_{unit.spec.outputs[0].name}[i] = {unit.name}_step({', '.join(passed)})"


def _read(unit: Unit) -> list[str]:
    if len(unit.spec.outputs) == 1:
        return []
    return [f"to_{o.name}[i] = {unit.name}_out.{o.name}" for o in unit.spec.outputs]


def _input_dtype(name: str) -> str:
    return "int64" if name in INTEGER_INPUTS else "float64"


def _arguments(unit: Unit, params: ChainParams) -> dict[str, float]:
    return {
        f"{member.name}_{p.name}": _encoded(p, member.complete(params.get(member.name, {}))[p.name])
        for member in unit.chain
        for p in member.spec.params
    }


def _encoded(param: Param, value: Any) -> float:
    match param.kind:
        case "series":
            return MISSING
        case "choice":
            return param.choices.index(value)
        case "float":
            return NAN if value is None else float(value)
        case _:
            return MISSING if value is None else int(value)


def _sizes(unit: Unit, params: ChainParams) -> dict[str, int]:
    return {
        f"{member.name}_{ring.name}": int(evaluate(ring.size, member.values(params)))
        for member in unit.chain
        for ring in member.spec.rings
    }
