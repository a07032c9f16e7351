"""Plays that say everything the language has to say about money and runs, as trees of JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Alt:
    """A value of a play and another one that means something else."""

    value: Any
    other: Any


BASE: dict[str, Any] = {
    "version": "3.0.0",
    "name": Alt("one", "two"),
    "id": Alt("a", "b"),
    "description": Alt("x", "y"),
    "symbol": Alt("BTCUSDT", "ETHUSDT"),
    "timeframes": {
        "low_tf": Alt("15m", "5m"),
        "med_tf": "1h",
        "high_tf": "D",
        "exec": Alt("low_tf", "med_tf"),
    },
    "variables": {"threshold": Alt(30.0, 31.0)},
    "account": {
        "starting_equity_usdt": Alt(5000, 5001),
        "max_leverage": Alt(3, 4),
        "max_drawdown_pct": Alt(30, 31),
        "margin_mode": "isolated_usdt",
        "fee_model": {"taker_bps": Alt(6, 7), "maker_bps": Alt(-1, 1)},
        "slippage_bps": Alt(1, 3),
        "min_trade_notional_usdt": Alt(6, 7),
        "max_notional_usdt": Alt(900, 901),
        "max_margin_usdt": Alt(800, 801),
        "maintenance_margin_rate": Alt(0.01, 0.02),
        "mm_deduction": Alt(1, 2),
        "on_sl_beyond_liq": Alt("reject", "warn"),
    },
    "features": {
        "ema_9": {
            "indicator": Alt("ema", "sma"),
            "params": {"length": Alt(9, 10)},
            "source": Alt("close", "hl2"),
            "tf": Alt("exec", "1h"),
        },
        "atr_14": {"indicator": "atr", "params": {"length": 14}},
        "atr_7": {"indicator": "atr", "params": {"length": 7}},
        "rsi_14": {"indicator": "rsi", "params": {"length": 14}},
    },
    "structures": {
        "exec": [
            {"type": "swing", "key": "s", "params": {"left": Alt(2, 3), "right": 2}},
            {"type": "swing", "key": "s2", "params": {"left": 5, "right": 2}},
            {"type": "trend", "key": "t", "uses": Alt("s", "s2")},
        ]
    },
    "setups": {"up": Alt("close > open", "close >= open")},
    "warmup": {"tolerance": Alt(0.001, 0.01)},
    "evaluation": Alt("exec_close", "every_1m"),
    "actions": [
        {
            "id": Alt("enter", "go"),
            "cases": [
                {
                    "when": Alt("close > ema_9", "close >= ema_9"),
                    "emit": [
                        {
                            "action": Alt("entry_long", "entry_short"),
                            "metadata": {
                                "why": Alt("dip", "rise"),
                                "level": {"feature_id": "s", "field": Alt("high_level", "version")},
                            },
                        }
                    ],
                },
                {
                    "when": {
                        "all": [
                            ["rsi_14", Alt(">", "<"), "${threshold}"],
                            "t.last_hh",
                            {"setup": "up"},
                        ]
                    },
                    "emit": [{"action": "exit_all", "percent": Alt(50, 60)}, "entry_short"],
                },
            ],
            "else": {"emit": [Alt("no_action", "exit_long")]},
        }
    ],
    "position_policy": {
        "mode": Alt("long_short", "long_only"),
        "exit_mode": Alt("first_hit", "signal"),
        "max_positions_per_symbol": 1,
        "on_opposite": Alt("ignore", "close"),
    },
    "entry": {
        "order_type": Alt("LIMIT", "MARKET"),
        "limit_offset_pct": Alt(0.1, 0.2),
        "time_in_force": Alt("IOC", "FOK"),
        "expire_after_bars": Alt(3, 4),
        "on_resignal": Alt("ignore", "replace"),
    },
    "risk": {
        "stop_loss_pct": Alt(2, 3),
        "take_profit_pct": Alt(4, 5),
        "max_position_pct": Alt(20, 30),
        "trailing": {"trail_pct": Alt(1, 2), "activation_pct": Alt(1, 2)},
        "break_even": {"activation_pct": Alt(2, 3), "offset_pct": Alt(0.1, 0.2)},
        "tp_order_type": Alt("Limit", "Market"),
        "sl_order_type": Alt("Market", "Limit"),
    },
    "backtest": {
        "window": {
            "start": Alt("2025-01-01", "2025-01-02"),
            "end": Alt("2025-03-01", "2025-03-02"),
        },
        "mark_source": Alt("last_close", "last_extreme"),
        "limit_fill": Alt("touch", "through"),
        "liq_formula": Alt("entry_value", "mark_value"),
        "funding": Alt("off", "on"),
        "constraints": Alt("none", "instrument"),
        "allow_gaps": Alt("true", "false"),
        "impact": {"model": Alt("sqrt", "linear"), "k": Alt(1, 2), "cap_bps": Alt(30, 31)},
        "liquidity": {"max_volume_fraction": Alt(0.1, 0.2)},
        "market_band": Alt(0.1, 0.2),
        "max_position_equity_pct": Alt(90, 80),
        "stop_equity_usdt": Alt(5, 6),
        "continue_after_liquidation": Alt("true", "false"),
    },
    "deploy": {"capital": Alt(5, 6), "dcp_window": Alt(30, 31)},
    "validation": {
        "pattern": Alt("trending", "ranging"),
        "bars": Alt(500, 501),
        "seed": Alt(1, 2),
        "base_price": Alt(100, 101),
        "volatility": Alt(0.02, 0.03),
        "params": {"range_width": Alt(0.1, 0.2)},
        "expect": {
            "min_trades": Alt(1, 2),
            "direction": Alt("long", "both"),
            "min_win_rate": Alt(10, 20),
            "max_drawdown_pct": Alt(30, 40),
        },
    },
}


def atr(*values: Any) -> dict[str, Any]:
    return {"atr_feature_id": Alt("atr_14", "atr_7"), **dict(zip(values[::2], values[1::2]))}  # noqa: B905  pairs


RULES: tuple[dict[str, Any], ...] = (
    {"backtest": {"equity": Alt(700, 800), "slippage_bps": Alt(0, 9)}},
    {"account": {"risk_per_trade_pct": Alt(5, 6)}, "risk": None},
    {"entry": {"order_type": "STOP", "trigger_offset_pct": Alt(0.1, 0.2)}},
    {"entry": {"order_type": "STOP_LIMIT", "trigger_offset_pct": Alt(0.1, 0.2)}},
    {"risk": {"stop_loss": {"type": "percent", "value": Alt(2, 3)}}},
    {"risk": {"stop_loss": {"type": Alt("price_percent", "fixed_points"), "value": Alt(2, 3)}}},
    {"risk": {"stop_loss": {"type": "fixed_points", "value": Alt(2, 3)}}},
    {
        "risk": {
            "stop_loss": {
                "type": "atr_multiple",
                **atr("value", Alt(2, 3), "buffer_pct", Alt(1, 2)),
            }
        }
    },
    {
        "risk": {
            "stop_loss": {
                "type": "structure",
                "value": Alt(2, 3),
                "long_ref": Alt("s.low_level", "s2.low_level"),
                "short_ref": {"feature_id": "s", "field": "high_level", "offset": Alt(1, 2)},
                "buffer_pct": Alt(0.1, 0.2),
            }
        }
    },
    {
        "risk": {
            "stop_loss": {
                "type": "trailing_atr",
                **atr("atr_multiplier", Alt(2, 3), "activation_pct", Alt(1, 2)),
            }
        }
    },
    {
        "risk": {
            "stop_loss": {
                "type": "trailing_pct",
                "trail_pct": Alt(2, 3),
                "activation_pct": Alt(1, 2),
            }
        }
    },
    {"risk": {"stop_loss_pct": 2, "trailing": {**atr("atr_multiplier", Alt(2, 3))}}},
    {"risk": {"take_profit": {"type": "percent", "value": Alt(2, 3)}}},
    {"risk": {"take_profit": {"type": "price_percent", "value": Alt(2, 3)}}},
    {"risk": {"take_profit": {"type": "fixed_points", "value": Alt(2, 3)}}},
    {"risk": {"stop_loss_pct": 1, "take_profit": {"type": "rr_ratio", "value": Alt(2, 3)}}},
    {"risk": {"take_profit": {"type": "atr_multiple", **atr("value", Alt(2, 3))}}},
    {
        "risk": {
            "stop_loss_pct": 1,
            "sizing": {
                "model": "risk_based",
                "value": Alt(2, 3),
                "include_costs": Alt("true", "false"),
                "max_leverage": Alt(1, 2),
            },
        }
    },
    {"risk": {"sizing": {"model": "percent_equity", "value": Alt(2, 3)}}},
    {"risk": {"sizing": {"model": Alt("fixed_usdt", "fixed_notional"), "value": Alt(2, 3)}}},
    {"risk": {"sizing": {"model": "fixed_notional", "value": Alt(2, 3), "max_leverage": 2}}},
    {
        "risk": None,
        "risk_model": {
            "stop_loss": {"type": "percent", "value": Alt(2, 3)},
            "take_profit": {"type": "percent", "value": Alt(2, 3)},
            "sizing": {"model": "percent_equity", "value": Alt(2, 3)},
            "trailing": {"trail_pct": Alt(2, 3)},
            "break_even": {"offset_pct": Alt(0.2, 0.3)},
            "tp_order_type": Alt("Limit", "Market"),
            "sl_order_type": Alt("Limit", "Market"),
        },
    },
)
"""What the base play cannot say at once, in its place."""


def replaced(base: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy of a tree with one place changed."""
    if not path:
        return value
    copy = list(base) if isinstance(base, list) else dict(base)
    copy[path[0]] = replaced(copy[path[0]], path[1:], value)
    return copy


def plain(tree: Any) -> Any:
    match tree:
        case Alt(value=value):
            return value
        case dict():
            return {key: plain(value) for key, value in tree.items() if value is not None}
        case list():
            return [plain(item) for item in tree]
        case _:
            return tree


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Alt]]:
    match tree:
        case Alt():
            yield path, tree
        case dict():
            for key, value in tree.items():
                yield from places(value, (*path, key))
        case list():
            for index, value in enumerate(tree):
                yield from places(value, (*path, index))


PLAYS: dict[str, Mapping[str, Any]] = {"base": BASE}
for _number, _overlay in enumerate(RULES):
    PLAYS[f"rules {_number}"] = {**{k: plain(v) for k, v in BASE.items()}, **_overlay}
