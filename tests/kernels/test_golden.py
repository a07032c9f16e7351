"""The kernels give the golden vectors, and the references the same to the bit."""

from types import ModuleType

import numpy as np
import pytest

from kernels import golden
from kernels.golden import Case
from kernels.harness import run_native
from kernels.units import assert_same, is_missing, run_reference, unit_named
from shared import need_shared

HEAD = 600  # bars that the references take each time; all of them in the slow tests

INDICATORS = pytest.mark.parametrize(("case", "which"), golden.indicator_cases(), ids=str)
STRUCTURES = pytest.mark.parametrize(
    ("case", "which"),
    [(case, which) for case in golden.structure_cases() for which in golden.SETS],
    ids=str,
)


def test_the_golden_vectors_are_there() -> None:
    need_shared("golden", "indicators_manifest.json")
    assert golden.indicator_cases()
    assert golden.structure_cases()


@INDICATORS
def test_indicator(case: Case, which: str, native: ModuleType) -> None:
    want = golden.table("indicators", which)
    fed = golden.inputs(which, case)
    for output, raw in run_native(native, unit_named(case.unit), case.params, fed).items():
        column = f"{case.key}.{output}"
        # what is missing of an int is 0 there
        got = raw if raw.dtype == float else np.where(is_missing(raw), 0, raw)
        assert (np.isnan(got) == np.isnan(want[column])).all(), column
        scale = np.nanmax(np.abs(want[column]))
        off = np.abs(got - want[column])
        off[[*golden.TIES.get((case.key, which), ())]] = 0.0
        worst = np.nanmax(off)
        assert worst <= golden.rel_tol(column) * scale, (column, worst, scale)


@STRUCTURES
def test_structure(case: Case, which: str, native: ModuleType) -> None:
    want = golden.table("structures", which)
    fed = golden.inputs(which, case)
    for output, got in run_native(native, unit_named(case.unit), case.params, fed).items():
        column = want[f"{case.key}.{golden.column_name(output)}"]
        if column.dtype == object:
            codes = golden.tokens(case.unit, output)
            column = np.array([codes[word] for word in column])
        if got.dtype == np.float64:
            np.testing.assert_allclose(got, column, rtol=1e-12, atol=0, err_msg=output)
        else:
            np.testing.assert_array_equal(got, column.astype(np.int64), err_msg=output)


@INDICATORS
def test_reference_of_indicator(case: Case, which: str, native: ModuleType) -> None:
    _reference_equals_native(case, which, native, HEAD)


@STRUCTURES
def test_reference_of_structure(case: Case, which: str, native: ModuleType) -> None:
    _reference_equals_native(case, which, native, HEAD)


@pytest.mark.slow
@INDICATORS
def test_whole_reference_of_indicator(case: Case, which: str, native: ModuleType) -> None:
    _reference_equals_native(case, which, native)


@pytest.mark.slow
@STRUCTURES
def test_whole_reference_of_structure(case: Case, which: str, native: ModuleType) -> None:
    _reference_equals_native(case, which, native)


def _reference_equals_native(
    case: Case, which: str, native: ModuleType, bars: int | None = None
) -> None:
    unit = unit_named(case.unit)
    fed = {name: column[:bars] for name, column in golden.inputs(which, case).items()}
    assert_same(
        run_reference(unit, case.params, fed),
        run_native(native, unit, case.params, fed),
    )
