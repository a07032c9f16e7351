"""The keys of account, risk, entry and position policy."""

from tradec.dsl.schema import (
    Flag,
    Gone,
    Idle,
    Inner,
    Key,
    Number,
    OneOf,
    Only,
    Section,
    Special,
    Text,
    Word,
)

_PERCENT = Number(above=0, high=100)
_POSITIVE = Number(above=0)
_NOT_NEGATIVE = Number(low=0)
_OFFSET = Number(low=0, below=100)

FEE_MODEL = Section(
    path="account.fee_model",
    keys=(
        Key(name="taker_bps", kind=_NOT_NEGATIVE, default="5.5", meaning="fee of a taker fill"),
        Key(name="maker_bps", kind=Number(), default="2.0", meaning="negative is a rebate"),
    ),
)

ACCOUNT = Section(
    path="account",
    keys=(
        Key(
            name="starting_equity_usdt", kind=_POSITIVE, default="10000", meaning="equity at start"
        ),
        Key(name="max_leverage", kind=Number(low=1), default="1.0", meaning="leverage of a trade"),
        Key(name="max_drawdown_pct", kind=_PERCENT, default="100", meaning="100 switches it off"),
        Key(
            name="margin_mode",
            kind=Word(words=("isolated_usdt",), renamed={"isolated": "isolated_usdt"}),
            default="isolated_usdt",
            meaning="how margin is kept",
        ),
        Key(name="fee_model", kind=Inner(section=FEE_MODEL), meaning="fees in basis points"),
        Key(name="slippage_bps", kind=_NOT_NEGATIVE, default="2.0", meaning="of each market fill"),
        Key(
            name="min_trade_notional_usdt",
            kind=_NOT_NEGATIVE,
            default="10.0",
            meaning="smaller entries are not sent",
        ),
        Key(
            name="risk_per_trade_pct",
            kind=_PERCENT,
            default="1.0",
            meaning="margin share of an entry where nothing else gives its size",
        ),
        Key(name="max_notional_usdt", kind=_POSITIVE, meaning="cap on the notional of a trade"),
        Key(name="max_margin_usdt", kind=_POSITIVE, meaning="cap on the margin of a trade"),
        Key(
            name="maintenance_margin_rate",
            kind=Number(low=0, below=1),
            meaning="a ratio; overrides the risk tiers of the exchange",
        ),
        Key(name="mm_deduction", kind=_NOT_NEGATIVE, meaning="overrides that of the risk tiers"),
        Key(
            name="on_sl_beyond_liq",
            kind=Word(words=("reject", "adjust", "warn")),
            default="reject",
            meaning="what becomes of an entry whose stop lies beyond its liquidation",
        ),
    ),
)

_OFF = Only(value="false")

POLICY = Section(
    path="position_policy",
    keys=(
        Key(
            name="mode",
            kind=Word(words=("long_only", "short_only", "long_short")),
            default="long_only",
            meaning="the sides that may be entered",
        ),
        Key(
            name="exit_mode",
            kind=Word(words=("sl_tp_only", "signal", "first_hit")),
            default="sl_tp_only",
            meaning="what may close a position",
        ),
        Key(
            name="max_positions_per_symbol",
            kind=Number(integer=True, low=1, high=1, parameter=False),
            default="1",
            meaning="always 1",
        ),
        Key(name="allow_flip", kind=_OFF, default="false", meaning="always false"),
        Key(name="allow_scale_in", kind=_OFF, default="false", meaning="always false"),
        Key(name="allow_scale_out", kind=_OFF, default="false", meaning="always false"),
        Key(
            name="on_opposite",
            kind=Word(words=("ignore", "close", "reverse")),
            default="ignore",
            meaning="what an entry of the other side does to a position",
        ),
        Key(
            name="max_positions",
            kind=Only(value="1", replacement="`max_positions_per_symbol: 1`"),
        ),
        Key(
            name="pyramid_mode",
            kind=Only(value="none", replacement="leave it out: there is no pyramiding"),
        ),
    ),
)

