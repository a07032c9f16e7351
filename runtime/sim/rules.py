"""The money rules of a run: what the account may do, how it enters, what protects a position.

The records are those of `compiler/trading.py` with the values of one run in place: rates are
ratios, `_pct` is 0 to 100, None where a cap, a rule or a model is absent. A slot is a number of
`Strategy.seen`: what the play shows of the market.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import inf
from typing import Any, Final

STOP_RULES: Final = ("percent", "price_percent", "fixed_points", "atr_multiple", "structure")
TARGET_RULES: Final = ("percent", "price_percent", "fixed_points", "atr_multiple", "rr_ratio")
TRAIL_RULES: Final = ("percent", "volatility")
MODELS: Final = ("percent_equity", "risk_based", "fixed_usdt", "fixed_notional")
ORDER_TYPES: Final = ("market", "limit", "stop", "stop_limit")
IN_FORCE: Final = ("GTC", "IOC", "FOK", "PostOnly")
OPPOSITE: Final = ("ignore", "close", "reverse")
BEYOND: Final = ("reject", "adjust", "warn")
IMPACTS: Final = ("sqrt", "linear")
MARK_SOURCES: Final = ("mark_kline", "last_extreme", "last_close")
MOST_USDT: Final = 1e15
"""No sum of money is larger (simulation.md 10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """How large an entry is: percent of equity (as margin, or as the loss at the stop) or USDT."""

    model: str = "percent_equity"
    value: float = 10.0
    include_costs: bool = False

    def __post_init__(self) -> None:
        _need_word("a sizing model", self.model, MODELS)
        _need(0 < self.value <= MOST_USDT, "the value of a sizing model is above 0")
        _need(
            not self.include_costs or self.model == "risk_based",
            "only risk_based can include costs",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where the first stop lies; `value` is None for a structure without a fallback."""

    rule: str
    value: float | None
    buffer_pct: float = 0.0
    volatility: int | None = None
    long_level: int | None = None
    short_level: int | None = None

    def __post_init__(self) -> None:
        _need_word("a stop", self.rule, STOP_RULES)
        if self.value is None:
            _need(self.rule == "structure", "the value of a stop is above 0")
        else:
            _need(self.value > 0, "the value of a stop is above 0")
        _need(self.buffer_pct >= 0, "the buffer of a stop is at least 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the target lies."""

    rule: str
    value: float
    volatility: int | None = None

    def __post_init__(self) -> None:
        _need_word("a target", self.rule, TARGET_RULES)
        _need(self.value > 0, "the value of a target is above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trailing:
    """A stop that follows the best price: percent of it, or a multiple of the volatility."""

    rule: str
    distance: float
    activation_pct: float = 0.0
    volatility: int | None = None

    def __post_init__(self) -> None:
        _need_word("a trailing stop", self.rule, TRAIL_RULES)
        _need(self.distance > 0, "the distance of a trailing stop is above 0")
        _need(self.activation_pct >= 0, "the activation of a trailing stop is at least 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven:
    """A stop that goes to the entry price plus `offset_pct`, once."""

    activation_pct: float
    offset_pct: float = 0.0

    def __post_init__(self) -> None:
        _need(self.activation_pct > 0, "the activation of break-even is above 0")
        _need(self.offset_pct >= 0, "the offset of break-even is at least 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How an entry is ordered; `expire_after_bars` counts exec bars, 0 is never.

    A stop triggers at close * (1 + side * trigger_offset_pct / 100). `limit_offset_pct` is how much
    better than the close a limit order is, and how much worse than the trigger a stop_limit
    accepts.
    """

    order_type: str = "market"
    limit_offset_pct: float = 0.0
    trigger_offset_pct: float = 0.0
    time_in_force: str = "GTC"
    expire_after_bars: int = 0
    on_resignal: str = "ignore"

    def __post_init__(self) -> None:
        _need_word("an order type", self.order_type, ORDER_TYPES)
        _need_word("a time in force", self.time_in_force, IN_FORCE)
        _need_word("on_resignal", self.on_resignal, ("ignore", "replace"))
        _need(0 <= self.limit_offset_pct < 100, "a limit offset is at least 0 and below 100")
        _need(0 <= self.trigger_offset_pct < 100, "a trigger offset is at least 0 and below 100")
        _need(0 <= self.expire_after_bars < 1 << 31, "an expiry is at least 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Slippage of k * g(notional / (volume * close)) on top, at most `cap_bps`."""

    model: str
    k: float
    cap_bps: float | None = None

    def __post_init__(self) -> None:
        _need_word("an impact model", self.model, IMPACTS)
        _need(self.k >= 0, "k of an impact model is at least 0")
        _need(self.cap_bps is None or 0 <= self.cap_bps < 10_000, "an impact cap is below 10000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What a simulation takes for granted (simulation.md 22.1); a live session reads none of it."""

    mark_source: str | None = None
    limit_fill: str = "through"
    liq_formula: str = "mark_value"
    constraints: str = "instrument"
    allow_gaps: bool = False
    funding: bool = True
    impact: Impact | None = None
    max_volume_fraction: float | None = None
    market_band: float | None = None
    max_position_equity_pct: float = 95.0
    stop_equity_usdt: float = 0.0
    continue_after_liquidation: bool = False

    def __post_init__(self) -> None:
        if self.mark_source is not None:
            _need_word("a mark source", self.mark_source, MARK_SOURCES)
        _need_word("limit_fill", self.limit_fill, ("through", "touch"))
        _need_word("liq_formula", self.liq_formula, ("mark_value", "entry_value"))
        _need_word("constraints", self.constraints, ("instrument", "none"))
        for share in (self.max_volume_fraction, self.market_band):
            _need(share is None or share > 0, "a share of volume and a band are above 0")
        _need(
            0 < self.max_position_equity_pct <= 100,
            "max_position_equity_pct is above 0 and at most 100",
        )
        _need(self.stop_equity_usdt >= 0, "stop_equity_usdt is at least 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The account of one run. `max_drawdown_pct` 100 means no drawdown stop.

    `maintenance_margin_rate` and `mm_deduction` override the risk tiers of the instrument.
    """

    symbol: str
    starting_equity_usdt: float = 10_000.0
    leverage: float = 1.0
    taker_rate: float = 0.00055
    maker_rate: float = 0.0002
    slippage_rate: float = 0.0002
    min_trade_notional_usdt: float = 10.0
    max_margin_usdt: float | None = None
    max_notional_usdt: float | None = None
    max_drawdown_pct: float = 100.0
    maintenance_margin_rate: float | None = None
    mm_deduction: float | None = None
    on_sl_beyond_liq: str = "reject"
    sizing: Sizing = field(default_factory=Sizing)
    stop: Stop | None = None
    target: Target | None = None
    trailing: Trailing | None = None
    break_even: BreakEven | None = None
    sl_order_type: str = "market"
    tp_order_type: str = "market"
    entry: Entry = field(default_factory=Entry)
    on_opposite: str = "ignore"
    backtest: Assumptions = field(default_factory=Assumptions)

    @staticmethod
    def of(facts: Mapping[str, Any]) -> "Rules":
        """Return the rules that a play's manifest holds (`compiler.rules_of.rules_of`)."""
        given = {one.name: facts[one.name] for one in fields(Rules)}
        records = {
            "sizing": Sizing,
            "stop": Stop,
            "target": Target,
            "trailing": Trailing,
            "break_even": BreakEven,
            "entry": Entry,
        }
        made = {name: given[name] and kind(**given[name]) for name, kind in records.items()}
        assumed = {one.name: facts["backtest"][one.name] for one in fields(Assumptions)}
        assumed["impact"] = assumed["impact"] and Impact(**assumed["impact"])
        return Rules(**{**given, **made, "backtest": Assumptions(**assumed)})

    @property
    def slots(self) -> dict[str, int | None]:
        """Return the slots that the rules read, by what they read them for."""
        stop, target, trailing = self.stop, self.target, self.trailing
        return {
            "stop_volatility": None if stop is None else stop.volatility,
            "long_level": None if stop is None else stop.long_level,
            "short_level": None if stop is None else stop.short_level,
            "target_volatility": None if target is None else target.volatility,
            "trail_volatility": None if trailing is None else trailing.volatility,
        }

    def __post_init__(self) -> None:
        """Refuse figures that no account can have."""
        equity, leverage = self.starting_equity_usdt, self.leverage
        _need(equity > 0, "starting_equity_usdt is above 0")
        _need(leverage > 0, "leverage is above 0")
        _need(equity * leverage <= MOST_USDT, f"equity times leverage is at most {MOST_USDT:g}")
        _need(0 <= self.slippage_rate < 1, "slippage_rate is at least 0 and below 1")
        _need(0 <= self.taker_rate < 1, "taker_rate is at least 0 and below 1")
        _need(-1 < self.maker_rate < 1, "maker_rate is above -1 and below 1")
        _need(0 < self.max_drawdown_pct <= 100, "max_drawdown_pct is above 0 and at most 100")
        rate, deduction = self.maintenance_margin_rate, self.mm_deduction
        _need(rate is None or 0 <= rate < 1, "maintenance_margin_rate is at least 0 and below 1")
        _need(deduction is None or deduction >= 0, "mm_deduction is at least 0")
        _need(
            equity > self.backtest.stop_equity_usdt, "stop_equity_usdt is below the starting equity"
        )
        self._check_words()

    def _check_words(self) -> None:
        for kind in (self.sl_order_type, self.tp_order_type):
            _need_word("the order type of a stop or target", kind, ("market", "limit"))
        _need_word("on_opposite", self.on_opposite, OPPOSITE)
        _need_word("on_sl_beyond_liq", self.on_sl_beyond_liq, BEYOND)
        has_stop = self.stop is not None
        _need(has_stop or self.sizing.model != "risk_based", "risk_based needs a stop")
        is_ratio = self.target is not None and self.target.rule == "rr_ratio"
        _need(has_stop or not is_ratio, "rr_ratio needs a stop")


def _need(holds: bool, claim: str) -> None:  # noqa: FBT001 - a claim and whether it holds
    if not holds:
        raise ValueError(claim)


def _need_word(what: str, word: str, words: tuple[str, ...]) -> None:
    _need(word in words, f"{what} is one of {', '.join(words)}, received {word}")


def cap(value: float | None) -> float:
    """Return a cap as a number: +inf where it is absent."""
    return inf if value is None else value
