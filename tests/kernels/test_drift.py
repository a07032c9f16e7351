"""Running sums stay exact over a million bars (indicators.md 3)."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kernels.harness import run_native
from kernels.units import unit_named

BARS, QUIET, TICK = 1_000_000, 2_000, 0.125


@pytest.fixture(scope="module")
def ticks() -> NDArray[np.int64]:
    """Return a volatile history with a quiet tail, in ticks: every sum of them is exact."""
    rng = np.random.default_rng(7)
    wild = np.cumsum(rng.integers(-900, 901, BARS - QUIET))
    calm = wild[-1] + rng.integers(0, 2, QUIET)
    found = np.concatenate([wild, calm])
    return np.asarray(found - found.min() + 400_000)


def _fed(ticks: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    return {"source": ticks * TICK, "bar_number": np.arange(len(ticks))}


def _window_sums(values: NDArray[Any], n: int) -> NDArray[Any]:
    total = np.cumsum(np.concatenate([[0], values]))
    found: NDArray[Any] = total[n:] - total[:-n]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("length", [20, 100])
def test_mean_does_not_drift(length: int, ticks: NDArray[np.int64], native: ModuleType) -> None:
    got = run_native(native, unit_named("sma"), {"sma": {"length": length}}, _fed(ticks))
    want = _window_sums(ticks, length) * TICK / length
    assert np.max(np.abs(got["value"][length - 1 :] / want - 1)) <= 1e-13


@pytest.mark.slow
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


@pytest.mark.parametrize("length", [3, 20])
def test_sum_of_zeros_is_zero(length: int, native: ModuleType) -> None:
    rng = np.random.default_rng(3)
    volume = np.concatenate([rng.random(997) * 1e6, np.zeros(3 * length)])
    fed = {"source": volume, "bar_number": np.arange(len(volume)) + 1}
    got = run_native(native, unit_named("sma"), {"sma": {"length": length}}, fed)
    assert (got["value"][-2 * length :] == 0.0).all()


def test_bands_of_a_constant_have_no_width(native: ModuleType) -> None:
    rng = np.random.default_rng(4)
    source = np.concatenate([rng.random(500) * 1e5, np.full(60, 0.1)])
    fed = {"source": source, "bar_number": np.arange(len(source))}
    got = run_native(native, unit_named("bbands"), {"bbands": {"length": 20}}, fed)
    assert (got["upper"][-41:] == got["lower"][-41:]).all()
    assert (got["percent_b"][-41:] == 0.5).all()
