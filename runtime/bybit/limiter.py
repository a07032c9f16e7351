"""Token buckets between tradec and Bybit's rate limits, fed by the headers of the answers.

A bucket holds up to `burst` tokens and gains `rate` of them a second. Requests that reduce risk
(cancels, reduce-only orders) may take the last `reserve` tokens of a bucket; others may not.
Source   Bybit V5 documentation, "Rate Limit Rules"; figures with a margin as in bybit.md 5.1.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

BucketName: TypeAlias = Literal["order.write", "position.write", "read", "account", "market"]

LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "global": (96.0, 0.0),
        "order.write": (8.0, 2.0),
        "position.write": (8.0, 2.0),
        "read": (20.0, 0.0),
        "account": (2.0, 0.0),
        "market": (20.0, 0.0),
    }
)
"""Bucket -> (requests a second, of which this many are kept for reducing requests)."""

_RECOVERY_SECONDS = 60.0
"""How long a bucket stays at what a header made of it before it grows back."""

_MAX_PENALTY_SECONDS = 5.0
_SHORTEST_PAUSE = 0.001


@dataclass(slots=True)
class _Bucket:
    rate: float
    reserve: float
    full_rate: float
    tokens: float
    at: float
    closed_until: float = 0.0
    shrunk_at: float = field(default=float("-inf"))

    def refill(self, now: float) -> None:
        if self.rate < self.full_rate and now - self.shrunk_at > _RECOVERY_SECONDS:
            self.rate = self.full_rate
        self.tokens = min(self.rate, self.tokens + (now - self.at) * self.rate)
        self.at = now

    def wait(self, now: float, *, reducing: bool) -> float:
        """Return the seconds until a request may go, 0 if it may go now."""
        floor = 0.0 if reducing else min(self.reserve, self.rate / 2)
        lacking = 1.0 + floor - self.tokens
        return max(self.closed_until - now, lacking / self.rate, 0.0)


class Limiter:
    """Lets requests through no faster than Bybit allows; safe to share between threads."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        limits: Mapping[str, tuple[float, float]] = LIMITS,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        now = clock()
        self._buckets = {
            name: _Bucket(rate=rate, reserve=reserve, full_rate=rate, tokens=rate, at=now)
            for name, (rate, reserve) in limits.items()
        }

    def take(self, bucket: BucketName, *, reducing: bool = False) -> float:
        """Wait until a request may go; return the seconds waited."""
        waited = 0.0
        while (pause := self._try(bucket, reducing=reducing)) > 0.0:
            self._sleep(pause)
            waited += pause
        return waited

    def _try(self, name: BucketName, *, reducing: bool) -> float:
        with self._lock:
            now = self._clock()
            pair = (self._buckets["global"], self._buckets[name])
            for one in pair:
                one.refill(now)
            pause = max(one.wait(now, reducing=reducing) for one in pair)
            if pause > 0.0:
                return max(pause, _SHORTEST_PAUSE)  # less than a clock tick would never end
            for one in pair:
                one.tokens -= 1.0
            return 0.0

    def observe(self, bucket: BucketName, headers: Mapping[str, str], server_ms: int) -> None:
        """Take in the limit headers of an answer that arrived at `server_ms`, Bybit's time."""
        limit = _number(headers, "X-Bapi-Limit")
        remaining = _number(headers, "X-Bapi-Limit-Status")
        reset_ms = _number(headers, "X-Bapi-Limit-Reset-Timestamp")
        with self._lock:
            one, now = self._buckets[bucket], self._clock()
            if limit is not None and 0 < limit < one.rate:
                one.rate, one.shrunk_at = float(limit), now
                one.tokens = min(one.tokens, one.rate)
            if remaining == 0 and reset_ms is not None:
                pause = min(max(reset_ms - server_ms, 0) / 1000.0, _MAX_PENALTY_SECONDS)
                one.closed_until = max(one.closed_until, now + pause)

    def penalize(self, bucket: BucketName, seconds: float) -> None:
        """Close a bucket for a while, after an answer that says "too fast"."""
        with self._lock:
            one = self._buckets[bucket]
            one.closed_until = max(one.closed_until, self._clock() + seconds)
            one.tokens = min(one.tokens, 1.0 + one.reserve)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "")
    return int(text) if text.isdigit() else None
