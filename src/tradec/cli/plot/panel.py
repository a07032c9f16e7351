"""One panel of a picture: its scales, its frame, and curves thinned to what pixels can show."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from tradec.cli.plot.shapes import Line, Point, Shape, Text
from tradec.cli.plot.ticks import number_ticks
from tradec.cli.report.bars import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Colors:
    """The colors of a theme."""

    ground: str
    text: str
    muted: str
    grid: str
    up: str
    down: str
    accent: str


THEMES = {
    "light": Colors(
        ground="#ffffff",
        text="#131722",
        muted="#5a6375",
        grid="#e6e9ef",
        up="#089981",
        down="#d6303f",
        accent="#1f5eff",
    ),
    "dark": Colors(
        ground="#11151d",
        text="#e4e8ef",
        muted="#97a1b3",
        grid="#252c39",
        up="#2bb894",
        down="#ff6170",
        accent="#7aa5ff",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A rectangle with bars 0..n-1 across and values from `low` to `high` upward."""

    x0: float
    x1: float
    y0: float
    y1: float
    n: int
    low: float
    high: float
    name: str
    written: Callable[[float], str]

    def x(self, place: float) -> float:
        """Return where the middle of a bar lies."""
        return self.x0 + (place + 0.5) / max(self.n, 1) * (self.x1 - self.x0)

    def y(self, value: float) -> float:
        """Return where a value lies; beyond the scale it lies on the edge."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.y1 - min(max(share, 0.0), 1.0) * (self.y1 - self.y0)

    def frame(self, colors: Colors) -> Iterator[Shape]:
        """Yield the grid with its labels at the right, and the name of the panel."""
        for value in number_ticks(self.low, self.high, max(int((self.y1 - self.y0) / 45), 2)):
            y = self.y(value)
            yield Line(points=((self.x0, y), (self.x1, y)), color=colors.grid)
            label = (self.x1 + 8, y + 4)
            yield Text(at=label, text=self.written(value), color=colors.muted, size=11)
        is_below = self.high == 0.0  # a curve that hangs from the top leaves room below
        name = (self.x0 + 6, self.y1 - 6 if is_below else self.y0 + 15)
        yield Text(at=name, text=self.name, color=colors.muted, size=12)

    def curve(self, values: Array) -> tuple[Point, ...]:
        """Return a curve through values of the bars: in each pixel its first, extremes, last."""
        kept = thinned(values, int(self.x1 - self.x0))
        return tuple((self.x(k), self.y(v)) for k, v in zip(*kept, strict=True))


def thinned(values: Array, columns: int) -> tuple[list[int], list[float]]:
    """Return places and values that look the same in so many columns of pixels."""
    n = values.size
    if n <= 4 * columns:
        return list(range(n)), values.tolist()
    kept = []
    for part in np.array_split(np.arange(n), columns):
        inside = values[part]
        chosen = {0, int(inside.argmin()), int(inside.argmax()), part.size - 1}
        kept += [int(part[k]) for k in sorted(chosen)]
    return kept, values[kept].tolist()


def ranged(values: Array, share: float = 0.05) -> tuple[float, float]:
    """Return a scale that holds all values, with some room above and below."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    room = (high - low) * share or abs(high) * share or 1.0
    return low - room, high + room
