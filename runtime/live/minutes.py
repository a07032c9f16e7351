"""The gate in front of the machine: every minute once, in order, without a hole (rulings C9, B1).

A minute is known by its opening time. What was admitted stays; a different version that arrives
later is told of, never fed. A minute that lies ahead is held until those before it are there.
"""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Literal

from tradec.runtime.live.protocols import Minute
from tradec.runtime.timeframe import MINUTE_MS

REMEMBERED = 1_500
"""Admitted minutes that a later version is compared with."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth telling: a gap opened at [ts, end), or another version of a minute came."""

    kind: Literal["bar_gap", "bar_revised"]
    ts: int
    end: int = 0
    old: Minute | None = None
    new: Minute | None = None


@dataclass(slots=True)
class Counts:
    """What was seen so far."""

    admitted: int = 0
    duplicates: int = 0
    revised: int = 0
    gaps: int = 0
    flat: int = 0


@dataclass(slots=True)
class Admitted:
    """The minutes that may be fed now, in order, and what there is to tell."""

    minutes: list[Minute] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


class Gate:
    """Admits minutes from the one that opens at `next_ts` on; `close` is the price before it."""

    def __init__(self, next_ts: int, close: float) -> None:
        if next_ts % MINUTE_MS:
            raise ValueError(f"{next_ts} is not the opening time of a minute")
        self.next_ts = next_ts
        self.counts = Counts()
        self._close = close
        self._held: dict[int, Minute] = {}
        self._past: OrderedDict[int, Minute] = OrderedDict()
        self._told_until = next_ts

    @property
    def missing(self) -> tuple[int, int] | None:
        """Return the span [start, end) that must be known before the held minutes can be fed."""
        return (self.next_ts, min(self._held)) if self._held else None

    def offer(self, minute: Minute) -> Admitted:
        """Take a minute; return what may be fed."""
        if minute.ts % MINUTE_MS:
            raise ValueError(f"a minute does not open at {minute.ts}")
        found = Admitted()
        known = self._past.get(minute.ts) or self._held.get(minute.ts)
        if known is not None or minute.ts < self.next_ts:
            self._seen_again(minute, known, found)
            return found
        self._held[minute.ts] = minute
        self._drain(found)
        if self.missing and self.missing[1] > self._told_until:
            start, end = self.missing
            found.notes.append(Note("bar_gap", max(start, self._told_until), end))
            self._told_until = end
            self.counts.gaps += 1
        return found

    def absent(self, start: int, end: int) -> Admitted:
        """Take the word of the exchange that it has none of the minutes in [start, end) not held.

        Each is a flat bar at the close before it (rulings B1).
        """
        found = Admitted()
        while start <= self.next_ts < end:
            price = self._close
            flat = Minute(
                ts=self.next_ts,
                open=price,
                high=price,
                low=price,
                close=price,
                volume=0.0,
                is_flat=True,
                source="rest",
            )
            self.counts.flat += 1
            self._held.setdefault(flat.ts, flat)
            self._drain(found)
        return found

    def _drain(self, found: Admitted) -> None:
        while (minute := self._held.pop(self.next_ts, None)) is not None:
            found.minutes.append(minute)
            self.counts.admitted += 1
            self._past[minute.ts] = minute
            if len(self._past) > REMEMBERED:
                self._past.popitem(last=False)
            self._close = minute.close
            self.next_ts += MINUTE_MS

    def _seen_again(self, minute: Minute, known: Minute | None, found: Admitted) -> None:
        if known is None or _prices(known) == _prices(minute):
            self.counts.duplicates += 1
            return
        self.counts.revised += 1
        found.notes.append(Note("bar_revised", minute.ts, old=known, new=minute))
        if minute.ts in self._past:
            self._past[minute.ts] = replace(minute, source=known.source)  # each version once


def _prices(minute: Minute) -> tuple[float, ...]:
    return minute.open, minute.high, minute.low, minute.close, minute.volume
