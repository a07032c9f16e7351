"""What structures.md promises of each structure beyond the golden vectors, on random bars."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kernels.drawn import RUNS, drawn, steps
from kernels.harness import run_native
from kernels.units import UNITS, ChainParams, Unit, unit_named
from tradec.compiler.unit_chain import sample

Columns = dict[str, NDArray[Any]]


STRUCTURES = [unit for unit in UNITS if unit.folder == "structures"]


def _before(column: NDArray[Any], first: float) -> NDArray[Any]:
    return np.concatenate(([first], column[:-1]))


@pytest.mark.parametrize("unit", STRUCTURES, ids=lambda unit: unit.name)
@RUNS
@given(data=st.data())
def test_versions_never_fall(unit: Unit, data: st.DataObject, native: ModuleType) -> None:
    got = drawn(unit.name, data, native).got
    for output in unit.spec.outputs:
        if output.unit == "version":
            assert (steps(got[output.name]) >= 0).all(), output.name


@pytest.mark.parametrize(
    "unit",
    [u for u in STRUCTURES if any(o.unit == "event" for o in u.outputs(sample(u)))],
    ids=lambda unit: unit.name,
)
@RUNS
@given(data=st.data())
def test_an_event_is_true_where_something_happened(
    unit: Unit, data: st.DataObject, native: ModuleType
) -> None:
    """What does not change on a bar had no event on it: no flag outlives its bar."""
    _, got, _, chain = drawn(unit.name, data, native)
    outputs = unit.outputs(chain)
    changed = np.zeros(len(got[outputs[0].name]), bool)
    for output in outputs:
        if output.unit not in {"event", "bars"}:
            column = got[output.name]
            changed[1:] |= ~alike(column[1:], column[:-1])
    for output in outputs:
        if output.unit == "event":
            assert changed[1:][got[output.name][1:] == 1].all(), output.name


@pytest.mark.parametrize("name", ["market_structure", "premium_discount", "fibonacci", "zone"])
@RUNS
@given(data=st.data())
def test_two_starts_agree_for_ever_once_they_do(
    name: str, data: st.DataObject, native: ModuleType
) -> None:
    """Once all that the swing and the structure say agrees (structures.md 16.7)."""
    fed, _, _, chain = drawn(name, data, native)
    chain.pop("trend", None)
    unit, swing = unit_named(name), unit_named("swing")
    if not unit.keeps_rules(chain):
        return
    agree = agreement(native, (swing, unit), chain, fed, data.draw(st.integers(1, 60)))
    assert agree.size == 0 or agree[np.argmax(agree) :].all() or not agree.any()


def agreement(
    native: ModuleType, units: tuple[Unit, ...], chain: ChainParams, fed: Columns, start: int
) -> NDArray[np.bool_]:
    """Return on which bars two starts say the same, counters aside and places moved."""
    start = min(start, len(fed["close"]) - 1)
    agree = np.ones(len(fed["close"]) - start, bool)
    for unit in units:
        whole = run_native(native, unit, chain, fed)
        part = run_native(native, unit, chain, {name: x[start:] for name, x in fed.items()})
        for output in unit.outputs(chain):
            mine, theirs = part[output.name], whole[output.name][start:]
            if output.unit == "bar index":
                agree &= (mine >= 0) & (mine + start == theirs)
            elif output.unit not in {"version", "bars", "count", "id"}:
                agree &= alike(mine, theirs)
    return agree


def alike(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where two columns have the same value, or none."""
    found: NDArray[np.bool_] = (one == other) | (np.isnan(one) & np.isnan(other))
    return found


def test_two_starts_couple_on_random_bars(native: ModuleType) -> None:
    """The test above looks at something."""
    rng = np.random.default_rng(5)
    close = 200 + np.cumsum(np.round(rng.normal(size=2000)))
    open_ = np.concatenate([close[:1], close[:-1]])
    fed = {"open": open_, "close": close, "volatility": np.ones(len(close))}
    fed |= {"high": np.maximum(open_, close), "low": np.minimum(open_, close)}
    chain: ChainParams = {"swing": {"left": 1, "right": 1}, "market_structure": {}}
    units = (unit_named("swing"), unit_named("market_structure"))
    agree = agreement(native, units, chain, fed, 37)
    assert not agree[0]
    assert agree[-1000:].all()


