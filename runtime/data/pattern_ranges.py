"""Shapes without a direction: ranges, chop, and volatility that comes and goes."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np

from tradec.runtime.data.shaping import Draw, Path, jittered
from tradec.runtime.data.sine import sine

_CLAMP = 0.05
_UPPER_15_PERCENT, _TWO_SIDED_5_PERCENT = 1.0364333894937898, 1.959963984540054
"""Quantiles of the standard normal."""


def range_tight(draw: Draw) -> Path:
    """Mean reversion to the base by a fifth per minute, at the volatility of a squeeze."""
    sigma = draw.shape.squeeze * draw.sigma
    gap = 0.0
    level = np.empty(draw.n)
    for i, step in enumerate((sigma * draw.z).tolist()):
        gap = gap - 0.2 * gap + step
        level[i] = 1 + gap
    return Path(level=level, sigma=np.full(draw.n, sigma))


def _wedge(sign: float, draw: Draw) -> Path:
    """Four sine cycles between a flat edge and one that closes in on it by 0.8 R; jitter.

    The flat edge is the ceiling 1 + R/2 if `sign` is 1, else the floor 1 - R/2.
    """
    t = np.arange(1, draw.n + 1) / max(draw.n, 1)
    width = draw.shape.width
    flat, moving = width / 2, -width / 2 + 0.8 * width * t
    middle, half = (flat + moving) / 2, (flat - moving) / 2
    return jittered(draw, 1 + sign * (middle + half * sine(4.0 * t)), draw.shape.noise)


def vol_decay(draw: Draw) -> Path:
    """Walk without drift while sigma falls from V to a tenth of it; a product, as prices move."""
    t = np.arange(draw.n) / max(draw.n, 1)
    sigma = draw.shape.spike * draw.sigma * (1 - 0.9 * t)
    return Path(level=np.multiply.accumulate(1 + sigma * draw.z), sigma=sigma)


def choppy_whipsaw(draw: Draw) -> Path:
    """Move by 0.5 to 1.5 sigma toward the base, 15 % of times away, held within 5 % of it.

    One normal decides both: its upper 15 % flip the move, its size within a sigma is the move's.
    """
    gap = 0.0
    level = np.empty(draw.n)
    for i, z in enumerate(draw.z.tolist()):
        size = draw.sigma * (0.5 + min(abs(z), 1.0))
        toward = -1.0 if gap > 0 else 1.0
        away = z > _UPPER_15_PERCENT
        gap += -toward * size if away else toward * size
        gap = min(max(gap, -_CLAMP), _CLAMP)
        level[i] = 1 + gap
    return Path(level=level, sigma=np.full(draw.n, draw.sigma))


def volatile(draw: Draw) -> Path:
    """Walk at two sigma, with one minute in 20 a jump of ten sigma; a product, as prices move."""
    jump = np.abs(draw.z) > _TWO_SIDED_5_PERCENT
    move = draw.sigma * np.where(jump, np.where(draw.z < 0.0, -10.0, 10.0), 2.0 * draw.z)
    return Path(
        level=np.multiply.accumulate(1 + np.maximum(move, -0.9)),
        sigma=np.full(draw.n, 2.0 * draw.sigma),
    )


SHAPES: Mapping[str, Callable[[Draw], Path]] = MappingProxyType(
    {
        "range_tight": range_tight,
        "range_ascending": partial(_wedge, 1.0),
        "range_descending": partial(_wedge, -1.0),
        "vol_decay": vol_decay,
        "choppy_whipsaw": choppy_whipsaw,
        "volatile": volatile,
    }
)
