"""Nothing drifts: a million bars leave no more error than a few (indicators.md 3)."""

import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kernels.harness import run_native
from kernels.units import UNITS, Unit, assert_same, unit_named
from tradec.compiler.chain_warmup import fading_bars
from tradec.compiler.unit_chain import sample
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import Anchored, Fading, Finite, Integral

BARS, QUIET, TICK = 1_000_000, 2_000, 0.125
FADED = 1e-17
COUPLED = 60_000  # bars after which two starts have seen the same events
Columns = dict[str, NDArray[Any]]


@pytest.fixture(scope="module")
def ticks() -> NDArray[np.int64]:
    """Return a volatile history with a quiet tail, in ticks: every sum of them is exact."""
    rng = np.random.default_rng(7)
    wild = np.cumsum(rng.integers(-900, 901, BARS - QUIET))
    calm = wild[-1] + rng.integers(0, 2, QUIET)
    found = np.concatenate([wild, calm])
    return np.asarray(found - found.min() + 400_000)


@pytest.fixture(scope="module")
def bars(ticks: NDArray[np.int64]) -> Columns:
    rng = np.random.default_rng(8)
    close = ticks * TICK
    open_ = np.concatenate([close[:1], close[:-1]])
    found = {"open": open_, "close": close, "source": close, "volatility": close}
    found["high"] = np.maximum(open_, close) + TICK * rng.integers(0, 2, BARS)
    found["low"] = np.minimum(open_, close) - TICK * rng.integers(0, 2, BARS)
    found["volume"] = rng.integers(0, 9, BARS) * 0.1
    number = np.arange(BARS) + 12_345_678
    return found | {"bar_number": number, "ts_open": number * 60_000}


FORGETTING = [u for u in UNITS if isinstance(u.spec.memory, Finite | Fading) and not u.uses]
ANCHORED = [u for u in UNITS if isinstance(u.spec.memory, Anchored)]
SUMMED = [u for u in UNITS if isinstance(u.spec.memory, Integral)]
COUNTERS = {"version", "id"}


def test_every_unit_is_held_to_a_million_bars() -> None:
    assert {u.name for u in (*FORGETTING, *ANCHORED, *SUMMED)} == {u.name for u in UNITS}
    assert [u.name for u in SUMMED] == ["obv"]  # test_balance_of_volume_does_not_drift


@pytest.mark.parametrize("unit", ANCHORED, ids=lambda unit: unit.name)
def test_a_late_start_couples_after_a_million_bars(
    unit: Unit, bars: Columns, native: ModuleType
) -> None:
    """What hangs on events agrees once both starts have seen them, counters up to a constant."""
    params, start = sample(unit), BARS - COUPLED
    fed = {**bars, "volatility": np.full(BARS, 512 * TICK)}
    whole = run_native(native, unit, params, fed)
    part = run_native(native, unit, params, {name: x[start:] for name, x in fed.items()})
    moved = 0
    for output in unit.outputs(params):
        column = whole[output.name]
        recent = column[-COUPLED:]
        moved += np.unique(recent[~np.isnan(recent)]).size
        got, want = column[-500:], part[output.name][-500:]
        if output.unit == "bar index":
            want = np.where(want < 0, want, want + start)
        elif output.unit in COUNTERS:
            got, want = got - got[0], want - want[0]
        tolerance = 1e-10 if output.kind == "float" else 0
        np.testing.assert_allclose(got, want, rtol=tolerance, atol=0, err_msg=output.name)
    assert moved > 100


@pytest.mark.parametrize("unit", FORGETTING, ids=lambda unit: unit.name)
def test_a_late_start_agrees_after_a_million_bars(
    unit: Unit, bars: Columns, native: ModuleType
) -> None:
    """Finite memories agree to the bit from their second lap on, fading ones once faded."""
    params = sample(unit)
    settled, tolerance = _settled(unit, params)
    start = BARS - settled - 500
    whole = run_native(native, unit, params, bars)
    part = run_native(native, unit, params, {name: x[start:] for name, x in bars.items()})
    got = {name: column[-500:].copy() for name, column in whole.items()}
    want = {name: column[-500:].copy() for name, column in part.items()}
    if tolerance == 0.0:
        assert_same(got, want)
        return
    for name, column in want.items():
        scale = np.nanmax(np.abs(column))
        np.testing.assert_allclose(got[name], column, rtol=0, atol=tolerance * scale, err_msg=name)


def _settled(unit: Unit, params: dict[str, dict[str, Any]]) -> tuple[int, float]:
    values = unit.values(params)
    first = max(unit.first_valid(o, params) for o in unit.spec.outputs)
    match unit.spec.memory:
        case Finite(window=window):
            return max(2 * int(evaluate(window, values)) - 1, first), 0.0
        case Fading(decay=decay, order=order, window=window):
            faded = fading_bars(float(evaluate(decay, values)), order, FADED)
            return first + order * faded + 2 * int(evaluate(window, values)), 1e-10
    raise AssertionError(unit.spec.memory)