@RUNS
@given(data=st.data())
def test_rolling_window(data: st.DataObject, native: ModuleType) -> None:
    fed, got, params, _ = drawn("rolling_window", data, native)
    for i in np.flatnonzero(~np.isnan(got["value"])):
        assert got["value"][i] in fed["source"][i + 1 - params["size"] : i + 1]


@RUNS
@given(data=st.data())
def test_market_structure(data: st.DataObject, native: ModuleType) -> None:
    fed, got, params, _ = drawn("market_structure", data, native)
    bos, choch = got["bos_this_bar"] == 1, got["choch_this_bar"] == 1
    bias, before = got["bias"], _before(got["bias"], 0)
    assert (steps(got["version"]) == bos + choch).all()
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
    fed, got, params, _ = drawn("premium_discount", data, native)
    zone, close = got["zone"], fed["close"]
    known = ~np.isnan(got["equilibrium"])
    assert (steps(got["version"]) == (zone != _before(zone, -2))).all()
    assert ((zone == -2) == ~known).all()
    assert ((zone == 1) == (close >= got["premium_level"]) & (close > got["equilibrium"])).all()
    assert ((zone == -1) == (close <= got["discount_level"]) & (close < got["equilibrium"])).all()
    if params["band"] == 0.5:
        assert (got["premium_level"][known] == got["equilibrium"][known]).all()
        assert (got["discount_level"][known] == got["equilibrium"][known]).all()


@RUNS
@given(data=st.data())
def test_displacement(data: st.DataObject, native: ModuleType) -> None:
    fed, got, params, _ = drawn("displacement", data, native)
    happened = got["is_displacement"] == 1
    assert (happened == (got["direction"] != 0)).all()
    assert (steps(got["version"]) == happened).all()
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
    fed, got, params, _ = drawn("zone", data, native)
    state, close = got["state"], fed["close"]
    born = steps(got["anchor_idx"] + 1) != 0
    broken = (state == 2) & (born | (_before(state, 0) == 1))
    assert (steps(got["version"]) == 1 * born + broken).all()
    assert ((state == 0) == np.isnan(got["upper"])).all()
    outside = close < got["lower"] if params["zone_type"] == "demand" else close > got["upper"]
    assert outside[broken].all()
    assert not outside[state == 1].any()
    assert (got["anchor_idx"] < np.arange(len(state))).all()


@RUNS
@given(data=st.data())
def test_fair_value_gap(data: st.DataObject, native: ModuleType) -> None:
    fed, got, params, _ = drawn("fair_value_gap", data, native)
    born = got["new_this_bar"] == 1
    _book_is_sound(fed, got)
    for side, inner, outer in ((1, "low", "high"), (-1, "high", "low")):
        mine = np.flatnonzero(born & (got["new_direction"] == side))
        near, far = fed[inner][mine], fed[outer][mine - 2]
        assert (side * near > side * far).all()
        assert (got["new_upper"][mine] == np.maximum(near, far)).all()
        assert (got["new_lower"][mine] == np.minimum(near, far)).all()
        if params["min_gap_atr"] > 0:
            assert (abs(near - far) >= params["min_gap_atr"] * fed["volatility"][mine]).all()


