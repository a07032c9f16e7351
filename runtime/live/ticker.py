"""What the ticker says now: a snapshot and the changes after it, merged by hand (bybit.md 3.1)."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tradec.runtime.live.protocols import Frame
from tradec.runtime.live.safety.situation import FundingNext, Quote


@dataclass(slots=True)
class Ticker:
    """The last of each figure; a change before any snapshot is not believed."""

    _figures: dict[str, Any] = field(default_factory=dict)
    _epoch: int = 0
    _at: float = -math.inf

    def take(self, frames: Iterable[Frame]) -> None:
        """Take messages in, in order."""
        for frame in frames:
            try:
                message = json.loads(frame.text)
                self._merge(message["type"], dict(message["data"]), frame)
            except (KeyError, TypeError, ValueError):
                continue  # not a ticker; silence is noticed by its age

    def _merge(self, kind: str, data: dict[str, Any], frame: Frame) -> None:
        if kind == "snapshot":
            self._figures, self._epoch = data, frame.epoch
        elif self._epoch == frame.epoch:
            self._figures |= data
        else:
            return
        self._at = frame.monotonic

    def quote(self, monotonic: float) -> Quote | None:
        """Return the mark price and its age, None where there is none."""
        mark = self._number("markPrice")
        if mark is None or mark <= 0.0:
            return None
        return Quote(mark=mark, age_ms=max(0, round((monotonic - self._at) * 1000.0)))

    def funding(self, now_ms: int) -> FundingNext | None:
        """Return the next settlement, None where it is not known."""
        rate, at = self._number("fundingRate"), self._number("nextFundingTime")
        hours = self._number("fundingIntervalHour") or 8.0
        if rate is None or at is None or at <= now_ms:
            return None
        interval = round(hours * 3_600_000)
        return FundingNext(rate=rate, in_ms=int(at) - now_ms, interval_ms=interval)

    def _number(self, name: str) -> float | None:
        try:
            value = float(self._figures[name])
        except (KeyError, TypeError, ValueError):
            return None
        return value if math.isfinite(value) else None
