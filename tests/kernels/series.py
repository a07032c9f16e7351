"""Random parameters, bars and series for any unit, drawn from its SPEC."""

from functools import lru_cache
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from kernels.units import ChainParams, Unit
from tradec.compiler.unit_series import RATIOS, REALS, chained, random_bars
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import Param


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


SEEDS = st.integers(0, 2**32 - 1)  # one draw a series: drawing each choice would cost a test's time


@st.composite
def bars(draw: st.DrawFn, tick: float | None = None) -> dict[str, NDArray[Any]]:
    """Draw bars: flat stretches, ties, noise and jumps on a grid of ticks; `source` has no hole."""
    return random_bars(np.random.default_rng(draw(SEEDS)), tick)


@st.composite
def holed(draw: st.DrawFn) -> dict[str, NDArray[Any]]:
    """Draw bars whose `source` is a chained one: any sign, zeros, a NaN prefix and NaN holes."""
    rng = np.random.default_rng(draw(SEEDS))
    return chained(rng, random_bars(rng))


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
