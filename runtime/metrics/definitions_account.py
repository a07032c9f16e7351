"""What the metrics of the account are: profit, drawdown, returns, exposure, margin, costs."""

from typing import Final

from tradec.runtime.metrics.definition import (
    FILLS,
    HELD_MINUTES,
    HELD_POINTS,
    NEVER_HELD,
    ORDERS,
    POINTS,
    RETURNS,
    SETTLEMENTS,
    SPAN,
    YEARLY,
    defined,
)

_NO_LOSS, _NO_DRAWDOWN, _FEW = "no r is negative", "there was no drawdown", "n < 10"

OTHER: Final = (
    "other being the net of an ambiguous position with the events of its first ambiguous minute "
    "the other way round, at its own quantity, all other positions unchanged"
)

PROFIT: Final = (
    *defined(
        "profit",
        POINTS,
        (
            ("initial_equity", "initial equity", "USDT", "E_0"),
            ("final_equity", "final equity", "USDT", "E_n, after the costs of closing"),
            ("net_profit", "net profit", "USDT", "E_n - E_0"),
            ("net_return_pct", "net return", "%", "100 * net_profit / E_0"),
        ),
    ),
    *defined(
        "profit",
        "the run and its ambiguous positions",
        (
            (
                "net_profit_pessimistic",
                "net profit, pessimistic",
                "USDT",
                f"net_profit + sum(min(other - net, 0)), {OTHER}",
            ),
            (
                "net_profit_optimistic",
                "net profit, optimistic",
                "USDT",
                f"net_profit + sum(max(other - net, 0)), {OTHER}",
            ),
        ),
    ),
    *defined(
        "profit",
        SPAN,
        (
            (
                "benchmark_return_pct",
                "buy and hold",
                "%",
                "100 * (last close / first open - 1) of the traded span, without costs",
                "n = 0",
            ),
            (
                "alpha_pct",
                "alpha",
                "%",
                "net_return_pct - benchmark_return_pct: a difference, not Jensen's alpha",
                "n = 0",
            ),
        ),
    ),
)

DRAWDOWN: Final = defined(
    "drawdown",
    f"{POINTS}; peak is the largest E so far",
    (
        ("max_drawdown_abs", "largest drawdown", "USDT", "max(peak - E)"),
        (
            "max_drawdown_pct",
            "deepest drawdown",
            "%",
            "100 * max((peak - E) / peak), not necessarily where max_drawdown_abs is",
        ),
        (
            "max_drawdown_duration_bars",
            "longest drawdown",
            "exec bars",
            "longest run of consecutive points with E < peak",
        ),
        ("ulcer_index", "ulcer index", "%", "sqrt(mean((100 * (peak - E) / peak)^2))"),
        (
            "recovery_factor",
            "recovery factor",
            "ratio",
            "net_profit / max_drawdown_abs",
            _NO_DRAWDOWN,
        ),
    ),
)

RISK: Final = (
    *defined(
        "returns",
        RETURNS,
        (
            (
                "sharpe",
                "Sharpe ratio",
                "ratio",
                "mean(r) / std(r, ddof 1) * sqrt(bars_per_year), risk-free rate 0",
                "n < 2 or std = 0",
            ),
            (
                "sortino",
                "Sortino ratio",
                "ratio",
                "mean(r) / sqrt(sum(min(r, 0)^2) / n) * sqrt(bars_per_year), target 0",
                _NO_LOSS,
            ),
        ),
        annualized=YEARLY,
    ),
    *defined(
        "returns",
        POINTS,
        (
            (
                "cagr",
                "annual growth",
                "ratio",
                "(E_n / E_0)^(bars_per_year / n) - 1; -1 if E_n <= 0",
                "n = 0, or beyond the floats",
            ),
            (
                "calmar",
                "Calmar ratio",
                "ratio",
                "cagr / (max_drawdown_pct / 100)",
                f"cagr is null or {_NO_DRAWDOWN}",
            ),
        ),
        annualized=YEARLY,
    ),
    *defined(
        "returns",
        RETURNS,
        (
            (
                "sortino_mode",
                "state of the Sortino ratio",
                "word",
                "finite; infinite: no r is negative and mean(r) > 0; undefined: else",
            ),
            (
                "omega_ratio",
                "omega ratio",
                "ratio",
                "sum(max(r, 0)) / sum(max(-r, 0)), threshold 0",
                _NO_LOSS,
            ),
            ("skewness", "skewness", "ratio", "m3 / m2^1.5, population", f"{_FEW} or m2 = 0"),
            (
                "kurtosis",
                "kurtosis",
                "ratio",
                "m4 / m2^2, population, not excess",
                f"{_FEW} or m2 = 0",
            ),
            (
                "var_95_pct",
                "value at risk, 95 %",
                "% an exec bar",
                "-100 * r_(k) of the sorted r, k = max(1, floor(0.05 n)): a loss is positive",
                _FEW,
            ),
            (
                "cvar_95_pct",
                "expected shortfall, 95 %",
                "% an exec bar",
                "-100 * mean(r_(1)..r_(k)) of the sorted r, k as in var_95_pct",
                _FEW,
            ),
        ),
    ),
    *defined(
        "returns",
        SPAN,
        (
            (
                "bars_per_year",
                "exec bars of a year",
                "exec bars",
                "525600 / minutes of the exec timeframe; D 365, W 52, M 12",
            ),
            (
                "short_sample",
                "short sample",
                "true or false",
                "the run lasts less than 30 days: what is annualized means little",
            ),
        ),
    ),
)

