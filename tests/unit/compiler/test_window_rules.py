"""Windows become samples and strides of their clock; what does not fit is refused."""

import pytest

from frontend import condition, one, placed, typed
from tradec.compiler import ir

HELD = "ema_9 > ema_21"
MINUTE = "last_price > ema_21"


def window(text: str, sections: str = "") -> ir.Window:
    found = condition(f"'{text}'", sections)
    assert isinstance(found, ir.Window)
    return found


def shape(found: ir.Window) -> tuple[object, int, object]:
    return tuple(  # type: ignore[return-value]
        one.value if isinstance(one, ir.Const) else one.name if isinstance(one, ir.Param) else one
        for one in (found.samples, found.stride, found.least)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"holds({HELD}, 5)", (5, 1, 5)),
        (f"occurred({HELD}, 5)", (5, 1, 1)),
        (f"count({HELD}, 5) >= 3", (5, 1, 3)),
        (f"count({HELD}, 5) >= 5", (5, 1, 5)),
        (f"count({HELD}, 5) >= 1", (5, 1, 1)),
        (f"holds({HELD}, 4h)", (16, 1, 16)),
        (f"holds({HELD}, 15m)", (1, 1, 1)),
        (f"occurred({HELD}, 1d)", (96, 1, 1)),
        (f"holds({HELD}, 40m)", (2, 1, 2)),
        (f"holds({HELD}, 5, every 1h)", (5, 4, 5)),
        (f"holds({HELD}, 5, every med_tf)", (5, 4, 5)),
        (f"holds({HELD}, 5, every exec)", (5, 1, 5)),
        (f"holds({HELD}, 5, every W)", (5, 672, 5)),
        (f"holds({MINUTE}, 5)", (5, 1, 5)),
        (f"holds({MINUTE}, 5, every 15m)", (5, 15, 5)),
        (f"holds({MINUTE}, 7m)", (7, 1, 7)),
        (f"holds({MINUTE} and {HELD}, 24h)", (1440, 1, 1440)),
        (f"holds(occurred({MINUTE}, 3), 7m)", (7, 1, 7)),
    ],
)
def test_windows(text: str, expected: tuple[int, int, int]) -> None:
    assert shape(window(text)) == expected


def test_a_window_over_a_slow_price_counts_exec_closes() -> None:
    assert shape(window("holds(occurred(close > ema_9, 3), 1h)")) == (4, 1, 4)


def test_forced_to_exec_closes_minutes_are_no_steps() -> None:
    assert shape(window(f"holds({MINUTE}, 1h)", "evaluation: exec_close\n")) == (4, 1, 4)


def test_a_number_of_samples_may_be_a_variable() -> None:
    sections = "variables: {n: 5, m: 3}\n"
    assert shape(window(f"holds({HELD}, ${{n}})", sections)) == ("n", 1, "n")
    assert shape(window(f"count({HELD}, ${{n}}) >= ${{m}}", sections)) == ("n", 1, "m")


def sections_of(text: str, more: str = "") -> str:
    return f"{more}\nactions:\n  entry_long: '{text}'\n"


@pytest.mark.parametrize(
    ("text", "culprit"),
    [
        (f"holds({HELD}, 0)", "0"),
        (f"holds({HELD}, 501)", "501"),
        (f"holds({HELD}, 2.0)", "2.0"),
        (f"holds({HELD}, ${{big}})", "${big}"),
        (f"holds({HELD}, ${{real}})", "${real}"),
        (f"holds({HELD}, 10m)", "10m"),
        (f"holds({HELD}, 0m)", "0m"),
        (f"holds({MINUTE}, 25h)", "25h"),
        (f"holds({HELD}, 99999999999d)", "99999999999d"),
        (f"count({HELD}, 5) >= 6", "6"),
        (f"count({HELD}, 5) >= 0", "0"),
        (f"count({HELD}, 1h) >= 5", "5"),
        (f"count({HELD}, 5) > 5", "5"),
    ],
)
def test_bounds(text: str, culprit: str) -> None:
    sections = sections_of(text, "variables: {big: 501, real: 2.5}")
    assert placed(sections, one(sections, "E504")) == culprit


@pytest.mark.parametrize("every", ["1m", "5m", "M"])
def test_anchors_that_fall_between_steps(every: str) -> None:
    sections = sections_of(f"holds({HELD}, 3, every {every})")
    assert placed(sections, one(sections, "E505")) == every


@pytest.mark.parametrize(("every", "exec_tf"), [("4h", "6h"), ("W", "M"), ("M", "W")])
def test_anchors_of_slow_plays(every: str, exec_tf: str) -> None:
    frames = f"timeframes: {{low_tf: {exec_tf}, med_tf: M, high_tf: M, exec: low_tf}}"
    one(sections_of(f"holds({HELD}, 3, every {every})", frames), "E505")


def test_a_month_may_be_the_step() -> None:
    frames = "timeframes: {low_tf: M, med_tf: M, high_tf: M, exec: low_tf}\n"
    assert shape(window(f"holds({HELD}, 3, every M)", frames)) == (3, 1, 3)
    one(sections_of(f"holds({HELD}, 24h)", frames), "E504")


@pytest.mark.parametrize("duration", ["4 h", "h", "4w", "1.5h", "''"])
def test_what_is_no_duration(duration: str) -> None:
    window_ = f"{{holds_for_duration: {{duration: {duration}, expr: '{HELD}'}}}}"
    one(f"actions:\n  entry_long: {window_}\n", "E504")


def test_a_duration_between_steps_is_said() -> None:
    found = one(sections_of(f"holds({HELD}, 50m)"), "W115")
    assert found.helps == ("write `45m`, which is what it looks at",)


def test_a_play_looks_every_minute_where_it_reads_its_price() -> None:
    assert typed(sections_of(MINUTE)).evaluation == "every_1m"
    assert typed(sections_of(f"holds({MINUTE}, 3)")).evaluation == "every_1m"
    assert typed(sections_of("close > mark_price")).evaluation == "every_1m"
    assert typed(sections_of("funding_rate > 0 and open_interest > 1")).evaluation == "exec_close"
    assert typed(sections_of(MINUTE, "evaluation: exec_close")).evaluation == "exec_close"
    assert typed(sections_of(HELD, "evaluation: every_1m")).evaluation == "every_1m"


def test_on_bars_of_a_minute_both_ways_are_one() -> None:
    frames = "timeframes: {low_tf: 1m, med_tf: 1h, high_tf: D, exec: low_tf}"
    assert typed(sections_of(MINUTE, frames)).evaluation == "exec_close"
    assert typed(sections_of(HELD, f"{frames}\nevaluation: every_1m")).evaluation == "exec_close"
