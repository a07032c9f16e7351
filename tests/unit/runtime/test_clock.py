"""`clock.pxd` against `timeframe.py` and against the plain-Python aggregator."""

from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from differential.native_batch import BUILD, FLAGS
from tradec.compiler import native
from tradec.compiler.aggregate import Aggregator
from tradec.compiler.aggregate import Bar as PlainBar
from tradec.compiler.catalog import standard
from tradec.runtime.timeframe import DAY_MS, MINUTE_MS, TIMEFRAMES, Timeframe

TEXT = '''# cython: language_level=3
"""What tests ask of clock.pxd."""
from libc.stdint cimport int64_t
from tradec.runtime cimport clock


def bar_number(int64_t minutes, int64_t ts):
    return clock.bar_number(minutes, ts)


def open_of(int64_t minutes, int64_t number):
    return clock.open_of(minutes, number)


def close_after(int64_t minutes, int64_t ts):
    return clock.close_after(minutes, ts)


def until(int64_t minutes, int64_t begun, int64_t ts, int64_t base_ms):
    """Return the base bars from `ts` to the close of the bar that was begun at `begun`."""
    cdef clock.Bar bar
    bar.ts_close = bar.ready = 0
    clock.bar_begin(&bar, minutes, begun, 1.0, 1.0, 1.0, 1.0)
    return clock.bars_until(&bar, ts, base_ms, minutes, minutes * 60000 // base_ms)


def bars(int64_t minutes, int64_t ts0, int64_t base_ms, rows):
    """Return (bar, base bars left before it, ts_open, open to volume) of each close."""
    cdef clock.Bar bar
    cdef int64_t ts = ts0
    closed = []
    bar.ts_close = bar.ts_open = bar.ready = 0
    for i, (o, h, l, c, v) in enumerate(rows):
        left = clock.bars_until(&bar, ts, base_ms, minutes, minutes * 60000 // base_ms)
        if clock.bar_add(&bar, minutes, ts, ts + base_ms, o, h, l, c, v):
            outputs = (bar.open, bar.high, bar.low, bar.close, bar.volume)
            closed.append((i, left, bar.ts_open, *outputs))
        ts += base_ms
    return closed
'''
FRAMES = st.sampled_from([*TIMEFRAMES.values()])
INSTANTS = st.integers(-40 * 365 * DAY_MS, 150 * 365 * DAY_MS)


@pytest.fixture(scope="module")
def clock() -> ModuleType:
    built = native.build(TEXT, standard(), BUILD, FLAGS)
    return native.load(built.file, built.key)


def near_boundaries(frame: Timeframe, instant: int) -> list[int]:
    number = frame.bar_number(instant)
    edges = (frame.open_of(number), frame.open_of(number + 1))
    return [instant, *(edge + shift for edge in edges for shift in (-1, 0, 1))]


@given(FRAMES, INSTANTS)
@settings(max_examples=400)
def test_c_and_python_cut_time_alike(clock: ModuleType, frame: Timeframe, instant: int) -> None:
    for ts in near_boundaries(frame, instant):
        number = frame.bar_number(ts)
        assert clock.bar_number(frame.minutes, ts) == number
        assert clock.open_of(frame.minutes, number) == frame.open_of(number) <= ts
        assert clock.close_after(frame.minutes, ts) == frame.close_after(ts) > ts


