"""Shapes that walk along straight or bent legs: trends, reversals, breakouts, hunts, spikes."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np

from tradec.runtime.data.shaping import (
    HUNT,
    NOISE,
    PULLBACK,
    RANGE,
    SPIKE,
    TREND,
    Draw,
    FloatArray,
    Leg,
    Path,
    line_of,
    walked,
    walked_along,
)
from tradec.runtime.data.sine import sine

_UPPER, _LOWER = 1 + RANGE / 4, 1 - RANGE / 4
_DROP = SPIKE * 0.02
"""V as a share of the price: a spike of 10 %."""


def _mirrored(legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
    return tuple((share, 2.0 - level) for share, level in legs)


def _stairs() -> tuple[Leg, ...]:
    """Return four steps: 60 % of each rises by M/4, 40 % keeps to the level reached."""
    legs: list[Leg] = []
    for step in range(4):
        level = 1 + TREND / 4 * (step + 1)
        legs += [(step / 4 + 0.15, level), ((step + 1) / 4, level)]
    return tuple(legs)


_TOP: tuple[Leg, ...] = ((0.5, 1 + TREND), (1.0, 1.0))
_BOTTOMS: tuple[Leg, ...] = (
    (0.25, 1 - TREND),
    (0.5, 1 - TREND / 2),
    (0.75, 1 - TREND),
    (1.0, 1.0),
)
_HUNT_LOWS: tuple[Leg, ...] = (
    (0.5, _LOWER + HUNT / 4),
    (0.6, _LOWER * (1 - HUNT)),
    (0.75, _LOWER * (1 + HUNT)),
    (1.0, _LOWER * (1 + HUNT) + 0.3 * TREND),
)
"""Down to just above the support, a dip of H below it, a sharp recovery, and up by 0.3 M."""

_PLAIN: Mapping[str, tuple[tuple[Leg, ...], tuple[float, ...]]] = MappingProxyType(
    {
        "trend_grinding": (((1.0, 1 + TREND / 2),), ()),
        "trend_exhaustion": (
            ((0.60, 1 + TREND), (0.75, 1 + TREND), (1.0, 1 + 0.4 * TREND)),
            (NOISE, 2.0, NOISE),
        ),
        "trend_stairs": (_stairs(), ()),
        "reversal_v_top": (_TOP, ()),
        "reversal_double_bottom": (_BOTTOMS, ()),
        "reversal_double_top": (_mirrored(_BOTTOMS), ()),
        "vol_spike_recover": (
            ((0.4, 1.0), (0.5, 1 - 2 * _DROP), (0.7, 1.0), (1.0, 1.0)),
            (NOISE, 1.5, 1.5, NOISE),
        ),
        "vol_spike_continue": (
            ((0.40, 1.0), (0.55, 1 - 2 * _DROP), (1.0, 1 - 2.6 * _DROP)),
            (NOISE, 1.5, 1.5),
        ),
        "liquidity_hunt_lows": (_HUNT_LOWS, ()),
        "liquidity_hunt_highs": (_mirrored(_HUNT_LOWS), ()),
        "accumulation": (((1.0, 1 + 0.3 * TREND),), (0.4,)),
        "distribution": (((1.0, 1 - 0.3 * TREND),), (0.4,)),
    }
)


ABOUT: Mapping[str, str] = MappingProxyType(
    {
        "trend_grinding": "Rise by M/2 at one slope; walk.",
        "trend_exhaustion": (
            "Rise by M (60 %), chop at two sigma (15 %), fall by 0.6 M (25 %); walk."
        ),
        "trend_stairs": (
            "Four steps of M/4: 60 % of each rises, 40 % keeps to the level reached; walk."
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
    legs, noise = _PLAIN[name]
    return walked(draw, legs, noise)


def _shares(n: int) -> FloatArray:
    """Return how much of the span has passed at each minute's close."""
    return np.arange(1, n + 1) / max(n, 1)


def trend_parabolic(draw: Draw) -> Path:
    """Rise by M with a slope that grows in a line from 1 to 4 times what it begins with; walk."""
    t = _shares(draw.n)
    return walked_along(draw, 1 + TREND * ((t + 1.5 * t * t) / 2.5), ((1.0, 1 + TREND),))


def breakout_false(draw: Draw) -> Path:
    """Cycles in the range (50 %), 2H out of it, down by R, back to just below its upper edge."""
    legs = ((0.5, 1.0), (0.6, _UPPER + 2 * HUNT), (0.8, _UPPER + 2 * HUNT - RANGE))
    return _after_cycles(draw, (*legs, (1.0, _UPPER - HUNT / 4)), cycles=3.0)


def breakout_retest(draw: Draw) -> Path:
    """Cycles in the range (40 %), out by 10 % of its edge, back to the edge, up by 0.5 M."""
    legs = ((0.40, 1.0), (0.50, 1.1 * _UPPER), (0.65, _UPPER), (1.0, _UPPER + 0.5 * TREND))
    return _after_cycles(draw, legs, cycles=2.0)


def _after_cycles(draw: Draw, legs: tuple[Leg, ...], *, cycles: float) -> Path:
    """Walk along the legs, the first of which swings as sine cycles of amplitude R/4."""
    line = line_of(draw.n, legs)
    end = round(legs[0][0] * draw.n)
    line[:end] += RANGE / 4 * sine(cycles * (np.arange(1, end + 1) / max(end, 1)))
    return walked_along(draw, line, legs)


def _aligned(sign: float, draw: Draw) -> Path:
    """Move by M in a line, with one sine cycle of 3 % and four of 1 %; walk."""
    t = _shares(draw.n)
    line = 1 + sign * TREND * t + 0.03 * sine(t) + 0.01 * sine(4.0 * t)
    return walked_along(draw, line, ((1.0, 1 + sign * TREND),))


def _pulled_back(sign: float, draw: Draw) -> Path:
    """Move by M in a line, with half a sine of P M against it between 40 % and 60 %; walk."""
    t = _shares(draw.n)
    bow = sine(np.clip((t - 0.4) / 0.2, 0.0, 1.0) / 2.0)
    line = 1 + sign * (TREND * t - PULLBACK * TREND * bow)
    return walked_along(draw, line, ((1.0, 1 + sign * TREND),))


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
