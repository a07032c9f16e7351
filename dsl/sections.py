"""The keys of a play, section by section: the one table of the language's surface.

The binder reads plays by it; a JSON Schema and the reference are printed from it.
"""

from tradec.dsl.schema import (
    Gone,
    Inner,
    Key,
    Later,
    Number,
    Only,
    Section,
    Special,
    Text,
    Word,
)
from tradec.dsl.vocabulary import ROLES

_PERCENT = Number(above=0, high=100)
_POSITIVE = Number(above=0)
_NOT_NEGATIVE = Number(low=0)

TIMEFRAMES = Section(
    path="timeframes",
    keys=(
        Key(name="low_tf", kind=Text(), required=True, meaning="the fastest timeframe"),
        Key(name="med_tf", kind=Text(), required=True, meaning="the timeframe between"),
        Key(name="high_tf", kind=Text(), required=True, meaning="the slowest timeframe"),
        Key(name="exec", kind=Text(), required=True, meaning="the role whose bars are evaluated"),
        Key(name="ltf", kind=Gone(replacement="`low_tf`")),
        Key(name="mtf", kind=Gone(replacement="`med_tf`")),
        Key(name="htf", kind=Gone(replacement="`high_tf`")),
        Key(name="exec_tf", kind=Gone(replacement="`exec`")),
    ),
)

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
            meaning="margin share of an entry where there is no risk section",
        ),
        Key(name="max_notional_usdt", kind=_POSITIVE, meaning="cap on the notional of a trade"),
        Key(name="max_margin_usdt", kind=_POSITIVE, meaning="cap on the margin of a trade"),
        Key(name="maintenance_margin_rate", kind=Later()),
        Key(name="mm_deduction", kind=Later()),
        Key(name="on_sl_beyond_liq", kind=Later()),
    ),
)

FEATURE = Section(
    path="features.*",
    keys=(
        Key(name="indicator", kind=Text(), required=True, meaning="which indicator"),
        Key(name="params", kind=Special(what="arguments"), meaning="its parameters"),
        Key(name="tf", kind=Text(), default="exec", meaning="timeframe or role"),
        Key(name="source", kind=Text(), default="close", meaning="the series it reads"),
        Key(name="indicator_type", kind=Gone(replacement="`indicator`")),
    ),
)

STRUCTURES = Section(
    path="structures",
    keys=tuple(
        Key(name=name, kind=Special(what="structures"), meaning=f"structures on {name}")
        for name in ("exec", *ROLES)
    ),
)

STRUCTURE = Section(
    path="structures.*",
    keys=(
        Key(name="type", kind=Text(), required=True, meaning="which structure"),
        Key(name="key", kind=Special(what="id"), required=True, meaning="its id"),
        Key(name="params", kind=Special(what="arguments"), meaning="its parameters"),
        Key(name="uses", kind=Special(what="ids"), meaning="the structures above it that it reads"),
        Key(name="structure_type", kind=Gone(replacement="`type`")),
    ),
)

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
        Key(name="allow_flip", kind=Only(value="false", later=True), default="false"),
        Key(name="allow_scale_in", kind=Only(value="false", later=True), default="false"),
        Key(name="allow_scale_out", kind=Only(value="false", later=True), default="false"),
        Key(name="on_opposite", kind=Later()),
        Key(
            name="max_positions",
            kind=Only(value="1", replacement="`max_positions_per_symbol: 1`"),
        ),
        Key(
            name="pyramid_mode",
            kind=Only(value="none", later=True, replacement="leave it out: there is no pyramiding"),
        ),
    ),
)


def _rule(path: str, high: float, later: tuple[str, ...]) -> Section:
    return Section(
        path=path,
        keys=(
            Key(
                name="type",
                kind=Word(words=("percent", "price_percent"), later=later),
                required=True,
                meaning="percent of the margin, or of the price",
            ),
            Key(name="value", kind=Number(above=0, high=high), meaning="how far"),
            *(Key(name=name, kind=Later()) for name in _LATER_RULE_KEYS),
            Key(name="atr_key", kind=Gone(replacement="`atr_feature_id`")),
        ),
    )


_LATER_RULE_KEYS = (
    "atr_feature_id",
    "buffer_pct",
    "long_ref",
    "short_ref",
    "atr_multiplier",
    "activation_pct",
    "trail_pct",
)
_ORDER_TYPE = Word(words=("Market",), later=("Limit",))

STOP_LOSS = _rule(
    "risk.stop_loss",
    100,
    ("atr_multiple", "fixed_points", "structure", "trailing_atr", "trailing_pct"),
)
TAKE_PROFIT = _rule("risk.take_profit", 10000, ("rr_ratio", "atr_multiple", "fixed_points"))

