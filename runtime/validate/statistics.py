"""The metrics of the equity curve, computed anew with NumPy's own functions (simulation.md 16)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tradec.runtime.validate.account import at_points, equity_at_points, marks_at_points
from tradec.runtime.validate.check import Array
from tradec.runtime.validate.evidence import EXEC_MINUTES, Evidence
from tradec.runtime.validate.margin import PAID_UP, liquidation_prices, maintenance

Figures = Mapping[str, Any]
YEARS: Mapping[str, float] = {"W": 52.0, "M": 12.0}


def defined(value: float) -> float | None:
    """Return a number, None where it is none."""
    return float(value) if np.isfinite(value) else None


def over(part: float, whole: float) -> float | None:
    """Return part / whole, None where whole is 0."""
    return defined(part / whole) if whole else None


def profit(run: Evidence) -> Figures:
    """Return what came in, next to buying and holding."""
    points, minutes = run.tables["equity"]["equity"], run.minutes
    closes = run.tables["equity"]["ts_close"]
    net = points[-1] - points[0]
    first, last = minutes.places(closes[[0, -1]])
    held = 100.0 * (minutes.close[last - 1] / minutes.open[first] - 1.0) if last > first else None
    gain = 100.0 * net / points[0]
    low, high = _interval(run)
    return {
        "initial_equity": points[0],
        "final_equity": points[-1],
        "net_profit": net,
        "net_return_pct": gain,
        "net_profit_pessimistic": net + low,
        "net_profit_optimistic": net + high,
        "benchmark_return_pct": held,
        "alpha_pct": None if held is None else gain - held,
    }


def _interval(run: Evidence) -> tuple[float, float]:
    """Return what the ambiguous positions may add, at worst and at best."""
    trades = run.tables["trades"]
    change = np.where(trades["is_ambiguous"], trades["other_net_pnl"] - trades["net_pnl"], 0.0)
    ids, place = np.unique(trades["position_id"], return_inverse=True)
    sums = np.bincount(place, weights=change, minlength=ids.size)
    return float(sums[sums < 0.0].sum()), float(sums[sums > 0.0].sum())


def drawdown(run: Evidence) -> Figures:
    """Return how deep and how long the equity was below its peak."""
    points = run.tables["equity"]["equity"]
    peak = np.maximum.accumulate(points)
    lost, depth = peak - points, 100.0 * (1.0 - points / peak)
    longest = now = 0
    for is_below in (points < peak).tolist():
        now = now + 1 if is_below else 0
        longest = max(longest, now)
    return {
        "max_drawdown_abs": lost.max(),
        "max_drawdown_pct": depth.max(),
        "max_drawdown_duration_bars": longest,
        "ulcer_index": np.sqrt(np.mean(depth**2)),
        "recovery_factor": over(points[-1] - points[0], lost.max()),
    }


def _returns(run: Evidence) -> Array:
    """Return the returns up to ruin."""
    points = run.tables["equity"]["equity"]
    ruined = np.flatnonzero(points <= 0.0)
    points = points[: ruined[0] + 1] if ruined.size else points
    return np.asarray(np.diff(points) / points[:-1])


def returns(run: Evidence) -> Figures:
    """Return the figures of the returns of exec bars."""
    r, year = _returns(run), _bars_per_year(run)
    points = run.tables["equity"]["equity"]
    losses, gains = -r[r < 0.0], r[r > 0.0]
    bars = points.size - 1
    growth = _growth(points, year, bars)
    depth = drawdown(run)["max_drawdown_pct"]
    down = np.sqrt(np.sum(losses**2) / r.size) if r.size else 0.0
    sure = r.size > 1 and np.ptp(r) > 0.0
    mode = "finite" if down else ("infinite" if r.size and np.mean(r) > 0.0 else "undefined")
    return {
        "sharpe": np.mean(r) / np.std(r, ddof=1) * np.sqrt(year) if sure else None,
        "sortino": over(np.mean(r) * np.sqrt(year), down) if r.size else None,
        "sortino_mode": mode,
        "cagr": growth,
        "calmar": None if growth is None else over(100.0 * growth, depth),
        "omega_ratio": over(gains.sum(), losses.sum()),
        **_shape(r),
        "bars_per_year": year,
        "short_sample": bars * run.exec_ms < 30 * 86_400_000,
    }


def _bars_per_year(run: Evidence) -> float:
    name = run.manifest["exec"]
    return YEARS.get(name, 525_600.0 / EXEC_MINUTES[name])


def _growth(points: Array, year: float, bars: int) -> float | None:
    if not bars:
        return None
    if points[-1] <= 0.0:
        return -1.0
    with np.errstate(over="ignore"):
        return defined(np.expm1(year / bars * np.log(points[-1] / points[0])))


def _shape(r: Array) -> Figures:
    names = ("skewness", "kurtosis", "var_95_pct", "cvar_95_pct")
    if r.size < 10:
        return dict.fromkeys(names)
    z = r - np.mean(r)
    second, worst = np.mean(z**2), np.sort(r)[: max(1, int(0.05 * r.size + 1e-9))]
    plain = np.ptp(r) > 0.0
    return {
        "skewness": defined(np.mean(z**3) / second**1.5) if plain else None,
        "kurtosis": defined(np.mean(z**4) / second**2) if plain else None,
        "var_95_pct": -100.0 * worst[-1],
        "cvar_95_pct": -100.0 * np.mean(worst),
    }


def exposure(run: Evidence) -> Figures:
    """Return what was held, and for how long."""
    trades, closes = run.tables["trades"], run.tables["equity"]["ts_close"]
    equity, qty = equity_at_points(run), at_points(run, "qty")
    value = np.abs(qty) * marks_at_points(run)
    used = (value / equity)[(qty != 0.0) & (equity > 0.0)]
    fees, volume = run.tables["fills"]["fee"].sum(), run.tables["fills"]["notional"].sum()
    bars, held = closes.size - 1, _bars_held(trades, closes)
    return {
        "total_bars": bars,
        "bars_in_position": held,
        "time_in_market_pct": over(100.0 * held, bars),
        "turnover": over(volume, float(np.mean(equity))) if np.mean(equity) > 0.0 else None,
        "avg_leverage_used": np.mean(used) if used.size else None,
        "max_gross_exposure_pct": 100.0 * used.max() if used.size else None,
        "fees_per_exposure_pct": over(100.0 * fees, float(np.mean(value))),
    }


def _bars_held(trades: Any, closes: Array) -> int:
    """Return the exec bars in which a position existed, each bar marked once."""
    marked = np.zeros(closes.size + 1, np.bool_)
    first = np.searchsorted(closes, trades["ts_entry"], side="right") - 1
    last = np.searchsorted(closes, trades["ts_exit"] - 1, side="right") - 1
    for begin, end in zip(first.tolist(), last.tolist(), strict=True):
        marked[begin : end + 1] = True
    return int(marked.sum())


def margin(run: Evidence) -> Figures:
    """Return how near a position came to its end, at the closes of the bars it was held at."""
    nearest, away, minutes = [], [], run.minutes
    prices = liquidation_prices(run)
    for number, begin, end in held_at_closes(run):
        state, marks = run.replayed.states[number], minutes.mark_close[begin:end]
        needed = maintenance(run, np.abs(state.qty) * marks)
        left = state.margin + state.qty * (marks - state.entry)
        nearest += (left[needed > 0.0] / needed[needed > 0.0]).tolist()
        if prices[number] > PAID_UP * state.entry:
            away.append(float((100.0 * np.abs(marks - prices[number]) / marks).min()))
    return {
        "min_margin_ratio": min(nearest, default=None),
        "closest_liquidation_pct": min(away, default=None),
        "liquidations": _ended(run, "liquidation"),
    }


def _ended(run: Evidence, reason: str) -> int:
    trades = run.tables["trades"]
    return int((trades["is_final"] & (trades["exit_reason"] == reason)).sum())


def held_at_closes(run: Evidence) -> list[tuple[int, int, int]]:
    """Return (state, first bar, bar after the last) whose closes a position saw in that state."""
    minutes, states = run.minutes, run.replayed.states
    at = minutes.places(run.replayed.column("ts")[1:])
    begin = np.minimum(at, minutes.n).tolist()
    end = [*begin[1:], minutes.n][: len(begin)]
    spans = zip(range(1, len(states)), begin, end, strict=True)
    return [(k, a, b) for k, a, b in spans if states[k].qty and b > a]
