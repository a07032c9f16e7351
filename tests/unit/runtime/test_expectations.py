"""What a play expects of a run."""

from typing import Any

import pytest

from tradec.runtime.metrics.expectations import unmet

RUN: dict[str, Any] = {
    "total_trades": 4,
    "long_trades": 3,
    "short_trades": 1,
    "win_rate_pct": 50.0,
    "max_drawdown_pct": 12.5,
}
LONGS = RUN | {"long_trades": 4, "short_trades": 0}
NOTHING = {**dict.fromkeys(RUN, 0), "win_rate_pct": None}


@pytest.mark.parametrize(
    ("expect", "run"),
    [
        ({}, NOTHING),
        ({"min_trades": 4}, RUN),
        ({"min_trades": 0, "min_win_rate": 0.0}, NOTHING),
        ({"direction": "both"}, RUN),
        ({"direction": "long"}, LONGS),
        ({"min_win_rate": 50.0, "max_drawdown_pct": 12.5}, RUN),
    ],
)
def test_expectations_that_are_met(expect: dict[str, Any], run: dict[str, Any]) -> None:
    assert unmet(expect, run) == ()


@pytest.mark.parametrize(
    ("expect", "run", "said"),
    [
        ({"min_trades": 5}, RUN, "min_trades: at least 5, the run has 4"),
        ({"direction": "long"}, RUN, "direction: long, the run has 3 long and 1 short"),
        ({"direction": "short"}, LONGS, "direction: short, the run has 4 long and 0 short"),
        ({"direction": "both"}, LONGS, "direction: both, the run has 4 long and 0 short"),
        ({"direction": "long"}, NOTHING, "direction: long, the run has 0 long and 0 short"),
        ({"min_win_rate": 50.5}, RUN, "min_win_rate: at least 50.5 %, the run has 50 %"),
        ({"min_win_rate": 1.0}, NOTHING, "min_win_rate: at least 1 %, the run has none"),
        (
            {"max_drawdown_pct": 12.0},
            RUN,
            "max_drawdown_pct: at most 12 %, the run has 12.5 %",
        ),
    ],
)
def test_expectations_that_are_not(expect: dict[str, Any], run: dict[str, Any], said: str) -> None:
    assert unmet(expect, run) == (said,)


def test_every_one_that_is_unmet_is_said() -> None:
    expect = {"min_trades": 9, "direction": "short", "min_win_rate": 90.0, "max_drawdown_pct": 1.0}
    assert len(unmet(expect, RUN)) == 4
