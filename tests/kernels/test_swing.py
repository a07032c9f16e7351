"""What structures.md says of swings and trends beyond the golden vectors."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kernels import series
from kernels.harness import run_native
from kernels.units import ChainParams, assert_same, run_reference, unit_named

Columns = dict[str, NDArray[Any]]

MODES = pytest.mark.parametrize("mode", ["fractal", "atr_zigzag"])


@st.composite
def _case(draw: st.DrawFn, name: str, mode: str) -> tuple[ChainParams, Columns]:
    params = {k: dict(v) for k, v in draw(series.params(unit_named(name))).items()}
    params["swing"] |= {"mode": mode, "min_pct_move": None}
    fed = draw(series.bars(tick=0.125))
    if mode == "atr_zigzag":
        fed["volatility"] = np.full(len(fed["close"]), draw(st.sampled_from((0.5, 2.0))))
    return params, fed


@MODES
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_invariants_of_swing(mode: str, data: st.DataObject, native: ModuleType) -> None:
    params, fed = data.draw(_case("swing", mode))
    got = run_native(native, unit_named("swing"), params, fed)
    now = np.arange(len(fed["close"]))
    for side, prices in (("high", fed["high"]), ("low", fed["low"])):
        index, level = got[f"{side}_idx"], got[f"{side}_level"]
        known = index >= 0
        assert (index < now).all()
        assert (level[known] == prices[index[known]]).all()
        assert np.isnan(level[~known]).all()
        steps = np.diff(got[f"{side}_version"], prepend=0)
        assert (steps == got[f"{side}_accepted"]).all()
        assert (got[f"{side}_replaced_pending"] <= got[f"{side}_accepted"]).all()
    paired = got["pair_version"] > 0
    assert (got["pair_low_level"][paired] < got["pair_high_level"][paired]).all()
    assert (np.isnan(got["pair_low_level"]) == ~paired).all()
    assert (np.diff(got["pair_version"], prepend=0) >= 0).all()
    ends_high = got["pair_high_idx"] >= got["pair_low_idx"]
    assert ends_high[got["pair_direction"] == 1].all()


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_zigzag_alternates_between_extremes(data: st.DataObject, native: ModuleType) -> None:
    params, fed = data.draw(_case("swing", "atr_zigzag"))
    params = {"swing": params["swing"] | {"min_atr_move": None}}
    got = run_native(native, unit_named("swing"), params, fed)
    events = np.flatnonzero(got["high_accepted"] + got["low_accepted"])
    sides = got["last_confirmed_pivot_type"][events]
    assert (np.diff(sides) != 0).all()
    before = -1
    for at, side in zip(events, sides, strict=True):
        where = got["last_confirmed_pivot_idx"][at]
        stretch = slice(before + 1, at + 1)
        if side == 1:
            assert fed["high"][where] == fed["high"][stretch].max()
        else:
            assert fed["low"][where] == fed["low"][stretch].min()
        before = where


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_fractal_pivots_are_the_last_of_their_plateau(data: st.DataObject) -> None:
    params, fed = data.draw(_case("swing", "fractal"))
    plain = {"strict_alternation": False, "min_atr_move": None}
    params = {"swing": params["swing"] | plain}
    left, right = params["swing"]["left"], params["swing"]["right"]
    got = run_reference(unit_named("swing"), params, fed)
    for i, accepted in enumerate(got["high_accepted"]):
        window = fed["high"][max(0, i - left - right) : i + 1]
        full = len(window) == left + right + 1
        newest = len(window) - 1 - int(np.argmax(window[::-1]))
        assert accepted == (full and newest == left)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_two_starts_couple(data: st.DataObject, native: ModuleType) -> None:
    params, fed = data.draw(_case("swing", "fractal"))
    params = {"swing": params["swing"] | {"min_atr_move": None}}
    start = data.draw(st.integers(0, len(fed["close"]) // 2))
    whole = run_native(native, unit_named("swing"), params, fed)
    part = run_native(
        native, unit_named("swing"), params, {k: column[start:] for k, column in fed.items()}
    )
    kept = [k for k in part if k.endswith(("_level", "_type", "_direction"))]
    lasting = np.ones(len(fed["close"]) - start, dtype=bool)
    for name in kept:
        lasting &= np.nan_to_num(part[name]) == np.nan_to_num(whole[name][start:])
    places = [k for k in part if k.endswith("_idx")]
    for name in places:
        lasting &= (part[name] >= 0) & (part[name] + start == whole[name][start:])
    coupled = np.flatnonzero(lasting)
    assert coupled.size == 0 or lasting[coupled[0] :].all()


@MODES
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_invariants_of_trend(mode: str, data: st.DataObject, native: ModuleType) -> None:
    params, fed = data.draw(_case("trend", mode))
    got = run_native(native, unit_named("trend"), params, fed)
    turned = np.diff(got["direction"], prepend=0) != 0
    assert (np.diff(got["version"], prepend=0) == turned).all()
    age = got["bars_in_trend"]
    assert (age[turned] == 0).all()
    assert (np.diff(age, prepend=-1)[~turned] == 1).all()
    assert (got["wave_count"][got["direction"] == 0] == 0).all()
    assert (got["wave_count"] <= max(1, params["trend"]["wave_history_size"] // 2)).all()


def test_pivot_level_with_the_pending_end_is_no_leg(native: ModuleType) -> None:
    high = np.array([4.0, 5.0, 4.5, 8.0, 8.5, 9.0])
    low = np.array([3.0, 4.0, 4.2, 7.0, 5.0, 7.0])
    fed = {"open": low, "high": high, "low": low, "close": high, "volatility": high * np.nan}
    params: ChainParams = {"swing": {"left": 1, "right": 1}}
    got = run_native(native, unit_named("swing"), params, fed)
    assert (got["high_level"][-1], got["low_level"][-1]) == (5.0, 5.0)
    assert got["pair_version"].max() == 0
    assert_same(run_reference(unit_named("swing"), params, fed), got)
