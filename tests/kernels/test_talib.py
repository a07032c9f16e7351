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
SMA: Any = 0  # of TA-Lib's kinds of averages


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


def _averaged(name: str) -> Callable[..., Columns]:
    """Return an oracle that is one function of TA-Lib of source and length."""
    function = getattr(talib, name)
    return lambda bars, length: {"value": function(bars["source"], length)}


def _led(bars: Columns, length: int) -> Columns:
    lag = (length - 1) // 2
    x = bars["source"]
    led = talib.EMA(2 * x[lag:] - x[: len(x) - lag], length)
    return {"value": np.concatenate([np.full(lag, np.nan), led])}


def _commodity(bars: Columns, length: int) -> Columns:
    return {"value": talib.CCI(bars["high"], bars["low"], bars["close"], length)}


def _williams(bars: Columns, length: int) -> Columns:
    return {"value": talib.WILLR(bars["high"], bars["low"], bars["close"], length)}


def _ultimate(bars: Columns, fast: int, medium: int, slow: int) -> Columns:
    given = (bars["high"], bars["low"], bars["close"])
    return {"value": talib.ULTOSC(*given, fast, medium, slow)}


def _stochastic(bars: Columns, k: int, smooth_k: int, d: int) -> Columns:
    given = (bars["high"], bars["low"], bars["close"])
    slow_k, slow_d = talib.STOCH(*given, k, smooth_k, SMA, d, SMA)
    return {"k": slow_k, "d": slow_d}


def _percentage(bars: Columns, fast: int, slow: int, signal: int, ma: str = "sma") -> Columns:
    average = talib.SMA if ma == "sma" else talib.EMA
    quick, calm = average(bars["source"], fast), average(bars["source"], slow)
    line = 100 * (quick - calm) / calm
    if ma == "sma":  # TA-Lib's own puts the longer period second, whatever was asked for
        line = talib.PPO(bars["source"], fast, slow, SMA)
    smooth = _after(talib.EMA, line, signal)
    return {"ppo": line, "signal": smooth, "histogram": line - smooth}


def _after(function: Callable[..., Any], x: NDArray[np.float64], length: int) -> Any:
    """Return a function of TA-Lib applied from the first value of `x` on."""
    first = int(np.argmax(~np.isnan(x)))
    return np.concatenate([np.full(first, np.nan), function(x[first:], length)])


def _triple_change(bars: Columns, length: int, signal: int) -> Columns:
    line = talib.TRIX(bars["source"], length)
    return {"trix": line, "signal": _after(talib.SMA, line, signal)}


def _range_in_percent(bars: Columns, length: int) -> Columns:
    return {"value": 100 * _true_range(bars, length)["value"] / bars["close"]}


def _doubly_smoothed(bars: Columns, fast: int, slow: int, signal: int) -> Columns:
    change = np.diff(bars["source"], prepend=np.nan)
    net, whole = (
        _after(talib.EMA, _after(talib.EMA, x, slow), fast) for x in (change, np.abs(change))
    )
    line = 100 * net / whole
    return {"tsi": line, "signal": _after(talib.EMA, line, signal)}


def _strength_in_range(bars: Columns, length: int, rsi_length: int, k: int, d: int) -> Columns:
    strength = talib.RSI(bars["source"], rsi_length)
    low, high = _after(talib.MIN, strength, length), _after(talib.MAX, strength, length)
    slow_k = _after(talib.SMA, 100 * (strength - low) / (high - low), k)
    slow_d = _after(talib.SMA, slow_k, d)
    return {"k": slow_k + 0 * slow_d, "d": slow_d}


def _net_of_path(bars: Columns, length: int) -> Columns:
    change = np.diff(bars["source"], prepend=np.nan)
    rises, falls = (_after(talib.SUM, np.maximum(sign * change, 0), length) for sign in (1.0, -1.0))
    return {"value": 100 * (rises - falls) / (rises + falls)}


def _movement(bars: Columns, length: int) -> Columns:
    plus, minus = (f(bars["high"], bars["low"], length) for f in (talib.PLUS_DM, talib.MINUS_DM))
    return {"dmp": plus / length, "dmn": minus / length}


def _directional(bars: Columns, length: int) -> Columns:
    given = (bars["high"], bars["low"], bars["close"], length)
    return {
        "adx": talib.ADX(*given),
        "dmp": talib.PLUS_DI(*given),
        "dmn": talib.MINUS_DI(*given),
        "adxr": talib.ADXR(*given),
    }


