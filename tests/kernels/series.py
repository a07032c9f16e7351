"""Random parameters, bars and series for any unit, drawn from its SPEC."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from kernels.units import ChainParams, Unit
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import Param

TICKS = (1e-9, 0.125, 10.0)  # of prices around 1e-8 .. 1e5
MAX_BARS = 90


@st.composite
def params(draw: st.DrawFn, unit: Unit) -> ChainParams:
    """Draw small parameters for each member of the unit's chain, within bounds and constraints."""
    return {member.name: draw(_params(member)) for member in unit.chain}


@st.composite
def bars(draw: st.DrawFn, tick: float | None = None) -> dict[str, NDArray[Any]]:
    """Draw bars: flat stretches, ties, noise and jumps on a grid of ticks; `source` has no hole."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    grid = draw(st.sampled_from(TICKS)) if tick is None else tick
    close = np.cumsum(np.concatenate([_moves(draw, rng) for _ in range(draw(st.integers(1, 4)))]))
    close = close - close.min() + draw(st.sampled_from((20, 1000)))
    n = len(close)
    gap = rng.integers(-4, 5, n) * (rng.random(n) < 0.2)
    open_ = np.concatenate([close[:1], close[:-1] + gap[1:]])
    reach = draw(st.sampled_from((0, 1, 5)))
    high = np.maximum(open_, close) + rng.integers(0, reach + 1, n)
    low = np.minimum(open_, close) - rng.integers(0, reach + 1, n)
    found = {"open": open_, "high": high, "low": low, "close": close}
    columns: dict[str, NDArray[Any]] = {name: x * grid for name, x in found.items()}
    columns["volume"] = np.where(rng.random(n) < 0.3, 0.0, rng.integers(0, 9, n) * 1.5)
    columns["bar_number"] = draw(st.integers(-7, 10**7)) + np.arange(n)
    columns["source"] = columns["close"]
    columns["volatility"] = _volatility(draw, rng, grid * n / n, n)
    return columns


@st.composite
def holed(draw: st.DrawFn) -> dict[str, NDArray[Any]]:
    """Draw bars whose `source` is a chained one: any sign, zeros, a NaN prefix and NaN holes."""
    columns = draw(bars())
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    source = columns["close"].copy()
    kind = draw(st.sampled_from(("price", "difference", "volume", "noise")))
    if kind == "difference":
        source = np.diff(source, prepend=source[0])
    elif kind == "volume":
        source = columns["volume"].copy()
    elif kind == "noise":
        source = rng.normal(size=len(source)) * 10.0 ** rng.integers(-8, 6)
    source[: draw(st.integers(0, 6))] = np.nan
    source[rng.random(len(source)) < draw(st.sampled_from((0.0, 0.1, 0.5)))] = np.nan
    columns["source"] = source
    return columns


def _moves(draw: st.DrawFn, rng: np.random.Generator) -> NDArray[np.int64]:
    n = draw(st.integers(1, MAX_BARS // 3))
    match draw(st.sampled_from(("flat", "ticks", "noise", "jump", "rise"))):
        case "flat":
            return np.zeros(n, dtype=np.int64)
        case "ticks":
            return rng.integers(-1, 2, n)
        case "noise":
            return rng.integers(-30, 31, n)
        case "jump":
            return rng.integers(-900, 901, n) * (rng.random(n) < 0.1)
        case _:
            return rng.integers(0, 4, n)


def _volatility(
    draw: st.DrawFn, rng: np.random.Generator, grid: float, n: int
) -> NDArray[np.float64]:
    found = grid * (1.0 + 4.0 * rng.random(n))
    match draw(st.sampled_from(("none", "prefix", "zeros"))):
        case "none":
            found[:] = np.nan
        case "prefix":
            found[: min(n, 5)] = np.nan
        case _:
            found[rng.random(n) < 0.3] = 0.0
    return found


@st.composite
def _params(draw: st.DrawFn, unit: Unit) -> dict[str, Any]:
    def given(param: Param) -> Any:
        return draw(_param(param))

    return draw(
        st.builds(lambda: {p.name: given(p) for p in unit.spec.params}).filter(
            lambda found: all(evaluate(rule, found) for rule, _ in unit.spec.constraints)
        )
    )


def _param(param: Param) -> st.SearchStrategy[Any]:
    found: st.SearchStrategy[Any]
    match param.kind:
        case "series":
            return st.none()
        case "bool":
            return st.booleans()
        case "choice":
            return st.sampled_from(param.choices)
        case "int":
            low, high = int(param.low or 0), int(param.high or 12)
            found = st.integers(low, min(low + 11, high))
        case "float":
            found = st.sampled_from((0.1, 0.5, 1.0, 1.7, 3.0))
    absent = not (param.required or param.required_if or param.default is not None)
    return st.none() | found if absent else found
