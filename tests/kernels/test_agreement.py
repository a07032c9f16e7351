"""The kernel and the reference of every unit agree bit for bit, from any bar to any other."""

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import series
from kernels.units import UNITS, Unit
from tradec.compiler.unit_check import agrees, is_fed_bars, skips_holes
from tradec.compiler.unit_native import UnitModule
from tradec.compiler.unit_series import holed

EXAMPLES = settings().max_examples // 2


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_kernel_and_reference(unit: Unit, data: st.DataObject, native: ModuleType) -> None:
    """Resumed from its bytes or not, whatever comes after, and over the holes of a source."""
    params, fed = data.draw(series.params(unit)), data.draw(series.holed())
    cut = data.draw(st.integers(0, len(fed["close"]) - 1))
    agrees(unit, params, fed, cut, UnitModule(native))


@pytest.mark.parametrize(
    "unit", [unit for unit in UNITS if is_fed_bars(unit)], ids=lambda unit: unit.name
)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_a_hole_in_a_bar_changes_nothing_but_that_bar(
    unit: Unit, data: st.DataObject, native: ModuleType
) -> None:
    params, fed = data.draw(series.params(unit)), data.draw(series.bars())
    rng = np.random.default_rng(data.draw(series.SEEDS))
    skips_holes(unit, params, holed(rng, fed, unit), UnitModule(native))
