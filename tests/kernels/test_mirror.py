"""Upside down, every structure says the opposite: no rule prefers a side (structures.md 0)."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kernels import series
from kernels.harness import run_native
from kernels.units import UNITS, ChainParams, Unit, assert_same
from tradec.runtime.spec import Output

Columns = dict[str, NDArray[Any]]

PIVOT = 4096.0  # exact on the grid of ticks
DYADIC = (0.25, 0.5, 1.0, 1.5)  # so that products of prices are exact as well
ONE_SIDED = {
    "min_pct_move": None,  # a share of a price has no mirror image
    "use_paired_anchor": True,  # without a pair there is no direction, and levels hang from above
}
TWINS = (
    ("high", "low"),
    ("hh", "ll"),
    ("hl", "lh"),
    ("upper", "lower"),
    ("bull", "bear"),
    ("bullish", "bearish"),
    ("premium", "discount"),
    ("demand", "supply"),
    ("min", "max"),
    ("up", "down"),
)
ROUNDED = {"depth_pct"}  # of which the mirror image is one less it, rounded
STRUCTURES = [
    unit
    for unit in UNITS
    if unit.folder == "structures" and not any(p.name == "width_pct" for p in unit.spec.params)
]
"""All but those with bands as wide as a share of their price."""


@pytest.mark.parametrize("unit", STRUCTURES, ids=lambda unit: unit.name)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_mirrored_prices_mirror_every_output(
    unit: Unit, data: st.DataObject, native: ModuleType
) -> None:
    params, fed = data.draw(_params(unit)), data.draw(_bars())
    flipped = fed | {name: PIVOT - fed[_twin(name)] for name in ("open", "high", "low", "close")}
    flipped["source"] = PIVOT - fed["source"]
    turned = {name: {p: _turned(v) for p, v in given.items()} for name, given in params.items()}
    got = run_native(native, unit, turned, flipped)
    want = run_native(native, unit, params, fed)
    exact = [output for output in unit.outputs(params) if output.name not in ROUNDED]
    assert_same(
        {o.name: _mirror(o, got[_twin(o.name)]) for o in exact},
        {o.name: want[o.name] for o in exact},
    )


@st.composite
def _params(draw: st.DrawFn, unit: Unit) -> ChainParams:
    found = {name: dict(given) for name, given in draw(series.params(unit)).items()}
    for member in unit.chain:
        if member.name in found:
            for param in member.spec.params:
                if param.kind == "list":
                    found[member.name][param.name] = DYADIC
                if param.kind == "float" and found[member.name][param.name] is not None:
                    usable = [x for x in DYADIC if param.high is None or x <= param.high]
                    found[member.name][param.name] = draw(st.sampled_from(usable))
            found[member.name] |= {k: v for k, v in ONE_SIDED.items() if k in found[member.name]}
    return found


@st.composite
def _bars(draw: st.DrawFn) -> Columns:
    """Draw bars without a doji: without a body, two first pivots on one bar have an order."""
    fed = draw(series.bars(tick=0.125))
    open_ = np.where(fed["open"] == fed["close"], fed["close"] - 0.125, fed["open"])
    n = len(open_)
    volatility = np.where(np.arange(n) < draw(st.integers(0, 4)), np.nan, 1.0)
    volatility *= draw(st.sampled_from((0.5, 2.0, np.nan)))
    return fed | {"open": open_, "low": np.minimum(fed["low"], open_), "volatility": volatility}


def _turned(value: Any) -> Any:
    return _twin(value) if isinstance(value, str) else value


def _twin(name: str) -> str:
    twins = dict(TWINS) | {b: a for a, b in TWINS}
    return "_".join(twins.get(part, part) for part in name.split("_"))


def _mirror(output: Output, column: NDArray[Any]) -> NDArray[Any]:
    if output.unit in {"price", "source"}:
        return PIVOT - column
    if output.unit == "direction":
        return -column
    if output.kind == "enum":
        codes = dict(output.tokens)
        opposite = {code: codes[_twin(word)] for word, code in output.tokens}
        return np.array([opposite[code] for code in column.tolist()], dtype=np.int64)
    return column
