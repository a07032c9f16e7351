"""One extension around every kernel, built once per content, and ways to run it."""

from pathlib import Path
from types import ModuleType
from typing import Any

from numpy.typing import NDArray

from kernels.units import UNITS
from tradec.compiler.catalog import standard
from tradec.compiler.unit_chain import Columns, Params, UnitChain
from tradec.compiler.unit_native import Function, UnitModule, build_units

BUILD = Path(__file__).resolve().parents[2] / "build" / "tests"
FLAGS = ("-O1", "-fno-math-errno", "-ffp-contract=off")
ARITH = "tradec.runtime.kernels.arith"
ELEMENTARY = "tradec.runtime.kernels.elementary"


def _arith(name: str, *arguments: str) -> Function:
    return Function(module=ARITH, name=name, arguments=arguments)


FUNCTIONS = (
    _arith("finite", "double x"),
    _arith("f64", "int64_t a"),
    _arith("div_true", "double a", "double b"),
    _arith("mod_floor", "double a", "double b"),
    _arith("mod_i64", "int64_t a", "int64_t b"),
    _arith("add_i64", "int64_t a", "int64_t b"),
    _arith("sub_i64", "int64_t a", "int64_t b"),
    _arith("mul_i64", "int64_t a", "int64_t b"),
    _arith("neg_i64", "int64_t a"),
    *(Function(module=ELEMENTARY, name=n, arguments=("double x",)) for n in ("ln", "exp", "sine")),
)


def build() -> ModuleType:
    """Return the module around all kernels, compiled unless its twin lies there already."""
    found = build_units(UNITS, standard(), BUILD, FLAGS, FUNCTIONS).module
    assert isinstance(found, ModuleType)
    return found


def run_native(
    module: ModuleType, unit: UnitChain, params: Params, inputs: Columns, cut: int = -1
) -> dict[str, NDArray[Any]]:
    """Return every output over the bars of `inputs`, by the kernel."""
    return UnitModule(module).run(unit, params, inputs, cut)