_ATR = Key(
    name="atr_feature_id",
    kind=Text(),
    required=True,
    meaning="the feature whose average true range measures it, on any timeframe",
)
_BUFFER = Key(
    name="buffer_pct",
    kind=_NOT_NEGATIVE,
    default="0",
    meaning="added to the distance, in percent of the entry price",
)
_ACTIVATION = Key(
    name="activation_pct",
    kind=_NOT_NEGATIVE,
    default="0",
    meaning="move of the price from the entry, in percent, from which on it trails",
)
_MULTIPLIER = Key(
    name="atr_multiplier",
    kind=_PERCENT,
    default="2",
    meaning="distance to the best price, in average true ranges",
)
_TRAIL = Key(
    name="trail_pct", kind=_PERCENT, meaning="distance to the best price, in percent of it"
)
_TRAIL_ATR = Key(name="atr_feature_id", kind=Text(), meaning=_ATR.meaning)
_OLD_ATR = Key(name="atr_key", kind=Gone(replacement="`atr_feature_id`"))
_NO_VALUE = Key(name="value", kind=Idle(because="a trailing stop is measured by its own keys"))


def _rule(name: str, *keys: Key) -> Section:
    return Section(path=f"risk.{name}", keys=(*keys, _OLD_ATR))


def _value(meaning: str, kind: Number = _PERCENT, *, required: bool = True) -> Key:
    return Key(name="value", kind=kind, required=required, meaning=meaning)


STOP_LOSS = OneOf(
    tag="type",
    sections={
        "percent": _rule("stop_loss", _value("percent of the margin (ROI)")),
        "price_percent": _rule("stop_loss", _value("percent of the entry price")),
        "atr_multiple": _rule("stop_loss", _value("average true ranges"), _ATR, _BUFFER),
        "fixed_points": _rule("stop_loss", _value("distance in quote currency", _POSITIVE)),
        "structure": _rule(
            "stop_loss",
            _value("percent of the margin where the level is unusable", required=False),
            Key(
                name="long_ref",
                kind=Special(what="reference"),
                meaning="level of a long's stop; the low of the first swing on exec if absent",
            ),
            Key(
                name="short_ref",
                kind=Special(what="reference"),
                meaning="level of a short's stop; the high of the first swing on exec if absent",
            ),
            _BUFFER,
        ),
        "trailing_atr": _rule("stop_loss", _MULTIPLIER, _TRAIL_ATR, _ACTIVATION, _NO_VALUE),
        "trailing_pct": _rule("stop_loss", _TRAIL, _ACTIVATION, _NO_VALUE),
    },
)

TAKE_PROFIT = OneOf(
    tag="type",
    sections={
        "percent": _rule(
            "take_profit", _value("percent of the margin (ROI)", Number(above=0, high=10_000))
        ),
        "price_percent": _rule("take_profit", _value("percent of the entry price")),
        "rr_ratio": _rule("take_profit", _value("multiple of the distance to the first stop")),
        "atr_multiple": _rule("take_profit", _value("average true ranges"), _ATR),
        "fixed_points": _rule("take_profit", _value("distance in quote currency", _POSITIVE)),
    },
)

TRAILING = Section(
    path="risk.trailing", keys=(_TRAIL, _MULTIPLIER, _TRAIL_ATR, _ACTIVATION, _OLD_ATR)
)

BREAK_EVEN = Section(
    path="risk.break_even",
    keys=(
        Key(
            name="activation_pct",
            kind=_POSITIVE,
            default="1.0",
            meaning="move of the price from the entry, in percent, that moves the stop",
        ),
        Key(
            name="offset_pct",
            kind=_NOT_NEGATIVE,
            default="0.1",
            meaning="where the stop goes, in percent of the entry price beyond it",
        ),
    ),
)

