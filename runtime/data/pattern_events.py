"""Shapes whose single bars matter: impulses, jumps, equal highs and lows, an order block.

Where the specification counts bars, a bar is a quarter of an hour, or as much of the span.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from tradec.runtime.data.shaping import (
    Draw,
    FloatArray,
    Leg,
    Path,
    jittered,
    line_of,
    walked_along,
)
from tradec.runtime.data.sine import sine

_BAR = 15
_HIGHS, _LOWS, _PINNED = 1.05, 0.92, 0.003


def displacement_impulse(draw: Draw) -> Path:
    """Calm, and every max(30, n/8) bars one bar of 3, 4 or 5 %, up and down in turns; jitter."""
    line = np.ones(draw.n)
    every = max(30, draw.n // (8 * _BAR)) * _BAR
    level, place = 1.0, every
    for number in range(draw.n // every):
        size = 0.03 + 0.01 * (number // 2 % 3)
        target = level * (1 + size) if number % 2 == 0 else level / (1 + size)
        place = (number + 1) * every
        _ramp(line, place, _BAR, level, target)
        level = target
    return jittered(draw, line, draw.shape.noise)


def _ramp(line: FloatArray, begin: int, length: int, level: float, target: float) -> None:
    """Bend a line from `begin` on: a ramp to the target, which it keeps."""
    end = min(begin + length, len(line))
    share = np.arange(1, end - begin + 1) / length
    line[begin:end] = level + (target - level) * share
    line[end:] = target


def trending_with_gaps(draw: Draw) -> Path:
    """Calm (30 %), a rise in which bars jump by 3 to 4.5 % (40 %), 40 % of it given back (30 %).

    Every 8th bar may jump, at most eight do; each is followed by a bar half as large.
    """
    begin, end = round(0.3 * draw.n), round(0.7 * draw.n)
    line = np.ones(draw.n)
    level = 1.0
    jumps = min((end - begin) // (8 * _BAR), 8)
    for number in range(jumps):
        place = begin + (number + 1) * (end - begin) // (jumps + 1)
        size = 0.03 + 0.005 * (number % 4)
        _ramp(line, place, 1, level, level * (1 + size))
        _ramp(line, place + 1, _BAR, level * (1 + size), level * (1 + 1.5 * size))
        level *= 1 + 1.5 * size
    back = level - 0.4 * (level - 1.0)
    line[end:] = line_of(draw.n - end, ((1.0, 0.0),)) * (level - back) + back
    return jittered(draw, line, draw.shape.noise)


def equal_highs_lows(draw: Draw) -> Path:
    """Highs pinned near 1.05 (40 %), swept by 3 % and reversed (10 %), decline, lows near 0.92."""
    legs: tuple[Leg, ...] = (
        (0.40, 1.0),
        (0.45, _HIGHS * 1.03),
        (0.50, 1.0),
        (0.80, _LOWS * 1.02),
        (1.00, _LOWS * 1.02),
    )
    line = line_of(draw.n, legs)
    high_end, low_begin = round(0.4 * draw.n), round(0.8 * draw.n)
    line[:high_end] = _pinned(high_end, 1.0, _HIGHS)
    line[low_begin:] = _pinned(draw.n - low_begin, _LOWS * 1.02, _LOWS)
    return jittered(draw, line, draw.shape.noise)


def _pinned(n: int, start: float, extreme: float) -> FloatArray:
    """Return five waves from `start` to an extreme that differs by 0.3 % at most, and back."""
    t = 5.0 * (np.arange(1, n + 1) / max(n, 1))
    wave = np.floor(t)
    reach = extreme * (1 + _PINNED * sine(0.37 * wave))
    return start + (reach - start) * np.abs(sine(t / 2.0))


def ob_retest(draw: Draw) -> Path:
    """Quiet, a few bars down, strong bars up, up by 0.4 M, back toward the block, up by 0.3 M."""
    bar = min(_BAR / max(draw.n, 1), 0.01)
    low = 1 - 3 * 0.03
    strong = low * (1.05**3)
    top = strong + 0.4 * draw.shape.trend
    back = top - 0.7 * (top - low)
    legs: tuple[Leg, ...] = (
        (0.20, 1.0),
        (0.20 + 3 * bar, low),
        (0.20 + 6 * bar, strong),
        (0.60, top),
        (0.80, back),
        (1.00, back + 0.3 * draw.shape.trend),
    )
    return walked_along(draw, line_of(draw.n, legs), legs)


SHAPES: Mapping[str, Callable[[Draw], Path]] = MappingProxyType(
    {
        shape.__name__: shape
        for shape in (displacement_impulse, trending_with_gaps, equal_highs_lows, ob_retest)
    }
)
