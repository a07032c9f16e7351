"""What structures.md promises of each structure beyond the golden vectors, on random bars."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kernels import series
from kernels.harness import run_native
from kernels.units import UNITS, ChainParams, Unit, unit_named

Columns = dict[str, NDArray[Any]]
RUNS = settings(max_examples=60, deadline=None)
STRUCTURES = [unit for unit in UNITS if unit.folder == "structures"]


def _drawn(
    name: str, data: st.DataObject, native: ModuleType, **own: Any
) -> tuple[Columns, Columns, dict[str, Any]]:
    """Return bars, what a structure says of them, and its parameters; `own` replaces some."""
    unit = unit_named(name)
    params = {k: dict(v) for k, v in data.draw(series.params(unit)).items()}
    params[name] |= own
    fed = data.draw(series.bars())
    if data.draw(st.integers(0, 3)):
        fed["volatility"] = _ranges(fed) * data.draw(st.sampled_from((0.25, 1.0)))
    return fed, run_native(native, unit, params, fed), params[name]


def _ranges(fed: Columns) -> NDArray[Any]:
    spans = fed["high"] - fed["low"]
    mean: NDArray[Any] = np.cumsum(spans) / np.arange(1, len(spans) + 1)
    return mean


def _steps(column: NDArray[Any]) -> NDArray[Any]:
    found: NDArray[Any] = np.diff(column, prepend=0)
    return found


def _before(column: NDArray[Any], first: float) -> NDArray[Any]:
    return np.concatenate(([first], column[:-1]))


@pytest.mark.parametrize("unit", STRUCTURES, ids=lambda unit: unit.name)
@RUNS
@given(data=st.data())
def test_versions_never_fall(unit: Unit, data: st.DataObject, native: ModuleType) -> None:
    _, got, _ = _drawn(unit.name, data, native)
    for output in unit.spec.outputs:
        if output.unit == "version":
            assert (_steps(got[output.name]) >= 0).all(), output.name


@RUNS
@given(data=st.data())
def test_market_structure(data: st.DataObject, native: ModuleType) -> None:
    fed, got, params = _drawn("market_structure", data, native)
    bos, choch = got["bos_this_bar"] == 1, got["choch_this_bar"] == 1
    bias, before = got["bias"], _before(got["bias"], 0)
    assert (_steps(got["version"]) == bos + choch).all()
    assert not (bos & choch).any()
    assert (bias[~(bos | choch)] == before[~(bos | choch)]).all()
    assert (bias[choch] == -before[choch]).all()
    assert (before[choch] != 0).all()
    assert ((before[bos] == 0) | (bias[bos] == before[bos])).all()
    up = fed["close"] if params["confirmation_close"] else fed["high"]
    down = fed["close"] if params["confirmation_close"] else fed["low"]
    for name, happened in (("bos", bos), ("choch", choch)):
        level, side = got[f"last_{name}_level"][happened], got[f"{name}_direction"][happened]
        assert (got[f"last_{name}_idx"][happened] == np.flatnonzero(happened)).all()
        assert (side == bias[happened]).all()
        assert np.where(side == 1, up[happened] > level, down[happened] < level).all()


@RUNS
@given(data=st.data())
def test_premium_discount(data: st.DataObject, native: ModuleType) -> None:
    fed, got, params = _drawn("premium_discount", data, native)
    zone, close = got["zone"], fed["close"]
    known = ~np.isnan(got["equilibrium"])
    assert (_steps(got["version"]) == (zone != _before(zone, -2))).all()
    assert ((zone == -2) == ~known).all()
    assert ((zone == 1) == (close >= got["premium_level"]) & (close > got["equilibrium"])).all()
    assert ((zone == -1) == (close <= got["discount_level"]) & (close < got["equilibrium"])).all()
    if params["band"] == 0.5:
        assert (got["premium_level"][known] == got["equilibrium"][known]).all()
        assert (got["discount_level"][known] == got["equilibrium"][known]).all()


@RUNS
@given(data=st.data())
def test_displacement(data: st.DataObject, native: ModuleType) -> None:
    fed, got, params = _drawn("displacement", data, native)
    happened = got["is_displacement"] == 1
    assert (happened == (got["direction"] != 0)).all()
    assert (_steps(got["version"]) == happened).all()
    assert (got["direction"][happened] == np.sign(fed["close"] - fed["open"])[happened]).all()
    assert (got["last_idx"][happened] == np.flatnonzero(happened)).all()
    assert (got["body_atr_ratio"][happened] >= params["body_atr_min"]).all()
    usable = fed["volatility"] > 0
    assert np.isnan(got["body_atr_ratio"][~usable]).all()
    doji = usable & (fed["close"] == fed["open"])
    flat = fed["high"] == fed["low"]
    assert (got["body_atr_ratio"][doji] == 0.0).all()
    assert (got["wick_ratio"][doji & ~flat] == np.inf).all()
    assert np.isnan(got["wick_ratio"][doji & flat]).all()


@RUNS
@given(data=st.data())
def test_zone(data: st.DataObject, native: ModuleType) -> None:
    fed, got, params = _drawn("zone", data, native)
    state, close = got["state"], fed["close"]
    born = _steps(got["anchor_idx"] + 1) != 0
    broken = (state == 2) & (born | (_before(state, 0) == 1))
    assert (_steps(got["version"]) == 1 * born + broken).all()
    assert ((state == 0) == np.isnan(got["upper"])).all()
    outside = close < got["lower"] if params["zone_type"] == "demand" else close > got["upper"]
    assert outside[broken].all()
    assert not outside[state == 1].any()
    assert (got["anchor_idx"] < np.arange(len(state))).all()


def test_a_doji_through_both_levels_decides_nothing(native: ModuleType) -> None:
    high = np.array([4.0, 6.0, 5.0, 5.0, 5.0, 9.0, 9.0])
    low = np.array([3.0, 4.0, 4.0, 2.0, 4.0, 1.0, 1.0])
    middle = np.full(7, 4.5)
    close = np.array([4.5, 4.5, 4.5, 4.5, 4.5, 4.5, 4.75])
    fed = {"open": middle, "high": high, "low": low, "close": close, "volatility": high * np.nan}
    params: ChainParams = {
        "swing": {"left": 1, "right": 1},
        "market_structure": {"confirmation_close": False},
    }
    got = run_native(native, unit_named("market_structure"), params, fed)
    assert got["bias"].tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert (got["break_level_high"][5], got["break_level_low"][5]) == (6.0, 2.0)
    assert (got["last_bos_level"][6], got["anchor_level"][6]) == (6.0, 2.0)


def test_a_zone_waits_for_volatility(native: ModuleType) -> None:
    low = np.array([4.0, 2.0, 4.0, 5.0, 6.0, 7.0])
    fed = {"open": low, "high": low + 1, "low": low, "close": low + 0.5}
    fed["volatility"] = np.array([np.nan, np.nan, np.nan, np.nan, 2.0, 2.0])
    params: ChainParams = {
        "swing": {"left": 1, "right": 1},
        "zone": {"zone_type": "demand", "width_atr": 0.5},
    }
    got = run_native(native, unit_named("zone"), params, fed)
    assert got["state"].tolist() == [0, 0, 0, 0, 1, 1]
    assert (got["lower"][4], got["upper"][4], got["anchor_idx"][4]) == (2.0, 3.0, 1)
