"""Fibonacci levels, derived zones, pools of liquidity: what structures.md 4, 7 and 11 promise."""

from types import ModuleType
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kernels.drawn import RUNS, Drawn, drawn, steps
from kernels.harness import run_native
from kernels.units import ChainParams, unit_named

Columns = dict[str, NDArray[Any]]
UP, DOWN = 1, -1
ACTIVE, BROKEN = 1, 2


def _levels(got: Columns, ratios: tuple[float, ...]) -> Columns:
    return {f"{ratio:g}": got[f"level[{ratio:g}]"] for ratio in ratios}


def _level(mode: str, ratio: float, got: Columns) -> NDArray[Any]:
    """Return the level of a ratio on every bar, by the table of structures.md 4."""
    high, low = got["anchor_high"], got["anchor_low"]
    reach, falls = ratio * (high - low), got["anchor_direction"] == DOWN
    match mode:
        case "retracement":
            return np.where(falls, low + reach, high - reach)
        case "extension":
            return np.where(falls, low - reach, high + reach)
        case "extension_up":
            return np.asarray(high + reach)
    return np.asarray(low - reach)


@RUNS
@given(data=st.data())
def test_fibonacci(data: st.DataObject, native: ModuleType) -> None:
    _, got, params, chain = case = drawn("fibonacci", data, native)
    high, low, ratios = got["anchor_high"], got["anchor_low"], sorted(params["levels"])
    known = ~np.isnan(high)
    assert (np.isnan(low) == ~known).all()
    assert (got["range"][known] == (high - low)[known]).all()
    assert (got["range"][known] > 0).all()
    held = np.ones(len(high) - 1, bool)
    for name in ("anchor_high", "anchor_low", "anchor_direction", "anchor_hash"):
        held &= (got[name][1:] == got[name][:-1]) & known[1:]
    for ratio, column in zip(ratios, _levels(got, tuple(ratios)).values(), strict=True):
        assert (np.isnan(column) == ~known).all()
        want, room = _level(params["mode"], ratio, got)[known], 1e-9 * high[known]
        assert (abs(column[known] - want) <= 1e-3 * room).all()
        assert (column[1:][held] == column[:-1][held]).all()
        if params["mode"] == "retracement" and 0 <= ratio <= 1:
            assert (low[known] - room <= column[known]).all()
            assert (column[known] <= high[known] + room).all()
    rises = np.sign(np.diff([got[f"level[{r:g}]"][known] for r in ratios], axis=0))
    assert (rises == rises[:1]).all()
    if "trend" not in chain and params["use_paired_anchor"]:
        _hangs_on_the_pair(case, native)


def _hangs_on_the_pair(case: Drawn, native: ModuleType) -> None:
    swing = run_native(native, unit_named("swing"), case.chain, case.fed)
    for name, own in (("pair_high_level", "anchor_high"), ("pair_low_level", "anchor_low")):
        np.testing.assert_array_equal(case.got[own], swing[name])
    np.testing.assert_array_equal(case.got["anchor_direction"], swing["pair_direction"])


@RUNS
@given(data=st.data())
def test_derived_zone(data: st.DataObject, native: ModuleType) -> None:
    fed, got, params, _ = drawn("derived_zone", data, native)
    slots = [_slot(got, place) for place in range(params["max_active"])]
    state = np.array([slot["state"] for slot in slots])
    number = np.array([slot["instance_id"] for slot in slots])
    live = state != 0
    assert (live[:-1] >= live[1:]).all()  # filled from the first
    assert (number[:-1] > number[1:])[live[1:]].all()
    assert ((number == 0) == ~live).all()
    assert (got["active_count"] == (state == ACTIVE).sum(axis=0)).all()
    assert (got["any_active"] == (state == ACTIVE).any(axis=0)).all()
    assert (got["any_broken_this_bar"] == (state == BROKEN).any(axis=0)).all()
    for name in ("touched_this_bar", "inside"):
        told = np.array([slot[name] for slot in slots]) == 1
        summed = (told & (state == ACTIVE)).any(axis=0)
        assert (got["any_" + name.partition("_")[0]] == summed).all()
    for slot in slots:
        _slot_is_sound(fed, slot, params)
    _lives_are_sound(fed, slots, params)


def _slot(got: Columns, place: int) -> Columns:
    prefix = f"zone[{place}]."
    return {name.removeprefix(prefix): x for name, x in got.items() if name.startswith(prefix)}


def _slot_is_sound(fed: Columns, slot: Columns, params: dict[str, Any]) -> None:
    live, now = slot["state"] != 0, np.arange(len(fed["close"]))
    assert (np.isnan(slot["lower"]) == ~live).all()
    assert (slot["lower"] < slot["upper"])[live].all()
    assert (slot["age_bars"][live] == (now - slot["anchor_idx"])[live]).all()
    assert (slot["age_bars"][~live] == -1).all()
    within = (slot["lower"] <= fed["close"]) & (fed["close"] <= slot["upper"])
    reached = (fed["low"] <= slot["upper"]) & (fed["high"] >= slot["lower"])
    assert (slot["inside"] == within).all()
    assert (slot["touched_this_bar"] == (within if params["touch"] == "close" else reached)).all()
    assert ((slot["last_touch_age"] == 0) == (slot["touched_this_bar"] == 1)).all()
    broken = slot["state"] == BROKEN
    far = np.where(slot["side"] == UP, fed["close"] < slot["lower"], fed["close"] > slot["upper"])
    assert far[broken].all()
    assert (slot["age_bars"][broken] > 0).all()


