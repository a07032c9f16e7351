"""Shapes that walk along straight or bent legs: trends, reversals, breakouts, hunts, spikes."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from tradec.runtime.data.shaping import (
    Draw,
    FloatArray,
    Leg,
    Path,
    Shape,
    line_of,
    walked,
    walked_along,
)
from tradec.runtime.data.sine import sine

Legs: TypeAlias = tuple[tuple[Leg, ...], tuple[float, ...]]
"""Legs, and the noise of each unless it is the usual one."""


def _mirrored(legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
    return tuple((share, 2.0 - level) for share, level in legs)


def _exhaustion(s: Shape) -> Legs:
    top = 1 + s.trend
    return ((0.60, top), (0.75, top), (1.0, 1 + 0.4 * s.trend)), (s.noise, 2.0, s.noise)


def _stairs(s: Shape) -> Legs:
    """Return the steps: 60 % of each rises, 40 % keeps to the level reached."""
    legs: list[Leg] = []
    for step in range(s.steps):
        level = 1 + s.trend / s.steps * (step + 1)
        legs += [(step / s.steps + 0.6 / s.steps, level), ((step + 1) / s.steps, level)]
    return tuple(legs), ()


def _bottoms(s: Shape) -> tuple[Leg, ...]:
    low = 1 - s.trend
    return (0.25, low), (0.5, 1 - s.trend / 2), (0.75, low), (1.0, 1.0)


def _spike_recover(s: Shape) -> Legs:
    legs = ((0.4, 1.0), (0.5, 1 - 2 * s.drop), (0.7, 1.0), (1.0, 1.0))
    return legs, (s.noise, 1.5, 1.5, s.noise)


def _spike_continue(s: Shape) -> Legs:
    legs = ((0.40, 1.0), (0.55, 1 - 2 * s.drop), (1.0, 1 - 2.6 * s.drop))
    return legs, (s.noise, 1.5, 1.5)


def _hunt_lows(s: Shape) -> tuple[Leg, ...]:
    """Down to just above the support, a dip of H below it, a sharp recovery, and up by 0.3 M."""
    recovered = s.lower * (1 + s.hunt * (2.5 * s.recovery - 1))
    return (
        (0.5, s.lower + s.hunt / 4),
        (0.6, s.lower * (1 - s.hunt)),
        (0.75, recovered),
        (1.0, recovered + 0.3 * s.trend),
    )


_PLAIN: Mapping[str, Callable[[Shape], Legs]] = MappingProxyType(
    {
        "trend_grinding": lambda s: (((1.0, 1 + s.trend / 2),), ()),
        "trend_exhaustion": _exhaustion,
        "trend_stairs": _stairs,
        "reversal_v_top": lambda s: (((0.5, 1 + s.trend), (1.0, 1.0)), ()),
        "reversal_double_bottom": lambda s: (_bottoms(s), ()),
        "reversal_double_top": lambda s: (_mirrored(_bottoms(s)), ()),
        "vol_spike_recover": _spike_recover,
        "vol_spike_continue": _spike_continue,
        "liquidity_hunt_lows": lambda s: (_hunt_lows(s), ()),
        "liquidity_hunt_highs": lambda s: (_mirrored(_hunt_lows(s)), ()),
        "accumulation": lambda s: (((1.0, 1 + 0.3 * s.trend),), (0.4,)),
        "distribution": lambda s: (((1.0, 1 - 0.3 * s.trend),), (0.4,)),
    }
)


ABOUT: Mapping[str, str] = MappingProxyType(
    {
        "trend_grinding": "Rise by M/2 at one slope; walk.",
        "trend_exhaustion": (
            "Rise by M (60 %), chop at two sigma (15 %), fall by 0.6 M (25 %); walk."
        ),
        "trend_stairs": (
            "Equal steps up to M, four unless said: 60 % of each rises, 40 % keeps its level; walk."
        ),
        "reversal_v_top": "Rise by M over the first half, fall by M over the second; walk.",
        "reversal_double_bottom": (
            "Fall by M, regain half, fall back to the low, rise by M, a quarter each; walk."
        ),
        "reversal_double_top": (
            "Rise by M, lose half, rise back to the high, fall by M, a quarter each; walk."
        ),
        "vol_spike_recover": (
            "Quiet (40 %), down by 2 V (10 %), back up (20 %), quiet (30 %); walk."
        ),
        "vol_spike_continue": "Quiet (40 %), down by 2 V (15 %), slowly on by 0.6 V (45 %); walk.",
        "liquidity_hunt_lows": (
            "Down to a support (50 %), H below it (10 %), sharply back, up by 0.3 M; walk."
        ),
        "liquidity_hunt_highs": (
            "Up to a resistance (50 %), H above it (10 %), sharply back, down by 0.3 M; walk."
        ),
        "accumulation": "Drift up by 0.3 M at 0.4 sigma; walk.",
        "distribution": "Drift down by 0.3 M at 0.4 sigma; walk.",
    }
)
"""What each shape that is nothing but its legs is."""


def _walk(name: str, draw: Draw) -> Path:
    legs, noise = _PLAIN[name](draw.shape)
    return walked(draw, legs, noise)


def _shares(n: int) -> FloatArray:
    """Return how much of the span has passed at each minute's close."""
    return np.arange(1, n + 1) / max(n, 1)


