"""The kernel and the reference of every unit agree bit for bit, from any bar to any other."""

import pickle
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import series
from kernels.harness import run_native
from kernels.units import (
    UNITS,
    Arrays,
    Chain,
    ChainParams,
    Unit,
    as_columns,
    assert_same,
    bars_of,
    is_missing,
)
from tradec.runtime.spec import INTEGER_INPUTS

EXAMPLES = settings().max_examples // 2


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_kernel_and_reference(unit: Unit, data: st.DataObject, native: ModuleType) -> None:
    params, fed = data.draw(series.params(unit)), data.draw(series.holed())
    cut = data.draw(st.integers(0, len(fed["close"]) - 1))
    whole = run_native(native, unit, params, fed)
    assert_same(_pickled_before(cut, unit, params, fed), whole)
    assert_same(run_native(native, unit, params, fed, cut), whole)
    part = {name: column[: cut + 1] for name, column in fed.items()}
    head = {name: column[: cut + 1].copy() for name, column in whole.items()}
    assert_same(run_native(native, unit, params, part), head)
    if "source" in unit.inputs:
        _holes_change_nothing_but_their_bar(unit, params, fed, whole, native)


@pytest.mark.parametrize(
    "unit",
    [u for u in UNITS if u.folder == "indicators" and "source" not in u.inputs and not u.uses],
    ids=lambda unit: unit.name,
)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_a_hole_in_a_bar_changes_nothing_but_that_bar(
    unit: Unit, data: st.DataObject, native: ModuleType
) -> None:
    params, fed = data.draw(series.params(unit)), data.draw(series.bars())
    rng = np.random.default_rng(data.draw(series.SEEDS))
    missing = rng.random(len(fed["close"])) < 0.2
    real = [name for name in unit.inputs if name not in INTEGER_INPUTS]
    for i in np.flatnonzero(missing):
        fed[rng.choice(real)][i] = np.nan
    got = run_native(native, unit, params, fed)
    assert_same(_pickled_before(0, unit, params, fed), got)
    for name, column in got.items():
        assert is_missing(column[missing]).all(), name
    if not missing.all():
        closed_up = {name: column[~missing] for name, column in fed.items()}
        want = run_native(native, unit, params, closed_up)
        assert_same({name: column[~missing] for name, column in got.items()}, want)


def _pickled_before(cut: int, unit: Unit, params: ChainParams, fed: Arrays) -> Arrays:
    """Return the outputs of references that go through bytes before bar `cut`."""
    chain, rows = Chain(unit, params), []
    for i, bar in enumerate(bars_of(unit, fed)):
        if i == cut:
            chain.members = pickle.loads(pickle.dumps(chain.members))  # noqa: S301  our own
        rows.append(chain.step(bar))
    return as_columns(unit.outputs(params), rows)


def _holes_change_nothing_but_their_bar(
    unit: Unit, params: ChainParams, fed: Arrays, got: Arrays, native: ModuleType
) -> None:
    missing = np.isnan(fed["source"])
    for name, column in got.items():
        assert np.isnan(column[missing]).all(), name
    if not missing.all():
        closed_up = {name: column[~missing] for name, column in fed.items()}
        want = run_native(native, unit, params, closed_up)
        assert_same({name: column[~missing] for name, column in got.items()}, want)
