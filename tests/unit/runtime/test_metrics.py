"""Metrics on small runs computed by hand, and their edges."""

import json
from dataclasses import replace
from math import sqrt
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from generators.exchange_cases import START_MS, Case, bars_of, cases, play
from generators.exchange_cases import case_of as by_hand
from generators.money import rules
from tradec.runtime.metrics.curve import curve_metrics, growth_metrics, return_metrics, returns_of
from tradec.runtime.metrics.measure import Run, bars_per_year, measure
from tradec.runtime.metrics.positions import bars_in_position, position_metrics, positions_of
from tradec.runtime.metrics.sums import power, total
from tradec.runtime.metrics.table import METRICS
from tradec.runtime.sim.tables import Frame, fill_columns, order_columns, trade_columns
from tradec.runtime.timeframe import TIMEFRAMES

NAMES = [metric.name for metric in METRICS]


def measured(case: Case, timeframe: str = "1m") -> dict[str, Any]:
    exchange = play(case)
    frame = Frame(symbol="TEST", timeframe=TIMEFRAMES[timeframe], ts_start=START_MS + 60_000)
    records = SimpleNamespace(
        orders=exchange.orders_made(),
        fills=exchange.fills_made(),
        legs=exchange.legs_closed(),
        signals=exchange.signals_seen(),
        noted=np.empty((0, 0)),
    )
    return measure(
        Run(
            frame=frame,
            equity=exchange.equity(),
            trades=trade_columns(records, frame),
            fills=fill_columns(records),
            orders=order_columns(records),
            first_open=float(case.bars.open[min(1, case.bars.n - 1)]),
            last_close=float(case.bars.close[-1]),
        )
    )


def case_of(prices: list[float], actions: list[int], **changed: Any) -> Case:
    costs = {"taker_rate": 0.0, "slippage_rate": 0.0, "position_pct": 50.0}
    return by_hand(bars_of([(p, p, p, p) for p in prices]), actions, rules(**(costs | changed)))


def test_flat_run() -> None:
    metrics = measured(case_of([100.0] * 3, [0, 0, 0]))
    assert list(metrics) == NAMES
    zero = ("total_trades", "max_drawdown_abs", "max_drawdown_duration_bars", "total_fees")
    null = ("win_rate_pct", "sharpe", "sortino", "profit_factor", "expectancy_usdt", "calmar")
    assert [metrics[name] for name in zero] == [0, 0.0, 0, 0.0]
    assert [metrics[name] for name in null] == [None] * len(null)
    assert metrics["profit_factor_mode"] == metrics["sortino_mode"] == "undefined"
    assert metrics["cagr"] == 0.0


def test_one_win_and_one_loss() -> None:
    # 50 % of 10 000 at 100 is 50 units: +500 at 110; then 5250 at 110 falls to 99: -525
    metrics = measured(case_of([100.0, 100.0, 110.0, 110.0, 99.0], [1, 5, 1, 5, 0]))
    expected = {
        "total_trades": 2,
        "win_count": 1,
        "loss_count": 1,
        "win_rate_pct": 50.0,
        "gross_profit": 500.0,
        "gross_loss": 525.0,
        "profit_factor": 500.0 / 525.0,
        "profit_factor_mode": "finite",
        "net_profit": -25.0,
        "net_return_pct": -0.25,
        "benchmark_return_pct": -1.0,
        "alpha_pct": 0.75,
        "avg_trade_return_pct": 0.0,
        "expectancy_usdt": -12.5,
        "payoff_ratio": 500.0 / 525.0,
        "max_drawdown_abs": 525.0,
        "max_drawdown_pct": 5.0,
        "max_drawdown_duration_bars": 1,
        "recovery_factor": -25.0 / 525.0,
        "avg_trade_duration_bars": 1.0,
        "bars_in_position": 2,
        "time_in_market_pct": 50.0,
        "total_bars": 4,
        "entry_attempts": 2,
        "entry_rejections": 0,
        "rejection_rate_pct": 0.0,
        "long_trades": 2,
        "short_trades": 0,
        "short_win_rate_pct": None,
        "mae_avg_pct": 5.0,
        "mfe_avg_pct": 5.0,
        "total_volume_usdt": 5000.0 + 5500.0 + 5250.0 + 4725.0,
        "exits_by_reason": {"signal": 2},
        "short_sample": True,
    }
    for name, value in expected.items():
        close = pytest.approx(value, rel=1e-12) if isinstance(value, float) else value
        assert metrics[name] == close, name


def test_costs() -> None:
    case = case_of([100.0, 100.0, 100.0], [1, 5, 0], taker_rate=0.001, slippage_rate=0.01)
    metrics = measured(case)
    assert metrics["entry_fees"] == pytest.approx(50 * 101 * 0.001)
    assert metrics["exit_fees"] == pytest.approx(50 * 99 * 0.001)
    assert metrics["total_fees"] == metrics["taker_fees"] == pytest.approx(10.0)
    assert metrics["maker_fees"] == 0.0
    assert metrics["total_slippage_usdt"] == pytest.approx(100.0)
    assert metrics["avg_slippage_bps"] == pytest.approx(100.0)
    assert metrics["net_profit"] == pytest.approx(-110.0)


def test_refused_entries_are_counted_by_code() -> None:
    metrics = measured(case_of([100.0] * 3, [1, 2, 0], min_trade_notional_usdt=6000.0))
    assert metrics["entry_attempts"] == metrics["entry_rejections"] == 2
    assert metrics["entry_rejections_by_code"] == {"BELOW_MIN_NOTIONAL": 2}
    assert metrics["rejection_rate_pct"] == 100.0


