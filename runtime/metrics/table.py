"""Every metric of a run with its definition: what `metrics.json` holds, in this order."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric: how it is defined, its unit, and over what it is sampled."""

    name: str
    definition: str
    unit: str
    sampling: str


POINTS: Final = "equity points: trade_start and every exec close"
RETURNS: Final = "returns r_i = E_i / E_(i-1) - 1 of the equity points, until E_(i-1) <= 0"
POSITIONS: Final = "positions, their legs summed"
FILLS: Final = "fills"
ORDERS: Final = "entry orders"
SPAN: Final = "the run"

_ROWS: Final = (
    ("initial_equity", "E_0", "USDT", POINTS),
    ("final_equity", "E_n, after the closing costs", "USDT", POINTS),
    ("net_profit", "E_n - E_0", "USDT", POINTS),
    ("net_return_pct", "100 * net_profit / E_0", "%", POINTS),
    (
        "benchmark_return_pct",
        "100 * (last close / first open - 1): buying and holding over the traded span",
        "%",
        SPAN,
    ),
    ("alpha_pct", "net_return_pct - benchmark_return_pct, not Jensen's alpha", "%", SPAN),
    ("max_drawdown_abs", "max(peak - E)", "USDT", POINTS),
    ("max_drawdown_pct", "100 * max((peak - E) / peak)", "%", POINTS),
    ("max_drawdown_duration_bars", "longest run of points with E < peak", "exec bars", POINTS),
    ("ulcer_index", "sqrt(mean((100 * (peak - E) / peak)^2))", "%", POINTS),
    (
        "sharpe",
        "mean(r) / std(r, ddof 1) * sqrt(BPY), risk-free rate 0; null if n < 2 or std = 0",
        "ratio, annualized",
        RETURNS,
    ),
    (
        "sortino",
        "mean(r) / sqrt(sum(min(r, 0)^2) / n) * sqrt(BPY); null without a negative return",
        "ratio, annualized",
        RETURNS,
    ),
    ("sortino_mode", "finite; infinite: no negative return, mean > 0; undefined", "word", RETURNS),
    (
        "cagr",
        "(E_n / E_0)^(BPY / n) - 1; -1 if E_n <= 0; null if n = 0",
        "ratio, annualized",
        POINTS,
    ),
    ("short_sample", "the run lasts less than 30 days: annualized figures mean little", "", SPAN),
    ("calmar", "cagr / (max_drawdown_pct / 100); null without a drawdown", "ratio", POINTS),
    ("omega_ratio", "sum(max(r, 0)) / sum(max(-r, 0)); null without a loss", "ratio", RETURNS),
    ("skewness", "m3 / m2^1.5, population; null if n < 10 or m2 = 0", "ratio", RETURNS),
    ("kurtosis", "m4 / m2^2, population, not excess; null if n < 10 or m2 = 0", "ratio", RETURNS),
    (
        "var_95_pct",
        "-100 * r_(k) of the sorted returns, k = max(1, floor(0.05 n)); null if n < 10",
        "%",
        RETURNS,
    ),
    ("cvar_95_pct", "-100 * mean(r_(1..k)); null if n < 10", "%", RETURNS),
    ("bars_per_year", "BPY: 525600 / minutes of exec; D 365, W 52, M 12", "exec bars", SPAN),
    ("total_trades", "number of positions", "positions", POSITIONS),
    ("total_legs", "number of closes, partial ones included", "legs", POSITIONS),
    ("win_count", "positions with net > 0", "positions", POSITIONS),
    ("loss_count", "positions with net < 0", "positions", POSITIONS),
    ("win_rate_pct", "100 * win_count / total_trades; null without trades", "%", POSITIONS),
    ("gross_profit", "sum of net > 0, net of fees", "USDT", POSITIONS),
    ("gross_loss", "-sum of net < 0, net of fees", "USDT", POSITIONS),
    ("profit_factor", "gross_profit / gross_loss; null without a loss", "ratio", POSITIONS),
    (
        "profit_factor_mode",
        "finite; infinite: profit and no loss; undefined: neither",
        "word",
        POSITIONS,
    ),
    ("avg_trade_return_pct", "mean(100 * net / entry notional)", "%", POSITIONS),
    ("expectancy_usdt", "mean(net)", "USDT", POSITIONS),
    ("avg_win_usdt", "mean of net > 0; null without a win", "USDT", POSITIONS),
    ("avg_loss_usdt", "mean of -net of net < 0; null without a loss", "USDT", POSITIONS),
    ("largest_win_usdt", "max(net) of the wins", "USDT", POSITIONS),
    ("largest_loss_usdt", "max(-net) of the losses", "USDT", POSITIONS),
    ("payoff_ratio", "avg_win_usdt / avg_loss_usdt; null if either is", "ratio", POSITIONS),
    ("recovery_factor", "net_profit / max_drawdown_abs; null without one", "ratio", POINTS),
    (
        "avg_trade_duration_bars",
        "mean((ts_exit - ts_entry) / exec bar), fractional",
        "exec bars",
        POSITIONS,
    ),
    ("avg_winning_duration_bars", "the same of the wins", "exec bars", POSITIONS),
    ("avg_losing_duration_bars", "the same of the losses", "exec bars", POSITIONS),
    (
        "max_consecutive_wins",
        "longest run in order of exit; net = 0 ends it",
        "positions",
        POSITIONS,
    ),
    (
        "max_consecutive_losses",
        "longest run in order of exit; net = 0 ends it",
        "positions",
        POSITIONS,
    ),
    ("long_trades", "long positions", "positions", POSITIONS),
    ("long_win_rate_pct", "100 * winning long / long; null without any", "%", POSITIONS),
    ("long_net_profit", "sum of net of long positions", "USDT", POSITIONS),
    ("short_trades", "short positions", "positions", POSITIONS),
    ("short_win_rate_pct", "100 * winning short / short; null without any", "%", POSITIONS),
    ("short_net_profit", "sum of net of short positions", "USDT", POSITIONS),
    ("exits_by_reason", "number of final legs by exit reason", "positions", POSITIONS),
    (
        "mae_avg_pct",
        "mean adverse excursion in % of the entry price, the exit minute bounded by the exit price",
        "%",
        POSITIONS,
    ),
    ("mfe_avg_pct", "mean favorable excursion, measured alike", "%", POSITIONS),
    ("total_bars", "exec bars after trade_start, n", "exec bars", SPAN),
    (
        "bars_in_position",
        "exec bars during which a position existed for any time",
        "exec bars",
        SPAN,
    ),
    ("time_in_market_pct", "100 * bars_in_position / n; null if n = 0", "%", SPAN),
    ("total_fees", "sum of fees", "USDT", FILLS),
    ("entry_fees", "sum of fees of entries", "USDT", FILLS),
    ("exit_fees", "sum of fees of exits", "USDT", FILLS),
    ("maker_fees", "sum of fees of resting orders", "USDT", FILLS),
    ("taker_fees", "sum of fees of market orders", "USDT", FILLS),
    ("total_slippage_usdt", "sum of side * (price - ref_price) * qty", "USDT", FILLS),
    (
        "avg_slippage_bps",
        "mean(10^4 * side * (price - ref_price) / ref_price)",
        "basis points",
        FILLS,
    ),
    ("max_slippage_bps", "the largest of these", "basis points", FILLS),
    ("total_volume_usdt", "sum of qty * price", "USDT", FILLS),
    ("entry_attempts", "entry orders submitted", "orders", ORDERS),
    ("entry_rejections", "entry orders rejected, at submission or at the fill", "orders", ORDERS),
    ("entry_rejections_by_code", "the same by code", "orders", ORDERS),
    ("rejection_rate_pct", "100 * entry_rejections / entry_attempts", "%", ORDERS),
)

METRICS: Final = tuple(
    Metric(name=name, definition=definition, unit=unit, sampling=sampling)
    for name, definition, unit, sampling in _ROWS
)
"""All metrics; what cannot be computed is null, never a substitute (simulation.md 16)."""
