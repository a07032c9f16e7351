"""Pauses between attempts to connect, on a clock of numbers."""

import pytest

from tradec.runtime.bybit.pacing import WINDOW_SECONDS, Pace, Pacer


def test_pauses_grow_to_a_minute_and_begin_anew_after_a_settled_connection() -> None:
    pacer = Pacer(Pace(), jitter=lambda: 1.0)
    assert pacer.pause() == 0.0
    pauses = []
    for _ in range(9):
        pacer.lost(0.0)
        pauses.append(pacer.pause())
    assert pauses == [0.1, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    pacer.lost(29.0)
    assert pacer.pause() == 60.0
    pacer.lost(30.0)
    assert pacer.pause() == 0.1


def test_pauses_jitter_by_a_fifth() -> None:
    pacer = Pacer(Pace())
    pacer.lost(0.0)
    pacer.lost(0.0)
    pauses = {pacer.pause() for _ in range(50)}
    assert len(pauses) > 10
    assert all(0.8 <= pause <= 1.2 for pause in pauses)


def test_a_storm_is_more_attempts_than_five_minutes_admit() -> None:
    pacer = Pacer(Pace(attempts=3, rest=60.0, longest_rest=200.0))
    for now in (0.0, 1.0, 2.0):
        assert not pacer.is_storm(now)
        pacer.attempt(now)
    assert pacer.is_storm(2.0)
    assert pacer.is_storm(WINDOW_SECONDS)
    assert not pacer.is_storm(WINDOW_SECONDS + 0.1)


def test_rests_double_and_attempts_count_anew() -> None:
    pacer = Pacer(Pace(attempts=1, rest=60.0, longest_rest=200.0))
    pacer.attempt(0.0)
    assert [pacer.rest() for _ in range(4)] == [60.0, 120.0, 200.0, 200.0]
    assert not pacer.is_storm(0.0)
    pacer.lost(31.0)
    assert pacer.rest() == pytest.approx(60.0)