def test_drawdown_does_not_count_points_at_the_peak() -> None:
    found = curve_metrics(np.array([100.0, 100.0, 90.0, 95.0, 100.0, 50.0, 120.0]))
    assert found["max_drawdown_abs"] == 50.0
    assert found["max_drawdown_pct"] == 50.0
    assert found["max_drawdown_duration_bars"] == 2
    assert found["ulcer_index"] == pytest.approx(sqrt((100 + 25 + 2500) / 7))


def test_returns_by_hand() -> None:
    found = return_metrics(np.array([0.1, -0.1, 0.2, -0.2]), 4.0)
    mean, deviation = 0.0, sqrt(0.1 / 3)
    assert found["sharpe"] == pytest.approx(mean / deviation * 2, abs=1e-12)
    assert found["omega_ratio"] == pytest.approx(1.0)
    assert found["sortino_mode"] == "finite"
    assert found["skewness"] is None
    only_gains = return_metrics(np.array([0.1, 0.2]), 4.0)
    assert (only_gains["sortino"], only_gains["sortino_mode"]) == (None, "infinite")
    assert only_gains["omega_ratio"] is None
    assert only_gains["sharpe"] == pytest.approx(0.15 / sqrt(0.005) * 2)


def test_tail_and_shape_by_hand() -> None:
    returns = np.array([-0.3, *([0.1] * 9)])
    found = return_metrics(returns, 1.0)
    away = returns - 0.06
    second = float((away**2).mean())
    assert found["var_95_pct"] == found["cvar_95_pct"] == pytest.approx(30.0)
    assert found["skewness"] == pytest.approx(float((away**3).mean()) / second**1.5)
    assert found["kurtosis"] == pytest.approx(float((away**4).mean()) / second**2)


def test_returns_end_at_ruin() -> None:
    assert returns_of(np.array([10.0, 5.0, -1.0, 3.0, 4.0])).tolist() == [-0.5, -1.2]


def test_growth() -> None:
    assert growth_metrics(np.array([1.0, 1.1, 1.21]), 2.0, 0.0) == {
        "cagr": pytest.approx(0.21),
        "calmar": None,
    }
    assert growth_metrics(np.array([1.0, -1.0]), 2.0, 200.0)["cagr"] == -1.0
    assert growth_metrics(np.array([1.0]), 2.0, 0.0)["cagr"] is None


def test_power_beyond_the_floats_is_null() -> None:
    assert power(2.0, 1e6) is None
    assert power(0.5, 1e9) == 0.0
    assert power(4.0, 0.5) == 2.0


def legs(**columns: Any) -> dict[str, np.ndarray[Any, Any]]:
    """Return trade legs from columns, whatever is not given being plain."""
    n = len(columns["position_id"])
    plain: dict[str, Any] = {"entry_notional": [100.0] * n, "side": ["long"] * n}
    plain |= {"exit_reason": ["tp"] * n}
    plain |= {"mae_pct": [0.0] * n, "mfe_pct": [0.0] * n, "net_pnl": [1.0] * n}
    return {
        name: np.array(values, dtype=object if isinstance(values[0], str) else None)
        for name, values in (plain | columns).items()
    }


def test_legs_of_a_position_are_one_trade_and_bars_are_counted_once() -> None:
    frame = Frame(symbol="TEST", timeframe=TIMEFRAMES["15m"], ts_start=0)
    quarter = 900_000
    trades = legs(
        position_id=[1, 1, 2, 3],
        net_pnl=[5.0, -7.0, 3.0, 0.0],
        ts_entry=[0, 0, 2 * quarter, 5 * quarter],
        ts_exit=[quarter, 2 * quarter + 60_000, 3 * quarter, 5 * quarter],
    )
    positions = positions_of(trades, frame)
    assert positions.net.tolist() == [-2.0, 3.0, 0.0]
    assert bars_in_position(positions) == 3
    found = position_metrics(positions)
    assert (found["total_trades"], found["win_count"], found["loss_count"]) == (3, 1, 1)


def test_a_zero_net_position_ends_both_streaks() -> None:
    frame = Frame(symbol="TEST", timeframe=TIMEFRAMES["1m"], ts_start=0)
    net = [1.0, 1.0, 0.0, 1.0, -1.0, -1.0, -1.0]
    ids, times = list(range(1, 8)), [60_000 * k for k in range(7)]
    trades = legs(position_id=ids, net_pnl=net, ts_entry=times, ts_exit=times)
    found = position_metrics(positions_of(trades, frame))
    assert (found["max_consecutive_wins"], found["max_consecutive_losses"]) == (2, 3)


@pytest.mark.parametrize(
    ("name", "bars"), [("1m", 525_600.0), ("15m", 35_040.0), ("D", 365.0), ("W", 52.0), ("M", 12.0)]
)
def test_bars_per_year(name: str, bars: float) -> None:
    assert bars_per_year(TIMEFRAMES[name]) == bars


def test_total_adds_in_order() -> None:
    values = np.array([1e16, 1.0, -1e16, *([1e-3] * 200)])
    assert total(values) == sum(values.tolist())


@given(cases())
@settings(max_examples=60, deadline=None)
def test_every_run_has_every_metric_as_json(case: Case) -> None:
    case = replace(case, every=1)
    metrics = measured(case)
    assert list(metrics) == NAMES
    json.dumps(metrics, allow_nan=False)
    assert metrics["bars_in_position"] <= metrics["total_bars"]
