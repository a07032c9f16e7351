"""The exchange's own clock: it stands still, runs with the machine, or is set by the test."""

import threading
import time


class ServerClock:
    """Milliseconds UTC; `rate` 0 stands still until it is advanced, 1 runs with the machine."""

    def __init__(self, now_ms: int, rate: float = 0.0) -> None:
        self._base_ms = now_ms
        self._rate = rate
        self._started = time.monotonic()
        self._lock = threading.Lock()

    def now_ms(self) -> int:
        with self._lock:
            elapsed = (time.monotonic() - self._started) * 1000.0
            return self._base_ms + int(elapsed * self._rate)

    def advance(self, ms: int) -> None:
        with self._lock:
            self._base_ms += ms

    def set(self, now_ms: int) -> None:
        with self._lock:
            self._base_ms = now_ms
            self._started = time.monotonic()
