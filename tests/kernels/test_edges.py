"""What units say of flat markets, zero divisors and parameters without golden vectors."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kernels.harness import run_native
from kernels.units import unit_named

Columns = dict[str, NDArray[Any]]


def _bars(source: Any, reach: float = 0.0) -> Columns:
    close = np.asarray(source, float)
    fed = dict.fromkeys(("open", "close", "source"), close)
    fed |= {"high": close + reach, "low": close - reach, "volume": np.ones(len(close))}
    return {**fed, "bar_number": np.arange(len(close)) + 7}


def _run(native: ModuleType, name: str, fed: Columns, **params: Any) -> Columns:
    return run_native(native, unit_named(name), {name: params}, fed)


@pytest.mark.parametrize(
    ("name", "output", "want"),
    [
        ("willr", "value", -50.0),
        ("stoch", "k", 50.0),
        ("stoch", "d", 50.0),
        ("stochrsi", "k", 50.0),
        ("cmo", "value", 0.0),
        ("tsi", "tsi", 0.0),
        ("cci", "value", 0.0),
        ("fisher", "fisher", 0.0),
        ("uo", "value", 0.0),
        ("natr", "value", 0.0),
        ("kama", "value", 0.1),
        ("mom", "value", 0.0),
        ("trix", "trix", 0.0),
    ],
)
def test_a_market_that_never_moved(name: str, output: str, want: float, native: ModuleType) -> None:
    got = _run(native, name, _bars(np.full(120, 0.1)))[output]
    assert not np.isnan(got[-50:]).any()
    assert (got[-50:] == want).all()


@pytest.mark.parametrize(
    ("name", "output", "want"),
    [("cci", "value", 0.0), ("cmo", "value", 0.0), ("willr", "value", -50.0), ("uo", "value", 0.0)],
)
def test_a_market_that_stopped_moving(
    name: str, output: str, want: float, native: ModuleType
) -> None:
    wild = 1e5 * np.random.default_rng(1).random(200)
    got = _run(native, name, _bars(np.concatenate([wild, np.full(60, 0.3)])))[output]
    assert (got[-20:] == want).all()


@pytest.mark.parametrize(("name", "low", "high"), [("cmo", -100.0, 100.0), ("uo", 0.0, 100.0)])
def test_bounds_hold_where_rounding_outweighs_the_market(
    name: str, low: float, high: float, native: ModuleType
) -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        wild = 1e7 * rng.random(50)
        calm = 1e-9 * np.cumsum(rng.integers(-1, 2, 60))
        got = _run(native, name, _bars(np.concatenate([wild, calm])))["value"]
        assert np.nanmin(got) >= low
        assert np.nanmax(got) <= high


@pytest.mark.parametrize("name", ["trix", "ppo"])
def test_a_percentage_of_nothing_is_missing(name: str, native: ModuleType) -> None:
    fed = _bars(np.concatenate([np.zeros(60), np.ones(40)]))
    got = _run(native, name, fed)
    assert np.isnan(got[name][:60]).all()
    assert not np.isnan(got[name][61:]).any()
    assert not np.isnan(got["signal"][-20:]).any()


def test_a_range_in_percent_of_nothing_is_missing(native: ModuleType) -> None:
    got = _run(native, "natr", _bars(np.zeros(40), reach=1.0))["value"]
    assert np.isnan(got).all()


@pytest.mark.parametrize("floor", [False, True])
@pytest.mark.parametrize(
    ("length", "sigma", "offset"), [(9, 6.0, 0.85), (4, 0.5, 0.3), (1, 2.0, 1)]
)
def test_alma_is_its_formula(
    length: int,
    sigma: float,
    offset: float,
    floor: bool,  # noqa: FBT001
    native: ModuleType,
) -> None:
    source = np.random.default_rng(5).random(80)
    got = _run(
        native, "alma", _bars(source), length=length, sigma=sigma, offset=offset, floor=floor
    )
    center = offset * (length - 1)
    center = np.floor(center) if floor else center
    weights = np.exp(-((np.arange(length) - center) ** 2) / (2 * (length / sigma) ** 2))
    want = np.convolve(source, weights[::-1] / weights.sum(), "valid")
    np.testing.assert_allclose(got["value"][length - 1 :], want, rtol=1e-13)


@pytest.mark.parametrize("sigma", [1e5, 1e300])
def test_a_bell_without_width_takes_the_nearest_bar(sigma: float, native: ModuleType) -> None:
    source = np.random.default_rng(6).random(30)
    got = _run(native, "alma", _bars(source), length=10, sigma=sigma, offset=0.85)["value"]
    assert (got[9:] == source[8:-1]).all()  # the center is 7.65: the second newest


def test_ultimate_oscillator_sorts_its_periods(native: ModuleType) -> None:
    fed = _bars(np.random.default_rng(7).random(90), reach=0.2)
    want = _run(native, "uo", fed, fast=3, medium=7, slow=13)["value"]
    for fast, medium, slow in ((3, 13, 7), (7, 3, 13), (7, 13, 3), (13, 3, 7), (13, 7, 3)):
        got = _run(native, "uo", fed, fast=fast, medium=medium, slow=slow)["value"]
        np.testing.assert_array_equal(got, want)


def test_adaptive_average_follows_a_straight_line_at_its_fast_rate(native: ModuleType) -> None:
    fed = _bars(np.arange(60.0))
    got = _run(native, "kama", fed, length=5, fast=2, slow=30)["value"]
    want = np.full(60, np.nan)
    value = 4.0
    for t in range(5, 60):
        value += (2 / 3) ** 2 * (t - value)
        want[t] = value
    np.testing.assert_allclose(got, want, rtol=1e-13)