RISK = Section(
    path="risk",
    keys=(
        Key(name="stop_loss_pct", kind=_PERCENT, meaning="stop in percent of the margin"),
        Key(
            name="take_profit_pct",
            kind=Number(above=0, high=10000),
            meaning="target in percent of the margin",
        ),
        Key(
            name="max_position_pct",
            kind=_PERCENT,
            default="10",
            meaning="margin of an entry in percent of the free equity",
        ),
        Key(
            name="stop_loss",
            kind=Inner(section=STOP_LOSS),
            meaning="a stop rule; wins over stop_loss_pct",
        ),
        Key(name="take_profit", kind=Inner(section=TAKE_PROFIT), meaning="a target rule"),
        Key(
            name="tp_order_type", kind=_ORDER_TYPE, default="Market", meaning="order of the target"
        ),
        Key(name="sl_order_type", kind=_ORDER_TYPE, default="Market", meaning="order of the stop"),
        Key(name="break_even", kind=Later()),
        Key(name="sizing", kind=Later()),
        Key(
            name="risk_per_trade_pct",
            kind=Gone(
                replacement="`max_position_pct` if a share of the margin was meant, or "
                "`sizing: {model: risk_based}` if the loss at the stop was meant"
            ),
        ),
    ),
)

_COUNT = Number(integer=True, low=1, parameter=False)

VALIDATION = Section(
    path="validation",
    keys=(
        Key(name="pattern", kind=Text(), meaning="the synthetic market"),
        Key(name="bars", kind=_COUNT, default="2000", meaning="exec bars after the warm-up"),
        Key(
            name="seed",
            kind=Number(integer=True, low=0, parameter=False),
            default="42",
            meaning="of the random numbers",
        ),
        Key(
            name="base_price",
            kind=Number(above=0, parameter=False),
            default="50000",
            meaning="price at the beginning",
        ),
        Key(
            name="volatility",
            kind=Number(above=0, parameter=False),
            default="0.02",
            meaning="standard deviation of a day",
        ),
        *(
            Key(name=name, kind=Later())
            for name in (
                "params",
                "expect",
                "expect_entries",
                "expect_direction",
                "min_win_rate",
                "max_drawdown_pct",
            )
        ),
    ),
)

ROOT = Section(
    path="",
    keys=(
        Key(
            name="version",
            kind=Text(
                pattern=r"3(\.[0-9]+){1,2}", pattern_text="a version of the language, 3.x or 3.x.y"
            ),
            required=True,
            meaning="version of the language",
        ),
        Key(
            name="name",
            kind=Text(
                pattern=r"[A-Za-z0-9_.-]+", pattern_text="made of letters, digits and `_ . -`"
            ),
            meaning="what the play is called",
        ),
        Key(
            name="id",
            kind=Text(
                pattern=r"[A-Za-z0-9_.-]+", pattern_text="made of letters, digits and `_ . -`"
            ),
            meaning="identity of the play, where it is not its name",
        ),
        Key(name="description", kind=Text(), meaning="for readers"),
        Key(
            name="symbol",
            kind=Text(
                pattern="[A-Z0-9]+USDT", pattern_text="a USDT perpetual such as BTCUSDT", upper=True
            ),
            required=True,
            meaning="the market",
        ),
        Key(name="timeframes", kind=Inner(section=TIMEFRAMES), required=True),
        Key(name="account", kind=Inner(section=ACCOUNT), required=True),
        Key(name="features", kind=Special(what="features"), meaning="named indicators"),
        Key(name="structures", kind=Inner(section=STRUCTURES), meaning="market structures"),
        Key(name="variables", kind=Special(what="variables"), meaning="named values"),
        Key(name="actions", kind=Special(what="actions"), required=True, meaning="what to do when"),
        Key(name="position_policy", kind=Inner(section=POLICY)),
        Key(name="risk", kind=Inner(section=RISK), meaning="stop, target and size"),
        Key(name="validation", kind=Inner(section=VALIDATION), meaning="for synthetic runs"),
        *(
            Key(name=name, kind=Later())
            for name in (
                "setups",
                "entry",
                "risk_model",
                "backtest",
                "deploy",
                "symbol_universe",
                "synthetic",
                "expected",
                "date_range",
                "warmup",
                "evaluation",
            )
        ),
        Key(name="blocks", kind=Gone(replacement="`actions`")),
        Key(name="signal_rules", kind=Gone(replacement="`actions`")),
        Key(name="risk_limits", kind=Gone(replacement="`account.max_drawdown_pct`")),
        Key(name="exec_tf", kind=Gone(replacement="`timeframes.exec`")),
        Key(name="tf_mapping", kind=Gone(replacement="`timeframes`")),
        Key(name="warmup_bars", kind=Gone(replacement="leave it out: the warm-up is computed")),
        Key(name="tf_configs", kind=Gone(replacement="`features` and `timeframes`")),
        Key(name="feature_specs", kind=Gone(replacement="`features`")),
        Key(name="required_indicators", kind=Gone(replacement="`features`")),
        Key(name="market_structure_blocks", kind=Gone(replacement="`structures`")),
    ),
)
