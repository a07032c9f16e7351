"""Columns as short JSON: what is packed comes back, to the rounding that was asked for."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradec.cli.report.bars import ExecBars, exec_bars, places
from tradec.cli.report.packing import packed, packed_bars, packed_times
from tradec.runtime.data.bars import from_columns

MINUTE = 60_000


def _unpacked(told: dict[str, Any], n: int, decimals: int) -> np.ndarray:
    """Read what `packed` writes, as the page's script does."""
    made = np.full(n, np.nan)
    unit = 10.0**decimals
    if told["e"] == "r":
        at = 0
        for length, value in zip(told["v"][::2], told["v"][1::2], strict=True):
            if value is not None:
                made[at : at + length] = value / unit
            at += length
        assert at == n
        return made
    whole = 0
    assert len(told["v"]) == n
    for place, step in enumerate(told["v"]):
        if step is not None:
            whole += step
            made[place] = whole / unit
    return made


values = st.one_of(st.just(float("nan")), st.integers(-(10**9), 10**9).map(lambda k: k / 100))


@given(st.lists(st.tuples(values, st.integers(1, 9)), min_size=1, max_size=30))
def test_a_column_comes_back(runs: list[tuple[float, int]]) -> None:
    column = np.array([value for value, length in runs for _ in range(length)])
    told = json.loads(json.dumps(packed(column, 2)))
    assert np.array_equal(_unpacked(told, column.size, 2), column, equal_nan=True)


def test_long_stretches_are_written_as_runs() -> None:
    column = np.repeat([1.5, float("nan"), 2.5], 100)
    assert packed(column, 1) == {"e": "r", "v": [100, 15, 100, None, 100, 25]}
    assert packed(np.arange(5.0), 0) == {"e": "d", "v": [0, 1, 1, 1, 1]}


def test_what_is_finer_than_the_decimals_is_rounded() -> None:
    told = packed(np.array([1.26, 1.24, 1.2]), 1)
    assert _unpacked(told, 3, 1).tolist() == [1.3, 1.2, 1.2]


def test_bars_are_told_by_distances() -> None:
    bars = ExecBars(
        ts_open=np.array([0, 60_000]),
        open=np.array([10.0, 10.6]),
        high=np.array([10.8, 10.6]),
        low=np.array([9.9, 10.1]),
        close=np.array([10.5, 10.2]),
        volume=np.array([12.345678, 3.0]),
    )
    told = packed_bars(bars, 1)
    assert told == {"o": [100, 1], "h": [3, 0], "l": [1, 1], "c": [105, -3], "v": [12.35, 3]}


def test_regular_times_are_a_start_and_a_step() -> None:
    assert packed_times(np.array([0, 900_000, 1_800_000])) == {"start": 0, "step": 900, "n": 3}
    assert packed_times(np.array([1000, 2000, 5000])) == {"list": [1, 1, 3], "n": 3}


@pytest.mark.parametrize("offset", [0, 3])
def test_exec_bars_are_made_of_what_lies_between_the_points(offset: int) -> None:
    rng = np.random.default_rng(offset)
    close = 100 + rng.normal(0, 1, 40).cumsum()
    open_, ts = np.concatenate(([100.0], close[:-1])), MINUTE * np.arange(40, dtype=np.int64)
    high, low = np.maximum(open_, close) + 0.5, np.minimum(open_, close) - 0.5
    base = from_columns(ts, open_, high, low, close, rng.uniform(1, 2, 40), MINUTE)[0]
    points = MINUTE * np.array([offset + 1, offset + 6, offset + 11, offset + 26])
    made = exec_bars(base, points)
    for k, (start, stop) in enumerate(zip(points // MINUTE, points[1:] // MINUTE, strict=False)):
        part = slice(int(start), int(stop))
        assert made.ts_open[k] == points[k]
        assert made.open[k] == base.open[part][0]
        assert made.close[k] == base.close[part][-1]
        assert made.high[k] == base.high[part].max()
        assert made.low[k] == base.low[part].min()
        assert made.volume[k] == pytest.approx(base.volume[part].sum())


def test_an_instant_lies_in_the_bar_that_is_open() -> None:
    ts_open = np.array([100, 200, 300])
    instants = np.array([50, 100, 199, 200, 999])
    assert places(ts_open, instants).tolist() == [0, 0, 0, 1, 2]
