import pytest

from tradec.compiler.aggregate import Aggregator, Bar
from tradec.runtime.timeframe import DAY_MS, MINUTE_MS, TIMEFRAMES

MONDAY = 1_736_121_600_000  # 2025-01-06


def feed(timeframe: str, start: int, count: int, base_ms: int = MINUTE_MS) -> list[Bar]:
    aggregator = Aggregator(timeframe)
    closed = []
    for k in range(count):
        ts = start + k * base_ms
        price = 100.0 + k
        base = Bar(ts, 0, price, price + 2.0, price - 3.0, price + 0.5, 1.0 + k)
        bar = aggregator.feed(base, ts + base_ms)
        if bar is not None:
            closed.append(bar)
    return closed


def test_a_bar_is_first_open_extremes_last_close_and_summed_volume() -> None:
    (bar,) = feed("5m", MONDAY, 5)
    assert bar == Bar(
        MONDAY, MONDAY // 300_000, 100.0, 106.0, 97.0, 104.5, 1.0 + 2.0 + 3.0 + 4.0 + 5.0
    )


def test_the_first_partial_bar_is_dropped() -> None:
    bars = feed("5m", MONDAY + 2 * MINUTE_MS, 13)
    assert [bar.ts_open for bar in bars] == [MONDAY + 5 * MINUTE_MS, MONDAY + 10 * MINUTE_MS]
    assert bars[0].open == 103.0


def test_a_start_on_the_boundary_drops_nothing() -> None:
    assert [bar.open for bar in feed("5m", MONDAY, 10)] == [100.0, 105.0]


def test_a_bar_with_a_hole_at_its_beginning_never_closes() -> None:
    aggregator = Aggregator("5m")
    for minute in (0, 1, 7, 8, 9):
        ts = MONDAY + minute * MINUTE_MS
        assert aggregator.feed(Bar(ts, 0, 1.0, 1.0, 1.0, 1.0, 1.0), ts + MINUTE_MS) is None


@pytest.mark.parametrize(
    ("timeframe", "start", "hours", "opens"),
    [
        ("D", MONDAY - 3_600_000, 26, [MONDAY]),
        ("W", MONDAY - DAY_MS, 24 * 9, [MONDAY]),
        ("W", MONDAY + 3_600_000, 24 * 7, []),
        ("M", 1_738_281_600_000, 24 * 30, [1_738_368_000_000]),  # 31 January to 1 March
    ],
)
def test_days_weeks_and_months_close_at_their_boundary(
    timeframe: str, start: int, hours: int, opens: list[int]
) -> None:
    bars = feed(timeframe, start, hours, 3_600_000)
    assert [bar.ts_open for bar in bars] == opens
    assert [bar.number for bar in bars] == [TIMEFRAMES[timeframe].bar_number(ts) for ts in opens]


def test_the_base_timeframe_passes_through() -> None:
    assert [bar.close for bar in feed("1m", MONDAY + MINUTE_MS, 3)] == [100.5, 101.5, 102.5]
