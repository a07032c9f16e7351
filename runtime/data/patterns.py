"""The shapes of synthetic markets by name (play-language.md 16); what they are made with: shaping.

A shape takes the normals of its minutes and returns the level of each minute's close, in units of
the base price, and the relative sigma that its wicks follow.
"""

from collections.abc import Callable
from types import MappingProxyType

import numpy as np

from tradec.runtime.data import pattern_events, pattern_legs, pattern_ranges
from tradec.runtime.data.shaping import (
    NOISE,
    Draw,
    Leg,
    Path,
    jittered,
    line_of,
    walked,
)
from tradec.runtime.data.sine import sine


def trend_up_clean(draw: Draw) -> Path:
    """Rise by M over 70 %, give back P of it over 15 %, rise at 0.8 of the first slope; walk."""
    return walked(draw, _clean(draw.shape.trend, draw.shape.pullback))


def trend_down_clean(draw: Draw) -> Path:
    """Fall by M over 70 %, regain P of it over 15 %, fall at 0.8 of the first slope; walk."""
    return walked(draw, _clean(-draw.shape.trend, draw.shape.pullback))


def reversal_v_bottom(draw: Draw) -> Path:
    """Fall by M over the first half, rise by M over the second, in units of the base; walk."""
    return walked(draw, ((0.5, 1 - draw.shape.trend), (1.0, 1.0)))


def range_wide(draw: Draw) -> Path:
    """Random walk at 1.5 sigma of the base price, folded back at 1 - R/2 and 1 + R/2."""
    width = draw.shape.width
    low = 1 - width / 2
    place = np.add.accumulate(1.5 * draw.sigma * draw.z) + (1 - low)
    place -= 2 * width * np.floor(place / (2 * width))
    level = low + (width - np.abs(place - width))
    return Path(level=level, sigma=np.full(draw.n, 1.5 * draw.sigma))


def breakout_clean(draw: Draw) -> Path:
    """3 sine cycles of amplitude R/4 (60 %), up 0.3 M (10 %), up 0.5 M (30 %); jitter."""
    end = round(0.6 * draw.n)
    turns = 3.0 * (np.arange(1, end + 1) / max(end, 1))
    shape = draw.shape
    cycles = 1 + shape.width / 4 * sine(turns)
    legs = ((0.25, 1 + 0.3 * shape.trend), (1.0, 1 + 0.8 * shape.trend))
    return jittered(draw, np.concatenate((cycles, line_of(draw.n - end, legs))), shape.noise)


def vol_squeeze_expand(draw: Draw) -> Path:
    """Sigma shrinks to a fifth (60 %), up 0.3 M at V (15 %), up 0.3 M at 1.5 sigma (25 %)."""
    first, second = round(0.6 * draw.n), round(0.75 * draw.n)
    sigma = np.full(draw.n, 1.5 * draw.sigma)
    sigma[:first] = draw.sigma * (1 - 0.8 * (np.arange(first) / max(first, 1)))
    sigma[first:second] = draw.shape.spike * draw.sigma
    drift = np.zeros(draw.n)
    drift[first:second] = 0.3 * draw.shape.trend / max(second - first, 1)
    drift[second:] = 0.3 * draw.shape.trend / max(draw.n - second, 1)
    # a product, not a sum: a long span at V cannot carry the price below zero
    return Path(level=np.multiply.accumulate(1 + drift + sigma * draw.z), sigma=sigma)


def trending(draw: Draw) -> Path:
    """Jitter of one sigma around a line to +20 % at half of the span and back to +10 %."""
    return jittered(draw, line_of(draw.n, ((0.5, 1.2), (1.0, 1.1))), 1.0)


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
    return jittered(draw, np.ones(draw.n), NOISE)


def _clean(rise: float, given_back: float) -> tuple[Leg, ...]:
    """Return the legs of a clean trend: the slope of the last is 0.8 of that of the first."""
    pullback = 1 + rise - given_back * rise
    return ((0.70, 1 + rise), (0.85, pullback), (1.0, pullback + 0.8 * (0.15 / 0.70) * rise))


PATTERNS: MappingProxyType[str, Callable[[Draw], Path]] = MappingProxyType(
    {
        **{
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
        },
        **pattern_legs.SHAPES,
        **pattern_ranges.SHAPES,
        **pattern_events.SHAPES,
    }
)


def about(name: str) -> str:
    """Return one line about a shape."""
    shape = PATTERNS[name]
    text = pattern_legs.ABOUT.get(name) or getattr(shape, "func", shape).__doc__
    assert text is not None
    return text.strip().split("\n", maxsplit=1)[0]
