"""Times from numbers of any unit, and their text."""

import numpy as np
import pytest

from tradec.runtime.data.timestamps import is_timeframe, iso, moments, timeframe_name

AT = 1_748_538_300


@pytest.mark.parametrize("scale", [1, 1000, 1_000_000, 1_000_000_000])
@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_unit_is_told_by_magnitude(scale: int, dtype: type) -> None:
    got = moments(np.array([AT * scale, (AT + 60) * scale], dtype=dtype))
    assert got.ms.tolist() == [AT * 1000, (AT + 60) * 1000]
    assert got.valid.all()
    assert got.whole.all()


def test_time_of_another_unit_is_none() -> None:
    got = moments(np.array([AT * 1000, AT, (AT + 60) * 1000, 5, 0, -AT * 1000]))
    assert got.valid.tolist() == [True, False, True, False, False, False]


def test_nan_and_infinity_are_no_times() -> None:
    got = moments(np.array([AT, np.nan, np.inf, -np.inf]))
    assert got.valid.tolist() == [True, False, False, False]


def test_fraction_of_a_millisecond_is_not_whole() -> None:
    assert moments(np.array([AT * 10**6 + 1, AT * 10**6])).whole.tolist() == [False, True]
    assert moments(np.array([AT * 1000 + 0.5, AT * 1000.0])).whole.tolist() == [False, True]


def test_seconds_keep_their_milliseconds() -> None:
    assert moments(np.array([AT + 0.123, float(AT)])).ms.tolist() == [AT * 1000 + 123, AT * 1000]


def test_text() -> None:
    assert iso(AT * 1000) == "2025-05-29T17:05:00Z"
    assert iso(AT * 1000 + 7) == "2025-05-29T17:05:00.007Z"
    assert iso(10**18) == "1000000000000000000 ms"
    assert timeframe_name(900_000) == "15m"
    assert timeframe_name(86_400_000) == "D"
    assert timeframe_name(90_000) == "90s"
    assert is_timeframe(3_600_000)
    assert not is_timeframe(120_000)