def _lives_are_sound(fed: Columns, slots: list[Columns], params: dict[str, Any]) -> None:
    """Follow each zone through the slots from its birth on."""
    before: dict[int, dict[str, float]] = {}
    for i in range(len(fed["close"])):
        rows = ({name: x[i].item() for name, x in slot.items()} for slot in slots)
        now = {int(row["instance_id"]): row for row in rows if row["state"]}
        for number, row in now.items():
            old = before.get(number)
            touched = int(row["touched_this_bar"])
            if old is None:
                assert row["age_bars"] == 0
                assert row["touch_count"] == row["entry_count"] == touched
                assert number > max(before, default=0)
                continue
            assert old["state"] == ACTIVE  # a broken one is shown on the bar of its break alone
            assert all(row[name] == old[name] for name in ("lower", "upper", "side", "anchor_idx"))
            assert row["touch_count"] == old["touch_count"] + touched
            entered = touched and not old["touched_this_bar"]
            assert row["entry_count"] == old["entry_count"] + int(entered)
        gone = [row for number, row in before.items() if number not in now]
        assert all(row["state"] == BROKEN for row in gone) or len(now) == params["max_active"]
        before = now


@RUNS
@given(data=st.data())
def test_liquidity_zones(data: st.DataObject, native: ModuleType) -> None:
    fed, got, params, _ = drawn("liquidity_zones", data, native)
    grown, swept = steps(got["version"]), {}
    for side, name, beyond in (
        (UP, "high", fed["high"] - got["swept_high_level"]),
        (DOWN, "low", got["swept_low_level"] - fed["low"]),
    ):
        swept[side] = got[f"{name}_swept_this_bar"] == 1
        assert (np.isnan(got[f"swept_{name}_level"]) == ~swept[side]).all()
        assert (beyond[swept[side]] > 0).all()
        level, touches = got[f"nearest_{name}_level"], got[f"nearest_{name}_touches"]
        assert (np.isnan(level) == (touches == 0)).all()
        assert (touches[touches > 0] >= params["min_touches"]).all()
        room = params["sweep_atr"] * fed["volatility"]
        taken = fed["high"] > level + room if side == UP else fed["low"] < level - room
        assert not taken.any()  # what was traded through is no pool any more
    either = swept[UP] | swept[DOWN]
    assert ((got["sweep_this_bar"] == 1) == either).all()
    assert (grown >= got["new_zone_this_bar"] + swept[UP] + swept[DOWN]).all()
    _sweep_is_told(fed, got, swept)
    assert (got["swept_touches"][either] >= params["min_touches"]).all()
    assert (got["swept_touches"][~either] == 0).all()


def _sweep_is_told(fed: Columns, got: Columns, swept: dict[int, NDArray[np.bool_]]) -> None:
    """Assert which side a bar tells about: the one swept, of both what its candle says."""
    body = np.sign(fed["open"] - fed["close"]).astype(int)  # a close below the open took highs
    want = np.where(swept[UP] & swept[DOWN], body, swept[UP].astype(int) - swept[DOWN])
    assert (got["sweep_direction"] == want).all()
    for side, name in ((UP, "high"), (DOWN, "low")):
        mine = want == side
        assert (got["swept_level"][mine] == got[f"swept_{name}_level"][mine]).all()
        back = side * (got["swept_level"] - fed["close"]) > 0
        assert ((got["sweep_rejected_this_bar"] == 1)[mine] == back[mine]).all()


def test_zones_break_and_pools_are_swept_on_random_bars(native: ModuleType) -> None:
    """The tests above look at something."""
    rng = np.random.default_rng(2)
    close = 100 + np.cumsum(np.round(rng.standard_t(3, 3000)))
    close += 50 - close.min()
    open_ = np.concatenate([close[:1], close[:-1]])
    fed = {"open": open_, "close": close, "volatility": np.ones(len(close))}
    fed |= {"high": np.maximum(open_, close) + 3, "low": np.minimum(open_, close) - 3}
    own = {"levels": (0.382, 0.618), "max_active": 4}
    chain: ChainParams = {"swing": {"left": 1, "right": 1}, "derived_zone": own}
    zones = run_native(native, unit_named("derived_zone"), chain, fed)
    assert zones["any_broken_this_bar"].sum() > 50
    chain = {"swing": {"left": 1, "right": 1}, "liquidity_zones": {}}
    pools = run_native(native, unit_named("liquidity_zones"), chain, fed)
    assert pools["sweep_this_bar"].sum() > 50
    assert 0 < pools["sweep_rejected_this_bar"].sum() < pools["sweep_this_bar"].sum()
