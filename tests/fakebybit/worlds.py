"""Markets for the loopback server, and clients that speak to it without waiting."""

import time
from typing import Any

import numpy as np

from fakebybit.market import Market
from fakebybit.server import TEST_KEY, TEST_SECRET, FakeBybit
from tradec.runtime.bybit.client import Client
from tradec.runtime.bybit.hosts import hosts_of
from tradec.runtime.bybit.session import Key

MINUTE_MS = 60_000
T0 = 1_735_689_600_000  # 2025-01-01T00:00Z
HOUR_MS = 60 * MINUTE_MS


def market(minutes: int, symbol: str = "BTCUSDT", ts0: int = T0, **more: Any) -> Market:
    """Return a market of that many minutes with mark prices, funding, interest and ratios."""
    ts = ts0 + MINUTE_MS * np.arange(minutes, dtype=np.float64)
    rng = np.random.default_rng(7)
    close = 50_000.0 + np.cumsum(rng.integers(-20, 21, minutes)) / 10.0
    opened = np.concatenate([[50_000.0], close[:-1]])
    high, low = np.maximum(opened, close) + 0.5, np.minimum(opened, close) - 0.5
    volume = rng.integers(1, 9_000, minutes) / 1000.0
    table = np.column_stack([ts, opened, high, low, close, volume, volume * close])
    mark = table[:, :5] + np.array([0.0, 0.1, 0.1, 0.1, 0.1])
    span = minutes * MINUTE_MS
    settled = ts0 + 8 * HOUR_MS * np.arange(1 + span // (8 * HOUR_MS))
    fives = ts0 + 5 * MINUTE_MS * np.arange(1 + (span - 1) // (5 * MINUTE_MS))
    return Market(
        symbol=symbol,
        minutes=table,
        mark=mark,
        funding=np.column_stack([settled, 1e-4 * np.cos(np.arange(len(settled)))]),
        interest=np.column_stack([fives, 1e6 + np.arange(len(fives)), 5e5 + np.arange(len(fives))]),
        ratio=np.column_stack([fives, np.full(len(fives), 0.49), np.full(len(fives), 0.51)]),
        **more,
    )


class Pauses:
    """A machine clock that runs, and on which a sleep takes no time but is noted."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._skipped = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._skipped += seconds

    def monotonic(self) -> float:
        return time.monotonic() + self._skipped


def client(server: FakeBybit, *, signed: bool = False, **more: Any) -> tuple[Client, Pauses]:
    """Return a client whose wall clock is the server's, unless `wall` is given."""
    pauses = Pauses()
    server.register.clocks.append(pauses.monotonic)
    hosts = hosts_of(
        "demo", rest=server.rest_base, ws_public=server.ws_base, ws_private=server.ws_base
    )
    more.setdefault("wall", lambda: server.clock.now_ms() / 1000.0)
    key = Key(TEST_KEY, TEST_SECRET) if signed else None
    made = Client(hosts, key=key, monotonic=pauses.monotonic, sleep=pauses.sleep, **more)
    return made, pauses
