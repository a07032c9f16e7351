"""Metrics of the equity curve: profit, drawdown, and the figures of its returns."""

from math import sqrt
from typing import Any

import numpy as np

from tradec.runtime.metrics.sums import Array, longest_run, mean, percent, power, ratio, total

MIN_RETURNS = 10
"""Fewer returns have no skewness, kurtosis or value at risk."""


def curve_metrics(equity: Array) -> dict[str, Any]:
    """Return profit and drawdown of the points E_0..E_n; `peak` includes the point itself."""
    peak = np.maximum.accumulate(equity)
    below = (peak - equity) / peak * 100.0
    first, last = float(equity[0]), float(equity[-1])
    lost = float((peak - equity).max())
    return {
        "initial_equity": first,
        "final_equity": last,
        "net_profit": last - first,
        "net_return_pct": percent(last - first, first),
        "max_drawdown_abs": lost,
        "max_drawdown_pct": float(below.max()),
        "max_drawdown_duration_bars": longest_run(equity < peak),
        "ulcer_index": sqrt(total(below * below) / below.size),
        "recovery_factor": ratio(last - first, lost),
    }


def growth_metrics(equity: Array, bars_per_year: float, drawdown_pct: float) -> dict[str, Any]:
    """Return the annual growth rate and what it is per drawdown."""
    growth = _growth(equity, bars_per_year)
    return {"cagr": growth, "calmar": ratio(growth, drawdown_pct / 100.0)}


def _growth(equity: Array, bars_per_year: float) -> float | None:
    bars = equity.size - 1
    if bars == 0:
        return None
    if equity[-1] <= 0.0:
        return -1.0
    factor = power(float(equity[-1]) / float(equity[0]), bars_per_year / bars)
    return None if factor is None else factor - 1.0


def returns_of(equity: Array) -> Array:
    """Return E_i / E_(i-1) - 1 for i = 1..n; the series ends where E_(i-1) <= 0."""
    before = equity[:-1]
    bad = np.flatnonzero(before <= 0.0)
    n = int(bad[0]) if bad.size else before.size
    return np.asarray(equity[1 : n + 1] / before[:n] - 1.0)


def return_metrics(returns: Array, bars_per_year: float) -> dict[str, Any]:
    """Return the risk figures of the returns, annualized with `bars_per_year`."""
    loss = np.where(returns < 0.0, -returns, 0.0)
    gain = np.where(returns > 0.0, returns, 0.0)
    average, year = mean(returns), sqrt(bars_per_year)
    downside = sqrt(total(loss * loss) / returns.size) if returns.size else 0.0
    sortino = ratio(average, downside)
    return {
        "sharpe": _times(ratio(average, _deviation(returns)), year),
        "sortino": _times(sortino, year),
        "sortino_mode": _mode(average, downside),
        "omega_ratio": ratio(total(gain), total(loss)),
        **_shape(returns),
        **_tail(returns),
    }


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _mode(average: float | None, downside: float) -> str:
    if downside > 0.0:
        return "finite"
    return "infinite" if average is not None and average > 0.0 else "undefined"


def _deviation(returns: Array) -> float | None:
    """Return the sample standard deviation, exactly 0 where all returns are equal."""
    if returns.size < 2 or (returns == returns[0]).all():
        return None
    away = returns - total(returns) / returns.size
    return sqrt(total(away * away) / (returns.size - 1))


def _shape(returns: Array) -> dict[str, float | None]:
    if returns.size < MIN_RETURNS or (returns == returns[0]).all():
        return {"skewness": None, "kurtosis": None}
    n = returns.size
    away = returns - total(returns) / n
    squared = away * away
    second = total(squared) / n
    return {
        "skewness": ratio(total(squared * away) / n, second * sqrt(second)),
        "kurtosis": ratio(total(squared * squared) / n, second * second),
    }


def _tail(returns: Array) -> dict[str, float | None]:
    if returns.size < MIN_RETURNS:
        return {"var_95_pct": None, "cvar_95_pct": None}
    worst = np.sort(returns)[: max(1, returns.size // 20)]
    return {"var_95_pct": -100.0 * float(worst[-1]), "cvar_95_pct": -100.0 * _mean(worst)}


def _mean(values: Array) -> float:
    return total(values) / values.size
