"""What stops entries by itself, and how systemd hears of a session."""

import socket
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tradec.runtime.live.breakers import STORM_EPOCHS, STORM_SECONDS, Reconnects, missed_minutes
from tradec.runtime.live.systemd import WATCHDOG, notify
from tradec.runtime.timeframe import MINUTE_MS


@given(st.lists(st.floats(0.0, 400.0), max_size=20))
def test_a_storm_is_more_than_five_connections_in_five_minutes(pauses: list[float]) -> None:
    breaker, now, at = Reconnects(), 0.0, list[float]()
    for pause in pauses:
        now += pause
        at.append(now)
        breaker.connected(now)
        recent = [one for one in at if now - one <= STORM_SECONDS]
        assert breaker.is_storm(now) is (len(recent) > STORM_EPOCHS)
    assert not breaker.is_storm(now + STORM_SECONDS + 1.0)


def test_missed_minutes_are_those_that_have_closed() -> None:
    next_ts = 10 * MINUTE_MS
    told = {0: 0, MINUTE_MS - 1: 0, MINUTE_MS: 1, 3 * MINUTE_MS - 1: 2, 3 * MINUTE_MS: 3}
    assert {late: missed_minutes(next_ts + late, next_ts) for late in told} == told
    assert missed_minutes(next_ts - MINUTE_MS, next_ts) == 0


def test_systemd_hears_a_word_where_it_listens(tmp_path: Path) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(path))
        assert notify(WATCHDOG, {"NOTIFY_SOCKET": str(path)})
        assert server.recv(64) == b"WATCHDOG=1"
    assert not notify(WATCHDOG, {"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    assert not notify(WATCHDOG, {"NOTIFY_SOCKET": "relative"})
    assert not notify(WATCHDOG, {})
