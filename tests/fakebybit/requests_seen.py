"""What the server was asked, and whether that was too fast."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

IP_REQUESTS, IP_SECONDS = 600, 5.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One request: when by the client's clock, on which path, with which parameters."""

    at: float
    path: str
    params: dict[str, Any]
    signed: bool


@dataclass
class Register:
    """Every request in order; `broken` lists the moments at which a limit was exceeded.

    `clocks` are those of clients that skip their pauses: by the furthest of them the limit counts.
    """

    seen: list[Seen] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    clocks: list[Callable[[], float]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, path: str, params: dict[str, Any], *, signed: bool) -> None:
        with self._lock:
            now = max((clock() for clock in self.clocks), default=time.monotonic())
            self.seen.append(Seen(now, path, params, signed))
            if len(self.seen) > IP_REQUESTS:
                earlier = self.seen[-1 - IP_REQUESTS].at
                if now - earlier < IP_SECONDS:
                    self.broken.append(f"{IP_REQUESTS + 1} requests in {now - earlier:.2f} s")

    def counts(self) -> Counter[str]:
        """Return the number of requests by path."""
        with self._lock:
            return Counter(one.path for one in self.seen)

    def of(self, path: str) -> list[Seen]:
        """Return the requests to one path, in order."""
        with self._lock:
            return [one for one in self.seen if one.path == path]

    def clear(self) -> None:
        with self._lock:
            self.seen.clear()
            self.broken.clear()