def test_every_month_of_two_centuries(clock: ModuleType) -> None:
    month = TIMEFRAMES["M"]
    opens = [clock.open_of(0, number) for number in range(-70 * 12, 130 * 12 + 1)]
    assert opens == [month.open_of(number) for number in range(-70 * 12, 130 * 12 + 1)]
    assert {(b - a) // DAY_MS for a, b in pairwise(opens)} == {28, 29, 30, 31}


@pytest.mark.parametrize(
    ("name", "ts", "number", "opens"),
    [
        ("15m", 1_736_122_499_999, 1_929_024, 1_736_121_600_000),
        ("W", 1_736_121_599_999, 2869, 1_735_516_800_000),  # the last ms of a Sunday
        ("W", 1_736_121_600_000, 2870, 1_736_121_600_000),  # Monday 2025-01-06
        ("M", 1_709_251_199_999, 649, 1_706_745_600_000),  # 2024-02-29 is February
        ("M", 1_709_251_200_000, 650, 1_709_251_200_000),  # 2024-03-01
        ("W", -1, -1, -259_200_000),  # 1969-12-31 lies in the week of 1969-12-29
    ],
)
def test_bars_by_hand(clock: ModuleType, name: str, ts: int, number: int, opens: int) -> None:
    minutes = TIMEFRAMES[name].minutes
    assert TIMEFRAMES[name].bar_number(ts) == clock.bar_number(minutes, ts) == number
    assert TIMEFRAMES[name].open_of(number) == clock.open_of(minutes, number) == opens


Row = tuple[float, float, float, float, float]
PRICES = st.sampled_from((1e-8, 0.1, 0.3, 7.0, 1e5))
ROWS = st.lists(st.tuples(PRICES, PRICES, PRICES, PRICES, PRICES), min_size=1, max_size=120)


@given(
    frame=FRAMES,
    base=st.sampled_from((1, 1, 5, 15, 60, 720, 1440)),
    start=st.integers(0, 2_000_000),
    rows=ROWS,
)
@settings(max_examples=200)
def test_bars_grow_as_the_aggregator_says(
    clock: ModuleType, frame: Timeframe, base: int, start: int, rows: list[Row]
) -> None:
    if (frame.minutes or 1440) % base:
        base = 1
    base_ms = base * MINUTE_MS
    ts0 = start * base_ms
    found = clock.bars(frame.minutes, ts0, base_ms, rows)
    assert [(one[0], *one[2:]) for one in found] == expected(frame, ts0, base_ms, rows)
    assert all(left == 1 for _, left, *_ in found if base < (frame.minutes or 1440))


@given(
    frame=FRAMES,
    base=st.sampled_from((1, 5, 15)),
    start=st.integers(0, 4_000_000),
    later=st.integers(0, 50_000),
)
@settings(max_examples=200)
def test_what_is_left_of_a_bar(
    clock: ModuleType, frame: Timeframe, base: int, start: int, later: int
) -> None:
    if frame.minutes and frame.minutes < base:
        base = 1
    base_ms = base * MINUTE_MS
    begun = start * base_ms
    close = frame.close_after(begun)
    asked = begun + later % ((close - begun) // base_ms) * base_ms
    assert clock.until(frame.minutes, begun, asked, base_ms) == (close - asked) // base_ms


def expected(frame: Timeframe, ts0: int, base_ms: int, rows: list[Row]) -> list[Any]:
    aggregator, closed = Aggregator(frame.name), []
    for i, row in enumerate(rows):
        ts = ts0 + i * base_ms
        bar = aggregator.feed(PlainBar(ts, 0, *row), ts + base_ms)
        if bar is not None:
            outputs = (bar.open, bar.high, bar.low, bar.close, bar.volume)
            closed.append((i, bar.ts_open, *outputs))
    return closed


def growing(count: int) -> list[Row]:
    return [(float(k), k + 0.5, k - 0.5, float(k + 1), 1.0) for k in range(count)]


def test_weeks_begin_on_monday_and_a_partial_first_one_is_dropped(clock: ModuleType) -> None:
    wednesday = 1_735_689_600_000  # 2025-01-01
    found = clock.bars(10_080, wednesday, DAY_MS, growing(26))
    monday = 1_736_121_600_000  # 2025-01-06, day 5
    assert found == [
        (11, 1, monday, 5.0, 11.5, 4.5, 12.0, 7.0),
        (18, 1, monday + 7 * DAY_MS, 12.0, 18.5, 11.5, 19.0, 7.0),
        (25, 1, monday + 14 * DAY_MS, 19.0, 25.5, 18.5, 26.0, 7.0),
    ]


@pytest.mark.parametrize("late", [0, 1, 30])
def test_months_follow_the_calendar_and_a_partial_first_one_is_dropped(
    clock: ModuleType, late: int
) -> None:
    january = 1_704_067_200_000  # 2024-01-01: 31 days, then 29, then 31
    found = clock.bars(0, january + late * DAY_MS, DAY_MS, growing(91)[late:])
    whole = [
        (30, 1, january, 0.0, 30.5, -0.5, 31.0, 31.0),
        (59, 1, january + 31 * DAY_MS, 31.0, 59.5, 30.5, 60.0, 29.0),
        (90, 1, january + 60 * DAY_MS, 60.0, 90.5, 59.5, 91.0, 31.0),
    ]
    assert [(k + late, *rest) for k, *rest in found] == whole[late > 0 :]


@pytest.mark.parametrize("base", [1, 5, 15])
def test_an_hour_of_base_bars(clock: ModuleType, base: int) -> None:
    """The first hour lacks its first base bar; the last one is not closed."""
    per = 60 // base
    found = clock.bars(60, 1_736_121_600_000 + base * MINUTE_MS, base * MINUTE_MS, growing(3 * per))
    assert [(k, opened, volume) for k, _, _, opened, *_, volume in found] == [
        (2 * per - 2, per - 1, per),
        (3 * per - 2, 2 * per - 1, per),
    ]
