"""The check of units finds each way in which a pair of files can be wrong."""

from pathlib import Path

import numpy as np
import pytest

from kernels import harness
from kernels.units import UNITS
from tradec.compiler.catalog import Catalog
from tradec.compiler.unit_chain import UnitChain
from tradec.compiler.unit_check import check
from tradec.compiler.unit_native import UnitModule, build_units
from tradec.compiler.unit_series import random_params

ROUNDS = 60
FLAGS = ("-O1", "-fno-math-errno", "-ffp-contract=off")

PYTHON = """
import math
from collections import deque

from tradec.runtime.kernels.arith import NAN
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Largest of the last changes",
    inputs=("source",),
    params=(integer("length", 5),),
    outputs=(Output(name="value", unit="source-difference", low=0, relations=("value >= 0",)),),
    primary="value",
    first_valid="length",
    memory=Finite(window="length + 1"),
    rings=(Ring(name="sizes", size="length"),),
)


class TITLE:
    def __init__(self, *, length: int) -> None:
        self.sizes = deque(maxlen=length)
        self.last = NAN

    def step(self, x: float) -> tuple[float]:
        if math.isnan(x):
            return (NAN,)
        size, self.last = abs(x - self.last), x
        if not math.isnan(size):
            self.sizes.append(size)
        full = len(self.sizes) == self.sizes.maxlen
        return (max(self.sizes) if full else NAN,)
"""
KERNEL = """
from libc.math cimport fabs
from libc.stdint cimport int64_t
from tradec.runtime.kernels.missing cimport NAN

cdef extern from *:
    \"\"\"
    static int64_t TITLE_calls = 0;
    #define TITLE_COUNTED(x) (TITLE_calls++ % 97 == 96 ? (x) * 2 : (x))
    \"\"\"
    double counted "TITLE_COUNTED"(double x) noexcept nogil

ctypedef struct TITLE:
    double last
    int64_t length
    int64_t count

cdef inline void name_init(TITLE* s, int64_t length) noexcept nogil:
    s.last = NAN
    s.length = length
    s.count = 0

cdef inline double name_step(TITLE* s, double* sizes, double x) noexcept nogil:
    cdef double size = fabs(x - s.last), found = 0.0
    cdef int64_t i
    if x != x:
        return NAN
    s.last = x
    if size != size:
        return NAN
    sizes[s.count % s.length] = size
    s.count += 1
    for i in range(s.length):
        if sizes[i] > found:
            found = sizes[i]
    return found if s.count >= s.length else NAN
"""
HARM = {
    "whole": ("", ""),
    "last_bit": ("return found if", "return found * (1.0 + 2.3e-16) if"),
    "remembers_holes": ("    if x != x:", "    s.count += x != x\n    if x != x:"),
    "too_early": ("s.count >= s.length else", "s.count + 1 >= s.length else"),
    "too_far": ("    s.count += 1", "    sizes[s.length] = size\n    s.count += 1"),
    "keeps_statics": ("return found if", "return counted(found) if"),
}
"""What is done to the kernel, by the name of the unit that it makes."""


def _write(folder: Path, name: str, python: str = PYTHON) -> None:
    title = "".join(part.capitalize() for part in name.split("_"))
    old, new = HARM[name]
    assert old in KERNEL
    kernel = KERNEL.replace(old, new) if old else KERNEL
    home = folder / "indicators"
    home.mkdir(exist_ok=True)
    (home / f"{name}.pxd").write_text(kernel.replace("TITLE", title).replace("name_", f"{name}_"))
    (home / f"{name}.py").write_text(python.replace("TITLE", title))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[UnitModule, Catalog]:
    """Return one module with every unit, whole and harmed."""
    folder = tmp_path_factory.mktemp("units")
    for name in HARM:
        _write(folder, name)
    catalog = Catalog.load((folder,))
    units = [UnitChain(name, catalog) for name in HARM]
    return build_units(units, catalog, tmp_path_factory.mktemp("build"), FLAGS), catalog


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("whole", ""),
        ("last_bit", "is the reference"),
        ("remembers_holes", "value["),
        ("too_early", "value["),
        ("too_far", "too_far writes behind its rings"),
        ("keeps_statics", "value["),
    ],
)
def test_a_kernel_that_is_wrong(name: str, said: str, built: tuple[UnitModule, Catalog]) -> None:
    module, catalog = built
    fault = check(UnitChain(name, catalog), module, ROUNDS)
    assert bool(fault) == bool(said), fault
    assert said in fault


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("max(self.sizes) if", "max(self.sizes) * 2 if", "the kernel"),
        ('first_valid="length"', 'first_valid="length - 1"', "has no value on bar"),
        ('first_valid="length"', 'first_valid="length + 1"', "its first_valid is"),
        ("low=0,", "low=0, high=1e-12, slack=0,", "beyond its bounds 0 .. 1e-12"),
        ('"value >= 0"', '"value >= high"', "`value >= high` does not hold on bar"),
        ('window="length + 1"', 'window="1"', "begun 1 bars ago"),
        ("        if math.isnan(x):\n            return (NAN,)\n", "", "the kernel"),
        ("deque(maxlen=length)", "deque(maxlen=length + 1)", "the kernel"),
    ],
)
def test_a_reference_or_a_declaration_that_is_wrong(
    old: str, new: str, said: str, built: tuple[UnitModule, Catalog], tmp_path: Path
) -> None:
    assert old in PYTHON
    _write(tmp_path, "whole", PYTHON.replace(old, new))
    fault = check(UnitChain("whole", Catalog.load((tmp_path,))), built[0], ROUNDS)
    assert said in fault
    assert "whole length=" in fault


def test_a_fault_is_found_again_by_its_seed(built: tuple[UnitModule, Catalog]) -> None:
    module, catalog = built
    unit = UnitChain("last_bit", catalog)
    assert check(unit, module, ROUNDS, 3) == check(unit, module, ROUNDS, 3)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_parameters_of_any_unit_are_drawn(unit: UnitChain) -> None:
    rng = np.random.default_rng(0)
    drawn = [random_params(unit, rng) for _ in range(30)]
    assert all(unit.keeps_rules(params) for params in drawn)
    assert {name for params in drawn for name in params} == {m.name for m in unit.chain}


def test_every_unit_of_tradec_can_be_checked() -> None:
    module = harness.build()
    for unit in UNITS:
        assert check(unit, UnitModule(module), 1) == "", unit.name
