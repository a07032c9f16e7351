"""Metrics on small runs computed by hand, and their edges."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from math import nan, prod, sqrt
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from generators.exchange_cases import EXEC, START_MS, Case, bars_of, cases, play
from generators.exchange_cases import case_of as by_hand
from generators.money import rules
from tradec.runtime.data.marks import Funding
from tradec.runtime.metrics.curve import curve_metrics, growth_metrics, return_metrics, returns_of
from tradec.runtime.metrics.exposure import Marked
from tradec.runtime.metrics.measure import Run, bars_per_year, measure
from tradec.runtime.metrics.periods import period_returns
from tradec.runtime.metrics.positions import (
    bars_in_position,
    hanging,
    position_metrics,
    positions_of,
    profit_range,
)
from tradec.runtime.metrics.sums import power, total
from tradec.runtime.metrics.table import METRICS
from tradec.runtime.sim.accounts import account_columns, funding_columns, mark_closes
from tradec.runtime.sim.instrument import Instrument, Tier
from tradec.runtime.sim.tables import Frame, fill_columns, order_columns, trade_columns
from tradec.runtime.sim.terms import tiers_of
from tradec.runtime.timeframe import TIMEFRAMES

NAMES = [metric.name for metric in METRICS]


def measured(case: Case, timeframe: str = "1m") -> dict[str, Any]:
    return measure(run_of(case, timeframe))


def run_of(case: Case, timeframe: str = "1m") -> Run:
    exchange = play(case)
    start = START_MS + (case.first + 1) * 60_000
    frame = Frame(symbol="TEST", timeframe=TIMEFRAMES[timeframe], ts_start=start)
    records = SimpleNamespace(
        orders=exchange.orders_made(),
        fills=exchange.fills_made(),
        legs=exchange.legs_closed(),
        signals=exchange.signals_seen(),
        noted=np.empty((0, 0)),
    )
    points, step = exchange.equity(), 60_000 * case.every
    first = -(-start // step) * step
    closes = first + step * np.arange(points.size)
    marks = mark_closes(case.bars, "last_close" if case.bars.mark is None else "mark_kline")
    tiers, states = tiers_of(case.rules, case.instrument), exchange.states_kept()
    places = (closes - START_MS) // 60_000 - 1
    return Run(
        frame=frame,
        equity=points,
        trades=trade_columns(records, frame),
        fills=fill_columns(records),
        orders=order_columns(records),
        funding=funding_columns(exchange.funding_paid()),
        account=account_columns(states, closes, marks[places], tiers),
        marked=Marked(ts0=START_MS, base_ms=60_000, closes=marks, states=states, tiers=tiers),
        first_open=float(case.bars.open[min(1, case.bars.n - 1)]),
        last_close=float(case.bars.close[-1]),
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
    plain |= {"is_ambiguous": [False] * n, "other_net_pnl": [nan] * n, "realized_pnl": [1.0] * n}
    plain |= {"margin_ticks": [nan] * n}
    plain |= {"entry_qty": [1.0] * n, "entry_price": [100.0] * n, "stop_loss": [nan] * n}
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
    assume(case.first + case.every <= case.bars.n)
    metrics = measured(case, EXEC[case.every])
    assert list(metrics) == NAMES
    json.dumps(metrics, allow_nan=False)
    assert metrics["bars_in_position"] <= metrics["total_bars"]


def test_every_metric_is_defined_once_and_says_its_sampling() -> None:
    assert len(set(NAMES)) == len(NAMES)
    for metric in METRICS:
        assert all((metric.title, metric.definition, metric.unit, metric.sampling)), metric.name
        assert metric.unit.startswith("%") or not metric.name.endswith("_pct"), metric.name
    yearly = [metric.name for metric in METRICS if metric.annualized]
    assert yearly == ["sharpe", "sortino", "cagr", "calmar"]


def test_what_is_never_null_has_a_value_in_a_flat_run() -> None:
    metrics = measured(case_of([100.0] * 3, [0, 0, 0]))
    null = {metric.name for metric in METRICS if metrics[metric.name] is None}
    assert null <= {metric.name for metric in METRICS if metric.null}
    assert {"avg_leverage_used", "min_margin_ratio", "closest_liquidation_pct"} <= null


def test_margin_and_exposure_by_hand() -> None:
    # 100 % of 1000 at 10x is margin 950 (the share), notional 9500: 95 units at 100, held over the
    # closes 98, 104 and 96, sold at the next open, 96. Maintenance is 1 % of the notional.
    tiers = (Tier(limit_usdt=None, maintenance_margin_rate=0.01),)
    instrument = replace(Instrument.unconstrained(), tiers=tiers)
    costs = {"taker_rate": 0.0, "slippage_rate": 0.0, "position_pct": 100.0}
    money = rules(starting_equity_usdt=1000.0, leverage=10.0, **costs)
    rows = [(100.0,) * 4, (100, 100, 98, 98), (98, 104, 98, 104), (104, 104, 96, 96), (96.0,) * 4]
    metrics = measured(by_hand(bars_of(rows), [1, 0, 0, 5], money, instrument=instrument))
    liquidation = (9500 - 950) / (95 * 0.99)
    assert metrics["min_margin_ratio"] == pytest.approx((950 - 95 * 4) / (95 * 96 * 0.01))
    assert metrics["closest_liquidation_pct"] == pytest.approx(100 * (96 - liquidation) / 96)
    equity = [1000.0, 1000.0 - 190, 1000.0 + 380, 1000.0 - 380]
    used = [95 * 98 / equity[1], 95 * 104 / equity[2], 95 * 96 / equity[3]]
    assert metrics["avg_leverage_used"] == pytest.approx(sum(used) / 3)
    assert metrics["max_gross_exposure_pct"] == pytest.approx(100 * used[2])
    assert metrics["turnover"] == pytest.approx((9500 + 95 * 96) / ((sum(equity) + 620) / 5))
    assert metrics["liquidations"] == 0
    assert metrics["expectancy_r"] is None


def test_funding_by_hand() -> None:
    # 50 units from minute 1 on: paid 50 * 102 * 0.01 = 51 and received 50 * 98 * 0.02 = 98,
    # each at the close of the minute before its settlement
    prices = [100.0, 100.0, 102.0, 98.0, 98.0, 98.0]
    bars = bars_of([(p, p, p, p) for p in prices])
    times = np.array([START_MS + 3 * 60_000, START_MS + 4 * 60_000])
    bars = replace(bars, funding=Funding(ts=times, rate=np.array([0.01, -0.02])))
    costs = {"taker_rate": 0.0, "slippage_rate": 0.0, "position_pct": 50.0}
    metrics = measured(by_hand(bars, [1, 0, 0, 0, 5], rules(**costs)))
    assert metrics["total_funding_paid"] == pytest.approx(51.0)
    assert metrics["total_funding_received"] == pytest.approx(98.0)
    assert metrics["net_funding"] == pytest.approx(47.0)
    assert metrics["funding_settlements"] == 2
    assert metrics["total_realized_pnl"] == pytest.approx(-100.0)
    assert metrics["net_profit"] == pytest.approx(-53.0)


def test_the_interval_of_the_profit_by_hand() -> None:
    # of three positions two are ambiguous: -10 may have been +30, and 5 may have been -20 in its
    # second leg, the first one (2) being certain
    frame = Frame(symbol="TEST", timeframe=TIMEFRAMES["1m"], ts_start=0)
    trades = legs(
        position_id=[1, 2, 2, 3],
        net_pnl=[-10.0, 2.0, 3.0, 7.0],
        is_ambiguous=[True, False, True, False],
        other_net_pnl=[30.0, nan, -22.0, nan],
        ts_entry=[0, 0, 0, 0],
        ts_exit=[60_000] * 4,
    )
    assert profit_range(positions_of(trades, frame), 2.0) == {
        "ambiguous_trades": 2,
        "ambiguous_trades_pct": pytest.approx(200 / 3),
        "net_profit_pessimistic": 2.0 - 25.0,
        "net_profit_optimistic": 2.0 + 40.0,
    }


def test_trades_that_hang_on_one_tick_by_hand() -> None:
    # the second position's legs say the same of their one entry; one tick is near, two are not
    frame = Frame(symbol="TEST", timeframe=TIMEFRAMES["1m"], ts_start=0)
    trades = legs(
        position_id=[1, 2, 2, 3, 4],
        margin_ticks=[0.4, 1.0, 1.0, 2.0, nan],
        ts_entry=[0] * 5,
        ts_exit=[60_000] * 5,
    )
    assert hanging(positions_of(trades, frame)) == {
        "one_tick_trades": 2,
        "one_tick_trades_pct": 50.0,
    }


def test_risk_multiples_and_exits_by_reason() -> None:
    frame = Frame(symbol="TEST", timeframe=TIMEFRAMES["1m"], ts_start=0)
    trades = legs(
        position_id=[1, 2, 3],
        net_pnl=[10.0, -6.0, 4.0],
        entry_qty=[2.0, 3.0, 1.0],
        stop_loss=[95.0, 102.0, nan],
        exit_reason=["tp", "sl", "tp"],
        ts_entry=[0, 0, 0],
        ts_exit=[60_000, 120_000, 180_000],
    )
    found = position_metrics(positions_of(trades, frame))
    assert found["expectancy_r"] == pytest.approx((10 / 10 - 6 / 6) / 2)
    assert found["exits_by_reason"] == {"sl": 1, "tp": 2}
    assert found["avg_bars_to_exit_by_reason"] == {"sl": 2.0, "tp": 2.0}


DAY = 86_400_000


def test_period_returns_by_hand() -> None:
    # from Monday 2024-12-30 on, a point a day: the one at midnight ends the day before
    start = 20_087 * DAY
    equity = np.array([100.0, 110.0, 121.0, 60.5, 66.55, 66.55, 66.55, 133.1, 133.1])
    found = period_returns(start + DAY * np.arange(9), equity)
    assert [row["period"] for row in found["day"][:3]] == ["2024-12-30", "2024-12-31", "2025-01-01"]
    assert found["day"][2]["return_pct"] == pytest.approx(-50.0)
    assert [(row["period"], row["equity"]) for row in found["week"]] == [
        ("2025-W01", 133.1),
        ("2025-W02", 133.1),
    ]
    months = {row["period"]: row["return_pct"] for row in found["month"]}
    assert months == {"2024-12": pytest.approx(21.0), "2025-01": pytest.approx(10.0)}
    assert period_returns(np.array([start]), np.array([100.0])) == {
        "day": [],
        "week": [],
        "month": [],
    }


@given(
    st.lists(st.floats(0.5, 2.0), min_size=1, max_size=60),
    st.sampled_from((60_000, 3_600_000, DAY, 7 * DAY)),
    st.integers(0, 4_000_000_000),
)
def test_period_returns_multiply_to_the_total(factors: list[float], step: int, at: int) -> None:
    equity = np.cumprod(np.array([100.0, *factors]))
    times = at * 1000 // step * step + step * np.arange(equity.size)
    found = period_returns(times, equity)
    for kind, rows in found.items():
        product = prod(1.0 + row["return_pct"] / 100.0 for row in rows)
        assert product == pytest.approx(equity[-1] / equity[0]), kind
        assert len({row["period"] for row in rows}) == len(rows), kind
    weeks = [datetime.fromtimestamp((ts - 1) / 1000, UTC).isocalendar() for ts in times[1:]]
    named = dict.fromkeys(f"{week.year}-W{week.week:02}" for week in weeks)
    assert [row["period"] for row in found["week"]] == list(named)
