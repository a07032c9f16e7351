"""Random parameters, bars and series for any unit, drawn from its SPEC."""

from functools import lru_cache
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from kernels.units import ChainParams, Unit
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import Param

TICKS = (1e-9, 0.125, 10.0)  # of prices around 1e-8 .. 1e5
MAX_BARS = 90
STEPS_MS = (60_000, 900_000, 14_400_000, 86_400_000)
RATIOS = (-0.272, 0.0, 0.382, 0.5, 0.618, 1.0, 1.618)
REALS = (0.1, 0.3, 0.5, 1.0, 1.7, 3.0)
LATEST_MS = 4_000_000_000_000  # in 2096


@lru_cache(maxsize=256)
def params(unit: Unit) -> st.SearchStrategy[ChainParams]:
    """Return small parameters for each member of the unit's chain, in bounds and constraints.

    A structure that the unit may use is sometimes left out.
    """
    needed = unit.present({})
    found = {member.name: _params(member) for member in unit.chain}
    drawn = st.fixed_dictionaries(
        {name: params_ for name, params_ in found.items() if name in needed},
        optional={name: params_ for name, params_ in found.items() if name not in needed},
    )
    return drawn.filter(unit.keeps_rules) if unit.has_rules else drawn


def defaults(unit: Unit) -> dict[str, dict[str, Any]]:
    """Return the default parameters, 5 or the first choice where one is needed."""
    return {m.name: {p.name: _default(p) for p in m.spec.params} for m in unit.chain}


def _default(param: Param) -> Any:
    if param.default is not None or not (param.required or param.required_if):
        return param.default
    return None if param.kind == "series" else param.choices[0] if param.choices else 5


SEEDS = st.integers(0, 2**32 - 1)  # one draw a series: drawing each choice would cost a test's time
MOVES = ("flat", "ticks", "noise", "jump", "rise")


@st.composite
def bars(draw: st.DrawFn, tick: float | None = None) -> dict[str, NDArray[Any]]:
    """Draw bars: flat stretches, ties, noise and jumps on a grid of ticks; `source` has no hole."""
    return random_bars(np.random.default_rng(draw(SEEDS)), tick)


@st.composite
def holed(draw: st.DrawFn) -> dict[str, NDArray[Any]]:
    """Draw bars whose `source` is a chained one: any sign, zeros, a NaN prefix and NaN holes."""
    rng = np.random.default_rng(draw(SEEDS))
    columns = random_bars(rng)
    columns["source"] = _chained(rng, columns)
    return columns


def random_bars(rng: np.random.Generator, tick: float | None = None) -> dict[str, NDArray[Any]]:
    grid = rng.choice(TICKS) if tick is None else tick
    close = np.cumsum(np.concatenate([_moves(rng) for _ in range(rng.integers(1, 5))]))
    close = close - close.min() + rng.choice((20, 1000))
    n = len(close)
    gap = rng.integers(-4, 5, n) * (rng.random(n) < 0.2)
    open_ = np.concatenate([close[:1], close[:-1] + gap[1:]])
    reach = rng.choice((0, 1, 5))
    high = np.maximum(open_, close) + rng.integers(0, reach + 1, n)
    low = np.minimum(open_, close) - rng.integers(0, reach + 1, n)
    found = {"open": open_, "high": high, "low": low, "close": close}
    columns: dict[str, NDArray[Any]] = {name: x * grid for name, x in found.items()}
    columns["volume"] = np.where(rng.random(n) < rng.choice((0.3, 0.9)), 0.0, _volumes(rng, n))
    step = int(rng.choice(STEPS_MS))
    columns["bar_number"] = rng.integers(-7, LATEST_MS // step) + np.arange(n)
    columns["ts_open"] = columns["bar_number"] * step
    columns["source"] = columns["close"]
    columns["volatility"] = _volatility(rng, grid, n)
    return columns


def _volumes(rng: np.random.Generator, n: int) -> NDArray[Any]:
    found: NDArray[Any] = rng.integers(0, 9, n) * rng.choice((1.5, 0.1))
    return found


def _chained(rng: np.random.Generator, columns: dict[str, NDArray[Any]]) -> NDArray[Any]:
    source = columns["close"].copy()
    match rng.choice(("price", "difference", "volume", "noise")):
        case "difference":
            source = np.diff(source, prepend=source[0])
        case "volume":
            source = columns["volume"].copy()
        case "noise":
            source = rng.normal(size=len(source)) * 10.0 ** rng.integers(-8, 6)
    source[: rng.integers(0, 7)] = np.nan
    source[rng.random(len(source)) < rng.choice((0.0, 0.1, 0.5))] = np.nan
    return source


def _moves(rng: np.random.Generator) -> NDArray[np.int64]:
    n = rng.integers(1, MAX_BARS // 3 + 1)
    match rng.choice(MOVES):
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


def _volatility(rng: np.random.Generator, grid: float, n: int) -> NDArray[np.float64]:
    found = grid * (1.0 + 4.0 * rng.random(n))
    match rng.choice(("none", "prefix", "zeros")):
        case "none":
            found[:] = np.nan
        case "prefix":
            found[: min(n, 5)] = np.nan
        case _:
            found[rng.random(n) < 0.3] = 0.0
    return found


def _params(unit: Unit) -> st.SearchStrategy[dict[str, Any]]:
    found = st.fixed_dictionaries({p.name: _param(p) for p in unit.spec.params})
    rules = [rule for rule, _ in unit.spec.constraints]
    if not rules:
        return found
    return found.filter(lambda values: all(evaluate(rule, values) for rule in rules))


def _param(param: Param) -> st.SearchStrategy[Any]:
    found: st.SearchStrategy[Any]
    match param.kind:
        case "series":
            return st.none()
        case "bool":
            return st.booleans()
        case "list":
            return st.lists(st.sampled_from(RATIOS), min_size=1, unique=True).map(tuple)
        case "choice":
            return st.sampled_from(param.choices)
        case "int":
            low, high = int(param.low or 0), int(param.high or 12)
            found = st.integers(low, min(low + 11, high))
        case "float":
            found = st.sampled_from([x for x in REALS if param.high is None or x <= param.high])
    absent = not (param.required or param.required_if or param.default is not None)
    return st.none() | found if absent else found
