"""Ticks, scales and thinned curves: what an axis says, what a pixel can show."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradec.cli.plot.panel import Panel, ranged, thinned
from tradec.cli.plot.ticks import number_ticks, time_ticks

DAY = 86_400_000
START = 1_735_689_600_000


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.0, 10.0, [0, 2, 4, 6, 8, 10]),
        (-0.7, 0.3, [-0.6, -0.4, -0.2, 0.0, 0.2]),
        (49_800, 61_000, [50_000, 55_000, 60_000]),
        (5.0, 5.0, [5.0]),
    ],
)
def test_numbers_are_round(low: float, high: float, ticks: list[float]) -> None:
    assert number_ticks(low, high, 5) == pytest.approx(ticks)


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(2, 20))
def test_numbers_lie_inside_and_are_few(low: float, span: float, most: int) -> None:
    high = low + span
    ticks = number_ticks(low, high, most)
    assert len(ticks) <= most + 1
    step = (ticks[1] - ticks[0]) if len(ticks) > 1 else span
    slack = step * 1e-6 + 4 * math.ulp(max(abs(low), abs(high)))
    assert all(low - slack <= tick <= high + slack for tick in ticks)


@given(st.integers(0, 3 * 10**12), st.integers(60_000, 40 * 365 * DAY), st.integers(2, 15))
def test_instants_lie_inside_and_are_few(start: int, span: int, most: int) -> None:
    ticks = time_ticks(start, start + span, most)
    instants = [ts for ts, _ in ticks]
    assert all(start <= ts <= start + span for ts in instants)
    assert instants == sorted(set(instants))
    assert len(ticks) <= most + 1
    assert all(ts % 60_000 == 0 for ts in instants)


def test_instants_are_named_by_what_changes() -> None:
    assert [label for _, label in time_ticks(START, START + DAY, 5)] == [
        "01 Jan",
        "06:00",
        "12:00",
        "18:00",
        "02 Jan",
    ]
    months = time_ticks(START - 100 * DAY, START + 200 * DAY, 5)
    assert [label for _, label in months] == [
        "Nov 2024",
        "2025",
        "Mar 2025",
        "May 2025",
        "Jul 2025",
    ]
    assert all(datetime.fromtimestamp(ts / 1000, UTC).day == 1 for ts, _ in months)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400),
    st.integers(1, 50),
)
def test_a_thinned_curve_keeps_its_ends_and_extremes(values: list[float], columns: int) -> None:
    column = np.array(values)
    kept, shown = thinned(column, columns)
    assert kept == sorted(set(kept))
    assert (kept[0], kept[-1]) == (0, column.size - 1)
    assert shown == column[kept].tolist()
    assert (min(shown), max(shown)) == (column.min(), column.max())
    assert len(kept) <= 4 * columns


def test_a_scale_has_room_even_for_a_flat_curve() -> None:
    low, high = ranged(np.array([100.0, 100.0]))
    assert low < 100.0 < high
    assert ranged(np.array([0.0])) == (-1.0, 1.0)


def test_bars_and_values_have_their_places() -> None:
    panel = Panel(x0=10, x1=110, y0=20, y1=70, n=10, low=0, high=5, name="", written=str)
    assert (panel.x(0), panel.x(9)) == (15, 105)
    assert (panel.y(0), panel.y(5), panel.y(2.5)) == (70, 20, 45)
    assert (panel.y(-3), panel.y(9)) == (70, 20)