@RUNS
@given(data=st.data())
def test_order_block(data: st.DataObject, native: ModuleType) -> None:
    fed, got, params, _ = drawn("order_block", data, native)
    born = np.flatnonzero(got["new_this_bar"])
    _book_is_sound(fed, got)
    block, side, close = got["new_block_idx"][born], got["new_direction"][born], fed["close"][born]
    assert ((got["new_block_idx"] >= 0) == (got["new_this_bar"] == 1)).all()
    assert ((born - params["lookback"] <= block) & (block < born)).all()
    assert (side * (fed["close"][block] - fed["open"][block]) < 0).all()
    assert np.where(side == 1, close > got["new_upper"][born], close < got["new_lower"][born]).all()
    tops = ("open", "close") if params["use_body"] else ("high", "low")
    assert (got["new_upper"][born] == np.maximum(*(fed[k][block] for k in tops))).all()
    assert (got["new_lower"][born] == np.minimum(*(fed[k][block] for k in tops))).all()


@RUNS
@given(data=st.data())
def test_breaker_block(data: st.DataObject, native: ModuleType) -> None:
    fed, got, params, chain = drawn("breaker_block", data, native)
    born = np.flatnonzero(got["new_this_bar"])
    assert (got["new_this_bar"] == (steps(got["version"]) > 0)).all()
    structure = run_native(native, unit_named("market_structure"), chain, fed)
    blocks = run_native(native, unit_named("order_block"), chain, fed)
    assert (got["new_direction"][born] == structure["choch_direction"][born]).all()
    assert (born - structure["last_choch_idx"][born] <= params["window"]).all()
    for at in born:
        recent = slice(max(0, at - params["window"]), at + 1)
        assert blocks["any_invalidated_this_bar"][recent].any()
        if got["new_direction"][at] == 1:
            assert fed["close"][at] >= got["new_lower"][at]
        else:
            assert fed["close"][at] <= got["new_upper"][at]


def _book_is_sound(fed: Columns, got: Columns) -> None:
    assert (steps(got["version"]) == got["new_this_bar"]).all()
    for name, side in (("bull", 1), ("bear", -1)):
        count, upper, lower = (
            got[f"active_{name}_count"],
            got[f"nearest_{name}_upper"],
            got[f"nearest_{name}_lower"],
        )
        assert ((count == 0) == np.isnan(upper)).all()
        assert (np.isnan(upper) == np.isnan(lower)).all()
        grown = steps(count) > 0
        assert (got["new_direction"][grown] == side).all()
    gone = got["any_invalidated_this_bar"] == 1
    beyond = np.where(
        got["last_invalidated_direction"] == 1,
        fed["close"] < got["last_invalidated_lower"],
        fed["close"] > got["last_invalidated_upper"],
    )
    assert beyond[gone].all()


def test_breakers_are_born_on_random_bars(native: ModuleType) -> None:
    """The test above looks at something."""
    rng, born = np.random.default_rng(1), 0
    chain: ChainParams = {
        "swing": {"left": 1, "right": 1},
        "order_block": {"body_atr_min": 0.5, "wick_ratio_max": 3.0},
        "market_structure": {},
        "breaker_block": {"window": 10},
    }
    for _ in range(5):
        close = 100 + np.cumsum(rng.normal(size=400))
        open_ = np.concatenate([close[:1], close[:-1]])
        fed = {"open": open_, "close": close, "volatility": np.ones(400)}
        fed |= {"high": np.maximum(open_, close), "low": np.minimum(open_, close)}
        got = run_native(native, unit_named("breaker_block"), chain, fed)
        born += got["new_this_bar"].sum()
    assert born > 20


def test_the_newest_of_several_invalid_zones_is_told(native: ModuleType) -> None:
    low = np.array([1.0, 2.0, 4.0, 5.0, 7.0, 8.0, 10.0, 0.5])
    high = np.where(low == 0.5, 11.0, low + 1)
    fed = {"high": high, "low": low, "close": low + 0.5, "volatility": low * np.nan}
    got = run_native(native, unit_named("fair_value_gap"), {"fair_value_gap": {}}, fed)
    assert got["new_this_bar"].tolist() == [0, 0, 1, 1, 1, 1, 1, 0]
    assert got["active_bull_count"][6] == 5
    assert (got["last_invalidated_upper"][7], got["last_invalidated_lower"][7]) == (10.0, 8.0)
    assert got["any_mitigated_this_bar"][7] == 0


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