def trend_parabolic(draw: Draw) -> Path:
    """Rise by M with a slope that grows in a line from 1 to 4 times what it begins with; walk."""
    t, rise = _shares(draw.n), draw.shape.trend
    return walked_along(draw, 1 + rise * ((t + 1.5 * t * t) / 2.5), ((1.0, 1 + rise),))


def breakout_false(draw: Draw) -> Path:
    """Cycles in the range (50 %), 2H out of it, down by R, back to just below its upper edge."""
    s = draw.shape
    top = s.upper + 2 * s.hunt
    legs = ((0.5, 1.0), (0.6, top), (0.8, top - s.width), (1.0, s.upper - s.hunt / 4))
    return _after_cycles(draw, legs, cycles=3.0)


def breakout_retest(draw: Draw) -> Path:
    """Cycles in the range (40 %), out by 10 % of its edge, back to the edge, up by 0.5 M."""
    edge, rise = draw.shape.upper, 0.5 * draw.shape.trend
    legs = ((0.40, 1.0), (0.50, 1.1 * edge), (0.65, edge), (1.0, edge + rise))
    return _after_cycles(draw, legs, cycles=2.0)


def _after_cycles(draw: Draw, legs: tuple[Leg, ...], *, cycles: float) -> Path:
    """Walk along the legs, the first of which swings as sine cycles of amplitude R/4."""
    line = line_of(draw.n, legs)
    end = round(legs[0][0] * draw.n)
    line[:end] += draw.shape.width / 4 * sine(cycles * (np.arange(1, end + 1) / max(end, 1)))
    return walked_along(draw, line, legs)


def _aligned(sign: float, draw: Draw) -> Path:
    """Move by M in a line, with one sine cycle of 3 % and four of 1 %; walk."""
    t = _shares(draw.n)
    rise = sign * draw.shape.trend
    line = 1 + rise * t + 0.03 * sine(t) + 0.01 * sine(4.0 * t)
    return walked_along(draw, line, ((1.0, 1 + rise),))


def _pulled_back(sign: float, draw: Draw) -> Path:
    """Move by M in a line, with half a sine of P M against it between 40 % and 60 %; walk."""
    t = _shares(draw.n)
    bow = sine(np.clip((t - 0.4) / 0.2, 0.0, 1.0) / 2.0)
    rise, given_back = draw.shape.trend, draw.shape.pullback * draw.shape.trend
    line = 1 + sign * (rise * t - given_back * bow)
    return walked_along(draw, line, ((1.0, 1 + sign * rise),))


def multi_tf_aligned(draw: Draw) -> Path:
    """Two sine cycles of 15 % and eight of 5 % around the base; walk."""
    t = _shares(draw.n)
    return walked_along(draw, 1 + 0.15 * sine(2.0 * t) + 0.05 * sine(8.0 * t), ((1.0, 1.0),))


SHAPES: Mapping[str, Callable[[Draw], Path]] = MappingProxyType(
    {
        **{name: partial(_walk, name) for name in _PLAIN},
        "trend_parabolic": trend_parabolic,
        "breakout_false": breakout_false,
        "breakout_retest": breakout_retest,
        "mtf_aligned_bull": partial(_aligned, 1.0),
        "mtf_aligned_bear": partial(_aligned, -1.0),
        "mtf_pullback_bull": partial(_pulled_back, 1.0),
        "mtf_pullback_bear": partial(_pulled_back, -1.0),
        "multi_tf_aligned": multi_tf_aligned,
    }
)