def _lately(bars: Columns, length: int) -> Columns:
    down, up = talib.AROON(bars["high"], bars["low"], length)
    return {"up": up, "down": down, "osc": talib.AROONOSC(bars["high"], bars["low"], length)}


def _stop(bars: Columns, af0: float, af: float, max_af: float) -> Columns:
    assert af0 == af  # TA-Lib has one step for both
    return {"sar": talib.SAR(bars["high"], bars["low"], af, max_af)}


def _money_flow(bars: Columns, length: int) -> Columns:
    flow = talib.MFI(bars["high"], bars["low"], bars["close"], bars["volume"], length)
    return {"value": flow}


ORACLES: dict[str, tuple[Callable[..., Columns], tuple[dict[str, Any], ...]]] = {
    "wma": (_averaged("WMA"), ({"length": 20}, {"length": 1}, {"length": 2})),
    "dema": (_averaged("DEMA"), ({"length": 20}, {"length": 2})),
    "tema": (_averaged("TEMA"), ({"length": 20}, {"length": 2})),
    "trima": (_averaged("TRIMA"), ({"length": 20}, {"length": 9}, {"length": 2})),
    "kama": (_averaged("KAMA"), ({"length": 10}, {"length": 2})),
    "linreg": (_averaged("LINEARREG"), ({"length": 14}, {"length": 2}, {"length": 90})),
    "mom": (_averaged("MOM"), ({"length": 10}, {"length": 1})),
    "zlma": (_led, ({"length": 20}, {"length": 3})),
    "cci": (_commodity, ({"length": 14}, {"length": 2}, {"length": 31})),
    "willr": (_williams, ({"length": 14}, {"length": 2})),
    "uo": (_ultimate, ({"fast": 7, "medium": 14, "slow": 28}, {"fast": 9, "medium": 3, "slow": 5})),
    "stoch": (_stochastic, ({"k": 14, "smooth_k": 3, "d": 3}, {"k": 5, "smooth_k": 1, "d": 2})),
    "ppo": (
        _percentage,
        (
            {"fast": 12, "slow": 26, "signal": 9},
            {"fast": 3, "slow": 7, "signal": 1, "ma": "ema"},
            {"fast": 7, "slow": 3, "signal": 2, "ma": "ema"},
        ),
    ),
    "trix": (_triple_change, ({"length": 18, "signal": 9}, {"length": 2, "signal": 1})),
    "natr": (_range_in_percent, ({"length": 14}, {"length": 2})),
    "tsi": (_doubly_smoothed, ({"fast": 13, "slow": 25, "signal": 13},)),
    "stochrsi": (_strength_in_range, ({"length": 14, "rsi_length": 14, "k": 3, "d": 3},)),
    "cmo": (_net_of_path, ({"length": 14}, {"length": 3})),
    "ema": (lambda bars, length: {"value": talib.EMA(bars["source"], length)}, ({"length": 9},)),
    "sma": (lambda bars, length: {"value": talib.SMA(bars["source"], length)}, ({"length": 30},)),
    "rsi": (lambda bars, length: {"value": talib.RSI(bars["source"], length)}, ({"length": 2},)),
    "roc": (lambda bars, length: {"value": talib.ROC(bars["source"], length)}, ({"length": 12},)),
    "atr": (_true_range, ({"length": 14}, {"length": 2})),
    "macd": (_convergence, ({"fast": 12, "slow": 26, "signal": 9},)),
    "bbands": (_bands, ({"length": 20, "std": 2.0}, {"length": 5, "std": 1.5})),
    "donchian": (_channel, ({"lower_length": 7, "upper_length": 20},)),
    "midprice": (
        lambda bars, length: {"value": talib.MIDPRICE(bars["high"], bars["low"], length)},
        ({"length": 14},),
    ),
    "ohlc4": (
        lambda bars: {
            "value": talib.AVGPRICE(bars["open"], bars["high"], bars["low"], bars["close"])
        },
        ({},),
    ),
    "dm": (_movement, ({"length": 14}, {"length": 2})),
    "adx": (_directional, ({"length": 14}, {"length": 2})),
    "aroon": (_lately, ({"length": 25}, {"length": 2})),
    "psar": (
        _stop,
        ({"af0": 0.02, "af": 0.02, "max_af": 0.2}, {"af0": 0.3, "af": 0.3, "max_af": 0.3}),
    ),
    "obv": (lambda bars: {"value": talib.OBV(bars["close"], bars["volume"])}, ({},)),
    "mfi": (_money_flow, ({"length": 14}, {"length": 3})),
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
