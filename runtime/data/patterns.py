"""Shapes of synthetic markets (play-language.md 16), in units of the base price.

A shape takes the normals of its minutes and returns the level of each minute's close and the
relative sigma that its wicks follow. Its parameters are those of the specification: M 0.20,
P 0.30, R 0.08, V 5 times the volatility (0.10 of the default 0.02), noise 0.3.

Jitter   level = line * (1 + k * sigma * z): each minute on its own around the line
Walk     level = line + W, where W sums line * k * sigma * z and is tied to 0 at the ends of every
         leg, so that a leg ends exactly where the line does, however long it is
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.data.sine import sine

FloatArray: TypeAlias = NDArray[np.float64]

NOISE = 0.3
_TREND = 0.20
_PULLBACK = 0.30
_RANGE = 0.08
_SPIKE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What a shape is made from: one normal per minute, and the relative sigma of a minute."""

    z: FloatArray
    sigma: float

    @property
    def n(self) -> int:
        """Return the number of minutes."""
        return len(self.z)


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Closes in units of the base price, and the relative sigma of each minute."""

    level: FloatArray
    sigma: FloatArray


Leg: TypeAlias = tuple[float, float]
"""Where a leg ends, as a share of the span and as a level."""


def trend_up_clean(draw: Draw) -> Path:
    """Rise by M over 70 %, give back P of it over 15 %, rise at 0.8 of the first slope; walk."""
    return _walked(draw, _trend(_TREND))


def trend_down_clean(draw: Draw) -> Path:
    """Fall by M over 70 %, regain P of it over 15 %, fall at 0.8 of the first slope; walk."""
    return _walked(draw, _trend(-_TREND))


def reversal_v_bottom(draw: Draw) -> Path:
    """Fall by M over the first half, rise by M over the second, in units of the base; walk."""
    return _walked(draw, ((0.5, 1 - _TREND), (1.0, 1.0)))


def range_wide(draw: Draw) -> Path:
    """Random walk at 1.5 sigma of the base price, folded back at 1 - R/2 and 1 + R/2."""
    low, width = 1 - _RANGE / 2, _RANGE
    place = np.add.accumulate(1.5 * draw.sigma * draw.z) + (1 - low)
    place -= 2 * width * np.floor(place / (2 * width))
    level = low + (width - np.abs(place - width))
    return Path(level=level, sigma=np.full(draw.n, 1.5 * draw.sigma))


def breakout_clean(draw: Draw) -> Path:
    """3 sine cycles of amplitude R/4 (60 %), up 0.3 M (10 %), up 0.5 M (30 %); jitter."""
    end = round(0.6 * draw.n)
    turns = 3.0 * (np.arange(1, end + 1) / max(end, 1))
    cycles = 1 + _RANGE / 4 * sine(turns)
    legs = ((0.25, 1 + 0.3 * _TREND), (1.0, 1 + 0.8 * _TREND))
    return _jittered(draw, np.concatenate((cycles, _line(draw.n - end, legs))), NOISE)


def vol_squeeze_expand(draw: Draw) -> Path:
    """Sigma shrinks to a fifth (60 %), up 0.3 M at V (15 %), up 0.3 M at 1.5 sigma (25 %)."""
    first, second = round(0.6 * draw.n), round(0.75 * draw.n)
    sigma = np.full(draw.n, 1.5 * draw.sigma)
    sigma[:first] = draw.sigma * (1 - 0.8 * (np.arange(first) / max(first, 1)))
    sigma[first:second] = _SPIKE * draw.sigma
    drift = np.zeros(draw.n)
    drift[first:second] = 0.3 * _TREND / max(second - first, 1)
    drift[second:] = 0.3 * _TREND / max(draw.n - second, 1)
    # a product, not a sum: a long span at V cannot carry the price below zero
    return Path(level=np.multiply.accumulate(1 + drift + sigma * draw.z), sigma=sigma)


def trending(draw: Draw) -> Path:
    """Jitter of one sigma around a line to +20 % at half of the span and back to +10 %."""
    return _jittered(draw, _line(draw.n, ((0.5, 1.2), (1.0, 1.1))), 1.0)


def ranging(draw: Draw) -> Path:
    """Mean reversion to the base by a tenth per minute, one sigma of the base per minute."""
    gap = 0.0
    level = np.empty(draw.n)
    for i, step in enumerate((draw.sigma * draw.z).tolist()):
        gap = gap - 0.1 * gap + step
        level[i] = gap
    return Path(level=1 + level, sigma=np.full(draw.n, draw.sigma))


def calm(draw: Draw) -> Path:
    """Jitter around the base: the warm-up in front of every shape, pure in each minute."""
    return _jittered(draw, np.ones(draw.n), NOISE)


PATTERNS: MappingProxyType[str, Callable[[Draw], Path]] = MappingProxyType(
    {
        shape.__name__: shape
        for shape in (
            trend_up_clean,
            trend_down_clean,
            range_wide,
            breakout_clean,
            reversal_v_bottom,
            vol_squeeze_expand,
            trending,
            ranging,
        )
    }
)


def _trend(rise: float) -> tuple[Leg, ...]:
    """Return the legs of a clean trend: the slope of the last is 0.8 of that of the first."""
    pullback = 1 + rise - _PULLBACK * rise
    return ((0.70, 1 + rise), (0.85, pullback), (1.0, pullback + 0.8 * (0.15 / 0.70) * rise))


def _corners(n: int, legs: tuple[Leg, ...]) -> list[tuple[int, int, float, float]]:
    """Return begin, end, level before and level at the end of each leg."""
    corners = []
    begin, level = 0, 1.0
    for share, target in legs:
        end = round(share * n)
        corners.append((begin, end, level, target))
        begin, level = end, target
    return corners


def _line(n: int, legs: tuple[Leg, ...]) -> FloatArray:
    line = np.empty(n)
    for begin, end, level, target in _corners(n, legs):
        share = np.arange(1, end - begin + 1) / max(end - begin, 1)
        line[begin:end] = level + (target - level) * share
    return line


def _jittered(draw: Draw, line: FloatArray, noise: float) -> Path:
    sigma = noise * draw.sigma
    return Path(level=line * (1 + sigma * draw.z), sigma=np.full(draw.n, sigma))


def _walked(draw: Draw, legs: tuple[Leg, ...]) -> Path:
    line = _line(draw.n, legs)
    level = line.copy()
    for begin, end, _, _ in _corners(draw.n, legs):
        if begin == end:
            continue
        walk = np.add.accumulate(line[begin:end] * (NOISE * draw.sigma * draw.z[begin:end]))
        level[begin:end] += walk - walk[-1] * (np.arange(1, end - begin + 1) / (end - begin))
    return Path(level=level, sigma=np.full(draw.n, NOISE * draw.sigma))
