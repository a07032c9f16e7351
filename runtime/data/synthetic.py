"""Synthetic markets: one deterministic 1m path per pattern (play-language.md 16, rulings A7).

close    base * level, the level as the pattern says; never below one tick
open     the previous close
high     max(open, close) + close * sigma * (u0 / 2)
low      min(open, close) - close * sigma * (u1 / 2); never below one tick
volume   (0.5 + u) * (1 + |close - open| / (close * minute sigma)) * 10
tick     10 ** (floor(log10 base) - 5)

Random numbers are drawn per minute, counted from the start of the shape: minute -1 is the last
of the warm-up. So a longer warm-up changes nothing that the shorter one has.
"""

import difflib
from collections.abc import Mapping
from decimal import Decimal
from math import sqrt
from types import MappingProxyType

import numpy as np

from tradec.runtime.data.bars import MAX_BARS, Bars
from tradec.runtime.data.errors import DataError, UnknownPattern
from tradec.runtime.data.patterns import PATTERNS, calm
from tradec.runtime.data.philox import normals, uniforms
from tradec.runtime.data.shaping import Draw, FloatArray, Path, Shape
from tradec.runtime.data.timestamps import MINUTE_MS

START_MS = 1_735_689_600_000  # 2025-01-01T00:00Z
MAX_PRICE = 1e12

_CLOSES, _WICKS, _VOLUMES = 0, 1, 2  # streams


def synthesize(  # noqa: PLR0913 - the parameters of a synthetic run, keyword-only
    pattern: str,
    *,
    minutes: int,
    seed: int = 42,
    base_price: float = 50_000.0,
    volatility: float = 0.02,
    params: Mapping[str, float] = MappingProxyType({}),
    start_ms: int = START_MS,
    lead: int = 0,
) -> Bars:
    """Return `lead` calm minutes, then the pattern over `minutes`, which begins at `start_ms`.

    `params` are the figures of the shape that are not the usual ones, as a play says them.
    """
    _check_span(minutes, lead, start_ms)
    _check_market(pattern, base_price, volatility)
    sigma = volatility * sqrt(1 / 1440)
    z = normals(seed, _CLOSES, -lead - 1, lead + 1 + minutes)
    path = _path(pattern, z, sigma, lead + 1, Shape.of(params, volatility))
    tick = float(f"1e{Decimal(base_price).adjusted() - 5}")
    closes = np.maximum(base_price * path.level, tick)
    open_, close = closes[:-1].copy(), closes[1:].copy()
    first, n = -lead, lead + minutes
    wick = close * path.sigma[1:]
    above, below = uniforms(seed, _WICKS, first, n)
    busy, _ = uniforms(seed, _VOLUMES, first, n)
    return Bars(
        ts0=start_ms - lead * MINUTE_MS,
        base_ms=MINUTE_MS,
        open=open_,
        high=np.maximum(open_, close) + wick * (above * 0.5),
        low=np.maximum(np.minimum(open_, close) - wick * (below * 0.5), tick),
        close=close,
        volume=(0.5 + busy) * (1 + np.abs(close - open_) / (close * sigma)) * 10.0,
        flags=np.zeros(n, np.uint8),
        source=f"synthetic:{pattern}",
    )


def _path(pattern: str, z: FloatArray, sigma: float, lead: int, figures: Shape) -> Path:
    """Return the calm minutes followed by the shape, both from one sequence of normals."""
    front = calm(Draw(z=z[:lead], sigma=sigma))
    shape = PATTERNS[pattern](Draw(z=z[lead:], sigma=sigma, shape=figures))
    return Path(
        level=np.concatenate((front.level, shape.level)),
        sigma=np.concatenate((front.sigma, shape.sigma)),
    )


def _check_market(pattern: str, base_price: float, volatility: float) -> None:
    if pattern not in PATTERNS:
        close = difflib.get_close_matches(pattern, PATTERNS, n=3, cutoff=0.5)
        raise UnknownPattern(pattern, tuple(close), tuple(PATTERNS))
    if not 0 < base_price <= MAX_PRICE:
        raise DataError("BAD_PARAMETER", f"a base price of {base_price} is not in 0..{MAX_PRICE:g}")
    if not 0 < volatility <= 1:
        raise DataError("BAD_PARAMETER", f"a daily volatility of {volatility} is not in 0..1")


def _check_span(minutes: int, lead: int, start_ms: int) -> None:
    if minutes < 1 or lead < 0 or minutes + lead > MAX_BARS:
        what = f"{minutes} minutes after {lead} of warm-up: at least 1 and 0, at most {MAX_BARS}"
        raise DataError("BAD_PARAMETER", what)
    if start_ms % MINUTE_MS:
        raise DataError("BAD_PARAMETER", "a synthetic market begins at a whole minute")
