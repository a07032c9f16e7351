"""What the shapes of synthetic markets are made with, in units of the base price.

Jitter   level = line * (1 + k * sigma * z): each minute on its own around the line
Walk     level = line + W, where W sums line * k * sigma * z and is tied to 0 at the ends of every
         leg, so that a leg ends exactly where the line does, however long it is
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]

NOISE = 0.3
"""The share of noise of what has no shape: the calm in front."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The figures of the specification that a play may set (play-language.md 16).

    Sizes are ratios of the base price; `spike` and `squeeze` are in units of the volatility.
    """

    trend: float = 0.20
    pullback: float = 0.30
    steps: int = 4
    width: float = 0.08
    noise: float = NOISE
    hunt: float = 0.02
    recovery: float = 0.8
    spike: float = 5.0
    drop: float = 0.10
    squeeze: float = 0.25

    @classmethod
    def of(cls, params: Mapping[str, float], volatility: float) -> "Shape":
        """Return the figures that `validation.params` sets; the others keep their defaults."""
        figures = {_NAMES[name]: value for name, value in params.items() if name in _NAMES}
        if (spike := params.get("volatility_spike")) is not None:
            figures |= {"spike": spike / volatility, "drop": spike}
        if (squeeze := params.get("volatility_squeeze")) is not None:
            figures["squeeze"] = squeeze / volatility
        usual = cls()
        return replace(usual, **figures, steps=int(params.get("stairs_steps", usual.steps)))

    @property
    def upper(self) -> float:
        """The upper edge of the range that is broken out of."""
        return 1 + self.width / 4

    @property
    def lower(self) -> float:
        """Its lower edge."""
        return 1 - self.width / 4


_NAMES = {
    "trend_magnitude": "trend",
    "pullback_depth": "pullback",
    "range_width": "width",
    "noise_level": "noise",
    "hunt_depth": "hunt",
    "hunt_recovery": "recovery",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What a path is made from: one normal per minute, the relative sigma of a minute, figures."""

    z: FloatArray
    sigma: float
    shape: Shape = field(default_factory=Shape)

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
    usual = draw.shape.noise
    sigma = np.full(draw.n, usual * draw.sigma)
    for place, (begin, end, _, _) in enumerate(corners(draw.n, legs)):
        if begin == end:
            continue
        part = (noise[place] if noise else usual) * draw.sigma
        sigma[begin:end] = part
        walk = np.add.accumulate(line[begin:end] * (part * draw.z[begin:end]))
        level[begin:end] += walk - walk[-1] * (np.arange(1, end - begin + 1) / (end - begin))
    return Path(level=level, sigma=sigma)
