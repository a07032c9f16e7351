"""TA-Lib's functions for the units that it has too, and why some units cost over twice as much.

Each gives the outputs of its unit, or the nearest that TA-Lib has, for the same parameters.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import talib
from numpy.typing import NDArray

ta: Any = talib  # whose stubs know no unpacked arguments
Bars: TypeAlias = Mapping[str, NDArray[Any]]
Given: TypeAlias = Mapping[str, Any]
Twin: TypeAlias = Callable[[Bars, Given], object]


def _of_source(function: Callable[..., object]) -> Twin:
    return lambda bars, given: function(bars["source"], given["length"])


def _of_range(function: Callable[..., object]) -> Twin:
    return lambda bars, given: function(bars["high"], bars["low"], given["length"])


def _of_bar(*functions: Callable[..., object]) -> Twin:
    def call(bars: Bars, given: Given) -> object:
        fed = (bars["high"], bars["low"], bars["close"], given["length"])
        return [function(*fed) for function in functions]

    return call


def _both(first: Twin, second: Twin) -> Twin:
    return lambda bars, given: (first(bars, given), second(bars, given))


def _ranges(bars: Bars) -> tuple[NDArray[Any], ...]:
    return bars["high"], bars["low"], bars["close"]


def _channel(bars: Bars, given: Given) -> object:
    low = ta.MIN(bars["low"], given["lower_length"])
    return low, ta.MAX(bars["high"], given["upper_length"])


TWINS: dict[str, Twin] = {
    "adx": _of_bar(ta.ADX, ta.PLUS_DI, ta.MINUS_DI, ta.ADXR),
    "aroon": _both(_of_range(ta.AROON), _of_range(ta.AROONOSC)),
    "atr": _of_bar(ta.ATR),
    "bbands": lambda bars, p: ta.BBANDS(bars["source"], p["length"], p["std"], p["std"]),
    "cci": _of_bar(ta.CCI),
    "cmo": _of_source(ta.CMO),
    "dema": _of_source(ta.DEMA),
    "dm": _both(_of_range(ta.PLUS_DM), _of_range(ta.MINUS_DM)),
    "donchian": _channel,
    "ema": _of_source(ta.EMA),
    "kama": _of_source(ta.KAMA),
    "linreg": _of_source(ta.LINEARREG),
    "macd": lambda bars, p: ta.MACD(bars["source"], p["fast"], p["slow"], p["signal"]),
    "mfi": lambda bars, p: ta.MFI(*_ranges(bars), bars["volume"], p["length"]),
    "midprice": _of_range(ta.MIDPRICE),
    "mom": _of_source(ta.MOM),
    "natr": _of_bar(ta.NATR),
    "obv": lambda bars, _: ta.OBV(bars["close"], bars["volume"]),
    "ohlc4": lambda bars, _: ta.AVGPRICE(bars["open"], *_ranges(bars)),
    "ppo": lambda bars, p: ta.PPO(bars["source"], p["fast"], p["slow"], 0),
    "psar": lambda bars, p: ta.SAR(bars["high"], bars["low"], p["af"], p["max_af"]),
    "roc": _of_source(ta.ROC),
    "rsi": _of_source(ta.RSI),
    "sma": _of_source(ta.SMA),
    "stoch": lambda bars, p: ta.STOCH(*_ranges(bars), p["k"], p["smooth_k"], 0, p["d"], 0),
    "stochrsi": lambda bars, p: ta.STOCHRSI(bars["source"], p["rsi_length"], p["k"], p["d"]),
    "tema": _of_source(ta.TEMA),
    "trima": _of_source(ta.TRIMA),
    "trix": _of_source(ta.TRIX),
    "uo": lambda bars, p: ta.ULTOSC(*_ranges(bars), p["fast"], p["medium"], p["slow"]),
    "willr": _of_bar(ta.WILLR),
    "wma": _of_source(ta.WMA),
}

_RECURSION = (
    "the average is kept in the state that a snapshot copies, so each bar waits for a store "
    "and a load where TA-Lib waits for a register"
)
_ROLLING = (
    "sums that do not drift: a second one of the current lap, a count of what is not zero, "
    "a ring of its own"
)
_RING = "keeps the past in a ring of its own, where TA-Lib reads the column that it was given"
_EXTREMES = (
    "O(1) at every length: TA-Lib looks through the window, which is cheap while it is short"
)

REASONS: dict[str, str] = {
    **dict.fromkeys(("atr", "dema", "ema", "macd", "natr", "rsi", "tema"), _RECURSION),
    **dict.fromkeys(("bbands", "linreg", "ppo", "sma", "stoch", "trima", "wma"), _ROLLING),
    **dict.fromkeys(("mom", "roc"), _RING),
    **dict.fromkeys(("donchian", "midprice", "willr"), _EXTREMES),
    "kama": f"{_ROLLING}, for the path; {_RECURSION}",
    "trix": f"three averages and the signal, which TA-Lib's has not; {_RECURSION}",
    "uo": f"six of them, {_ROLLING}; three shares, each held in 0..1",
}
"""Reasons for what may be slower than twice TA-Lib; shown where it is."""
