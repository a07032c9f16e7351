"""Both implementations of every unit give the golden vectors."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kernels import golden
from kernels.golden import Case
from kernels.harness import run_native
from kernels.units import run_reference, unit_named
from shared import need_shared

IMPLEMENTATIONS = ("reference", "native")


def _run(how: str, native: ModuleType, case: Case, which: str) -> dict[str, NDArray[Any]]:
    unit, fed = unit_named(case.unit), golden.inputs(which, case)
    if how == "native":
        return run_native(native, unit, case.params, fed)
    return run_reference(unit, case.params, fed)


def test_the_golden_vectors_are_there() -> None:
    need_shared("golden", "indicators_manifest.json")
    assert golden.indicator_cases()
    assert golden.structure_cases()


@pytest.mark.parametrize("how", IMPLEMENTATIONS)
@pytest.mark.parametrize(("case", "which"), golden.indicator_cases(), ids=str)
def test_indicator(case: Case, which: str, how: str, native: ModuleType) -> None:
    want = golden.table("indicators", which)
    for output, got in _run(how, native, case, which).items():
        column = f"{case.key}.{output}"
        assert (np.isnan(got) == np.isnan(want[column])).all(), column
        scale = np.nanmax(np.abs(want[column]))
        worst = np.nanmax(np.abs(got - want[column]))
        assert worst <= golden.rel_tol(column) * scale, (column, worst, scale)


@pytest.mark.parametrize("how", IMPLEMENTATIONS)
@pytest.mark.parametrize("which", golden.SETS)
@pytest.mark.parametrize("case", golden.structure_cases(), ids=str)
def test_structure(case: Case, which: str, how: str, native: ModuleType) -> None:
    want = golden.table("structures", which)
    for output, got in _run(how, native, case, which).items():
        column = want[f"{case.key}.{output}"]
        if column.dtype == object:
            codes = golden.tokens(case.unit, output)
            column = np.array([codes[word] for word in column])
        if got.dtype == np.float64:
            np.testing.assert_allclose(got, column, rtol=1e-12, atol=0, err_msg=output)
        else:
            np.testing.assert_array_equal(got, column.astype(np.int64), err_msg=output)
