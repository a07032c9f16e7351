"""Bars in which structures find much, and what a structure says of them."""

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kernels import series
from kernels.harness import run_native
from kernels.units import unit_named

Columns = dict[str, NDArray[Any]]
RUNS = settings(max_examples=60, deadline=None)


class Drawn(NamedTuple):
    """Bars, the outputs of a structure, its parameters and those of its chain."""

    fed: Columns
    got: Columns
    params: dict[str, Any]
    chain: dict[str, dict[str, Any]]


def drawn(name: str, data: st.DataObject, native: ModuleType, **own: Any) -> Drawn:
    """Return bars and what a structure says of them; `own` replaces some of its parameters."""
    unit = unit_named(name)
    params = {k: dict(v) for k, v in data.draw(series.params(unit)).items()}
    params[name] |= own
    fed = data.draw(st.one_of(series.bars(), moves()))
    if data.draw(st.integers(0, 3)):
        fed["volatility"] = _ranges(fed) * data.draw(st.sampled_from((0.25, 1.0)))
    return Drawn(fed, run_native(native, unit, params, fed), params[name], params)


@st.composite
def moves(draw: st.DrawFn) -> Columns:
    """Draw longer bars of strong moves and short wicks, in which the rarer events happen."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = int(rng.integers(100, 400))
    jumps = np.round(rng.standard_t(2, n) * rng.choice((1, 4)))
    close = np.cumsum(jumps)
    close += 50 - close.min()
    open_ = np.concatenate([close[:1], close[:-1]]) + rng.integers(-2, 3, n) * (rng.random(n) < 0.1)
    high = np.maximum(open_, close) + rng.integers(0, 2, n)
    low = np.minimum(open_, close) - rng.integers(0, 2, n)
    fed = {"open": open_, "high": high, "low": low, "close": close, "source": close}
    return {name: column * 0.25 for name, column in fed.items()} | {"volatility": high * np.nan}


def _ranges(fed: Columns) -> NDArray[Any]:
    spans = fed["high"] - fed["low"]
    mean: NDArray[Any] = np.cumsum(spans) / np.arange(1, len(spans) + 1)
    return mean


def steps(column: NDArray[Any]) -> NDArray[Any]:
    """Return by how much a count grew on each bar, from 0."""
    found: NDArray[Any] = np.diff(column, prepend=0)
    return found
