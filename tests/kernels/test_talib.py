"""The units whose reference is TA-Lib give its numbers on series it has never seen."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import talib
from numpy.typing import NDArray

from kernels.harness import run_native
from kernels.units import UNITS, unit_named

Columns = dict[str, NDArray[np.float64]]


def _bands(bars: Columns, length: int, std: float) -> Columns:
    upper, middle, lower = talib.BBANDS(bars["source"], length, std, std)
    return {"lower": lower, "middle": middle, "upper": upper}


def _channel(bars: Columns, lower_length: int, upper_length: int) -> Columns:
    lower, upper = talib.MIN(bars["low"], lower_length), talib.MAX(bars["high"], upper_length)
    lower, upper = lower + 0 * upper, upper + 0 * lower
    return {"lower": lower, "middle": (lower + upper) / 2, "upper": upper}


def _convergence(bars: Columns, fast: int, slow: int, signal: int) -> Columns:
    macd = talib.EMA(bars["source"], fast) - talib.EMA(bars["source"], slow)
    smooth = np.concatenate([np.full(slow - 1, np.nan), talib.EMA(macd[slow - 1 :], signal)])
    return {"macd": macd, "signal": smooth, "histogram": macd - smooth}


def _true_range(bars: Columns, length: int) -> Columns:
    """Return ATR as NATR's sibling: TA-Lib's, made to begin with the first bar's own range."""
    high, low, close = (
        np.concatenate([x[:1], x]) for x in (bars["high"], bars["low"], bars["close"])
    )
    close[0] = low[0]  # the extra bar's close makes |h - pc| the first bar's high - low
    return {"value": talib.ATR(high, low, close, length)[1:]}


ORACLES: dict[str, tuple[Callable[..., Columns], tuple[dict[str, Any], ...]]] = {
    "ema": (lambda bars, length: {"value": talib.EMA(bars["source"], length)}, ({"length": 9},)),
    "sma": (lambda bars, length: {"value": talib.SMA(bars["source"], length)}, ({"length": 30},)),
    "rsi": (lambda bars, length: {"value": talib.RSI(bars["source"], length)}, ({"length": 2},)),
    "roc": (lambda bars, length: {"value": talib.ROC(bars["source"], length)}, ({"length": 12},)),
    "atr": (_true_range, ({"length": 14}, {"length": 2})),
    "macd": (_convergence, ({"fast": 12, "slow": 26, "signal": 9},)),
    "bbands": (_bands, ({"length": 20, "std": 2.0}, {"length": 5, "std": 1.5})),
    "donchian": (_channel, ({"lower_length": 7, "upper_length": 20},)),
}


def test_each_unit_that_names_talib_is_compared() -> None:
    named = {unit.name for unit in UNITS if unit.spec.reference.startswith("TA-Lib")}
    assert named <= ORACLES.keys()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("name", "params"), [(name, given) for name, (_, all_) in ORACLES.items() for given in all_]
)
def test_equals_talib(name: str, params: dict[str, Any], seed: int, native: ModuleType) -> None:
    bars = _bars(seed)
    got = run_native(native, unit_named(name), {name: params}, bars)
    for output, want in ORACLES[name][0](bars, **params).items():
        np.testing.assert_allclose(got[output], want, rtol=1e-9, atol=1e-9, err_msg=output)


def _bars(seed: int) -> Columns:
    rng = np.random.default_rng(seed)
    close = 100 + np.cumsum(rng.normal(size=600)).clip(-50, 50)
    open_ = close + rng.normal(size=600)
    bars = {"open": open_, "close": close, "source": close, "volume": rng.random(600)}
    bars["high"] = np.maximum(open_, close) + rng.random(600)
    bars["low"] = np.minimum(open_, close) - rng.random(600)
    return bars | {"bar_number": np.arange(600) + 12345}
