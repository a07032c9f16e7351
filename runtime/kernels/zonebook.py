"""Zones that price left behind, followed until it comes back and closes through them.

active      zones that wait, mitigated: zones that did their work and are still watched
test(at)    every zone, oldest first; side 1 lies below price, -1 above
  touch     low <= upper (1),  high >= lower (-1)
  fill      the largest so far of min(1, (upper - low) / (upper - lower)) (1),
            min(1, (high - lower) / (upper - lower)) (-1), of touches
  invalid   close < lower (1),  close > upper (-1): it leaves; the newest of a bar is remembered
  mitigated active, touched, fill >= at: it moves to the mitigated
add         in front of the active; either list loses its oldest beyond `max_active`
nearest     per side the active zone with the least |close - (upper + lower) / 2|, newest of equals

Empty    NaN, 0, -1, false
Cost     O(max_active) time, 64 bytes and two rings of max_active zones of 56 bytes
Source   structures.md 0, Zone book
"""

from dataclasses import dataclass

from tradec.runtime.kernels.arith import NAN


@dataclass(slots=True)
class BookZone:
    """One zone: `seq` counts insertions, `block` is the candle that it was drawn from."""

    side: int
    upper: float
    lower: float
    seq: int
    block: int
    fill: float = 0.0

    def touches(self, high: float, low: float) -> bool:
        """Return whether the bar reaches into the zone."""
        return low <= self.upper if self.side == 1 else high >= self.lower

    def is_broken(self, close: float) -> bool:
        """Return whether the bar closes beyond the far edge."""
        return close < self.lower if self.side == 1 else close > self.upper

    def deepen(self, high: float, low: float) -> None:
        """Take a touch into the fill."""
        depth = self.upper - low if self.side == 1 else high - self.lower
        self.fill = max(self.fill, min(1.0, depth / (self.upper - self.lower)))


_NONE = BookZone(0, NAN, NAN, 0, -1, NAN)


class ZoneBook:
    """The zones of a unit.

    `born` is the last zone that this bar added, one without a side if there is none; `invalidated`
    are the zones that this bar closed through, oldest first.
    """

    __slots__ = (
        "_active",
        "_capacity",
        "_is_mitigated",
        "_mitigated",
        "_version",
        "born",
        "invalidated",
    )

    def __init__(self, max_active: int) -> None:
        self._capacity = max_active
        self._active: list[BookZone] = []  # newest first, as the mitigated
        self._mitigated: list[BookZone] = []
        self._version = 0
        self.born = _NONE
        self._is_mitigated = False
        self.invalidated: list[BookZone] = []

    def test(self, high: float, low: float, close: float, at: float) -> None:
        """Hold the zones of the bars before against this bar."""
        self.born, self._is_mitigated, self.invalidated = _NONE, False, []
        for zone in sorted(self._active + self._mitigated, key=lambda zone: zone.seq):
            touched = zone.touches(high, low)
            if touched:
                zone.deepen(high, low)
            if zone.is_broken(close):
                self._remove(zone)
                self.invalidated.append(zone)
            elif touched and zone.fill >= at and zone in self._active:
                self._remove(zone)
                self._mitigated.insert(0, zone)
                self._is_mitigated = True
        del self._mitigated[self._capacity :]

    def _remove(self, zone: BookZone) -> None:
        for zones in (self._active, self._mitigated):
            zones[:] = [other for other in zones if other.seq != zone.seq]

    def add(self, side: int, upper: float, lower: float, block: int = -1) -> None:
        """Insert a zone that is born on this bar."""
        self._version += 1
        self.born = BookZone(side, upper, lower, self._version, block)
        self._active.insert(0, self.born)
        del self._active[self._capacity :]

    def outputs(self, close: float) -> tuple[float | int | bool, ...]:
        """Return the outputs that every book has, in the order of `outputs.zone_book`."""
        bull, bear = self.nearest(1, close), self.nearest(-1, close)
        gone = self.invalidated[-1] if self.invalidated else _NONE
        return (
            *(self.born is not _NONE, self.born.side, self.born.upper, self.born.lower),
            *(bull.upper, bull.lower, bear.upper, bear.lower),
            *(self._count(1), self._count(-1)),
            *(self._is_mitigated, bool(self.invalidated)),
            *(gone.side, gone.upper, gone.lower),
            self._version,
        )

    def nearest(self, side: int, close: float) -> BookZone:
        """Return the active zone of one side next to the close; one without a side if none."""
        zones = [zone for zone in self._active if zone.side == side]
        return min(
            zones, key=lambda zone: abs(close - (zone.upper + zone.lower) / 2), default=_NONE
        )

    def _count(self, side: int) -> int:
        return sum(zone.side == side for zone in self._active)
