"""Random base bars: a contiguous grid of prices with the shapes that break things."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from generators.driving import Candles, Row
from tradec.compiler import ir
from tradec.runtime.timeframe import DAY_MS, MINUTE_MS, TIMEFRAMES

Draw = Any
Floats = NDArray[np.float64]

_STARTS = (
    1_736_121_600_000,  # Monday 2025-01-06
    1_740_787_200_000,  # Saturday 2025-03-01: day and month
    1_709_164_800_000,  # 2024-02-29
    1_735_689_600_000,  # 2025-01-01
    1_743_379_200_000,  # Monday 2025-03-31
)
_LENGTHS = (0, 200, 500, 1000, 2000, 3000)
_LEVELS = (1e-8, 1e-4, 0.37, 100.0, 43_000.0, 1e5)


@dataclass(frozen=True, slots=True, repr=False)
class BaseSeries:
    """Base bars as columns; bar k opens at `ts0 + k * base_ms`."""

    ts0: int
    base_ms: int
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __repr__(self) -> str:
        return f"BaseSeries(ts0={self.ts0}, base_ms={self.base_ms}, {len(self)} bars)"

    def __len__(self) -> int:
        return len(self.close)

    @property
    def candles(self) -> Candles:
        """Return the bars as the interpreter is fed."""
        columns = (self.open, self.high, self.low, self.close, self.volume)
        rows: list[Row] = list(zip(*(column.tolist() for column in columns), strict=True))
        return Candles(tuple(rows), self.ts0, self.base_ms)


def base_of(play: ir.Play) -> int:
    """Return the minutes of the coarsest base bars from which a play's timeframes can be made."""
    return TIMEFRAMES[play.bars[0].id].minutes


@st.composite
def base_series(
    draw: Draw, play: ir.Play | None = None, *, low: int = 50, high: int = 3000
) -> BaseSeries:
    """Draw bars for `play`: of one minute, or of its fastest timeframe where that is slow."""
    minutes = 1
    if play is not None and base_of(play) >= 15:
        minutes = draw(st.sampled_from((base_of(play), base_of(play), 5, 15)))
    base_ms = minutes * MINUTE_MS
    length = max(low, min(high, draw(st.sampled_from(_LENGTHS)) + draw(st.integers(0, 99))))
    before = draw(st.integers(0, min(length, DAY_MS // base_ms)))
    start = draw(st.sampled_from(_STARTS)) - before * base_ms
    noise = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    level = draw(st.sampled_from(_LEVELS))
    tick = level * draw(st.sampled_from((1e-5, 1e-3, 1e-2)))
    close = _path(draw, noise, length, level, tick)
    return _bars(draw, noise, close, tick, (start, base_ms))


def _path(draw: Draw, noise: np.random.Generator, length: int, level: float, tick: float) -> Floats:
    """Return closes on the grid of ticks: stretches of walks, flats, jumps, swings and trends."""
    steps = np.zeros(length)
    at = 0
    while at < length:
        size = draw(st.sampled_from((3, 20, 60, 200)))
        stretch = steps[at : at + size]
        kind = draw(st.sampled_from(("walk", "walk", "flat", "jump", "swing", "trend")))
        sigma = draw(st.sampled_from((0.0005, 0.005, 0.03)))
        stretch[:] = _stretch(kind, noise, len(stretch), sigma)
        at += size
    path = level * np.exp(np.clip(np.cumsum(steps), -3.0, 3.0))
    rounded: Floats = np.maximum(np.round(path / tick), 1.0) * tick
    return rounded


def _stretch(kind: str, noise: np.random.Generator, length: int, sigma: float) -> Floats:
    match kind:
        case "flat":
            return np.zeros(length)
        case "jump":
            jump = np.zeros(length)
            jump[0] = sigma * 20 * float(noise.choice((-1.0, 1.0)))
            return jump
        case "swing":
            period = int(noise.integers(2, 15))
            return sigma * np.where(np.arange(length) % (2 * period) < period, 1.0, -1.0)
        case "trend":
            return sigma * (0.3 * float(noise.choice((-1.0, 1.0))) + noise.standard_normal(length))
        case _:
            return sigma * noise.standard_normal(length)


def _bars(
    draw: Draw, noise: np.random.Generator, close: Floats, tick: float, grid: tuple[int, int]
) -> BaseSeries:
    """Return bars around the closes: gaps between them if drawn, wicks, and idle stretches."""
    length = len(close)
    opened = np.concatenate((close[:1], close[:-1]))
    if draw(st.booleans()):
        gaps = noise.integers(-3, 4, length) * (noise.random(length) < 0.2)
        opened = np.maximum(opened + gaps * tick, tick)
    reach = draw(st.sampled_from((0, 1, 8)))
    body_high, body_low = np.maximum(opened, close), np.minimum(opened, close)
    high = body_high + noise.integers(0, reach + 1, length) * tick
    low = np.maximum(body_low - noise.integers(0, reach + 1, length) * tick, tick * 0.5)
    volume = np.round(noise.random(length) * 1000.0, 3)
    volume[noise.random(length) < draw(st.sampled_from((0.0, 0.1, 1.0)))] = 0.0
    return BaseSeries(*grid, opened, high, np.minimum(low, body_low), close, volume)
