"""What an expert writes with TA-Lib, NumPy and Numba: indicators as columns, then one fast loop."""

from typing import Any

import numba
import numpy as np
import talib


@numba.njit(cache=False)
def _down(x: float, m: float, s: float) -> Any:
    n = np.floor(x * s / m + 1e-9)
    return (n + 1.0 if (n + 1.0) * m / s <= x else n) * m / s


@numba.njit(cache=False)
def _up(x: float, m: float, s: float) -> Any:
    n = 0.0 - np.floor(1e-9 - x * s / m)
    return (n - 1.0 if (n - 1.0) * m / s >= x else n) * m / s


@numba.njit(cache=False)
def simulate(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917  one loop, as experts write it
    open_: Any,
    high: Any,
    low: Any,
    close: Any,
    entries: Any,
    exits: Any,
    per_exec: int,
    first: int,
    cash: float,
    terms: Any,
) -> Any:
    """Return (trades, final cash, equity curve) of entry and exit signals, one per exec bar."""
    tick_m, tick_s, step_m, step_s, min_qty, min_notional, position, taker, slip, sl, tp = terms
    n = len(close)
    curve = np.empty(n // per_exec + 1)
    points = trades = 0
    qty = entry = entry_fee = stop = target = wanted = 0.0
    leaving = False
    nets = np.empty(n // 4)
    until = per_exec
    bar = 0
    for i in range(n):
        if wanted != 0.0:
            price = _up(open_[i] * (1.0 + slip), tick_m, tick_s)
            if wanted * price * (1.0 + taker) <= cash * (1.0 + 1e-12):
                entry_fee = wanted * price * taker
                cash -= entry_fee
                qty, entry = wanted, price
                stop = _down(price - price * sl / 100.0, tick_m, tick_s)
                target = _up(price + price * tp / 100.0, tick_m, tick_s)
            wanted = 0.0
        if qty != 0.0 and (leaving or low[i] <= stop or high[i] >= target):
            if leaving or open_[i] <= stop or open_[i] >= target:
                reference = open_[i]
            else:
                reference = stop if low[i] <= stop else target
            price = _down(reference * (1.0 - slip), tick_m, tick_s)
            realized, fee = qty * (price - entry), qty * price * taker
            nets[trades] = realized - fee - entry_fee
            trades += 1
            cash += realized - fee
            qty = entry = 0.0
            leaving = False
        until -= 1
        if until == 0:
            until = per_exec
            if i >= first:
                curve[points] = cash + qty * (close[i] - entry)
                points += 1
                if qty == 0.0:
                    if entries[bar]:
                        size = cash * position / 100.0
                        size = min(size, cash * 0.95, cash / (1.0 + taker))
                        size = _down(size / close[i], step_m, step_s)
                        if size >= min_qty and size * close[i] >= min_notional:
                            wanted = size
                elif exits[bar]:
                    leaving = True
            bar += 1
    if qty != 0.0:
        price = _down(close[n - 1] * (1.0 - slip), tick_m, tick_s)
        cash += qty * (price - entry) - qty * price * taker
        trades += 1
    return trades, cash, curve[:points]


def w1_signals(bars: Any) -> tuple[Any, Any, int]:
    """Return entries, exits and bars per exec bar of W1."""
    fast, slow = talib.EMA(bars.close, 9), talib.EMA(bars.close, 21)
    above = fast > slow
    crossed = np.zeros(bars.n, np.bool_)
    crossed[1:] = above[1:] & (fast[:-1] <= slow[:-1])
    return crossed & (talib.RSI(bars.close, 14) < 70.0), np.zeros(bars.n, np.bool_), 1


def w2_signals(bars: Any) -> tuple[Any, Any, int]:
    """Return entries, exits and bars per exec bar of W2."""
    count = bars.n // 15
    close = np.ascontiguousarray(bars.close[14 : count * 15 : 15])
    high = bars.high[: count * 15].reshape(count, 15).max(axis=1)
    low = bars.low[: count * 15].reshape(count, 15).min(axis=1)
    _, _, lower = talib.BBANDS(close, 20, 1.0, 1.0)
    rsi, atr = talib.RSI(close, 14), talib.ATR(high, low, close, 14)
    hourly = _held(talib.EMA(bars.close[59 : bars.n : 60].copy(), 50), 4, count)
    daily = _held(talib.EMA(bars.close[1439 : bars.n : 1440].copy(), 10), 96, count)
    entries = (
        (rsi < 45.0)
        & (close < lower)
        & (close > hourly * 0.98)
        & (hourly > daily * 0.95)
        & (atr / close > 0.0005)
    )
    exits = np.zeros(count, np.bool_)
    exits[1:] = (rsi[1:] > 65.0) & (rsi[:-1] <= 65.0)
    return entries, exits, 15


def _held(slow: Any, ratio: int, count: int) -> Any:
    held = np.full(count, np.nan)
    spread = np.repeat(slow, ratio)[: max(count - ratio + 1, 0)]
    held[ratio - 1 : ratio - 1 + len(spread)] = spread
    return held
