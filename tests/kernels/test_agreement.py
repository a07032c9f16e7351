"""The kernel and the reference of every unit agree bit for bit, from any bar to any other."""

import pickle
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernels import series
from kernels.harness import run_native
from kernels.units import UNITS, Chain, Unit, as_columns, assert_same, run_reference

EACH_UNIT = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)


@EACH_UNIT
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_native_equals_reference(unit: Unit, data: st.DataObject, native: ModuleType) -> None:
    params = data.draw(series.params(unit))
    fed = data.draw(series.holed())
    assert_same(run_native(native, unit, params, fed), run_reference(unit, params, fed))


@EACH_UNIT
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_kernel_resumes_from_its_bytes(unit: Unit, data: st.DataObject, native: ModuleType) -> None:
    params, fed = data.draw(series.params(unit)), data.draw(series.holed())
    cut = data.draw(st.integers(0, len(fed["close"]) - 1))
    assert_same(run_native(native, unit, params, fed, cut), run_native(native, unit, params, fed))


@EACH_UNIT
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_reference_resumes_from_a_pickle(unit: Unit, data: st.DataObject) -> None:
    params, fed = data.draw(series.params(unit)), data.draw(series.holed())
    cut = data.draw(st.integers(0, len(fed["close"]) - 1))
    chain, rows = Chain(unit, params), []
    for i in range(len(fed["close"])):
        if i == cut:
            chain.members = pickle.loads(pickle.dumps(chain.members))  # noqa: S301  our own
        rows.append(chain.step({name: fed[name][i].item() for name in unit.inputs}))
    assert_same(as_columns(unit, rows), run_reference(unit, params, fed))


@EACH_UNIT
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_prefix_of_the_bars_gives_the_prefix_of_the_outputs(
    unit: Unit, data: st.DataObject, native: ModuleType
) -> None:
    params, fed = data.draw(series.params(unit)), data.draw(series.holed())
    cut = data.draw(st.integers(1, len(fed["close"])))
    part = {name: column[:cut] for name, column in fed.items()}
    whole = run_native(native, unit, params, fed)
    assert_same(
        run_native(native, unit, params, part),
        {name: column[:cut].copy() for name, column in whole.items()},
    )


@pytest.mark.parametrize(
    "unit", [unit for unit in UNITS if "source" in unit.inputs], ids=lambda unit: unit.name
)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_nan_source_changes_nothing_but_its_own_bar(
    unit: Unit, data: st.DataObject, native: ModuleType
) -> None:
    params, fed = data.draw(series.params(unit)), data.draw(series.holed())
    missing = fed["source"] != fed["source"]
    closed_up = {name: column[~missing] for name, column in fed.items()}
    closed_up["bar_number"] = closed_up["bar_number"][:1] + range(len(closed_up["source"]))
    got = run_native(native, unit, params, fed)
    for name, column in got.items():
        assert (column[missing] != column[missing]).all(), name
    if len(closed_up["source"]):
        want = run_native(native, unit, params, closed_up)
        assert_same({name: column[~missing] for name, column in got.items()}, want)