def _window_sums(values: NDArray[Any], n: int) -> NDArray[Any]:
    total = np.cumsum(np.concatenate([[0], values]))
    found: NDArray[Any] = total[n:] - total[:-n]
    return found


def _weighted_sums(values: NDArray[Any], n: int) -> NDArray[Any]:
    """Return the sums with weights 1 to n, of whole numbers and so exact."""
    places = np.arange(len(values))
    sums, moments = _window_sums(values, n), _window_sums(values * places, n)
    found: NDArray[Any] = moments - (np.arange(len(sums)) - 1) * sums
    return found


@pytest.mark.parametrize("length", [20, 100])
def test_mean_does_not_drift(length: int, ticks: NDArray[np.int64], native: ModuleType) -> None:
    got = run_native(native, unit_named("sma"), {"sma": {"length": length}}, _fed(ticks))
    want = _window_sums(ticks, length) * TICK / length
    assert np.max(np.abs(got["value"][length - 1 :] / want - 1)) <= 1e-13


@pytest.mark.parametrize("length", [20, 100])
@pytest.mark.parametrize("name", ["wma", "linreg"])
def test_weighted_mean_does_not_drift(
    name: str, length: int, ticks: NDArray[np.int64], native: ModuleType
) -> None:
    got = run_native(native, unit_named(name), {name: {"length": length}}, _fed(ticks))
    mean = _window_sums(ticks, length) * TICK / length
    weighted = _weighted_sums(ticks, length) * TICK / (length * (length + 1) / 2)
    want = weighted if name == "wma" else 3 * weighted - 2 * mean
    assert np.max(np.abs(got["value"][length - 1 :] / want - 1)) <= 1e-12


@pytest.mark.parametrize("length", [20, 100])
def test_deviation_does_not_drift(
    length: int, ticks: NDArray[np.int64], native: ModuleType
) -> None:
    params = {"bbands": {"length": length, "std": 1.0}}
    got = run_native(native, unit_named("bbands"), params, _fed(ticks))
    near = ticks - ticks[-1]
    squares = _window_sums(near * near, length) * length - _window_sums(near, length) ** 2
    want = np.sqrt(squares.astype(float)) * TICK / length
    width = (got["upper"] - got["lower"])[length - 1 :] / 2
    price = got["middle"][length - 1 :]
    slack = 1e-9 * want + 4e-16 * price  # the bands themselves are rounded to doubles
    assert (np.abs(width - want) <= slack).all()


def _fed(ticks: NDArray[np.int64]) -> Columns:
    return {"source": ticks * TICK, "bar_number": np.arange(len(ticks))}


@pytest.mark.parametrize("length", [3, 20])
@pytest.mark.parametrize("name", ["sma", "wma", "trima", "linreg"])
def test_average_of_zeros_is_zero(name: str, length: int, native: ModuleType) -> None:
    rng = np.random.default_rng(3)
    volume = np.concatenate([rng.random(997) * 1e6, np.zeros(3 * length)])
    fed = {"source": volume, "bar_number": np.arange(len(volume)) + 1}
    got = run_native(native, unit_named(name), {name: {"length": length}}, fed)
    assert (got["value"][-length:] == 0.0).all()


def test_bands_of_a_constant_have_no_width(native: ModuleType) -> None:
    rng = np.random.default_rng(4)
    source = np.concatenate([rng.random(500) * 1e5, np.full(60, 0.1)])
    fed = {"source": source, "bar_number": np.arange(len(source))}
    got = run_native(native, unit_named("bbands"), {"bbands": {"length": 20}}, fed)
    assert (got["upper"][-41:] == got["lower"][-41:]).all()
    assert (got["percent_b"][-41:] == 0.5).all()


@pytest.mark.slow
def test_balance_of_volume_does_not_drift(native: ModuleType) -> None:
    rng = np.random.default_rng(11)
    close = np.cumsum(rng.integers(-2, 3, BARS)).astype(float)
    volume = rng.random(BARS) * 1e4
    got = run_native(native, unit_named("obv"), {}, {"close": close, "volume": volume})["value"]
    signed = np.sign(np.diff(close, prepend=-np.inf)) * volume
    want = math.fsum(signed)
    assert abs(got[-1] - want) <= 1e-12 * np.abs(got).max()


@pytest.mark.slow
def test_mean_since_the_first_bar_does_not_drift(
    ticks: NDArray[np.int64], native: ModuleType
) -> None:
    rng = np.random.default_rng(12)
    price, volume = ticks * TICK, np.round(rng.random(BARS) * 100, 2)
    fed: Columns = dict.fromkeys(("high", "low", "close"), price)
    fed |= {"volume": volume, "ts_open": np.arange(BARS) * 60_000}
    got = run_native(native, unit_named("vwap"), {"vwap": {"anchor": "null"}}, fed)["value"]
    want = math.fsum(price * volume) / math.fsum(volume)
    assert abs(got[-1] / want - 1) <= 1e-12
