"""When a run begins, what it refuses, and which points of equity it leaves."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tradec.runtime.engine import PORTION_BARS

from frontend import typed
from generators.driving import MIDNIGHT
from generators.scripted import LEAVE, LONG, Script, free_rules, plain_bars
from tradec.compiler.catalog import standard
from tradec.compiler.interpreted import strategy_of
from tradec.runtime.backtest import Outcome, Window, check_base, cut, data_start, run, trade_start
from tradec.runtime.data.bars import Bars, Hole
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.timestamps import iso
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.timeframe import DAY_MS, MINUTE_MS

HOUR_MS = 60 * MINUTE_MS


def instant(text: str) -> int:
    return int(np.datetime64(text.removesuffix("Z"), "ms").astype(np.int64))


def flat_bars(n: int, *, start: int = MIDNIGHT, base_ms: int = MINUTE_MS) -> Bars:
    return plain_bars(np.full(n, 100.0), start=start, base_ms=base_ms)


@pytest.mark.parametrize(
    ("exec_tf", "begins", "warmup", "expected"),
    [
        ("15m", "2025-01-06T00:00:00Z", {"15m": 3}, "2025-01-06T00:45:00Z"),
        ("15m", "2025-01-06T00:01:00Z", {"15m": 3}, "2025-01-06T01:00:00Z"),  # 00:00 is partial
        ("15m", "2025-01-06T00:14:00Z", {"15m": 3}, "2025-01-06T01:00:00Z"),
        ("15m", "2025-01-06T00:00:00Z", {"15m": 3, "1h": 2}, "2025-01-06T02:00:00Z"),
        ("15m", "2025-01-06T00:20:00Z", {"15m": 3, "1h": 2}, "2025-01-06T03:00:00Z"),
        ("15m", "2025-01-06T00:20:00Z", {"15m": 20, "1h": 2}, "2025-01-06T05:30:00Z"),
        ("1h", "2025-01-06T00:20:00Z", {"15m": 3, "1h": 1}, "2025-01-06T02:00:00Z"),
        ("1h", "2025-01-06T00:00:00Z", {"15m": 5, "1h": 1}, "2025-01-06T02:00:00Z"),  # 01:15
        ("1h", "2025-01-06T00:00:00Z", {"D": 1}, "2025-01-07T00:00:00Z"),
        ("D", "2025-01-06T00:00:00Z", {"D": 2}, "2025-01-08T00:00:00Z"),
        ("D", "2025-01-06T23:59:00Z", {"D": 2}, "2025-01-09T00:00:00Z"),
        ("D", "2025-01-07T12:00:00Z", {"D": 1, "W": 1}, "2025-01-20T00:00:00Z"),
        ("W", "2025-01-06T00:00:00Z", {"W": 2}, "2025-01-20T00:00:00Z"),
        ("W", "2025-01-05T23:00:00Z", {"W": 2}, "2025-01-20T00:00:00Z"),
        ("W", "2025-01-01T00:00:00Z", {"W": 1, "M": 1}, "2025-02-03T00:00:00Z"),
        ("M", "2024-02-01T00:00:00Z", {"M": 1}, "2024-03-01T00:00:00Z"),
        ("M", "2024-01-31T23:00:00Z", {"M": 2}, "2024-04-01T00:00:00Z"),
        ("M", "2024-11-15T00:00:00Z", {"M": 1, "D": 40}, "2025-01-01T00:00:00Z"),
        ("M", "2024-11-15T00:00:00Z", {"M": 1, "D": 48}, "2025-02-01T00:00:00Z"),
        ("1h", "2025-01-06T00:00:00Z", {}, "2025-01-06T01:00:00Z"),  # a whole bar, even unasked
    ],
)
def test_trade_start_by_hand(
    exec_tf: str, begins: str, warmup: Mapping[str, int], expected: str
) -> None:
    bars = flat_bars(1, start=instant(begins))
    assert iso(trade_start(bars, exec_tf, warmup, None)) == expected


# --- a start that is asked for --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exec_tf", "start", "expected"),
    [
        ("15m", "2025-01-06T02:00:00Z", "2025-01-06T02:00:00Z"),
        ("15m", "2025-01-06T02:00:01Z", "2025-01-06T02:15:00Z"),
        ("1h", "2025-01-06T02:15:00Z", "2025-01-06T03:00:00Z"),
        ("D", "2025-01-06T02:15:00Z", "2025-01-07T00:00:00Z"),
        ("W", "2025-01-06T02:15:00Z", "2025-01-13T00:00:00Z"),
        ("M", "2025-01-06T02:15:00Z", "2025-02-01T00:00:00Z"),
    ],
)
def test_a_start_moves_to_the_next_exec_close(exec_tf: str, start: str, expected: str) -> None:
    bars = flat_bars(1, start=instant("2024-06-01T00:00:00Z"))
    found = trade_start(bars, exec_tf, {"15m": 8, exec_tf: 1}, instant(start))
    assert iso(found) == expected


def test_a_start_before_the_warm_up_has_ended_is_refused() -> None:
    start = instant("2025-01-06T01:59:59Z")
    with pytest.raises(DataError) as caught:
        trade_start(flat_bars(1), "15m", {"15m": 3, "1h": 2}, start)
    error = caught.value
    assert (error.code, error.exit_code) == ("INSUFFICIENT_COVERAGE", 7)
    assert "2025-01-06T02:00:00Z" in error.message
    assert error.details["ready"] == instant("2025-01-06T02:00:00Z")
    assert trade_start(flat_bars(1), "15m", {"15m": 3, "1h": 2}, start + 1000) == start + 1000


@pytest.mark.parametrize(
    ("warmup", "expected"),
    [
        ({"15m": 3}, "2025-03-04T20:45:00Z"),  # 13 bars: three and the least reserve, ten
        ({"15m": 400}, "2025-02-28T15:00:00Z"),  # 420 bars: five in a hundred more
        ({"15m": 401}, "2025-02-28T14:30:00Z"),  # 422 bars: the reserve is rounded up
        ({"15m": 3, "1h": 2}, "2025-03-04T12:00:00Z"),
        ({"D": 5}, "2025-02-18T00:00:00Z"),
        ({"W": 1}, "2024-12-16T00:00:00Z"),  # the week of Monday 2025-03-03, eleven back
        ({"M": 2}, "2024-03-01T00:00:00Z"),
        ({}, "2025-03-05T00:00:00Z"),
    ],
)
def test_what_a_start_reads_by_hand(warmup: Mapping[str, int], expected: str) -> None:
    assert iso(data_start(instant("2025-03-05T00:00:00Z"), warmup)) == expected


# --- the bars of a window -------------------------------------------------------------------------


def test_a_window_keeps_its_warm_up_and_ends_in_time() -> None:
    bars = flat_bars(2000)
    start, end = MIDNIGHT + 20 * HOUR_MS, MIDNIGHT + 25 * HOUR_MS + 30_000
    part = cut(bars, Window(start=start, end=end), {"15m": 4})
    assert iso(part.ts0) == "2025-01-06T16:30:00Z"  # 14 bars of 15m
    assert iso(part.end) == "2025-01-07T01:00:00Z"
    assert cut(bars, Window(), {"15m": 4}).n == 2000
    early = cut(bars, Window(start=MIDNIGHT + HOUR_MS), {"15m": 4})
    assert (early.ts0, early.n) == (MIDNIGHT, 2000)


@pytest.mark.parametrize(
    ("window", "code"),
    [
        (Window(start=MIDNIGHT + 5, end=MIDNIGHT + 5), "BAD_WINDOW"),
        (Window(start=MIDNIGHT + 5, end=MIDNIGHT), "BAD_WINDOW"),
        (Window(end=MIDNIGHT), "INSUFFICIENT_COVERAGE"),
        (Window(end=MIDNIGHT - DAY_MS), "INSUFFICIENT_COVERAGE"),
        (Window(end=MIDNIGHT + 59_999), "INSUFFICIENT_COVERAGE"),
        (Window(start=MIDNIGHT + 30 * DAY_MS), "INSUFFICIENT_COVERAGE"),
    ],
)
def test_a_window_without_bars_is_refused(window: Window, code: str) -> None:
    with pytest.raises(DataError) as caught:
        cut(flat_bars(100), window, {"15m": 3})
    assert (caught.value.code, caught.value.exit_code) == (code, 7)


@pytest.mark.parametrize(
    ("base", "names", "fits"),
    [
        (1, ("1m", "3m", "D", "W", "M"), True),
        (15, ("15m", "1h", "M"), True),
        (15, ("5m",), False),
        (15, ("15m", "3m"), False),
        (240, ("4h", "12h", "W"), True),
        (240, ("4h", "6h"), False),
        (1440, ("D", "W", "M"), True),
        (1440, ("12h",), False),
    ],
)
def test_base_bars_must_divide_every_timeframe(
    base: int,
    names: tuple[str, ...],
    fits: bool,  # noqa: FBT001  a column of the table
) -> None:
    warmup = dict.fromkeys(names, 1)
    if fits:
        check_base(base * MINUTE_MS, warmup)
        return
    with pytest.raises(DataError) as caught:
        check_base(base * MINUTE_MS, warmup)
    assert (caught.value.code, caught.value.exit_code) == ("TIMEFRAME_MISMATCH", 7)


# --- whole runs -----------------------------------------------------------------------------------


def ran(script: Script, bars: Bars, exec_tf: str, warmup: int, **how: Any) -> Outcome:
    """Return the outcome of a script on an instrument without limits."""
    return run(
        script.strategy(),
        bars,
        free_rules(),
        Instrument.unconstrained(),
        exec_tf=exec_tf,
        warmup={exec_tf: warmup},
        **how,
    )


def test_points_and_bars_begin_at_trade_start() -> None:
    bars = flat_bars(15 * 20 + 7)
    script = Script({59: LONG, 104: LEAVE}, every=15)
    outcome = ran(script, bars, "15m", 3)
    assert iso(outcome.trade_start) == "2025-01-06T00:45:00Z"
    assert iso(int(outcome.ts_close[0])) == "2025-01-06T00:45:00Z"
    assert iso(int(outcome.ts_close[-1])) == "2025-01-06T05:00:00Z"
    assert (np.diff(outcome.ts_close) == 15 * MINUTE_MS).all()
    assert outcome.bars == 17
    assert len(outcome.equity) == len(outcome.ts_close) == 18
    assert (outcome.traded.ts0, outcome.traded.n) == (MIDNIGHT + 44 * MINUTE_MS, bars.n - 44)
    assert [iso(int(ts)) for ts in outcome.fills["ts"]] == [
        "2025-01-06T01:00:00Z",
        "2025-01-06T01:45:00Z",
    ]
    assert outcome.features is None


def test_equity_goes_from_the_first_to_the_final_one() -> None:
    """Ten units bought at 100 are worth 10 more with each price step; points follow the closes."""
    bars = plain_bars([100.0 + k // 15 for k in range(15 * 16)])
    outcome = ran(Script({44: LONG}, every=15), bars, "15m", 3)
    assert outcome.initial_equity == outcome.equity[0] == 10_000.0
    entry, qty = 103.0, 1000.0 / 102.0  # sized at the close of 102, filled at the next open
    assert outcome.equity[1:] == pytest.approx(
        [10_000.0 + qty * (price - entry) for price in range(103, 116)], abs=1e-9
    )
    assert outcome.final_equity == outcome.equity[-1] == 10_000.0 + outcome.legs["net"].sum()
    assert outcome.fills["ts"].tolist() == [bars.ts_open(45), bars.end]


def test_data_that_end_inside_an_exec_bar_settle_the_last_point() -> None:
    bars = plain_bars([100.0] * (15 * 14) + [110.0] * 7)
    outcome = ran(Script({44: LONG}, every=15), bars, "15m", 3)
    assert outcome.bars == 11
    assert outcome.equity[:-1].tolist() == [10_000.0] * 11
    assert outcome.equity[-1] == outcome.final_equity == 10_100.0


@pytest.mark.parametrize(
    ("begins", "first", "count"), [("2025-01-06", 7, 13), ("2025-01-08", 12, 12)]
)
def test_weeks_end_on_sunday(begins: str, first: int, count: int) -> None:
    """From a Wednesday on the first, partial week counts for nothing."""
    bars = flat_bars(14 * 7, start=instant(begins), base_ms=DAY_MS)
    play = typed("timeframes: {low_tf: W, med_tf: W, high_tf: W, exec: low_tf}\n")
    outcome = run(
        strategy_of(play, standard()),
        bars,
        free_rules(),
        Instrument.unconstrained(),
        exec_tf="W",
        warmup={"W": 1},
        emit_features=True,
    )
    assert outcome.trade_start == bars.ts0 + first * DAY_MS
    assert (np.diff(outcome.ts_close) == 7 * DAY_MS).all()
    assert (outcome.bars, len(outcome.equity)) == (count, count + 1)
    assert outcome.features is not None
    assert outcome.features.ts_close[0] == outcome.trade_start


def test_features_have_a_row_for_every_exec_close_warm_up_included() -> None:
    bars = flat_bars(15 * 20, start=MIDNIGHT + 5 * MINUTE_MS)
    outcome = ran(Script({}, every=15), bars, "15m", 3, emit_features=True)
    assert outcome.features is not None
    assert outcome.features.words.tolist() == [[15 * k, 30 * k] for k in range(1, 21)]
    assert (outcome.features.ts_close == MIDNIGHT + (5 + 15 * np.arange(1, 21)) * MINUTE_MS).all()


@pytest.mark.parametrize("every", [1, 15])
def test_features_that_are_drained_are_those_that_are_kept(every: int) -> None:
    bars, name = flat_bars(2 * PORTION_BARS + 77), {1: "1m", 15: "15m"}[every]
    taken: list[tuple[Any, Any]] = []
    drained = ran(
        Script({}, every=every),
        bars,
        name,
        3,
        drain=lambda ts, words: taken.append((ts.copy(), words.copy())),
    )
    kept = ran(Script({}, every=every), bars, name, 3, emit_features=True).features
    assert kept is not None
    assert drained.features is None
    assert len(taken) >= 3
    assert max(len(ts) for ts, _ in taken) <= PORTION_BARS // every + 1
    assert np.concatenate([ts for ts, _ in taken]).tolist() == kept.ts_close.tolist()
    assert np.concatenate([words for _, words in taken]).tolist() == kept.words.tolist()


def test_months_are_counted_by_the_calendar() -> None:
    bars = flat_bars(366 + 31, start=instant("2024-01-01T00:00:00Z"), base_ms=DAY_MS)
    play = typed("timeframes: {low_tf: M, med_tf: M, high_tf: M, exec: low_tf}\n")
    outcome = run(
        strategy_of(play, standard()),
        bars,
        free_rules(),
        Instrument.unconstrained(),
        exec_tf="M",
        warmup={"M": 2},
    )
    months = [f"2024-{month:02}" for month in range(3, 13)] + ["2025-01", "2025-02"]
    assert [iso(int(ts)) for ts in outcome.ts_close] == [
        f"{month}-01T00:00:00Z" for month in months
    ]
    assert len(outcome.equity) == len(months) == outcome.bars + 1


@pytest.mark.parametrize("extra", [0, 14])
def test_ten_exec_bars_are_a_run_and_nine_are_none(extra: int) -> None:
    assert ran(Script({}, every=15), flat_bars(15 * 13 + extra), "15m", 3).bars == 10
    with pytest.raises(DataError) as caught:
        ran(Script({}, every=15), flat_bars(15 * 12 + extra), "15m", 3)
    error = caught.value
    assert (error.code, error.exit_code) == ("INSUFFICIENT_COVERAGE", 7)
    assert "only 9 bars of 15m follow" in error.message


def test_data_that_end_inside_the_warm_up_leave_no_bars() -> None:
    with pytest.raises(DataError, match="only 0 bars of 15m follow the warm-up, which ends at"):
        ran(Script({}, every=15), flat_bars(60), "15m", 30)


def test_a_long_hole_is_refused_and_one_outside_of_the_window_is_not() -> None:
    hole = Hole(start=MIDNIGHT + 10 * MINUTE_MS, end=MIDNIGHT + 20 * MINUTE_MS)
    bars = replace(flat_bars(2000), holes=(hole,))
    with pytest.raises(DataError) as caught:
        ran(Script({}), bars, "1m", 3)
    assert (caught.value.code, caught.value.exit_code) == ("DATA_QUALITY_ISSUE", 7)
    late = Window(start=MIDNIGHT + HOUR_MS)
    assert ran(Script({}), bars, "1m", 3, window=late).bars == 2000 - 60


def test_progress_tells_the_bars_done_of_all() -> None:
    told: list[tuple[int, int]] = []
    ran(Script({}), flat_bars(50), "1m", 3, progress=lambda *step: told.append(step))
    assert told[-1] == (50, 50)