_MAX_LEVERAGE = Key(
    name="max_leverage",
    kind=Number(low=1),
    meaning="leverage of a trade, at most that of the account, which it replaces",
)


def _sizing(*keys: Key) -> Section:
    return Section(path="risk.sizing", keys=(*keys, _MAX_LEVERAGE))


SIZING = OneOf(
    tag="model",
    sections={
        "percent_equity": _sizing(_value("percent of the free equity that becomes margin")),
        "risk_based": _sizing(
            _value("percent of the equity that is lost at the stop"),
            Key(
                name="include_costs",
                kind=Flag(),
                default="false",
                meaning="whether fees and slippage are part of that loss",
            ),
        ),
        "fixed_usdt": _sizing(_value("margin of a trade, in USDT", _POSITIVE)),
        "fixed_notional": _sizing(_value("notional of a trade, in USDT", _POSITIVE)),
    },
)

_ORDER_TYPE = Word(words=("Market", "Limit"), any_case=True)
_RISK_PER_TRADE = Key(
    name="risk_per_trade_pct",
    kind=Gone(
        replacement="`max_position_pct` if a share of the margin was meant, or "
        "`sizing: {model: risk_based}` if the loss at the stop was meant"
    ),
)
_RULES = (
    Key(name="stop_loss", kind=STOP_LOSS, meaning="where the first stop lies"),
    Key(name="take_profit", kind=TAKE_PROFIT, meaning="where the target lies"),
    Key(name="sizing", kind=SIZING, meaning="how large an entry is"),
    Key(name="trailing", kind=Inner(section=TRAILING), meaning="a stop that follows the price"),
    Key(name="break_even", kind=Inner(section=BREAK_EVEN), meaning="a stop that goes to the entry"),
    Key(name="tp_order_type", kind=_ORDER_TYPE, default="Market", meaning="order of the target"),
    Key(name="sl_order_type", kind=_ORDER_TYPE, default="Market", meaning="order of the stop"),
    _RISK_PER_TRADE,
)

RISK = Section(
    path="risk",
    keys=(
        Key(
            name="stop_loss_pct",
            kind=_PERCENT,
            meaning="stop in percent of the margin, unless stop_loss says another",
        ),
        Key(
            name="take_profit_pct",
            kind=Number(above=0, high=10_000),
            meaning="target in percent of the margin, unless take_profit says another",
        ),
        Key(
            name="max_position_pct",
            kind=_PERCENT,
            default="10",
            meaning="margin of an entry in percent of the free equity",
        ),
        *_RULES,
    ),
)

RISK_MODEL = Section(path="risk_model", keys=_RULES)

ENTRY = Section(
    path="entry",
    keys=(
        Key(
            name="order_type",
            kind=Word(words=("MARKET", "LIMIT", "STOP", "STOP_LIMIT"), any_case=True),
            default="MARKET",
            meaning="how an entry is ordered",
        ),
        Key(
            name="limit_offset_pct",
            kind=_OFFSET,
            default="0",
            meaning="how far better than the close a limit order is, and how far worse than its "
            "trigger a stop-limit order may fill, in percent",
        ),
        Key(
            name="trigger_offset_pct",
            kind=_OFFSET,
            default="0",
            meaning="how far beyond the close a stop or stop-limit order triggers, in percent",
        ),
        Key(
            name="time_in_force",
            kind=Word(words=("GTC", "IOC", "FOK", "PostOnly"), any_case=True),
            default="GTC",
            meaning="how long a limit order lives",
        ),
        Key(
            name="expire_after_bars",
            kind=Number(integer=True, low=0),
            default="0",
            meaning="exec bars until a working entry is cancelled; 0 is never",
        ),
        Key(
            name="on_resignal",
            kind=Word(words=("ignore", "replace")),
            default="ignore",
            meaning="what another entry signal does to a working entry",
        ),
    ),
)