EXPOSURE: Final = (
    *defined(
        "exposure",
        SPAN,
        (
            ("total_bars", "bars", "exec bars", "n, the exec bars after trade_start"),
            (
                "bars_in_position",
                "bars in position",
                "exec bars",
                "exec bars during which a position existed for any time",
            ),
            (
                "time_in_market_pct",
                "time in market",
                "%",
                "100 * bars_in_position / total_bars",
                "n = 0",
            ),
            (
                "turnover",
                "turnover",
                "ratio",
                "total_volume_usdt / mean(E)",
                "mean(E) <= 0",
            ),
        ),
    ),
    *defined(
        "exposure",
        HELD_POINTS,
        (
            (
                "avg_leverage_used",
                "average leverage used",
                "ratio",
                "mean(notional / E) where E > 0",
                NEVER_HELD,
            ),
            (
                "max_gross_exposure_pct",
                "largest exposure",
                "%",
                "100 * max(notional / E) where E > 0",
                NEVER_HELD,
            ),
        ),
    ),
    *defined(
        "exposure",
        POINTS,
        (
            (
                "fees_per_exposure_pct",
                "fees by exposure",
                "%",
                "100 * total_fees / mean(notional), the notional being 0 while flat",
                NEVER_HELD,
            ),
        ),
    ),
)

MARGIN: Final = (
    *defined(
        "margin",
        HELD_MINUTES,
        (
            (
                "min_margin_ratio",
                "smallest margin ratio",
                "ratio",
                "min((margin + unrealized pnl) / maintenance margin); liquidation is at 1",
                f"{NEVER_HELD} or no maintenance margin is needed",
            ),
            (
                "closest_liquidation_pct",
                "closest to liquidation",
                "%",
                "min(100 * |mark - liquidation price| / mark)",
                f"{NEVER_HELD} or none that can be liquidated",
            ),
        ),
    ),
    *defined(
        "margin",
        "positions",
        (("liquidations", "liquidations", "positions", "positions that ended by liquidation"),),
    ),
)

COSTS: Final = (
    *defined(
        "costs",
        FILLS,
        (
            ("total_fees", "fees", "USDT", "sum(fee), a rebate being negative"),
            ("entry_fees", "fees of entries", "USDT", "sum(fee) of entries"),
            ("exit_fees", "fees of exits", "USDT", "sum(fee) of exits"),
            ("maker_fees", "maker fees", "USDT", "sum(fee) of resting orders"),
            ("taker_fees", "taker fees", "USDT", "sum(fee) of all others"),
            (
                "total_slippage_usdt",
                "slippage",
                "USDT",
                "sum(side * (price - ref_price) * qty), side 1 buys and -1 sells: part of the net",
            ),
            (
                "avg_slippage_bps",
                "average slippage",
                "basis points",
                "mean(10^4 * side * (price - ref_price) / ref_price)",
                "there was no fill",
            ),
            (
                "max_slippage_bps",
                "largest slippage",
                "basis points",
                "max(10^4 * side * (price - ref_price) / ref_price)",
                "there was no fill",
            ),
            ("total_volume_usdt", "volume", "USDT", "sum(qty * price)"),
        ),
    ),
    *defined(
        "costs",
        SETTLEMENTS,
        (
            ("total_funding_paid", "funding paid", "USDT", "sum(max(-pnl, 0))"),
            ("total_funding_received", "funding received", "USDT", "sum(max(pnl, 0))"),
            ("net_funding", "net funding", "USDT", "sum(pnl), received less paid"),
            ("funding_settlements", "settlements", "settlements", "those held through"),
        ),
    ),
)

ENTRIES: Final = defined(
    "entries",
    ORDERS,
    (
        ("entry_attempts", "entries tried", "orders", "entry orders submitted"),
        (
            "entry_rejections",
            "entries rejected",
            "orders",
            "entry orders rejected, at submission or at the fill",
        ),
        (
            "entry_rejections_by_code",
            "rejections by code",
            "orders by code",
            "entry_rejections by code",
        ),
        (
            "rejection_rate_pct",
            "rejection rate",
            "%",
            "100 * entry_rejections / entry_attempts",
            "there was no attempt",
        ),
    ),
)
