"""Where volume traded by price, over the last `capacity` bars: a histogram of B buckets.

Bars without volume contribute nothing. Of those that do:
lo = min(low),  hi = max(high),  w = (hi - lo) / B       flat where w == 0: then no buckets
k(p) = min(B - 1, floor((p - lo) / w))                   the bucket of a price
every bucket k(l) .. k(h) holds v / (k(h) - k(l) + 1)    kernels/compensated.py; 0 where no bar is

A bar that leaves a histogram whose range stays is taken away again. Everything is built anew, from
the oldest bar on and by differences from bucket to bucket, when the range may move (a bar reaches
beyond it, one at an end of it leaves), after a restart, and where bar_number mod capacity is 0: so
two starts agree bit for bit from bar 2 capacity - 1 on.

poc     = the middle of the fullest bucket, the lowest of equals; poc_volume its volume
value area: from that bucket on, while it holds less than pct of all volume and any is left outside,
          it takes in the next bucket above or below, whichever holds more: above of equals,
          both if both are empty
val, vah  its lower and upper edge;  flat: all three are lo, poc_volume is all volume

Empty    fewer than two bars, or no volume
Cost     O(buckets of two bars), O(capacity + B) to build anew; O(B) to look for the levels
Source   indicators.md 2.45
"""

from collections import deque
from dataclasses import dataclass

from tradec.runtime.kernels.arith import MISSING, NAN
from tradec.runtime.kernels.compensated import CompensatedSum

Levels = tuple[float, float, float, float, int, int]
NO_LEVELS: Levels = (NAN, NAN, NAN, NAN, MISSING, MISSING)


@dataclass(slots=True)
class _Traded:
    """A bar of the window."""

    low: float
    high: float
    volume: float


class Histogram:
    """The window with its buckets."""

    __slots__ = ("_bars", "_buckets", "_capacity", "_high", "_low", "_total", "_width")

    def __init__(self, buckets: int, capacity: int) -> None:
        self._capacity = capacity
        self._bars: deque[_Traded] = deque()
        self._buckets = [_Bucket() for _ in range(buckets)]
        self._total = CompensatedSum()
        self._low = self._high = NAN  # no range: to be built anew
        self._width = 0.0

    def restart(self) -> None:
        """Forget every bar."""
        self._bars.clear()
        self._low = self._high = NAN

    def step(self, low: float, high: float, volume: float, bar_number: int) -> None:
        """Take in a closed bar, and let go of the one that is too old."""
        if len(self._bars) == self._capacity:
            self._leave(self._bars.popleft())
        bar = _Traded(low, high, volume)
        self._bars.append(bar)
        self._enter(bar)
        if bar_number % self._capacity == 0 or self._low != self._low:
            self._build()

    def _leave(self, bar: _Traded) -> None:
        if bar.volume == 0.0:
            return
        self._total.add(-bar.volume)
        if self._width == 0.0:
            if not any(other.volume for other in self._bars):
                self._low = self._high = NAN
        elif bar.low == self._low or bar.high == self._high:
            self._low = self._high = NAN
        elif self._low == self._low:
            for bucket, share in self._shares(bar):
                bucket.take(share)

    def _enter(self, bar: _Traded) -> None:
        if bar.volume == 0.0:
            return
        self._total.add(bar.volume)
        if not self._low <= bar.low <= bar.high <= self._high:
            self._low = self._high = NAN
        elif self._width > 0.0:
            for bucket, share in self._shares(bar):
                bucket.put(share)

    def _shares(self, bar: _Traded) -> list[tuple["_Bucket", float]]:
        first, last = self._place(bar.low), self._place(bar.high)
        share = bar.volume / (last - first + 1)
        return [(bucket, share) for bucket in self._buckets[first : last + 1]]

    def _place(self, price: float) -> int:
        return min(len(self._buckets) - 1, int((price - self._low) / self._width))

    def _build(self) -> None:
        traded = [bar for bar in self._bars if bar.volume != 0.0]
        self._total = CompensatedSum()
        for bar in traded:
            self._total.add(bar.volume)
        self._low = min((bar.low for bar in traded), default=NAN)
        self._high = max((bar.high for bar in traded), default=NAN)
        self._width = 0.0
        if traded:
            self._width = (self._high - self._low) / len(self._buckets)
        if self._width > 0.0:
            self._fill(traded)

    def _fill(self, traded: list[_Traded]) -> None:
        """Set every bucket by what begins and ends there."""
        changes = [_Bucket() for _ in range(len(self._buckets) + 1)]
        for bar in traded:
            first, last = self._place(bar.low), self._place(bar.high)
            share = bar.volume / (last - first + 1)
            changes[first].put(share)
            changes[last + 1].bars -= 1
            changes[last + 1].sum.add(-share)
        running = _Bucket()
        for bucket, change in zip(self._buckets, changes, strict=False):
            running.bars += change.bars
            running.sum.merge(change.sum)
            if running.bars == 0:
                running.sum = CompensatedSum()
            bucket.bars = running.bars
            bucket.sum = CompensatedSum(running.sum.total, running.sum.error)

    def levels(self, close: float, share: float) -> Levels:
        """Return poc, vah, val, poc_volume, above_poc and in_value_area."""
        if len(self._bars) < 2 or self._low != self._low:
            return NO_LEVELS
        if self._width == 0.0:
            poc = val = vah = self._low
            volume = self._total.value
        else:
            volumes = [bucket.sum.value for bucket in self._buckets]
            volume = max(volumes)
            fullest = volumes.index(volume)
            poc = self._low + (fullest + 0.5) * self._width
            first, last = _value_area(volumes, fullest, share * self._total.value)
            val = self._low + first * self._width
            vah = self._high if last + 1 == len(volumes) else self._low + (last + 1) * self._width
        return poc, vah, val, volume, int(close > poc), int(val <= close <= vah)


def _value_area(volumes: list[float], fullest: int, wanted: float) -> tuple[int, int]:
    first = last = fullest
    held = volumes[fullest]
    left = sum(volume > 0.0 for volume in volumes) - 1
    padded = [*volumes, -1.0]  # beyond either end: padded[-1] too
    while held < wanted and left > 0:
        above, below = padded[last + 1], padded[first - 1]
        if above == below == 0.0:
            first, last = first - 1, last + 1
        elif above >= below:
            last, held, left = last + 1, held + above, left - (above > 0.0)
        else:
            first, held, left = first - 1, held + below, left - (below > 0.0)
    return first, last


class _Bucket:
    """What some bars traded between two prices."""

    __slots__ = ("bars", "sum")

    def __init__(self) -> None:
        self.bars = 0
        self.sum = CompensatedSum()

    def put(self, share: float) -> None:
        self.bars += 1
        self.sum.add(share)

    def take(self, share: float) -> None:
        self.bars -= 1
        self.sum.add(-share)
        if self.bars == 0:
            self.sum = CompensatedSum()
