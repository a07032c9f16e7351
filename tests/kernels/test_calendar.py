"""Units with calendar anchors: where periods begin, and when a start no longer matters."""

from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kernels import series
from kernels.harness import run_native
from kernels.units import UNITS, Unit, assert_same, unit_named
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import Anchored
from tradec.runtime.timeframe import TIMEFRAMES

CALENDAR = [unit for unit in UNITS if "ts_open" in unit.inputs]
PERIODS = {"D": "%Y-%j", "W": "%G-%V", "M": "%Y-%m"}


def _bars(timeframe: str, first: int, n: int, seed: int) -> dict[str, NDArray[Any]]:
    """Return `n` bars of a timeframe from the one that is `first` bars after 2024-02-26."""
    frame, rng = TIMEFRAMES[timeframe], np.random.default_rng(seed)
    begin = frame.bar_number(int(datetime(2024, 2, 26, tzinfo=UTC).timestamp() * 1000))
    number = begin + first + np.arange(n)
    fed = {"close": 100 + rng.normal(size=n), "volume": np.round(rng.random(n) * 2)}
    fed["high"], fed["low"] = fed["close"] + rng.random(n), fed["close"] - rng.random(n)
    opens = np.array([frame.open_of(int(k)) for k in number])
    return {**fed, "ts_open": opens, "bar_number": number}


def _period(ts_open: NDArray[np.int64], anchor: str) -> list[str]:
    days = (datetime.fromtimestamp(int(ts) // 1000, UTC) for ts in ts_open)
    return [day.strftime(PERIODS[anchor]) if anchor in PERIODS else "" for day in days]


@pytest.mark.parametrize("timeframe", ["4h", "D", "W", "M"])
@pytest.mark.parametrize("anchor", ["D", "W", "M", "null"])
def test_vwap_is_the_weighted_mean_of_its_period(
    timeframe: str, anchor: str, native: ModuleType
) -> None:
    fed = _bars(timeframe, 3, 300, 1)
    got = run_native(native, unit_named("vwap"), {"vwap": {"anchor": anchor}}, fed)["value"]
    price = (fed["high"] + fed["low"] + fed["close"]) / 3
    period = _period(fed["ts_open"], anchor)
    begin = 0
    for i in range(len(price)):
        begin = i if period[i] != period[begin] else begin
        volume = fed["volume"][begin : i + 1]
        want = price[begin : i + 1] @ volume / volume.sum() if volume.any() else np.nan
        np.testing.assert_allclose(got[i], want, rtol=1e-12)


@pytest.mark.parametrize("timeframe", ["4h", "D", "W", "M"])
def test_levels_are_the_extremes_of_whole_periods(timeframe: str, native: ModuleType) -> None:
    fed = _bars(timeframe, 5, 400, 2)
    got = run_native(native, unit_named("session_levels"), {}, fed)
    for word, anchor in (("day", "D"), ("week", "W")):
        period = np.array(_period(fed["ts_open"], anchor))
        seen = list(dict.fromkeys(period))
        for i, now in enumerate(period):
            if (place := seen.index(now)) == 0:
                assert np.isnan(got[f"prev_{word}_high"][i])
                continue
            last = period == seen[place - 1]
            assert got[f"prev_{word}_high"][i] == fed["high"][last].max()
            assert got[f"prev_{word}_low"][i] == fed["low"][last].min()
    day = np.array(_period(fed["ts_open"], "D"))
    for i in range(len(day)):
        today = day[: i + 1] == day[i]
        assert got["current_day_high"][i] == fed["high"][: i + 1][today].max()
        assert got["current_day_low"][i] == fed["low"][: i + 1][today].min()


@pytest.mark.parametrize("unit", CALENDAR, ids=lambda unit: unit.name)
@given(data=st.data())
def test_a_start_makes_no_difference_once_warmed_up(
    unit: Unit, data: st.DataObject, native: ModuleType
) -> None:
    params = data.draw(series.params(unit))
    if params[unit.name].get("anchor") == "null":  # that one is about the first bar of all
        return
    timeframe = data.draw(st.sampled_from(["6h", "12h", "D", "W"]))
    first, start = data.draw(st.integers(0, 300)), data.draw(st.integers(0, 150))
    whole = _bars(timeframe, first, 400, data.draw(series.SEEDS))
    part = {name: column[start:] for name, column in whole.items()}
    got = run_native(native, unit, params, part)
    want = run_native(native, unit, params, whole)
    for output in unit.spec.outputs:
        memory = unit.spec.memory_of(output)
        assert isinstance(memory, Anchored)
        required = evaluate(memory.bars_required, unit.values(params, timeframe=timeframe))
        warm = {output.name: got[output.name][required - 1 :].copy()}
        assert_same(warm, {output.name: want[output.name][start + required - 1 :].copy()})
