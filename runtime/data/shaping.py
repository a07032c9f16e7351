"""What the shapes of synthetic markets are made with, in units of the base price.

Jitter   level = line * (1 + k * sigma * z): each minute on its own around the line
Walk     level = line + W, where W sums line * k * sigma * z and is tied to 0 at the ends of every
         leg, so that a leg ends exactly where the line does, however long it is
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]

NOISE = 0.3
TREND = 0.20
PULLBACK = 0.30
RANGE = 0.08
SPIKE = 5.0
HUNT = 0.02
"""M, P, R and H of the specification; V in units of the volatility (0.10 of the default 0.02)."""


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


def corners(n: int, legs: tuple[Leg, ...]) -> list[tuple[int, int, float, float]]:
    """Return begin, end, level before and level at the end of each leg."""
    corners = []
    begin, level = 0, 1.0
    for share, target in legs:
        end = round(share * n)
        corners.append((begin, end, level, target))
        begin, level = end, target
    return corners


def line_of(n: int, legs: tuple[Leg, ...]) -> FloatArray:
    """Return the straight legs from the base price, one level for each minute's close."""
    line = np.empty(n)
    for begin, end, level, target in corners(n, legs):
        share = np.arange(1, end - begin + 1) / max(end - begin, 1)
        line[begin:end] = level + (target - level) * share
    return line


def jittered(draw: Draw, line: FloatArray, noise: float) -> Path:
    """Return each minute on its own around a line."""
    sigma = noise * draw.sigma
    return Path(level=line * (1 + sigma * draw.z), sigma=np.full(draw.n, sigma))


def walked(draw: Draw, legs: tuple[Leg, ...], noise: tuple[float, ...] = ()) -> Path:
    """Return a walk along the legs, each with its own noise if several are given."""
    return walked_along(draw, line_of(draw.n, legs), legs, noise)


def walked_along(
    draw: Draw, line: FloatArray, legs: tuple[Leg, ...], noise: tuple[float, ...] = ()
) -> Path:
    """Return a walk along any line, tied to it at the ends of the legs."""
    level = line.copy()
    sigma = np.full(draw.n, NOISE * draw.sigma)
    for place, (begin, end, _, _) in enumerate(corners(draw.n, legs)):
        if begin == end:
            continue
        part = (noise[place] if noise else NOISE) * draw.sigma
        sigma[begin:end] = part
        walk = np.add.accumulate(line[begin:end] * (part * draw.z[begin:end]))
        level[begin:end] += walk - walk[-1] * (np.arange(1, end - begin + 1) / (end - begin))
    return Path(level=level, sigma=sigma)
