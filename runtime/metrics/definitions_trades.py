"""What the metrics of trades are; a trade is a position, its legs summed."""

from typing import Final

from tradec.runtime.metrics.definition import POSITIONS, defined

_NONE, _NO_WIN, _NO_LOSS = "there is no trade", "no trade won", "no trade lost"

COUNTS: Final = defined(
    "trades",
    POSITIONS,
    (
        ("total_trades", "trades", "positions", "number of positions"),
        ("total_legs", "legs", "legs", "number of closes, partial ones included"),
        ("win_count", "won", "positions", "positions with net > 0"),
        ("loss_count", "lost", "positions", "positions with net < 0; net = 0 is in neither"),
        ("win_rate_pct", "win rate", "%", "100 * win_count / total_trades", _NONE),
        (
            "total_realized_pnl",
            "profit of prices",
            "USDT",
            "sum(side * qty * (exit - entry)): before fees and funding, after slippage",
        ),
        ("gross_profit", "gross profit", "USDT", "sum(net) of net > 0, after fees and funding"),
        ("gross_loss", "gross loss", "USDT", "-sum(net) of net < 0, after fees and funding"),
        ("profit_factor", "profit factor", "ratio", "gross_profit / gross_loss", _NO_LOSS),
        (
            "profit_factor_mode",
            "state of the profit factor",
            "word",
            "finite; infinite: profit and no loss; undefined: neither",
        ),
        ("avg_trade_return_pct", "average return", "%", "mean(100 * net / entry notional)", _NONE),
        ("expectancy_usdt", "expectancy", "USDT", "mean(net)", _NONE),
        (
            "expectancy_r",
            "expectancy in risks",
            "ratio",
            "mean(net / (qty * |entry - first stop|)) of the trades with a stop",
            "no trade had a stop",
        ),
        ("avg_win_usdt", "average win", "USDT", "mean(net) of net > 0", _NO_WIN),
        ("avg_loss_usdt", "average loss", "USDT", "mean(-net) of net < 0", _NO_LOSS),
        ("largest_win_usdt", "largest win", "USDT", "max(net) of net > 0", _NO_WIN),
        ("largest_loss_usdt", "largest loss", "USDT", "max(-net) of net < 0", _NO_LOSS),
        (
            "payoff_ratio",
            "payoff ratio",
            "ratio",
            "avg_win_usdt / avg_loss_usdt",
            "either is null",
        ),
        (
            "max_consecutive_wins",
            "longest winning streak",
            "positions",
            "longest run of net > 0 in order of exit; net = 0 ends it",
        ),
        (
            "max_consecutive_losses",
            "longest losing streak",
            "positions",
            "longest run of net < 0 in order of exit; net = 0 ends it",
        ),
    ),
)

AMBIGUITY: Final = defined(
    "trades",
    POSITIONS,
    (
        (
            "ambiguous_trades",
            "ambiguous trades",
            "positions",
            "positions with a minute whose bar cannot tell which of two events came first",
        ),
        (
            "ambiguous_trades_pct",
            "share of ambiguous trades",
            "%",
            "100 * ambiguous_trades / total_trades",
            _NONE,
        ),
        (
            "one_tick_trades",
            "trades that hang on one tick",
            "positions",
            "positions whose entry one comparison of prices alone decided, within 1 tick",
        ),
        (
            "one_tick_trades_pct",
            "share of trades that hang on one tick",
            "%",
            "100 * one_tick_trades / total_trades",
            _NONE,
        ),
    ),
)

SIDES: Final = tuple(
    metric
    for side in ("long", "short")
    for metric in defined(
        "sides",
        f"{side} positions, their legs summed",
        (
            (f"{side}_trades", f"{side} trades", "positions", "number of positions"),
            (
                f"{side}_win_rate_pct",
                f"{side} win rate",
                "%",
                "100 * positions with net > 0 / positions",
                "there is none",
            ),
            (f"{side}_net_profit", f"{side} net profit", "USDT", "sum(net)"),
            (
                f"{side}_profit_factor",
                f"{side} profit factor",
                "ratio",
                "sum(net) of net > 0 / -sum(net) of net < 0",
                "none lost",
            ),
        ),
    )
)

TIMES: Final = defined(
    "times",
    POSITIONS,
    (
        (
            "avg_trade_duration_bars",
            "average duration",
            "exec bars",
            "mean((ts_exit - ts_entry) / exec bar), fractional",
            _NONE,
        ),
        (
            "avg_winning_duration_bars",
            "average duration of wins",
            "exec bars",
            "avg_trade_duration_bars of net > 0",
            _NO_WIN,
        ),
        (
            "avg_losing_duration_bars",
            "average duration of losses",
            "exec bars",
            "avg_trade_duration_bars of net < 0",
            _NO_LOSS,
        ),
        (
            "exits_by_reason",
            "exits by reason",
            "positions by reason",
            "number of positions by the reason of their last leg",
        ),
        (
            "avg_bars_to_exit_by_reason",
            "bars to exit by reason",
            "exec bars by reason",
            "avg_trade_duration_bars by the reason of the last leg",
        ),
    ),
)

EXCURSIONS: Final = defined(
    "excursions",
    f"{POSITIONS}, the minutes between entry and exit inclusive",
    (
        (
            "mae_avg_pct",
            "average adverse excursion",
            "%",
            "mean(100 * worst move against the entry / entry), the exit bounding its minute",
            _NONE,
        ),
        (
            "mfe_avg_pct",
            "average favorable excursion",
            "%",
            "mean(100 * best move in favor of the entry / entry), the exit bounding its minute",
            _NONE,
        ),
        (
            "mae_max_pct",
            "largest adverse excursion",
            "%",
            "max(100 * worst move against the entry / entry), the exit bounding its minute",
            _NONE,
        ),
        (
            "mfe_max_pct",
            "largest favorable excursion",
            "%",
            "max(100 * best move in favor of the entry / entry), the exit bounding its minute",
            _NONE,
        ),
    ),
)
