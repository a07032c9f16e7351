"""The typed IR of money: what a play risks, how it enters, and what a simulation of it assumes.

Every default is filled in and every alternative spelling is gone: a trailing stop is a first stop
and a `Trailing`, the leverage is the effective one, percent is as written (0 to 100). Where a rule
needs a value of the market it holds the `ir.Read` itself; `reads.slots` numbers these reads, and a
compiled strategy gives their values by those numbers (`Strategy.seen`).
"""

from dataclasses import dataclass

from tradec.compiler.ir import Node, Read, Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Node):
    """The money rules of `account`; equity and slippage are those in effect (14.2).

    None where a cap, or the override of the exchange's risk tiers, is absent.
    `on_sl_beyond_liq`: reject, adjust or warn.
    """

    starting_equity_usdt: Setting
    max_leverage: Setting
    max_drawdown_pct: Setting
    taker_bps: Setting
    maker_bps: Setting
    slippage_bps: Setting
    min_trade_notional_usdt: Setting
    max_notional_usdt: Setting | None
    max_margin_usdt: Setting | None
    maintenance_margin_rate: Setting | None
    mm_deduction: Setting | None
    on_sl_beyond_liq: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing(Node):
    """How large an entry is (11.6).

    `model`: percent_equity, risk_based, fixed_usdt or fixed_notional. `include_costs` adds fees and
    slippage to the distance of risk_based.
    """

    model: str
    value: Setting
    include_costs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Node):
    """Where a position's first stop lies (11.3), E its entry price and L the leverage.

    `rule` is one of
        percent         distance E * value / 100 / L
        price_percent   E * value / 100
        atr_multiple    value * volatility + E * buffer_pct / 100
        fixed_points    value
        structure       |E - level| + E * buffer_pct / 100; the level is `long_level` of a long and
                        `short_level` of a short; `value` is the fallback, as for percent
    `value` is None only for a structure without a fallback. All reads are as of the decision.
    """

    rule: str
    value: Setting | None
    buffer_pct: Setting
    volatility: Read | None
    long_level: Read | None
    short_level: Read | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Node):
    """Where a position's target lies (11.4).

    `rule`: percent, price_percent, rr_ratio (of the distance to the first stop), atr_multiple or
    fixed_points.
    """

    rule: str
    value: Setting
    volatility: Read | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trailing(Node):
    """A stop that follows the best price (11.5), once that is `activation_pct` from the entry.

    `rule`: volatility (distance * volatility as it is now) or percent (of the best price).
    """

    rule: str
    distance: Setting
    activation_pct: Setting
    volatility: Read | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven(Node):
    """A stop that goes to the entry price plus `offset_pct`, once, at `activation_pct`."""

    activation_pct: Setting
    offset_pct: Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk(Node):
    """Sizing, leverage in effect (14.4), and what protects a position.

    The order types are market or limit.
    """

    sizing: Sizing
    leverage: Setting
    stop_loss: Stop | None
    take_profit: Target | None
    trailing: Trailing | None
    break_even: BreakEven | None
    sl_order_type: str
    tp_order_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Node):
    """How an entry is ordered (12).

    `order_type`: market, limit (at close * (1 - side * limit_offset_pct / 100)), stop (triggers
    at close * (1 + side * trigger_offset_pct / 100), then a market order) or stop_limit (then a
    limit order at trigger * (1 + side * limit_offset_pct / 100)). `time_in_force`: GTC, IOC, FOK
    or PostOnly. `expire_after_bars` counts exec bars, 0 is never. `on_resignal`: ignore or
    replace.
    """

    order_type: str
    limit_offset_pct: Setting
    trigger_offset_pct: Setting
    time_in_force: str
    expire_after_bars: Setting
    on_resignal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Node):
    """Which sides are traded and what ends a position (13).

    `mode`: long_only, short_only or long_short; `exit_mode`: sl_tp_only, signal or first_hit;
    `on_opposite`, what an entry of the other side does in a position: ignore, close or reverse.
    """

    mode: str
    exit_mode: str
    on_opposite: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact(Node):
    """Extra slippage of `k` * g(notional / (volume * close)), at most `cap_bps`.

    g is the root (`model` sqrt) or the identity (linear), see simulation.md 5.3.
    """

    model: str
    k: Setting
    cap_bps: Setting | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest(Node):
    """What a simulation assumes (simulation.md 22.1); nothing here reaches a live session.

    The window is in ms UTC. `mark_source` is None where the data decide, else mark_kline,
    last_extreme or last_close. `limit_fill`: through, touch. `liq_formula`: mark_value,
    entry_value. `constraints`: instrument, none. None switches a model off.
    """

    window_start: int | None
    window_end: int | None
    mark_source: str | None
    limit_fill: str
    liq_formula: str
    constraints: str
    funding: bool
    allow_gaps: bool
    impact: Impact | None
    max_volume_fraction: Setting | None
    market_band: Setting | None
    max_position_equity_pct: Setting
    stop_equity_usdt: Setting
    continue_after_liquidation: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy(Node):
    """What only shadow and live sessions read; `capital` is None where it is the equity in effect.

    `dcp_window_s` is Bybit's disconnect-cancel window.
    """

    capital_usdt: float | None
    settle_coin: str
    dcp_window_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect(Node):
    """What a synthetic run of the play is expected to show; None where nothing is said."""

    min_trades: int | None
    direction: str | None
    min_win_rate: float | None
    max_drawdown_pct: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation(Node):
    """What a synthetic run uses; None where the run decides (rulings B2)."""

    pattern: str | None
    bars: int | None
    seed: int | None
    base_price: float | None
    volatility: float | None
    params: tuple[tuple[str, float], ...]
    expect: Expect
