"""The sections about money and runs as written; None where a key is absent.

Each field has the name of its key; the tables in `sections_money` and `sections_runs` say what it
may hold. A section's `span` is that of its key.
"""

from dataclasses import dataclass

from tradec.dsl.nodes import Literal, Node, Ref, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Node):
    """`account`, with the two keys of its `fee_model`."""

    starting_equity_usdt: Value | None = None
    max_leverage: Value | None = None
    max_drawdown_pct: Value | None = None
    margin_mode: Literal | None = None
    taker_bps: Value | None = None
    maker_bps: Value | None = None
    slippage_bps: Value | None = None
    min_trade_notional_usdt: Value | None = None
    risk_per_trade_pct: Value | None = None
    max_notional_usdt: Value | None = None
    max_margin_usdt: Value | None = None
    maintenance_margin_rate: Value | None = None
    mm_deduction: Value | None = None
    on_sl_beyond_liq: Literal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Node):
    """`position_policy`."""

    mode: Literal | None = None
    exit_mode: Literal | None = None
    max_positions_per_symbol: Literal | None = None
    on_opposite: Literal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Node):
    """`stop_loss` or `take_profit` as a mapping."""

    type: Literal
    value: Value | None = None
    atr_feature_id: Literal | None = None
    buffer_pct: Value | None = None
    long_ref: Ref | None = None
    short_ref: Ref | None = None
    atr_multiplier: Value | None = None
    trail_pct: Value | None = None
    activation_pct: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trailing(Node):
    """`trailing`."""

    atr_multiplier: Value | None = None
    atr_feature_id: Literal | None = None
    trail_pct: Value | None = None
    activation_pct: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven(Node):
    """`break_even`."""

    activation_pct: Value | None = None
    offset_pct: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing(Node):
    """`sizing`."""

    model: Literal
    value: Value | None = None
    include_costs: Literal | None = None
    max_leverage: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk(Node):
    """`risk_model` if the play has one, else `risk`; `is_full` tells which."""

    is_full: bool = False
    stop_loss_pct: Value | None = None
    take_profit_pct: Value | None = None
    max_position_pct: Value | None = None
    stop_loss: Rule | None = None
    take_profit: Rule | None = None
    sizing: Sizing | None = None
    trailing: Trailing | None = None
    break_even: BreakEven | None = None
    tp_order_type: Literal | None = None
    sl_order_type: Literal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Node):
    """`entry`."""

    order_type: Literal | None = None
    limit_offset_pct: Value | None = None
    trigger_offset_pct: Value | None = None
    time_in_force: Literal | None = None
    expire_after_bars: Value | None = None
    on_resignal: Literal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Node):
    """`backtest.window`, in milliseconds since 1970."""

    start: Literal | None = None
    end: Literal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact(Node):
    """`backtest.impact`."""

    model: Literal
    k: Value
    cap_bps: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest(Node):
    """`backtest`; None where a model is off."""

    equity: Value | None = None
    slippage_bps: Value | None = None
    window: Window | None = None
    mark_source: Literal | None = None
    limit_fill: Literal | None = None
    liq_formula: Literal | None = None
    funding: Literal | None = None
    constraints: Literal | None = None
    allow_gaps: Literal | None = None
    impact: Impact | None = None
    max_volume_fraction: Value | None = None
    market_band: Value | None = None
    max_position_equity_pct: Value | None = None
    stop_equity_usdt: Value | None = None
    continue_after_liquidation: Literal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy(Node):
    """`deploy`."""

    capital: Literal | None = None
    settle_coin: Literal | None = None
    dcp_window: Literal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect(Node):
    """`validation.expect`."""

    min_trades: Literal | None = None
    direction: Literal | None = None
    min_win_rate: Literal | None = None
    max_drawdown_pct: Literal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation(Node):
    """`validation`: what a synthetic run uses, and what it should show."""

    pattern: Literal | None = None
    bars: Literal | None = None
    seed: Literal | None = None
    base_price: Literal | None = None
    volatility: Literal | None = None
    params: tuple[tuple[str, Literal], ...] = ()
    expect: Expect = Expect()
