"""Hard series for any unit: flat stretches, ties, jumps and holes, on tiny and on large prices."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradec.compiler.unit_chain import Columns, Params, UnitChain
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import INTEGER_INPUTS, Param

Random = np.random.Generator

TICKS = (1e-9, 0.125, 10.0)  # of prices around 1e-8 .. 1e5
REALS = (0.1, 0.3, 0.5, 1.0, 1.7, 3.0)
RATIOS = (-0.272, 0.0, 0.382, 0.5, 0.618, 1.0, 1.618)
MAX_BARS = 90
STEPS_MS = (60_000, 900_000, 14_400_000, 86_400_000)
LATEST_MS = 4_000_000_000_000  # in 2096
MOVES = ("flat", "ticks", "noise", "jump", "rise")


def random_params(unit: UnitChain, rng: Random) -> Params:
    """Return small parameters for what the chain needs or may use, in bounds and constraints."""
    needed = unit.present({})
    while True:
        taken = [m for m in unit.chain if m.name in needed or rng.random() < 0.5]
        found = {member.name: _params(member, rng) for member in taken}
        if unit.keeps_rules(found):
            return found


def _params(unit: UnitChain, rng: Random) -> dict[str, Any]:
    while True:
        found = {p.name: _param(p, rng) for p in unit.spec.params}
        if all(evaluate(rule, found) for rule, _ in unit.spec.constraints):
            return found


def _param(param: Param, rng: Random) -> Any:
    absent = not (param.required or param.required_if or param.default is not None)
    if param.kind == "series" or (absent and rng.random() < 0.5):
        return None
    if param.kind == "list":
        return tuple(rng.permutation(RATIOS)[: rng.integers(1, len(RATIOS) + 1)].tolist())
    choices = small_values(param)
    return choices[int(rng.integers(len(choices)))]


def small_values(param: Param) -> tuple[Any, ...]:
    """Return values of a parameter that short series can show, the bounds in."""
    match param.kind:
        case "bool":
            return (False, True)
        case "choice":
            return param.choices
        case "int":
            low, high = int(param.low or 0), int(param.high or 12)
            return tuple(range(low, min(low + 11, high) + 1))
    edges = (None if param.low_exclusive else param.low, param.high, param.default)
    reals = [x for x in REALS if _between(param, x)]
    return tuple(dict.fromkeys([*reals, *(float(x) for x in edges if isinstance(x, int | float))]))


def _between(param: Param, x: float) -> bool:
    return (param.low is None or param.low < x) and (param.high is None or x < param.high)


def random_bars(rng: Random, tick: float | None = None) -> dict[str, NDArray[Any]]:
    """Return bars on a grid of ticks; `source` is their close."""
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


def chained(rng: Random, columns: Columns) -> dict[str, NDArray[Any]]:
    """Return the bars with a chained `source`: any sign, zeros, a NaN prefix and NaN holes."""
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
    return {**columns, "source": source}


def holed(rng: Random, columns: Columns, unit: UnitChain) -> dict[str, NDArray[Any]]:
    """Return the bars with a hole in one of the unit's inputs on some of them."""
    found = {name: column.copy() for name, column in columns.items()}
    real = [name for name in unit.inputs if name not in INTEGER_INPUTS]
    for i in np.flatnonzero(rng.random(len(columns["close"])) < 0.2):
        found[rng.choice(real)][i] = np.nan
    return found


def _volumes(rng: Random, n: int) -> NDArray[Any]:
    found: NDArray[Any] = rng.integers(0, 9, n) * rng.choice((1.5, 0.1))
    return found


def _moves(rng: Random) -> NDArray[np.int64]:
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


def _volatility(rng: Random, grid: float, n: int) -> NDArray[np.float64]:
    found = grid * (1.0 + 4.0 * rng.random(n))
    match rng.choice(("none", "prefix", "zeros")):
        case "none":
            found[:] = np.nan
        case "prefix":
            found[: min(n, 5)] = np.nan
        case _:
            found[rng.random(n) < 0.3] = 0.0
    return found
