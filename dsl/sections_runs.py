"""The keys about runs: backtest, deploy, validation, and their deprecated forms."""

from tradec.dsl.schema import (
    Alias,
    Flag,
    Gone,
    Inner,
    Instant,
    Key,
    Number,
    Section,
    Special,
    Text,
    Word,
)

_POSITIVE = Number(above=0)
_PERCENT = Number(above=0, high=100)
_OFF = ("off",)

WINDOW = Section(
    path="backtest.window",
    keys=(
        Key(name="start", kind=Instant(), meaning="first instant that may decide"),
        Key(name="end", kind=Instant(), meaning="no bar that closes after it is read"),
    ),
)

IMPACT = Section(
    path="backtest.impact",
    keys=(
        Key(
            name="model",
            kind=Word(words=("sqrt", "linear")),
            required=True,
            meaning="how slippage grows with the order's share of the minute's turnover",
        ),
        Key(name="k", kind=_POSITIVE, required=True, meaning="slippage at a share of one"),
        Key(name="cap_bps", kind=_POSITIVE, meaning="the most that it adds"),
    ),
)

LIQUIDITY = Section(
    path="backtest.liquidity",
    keys=(
        Key(
            name="max_volume_fraction",
            kind=Number(above=0, high=1),
            required=True,
            meaning="share of a minute's volume that an order takes at most",
        ),
    ),
)

BACKTEST = Section(
    path="backtest",
    keys=(
        Key(
            name="equity", kind=_POSITIVE, meaning="equity at start; wins over that of the account"
        ),
        Key(
            name="slippage_bps",
            kind=Number(low=0),
            meaning="of each market fill; wins over that of the account",
        ),
        Key(name="window", kind=Inner(section=WINDOW), meaning="the part of history that is run"),
        Key(
            name="mark_source",
            kind=Word(words=("mark_kline", "last_extreme", "last_close")),
            meaning="the mark price; mark_kline where the data have it, else last_extreme",
        ),
        Key(
            name="limit_fill",
            kind=Word(words=("through", "touch")),
            default="through",
            meaning="how far the price must come to fill a resting order",
        ),
        Key(
            name="liq_formula",
            kind=Word(words=("mark_value", "entry_value")),
            default="mark_value",
            meaning="value on which maintenance margin is asked",
        ),
        Key(name="funding", kind=Flag(), default="on", meaning="whether funding is paid"),
        Key(
            name="constraints",
            kind=Word(words=("instrument", "none")),
            default="instrument",
            meaning="whether prices and quantities keep to the exchange's grid",
        ),
        Key(
            name="allow_gaps",
            kind=Flag(),
            default="false",
            meaning="whether holes of more than three minutes are filled with flat bars",
        ),
        Key(
            name="impact",
            kind=Inner(section=IMPACT, words=_OFF),
            default="off",
            meaning="slippage that grows with the order",
        ),
        Key(
            name="liquidity",
            kind=Inner(section=LIQUIDITY, words=_OFF),
            default="off",
            meaning="a limit of what one minute can fill",
        ),
        Key(
            name="market_band",
            kind=Number(above=0, below=1, words=_OFF),
            default="off",
            meaning="ratio to the mark price beyond which a market order does not fill",
        ),
        Key(
            name="max_position_equity_pct",
            kind=_PERCENT,
            default="95",
            meaning="most of the equity that may become margin",
        ),
        Key(
            name="stop_equity_usdt",
            kind=Number(low=0),
            default="0",
            meaning="the run ends at this equity",
        ),
        Key(
            name="continue_after_liquidation",
            kind=Flag(),
            default="false",
            meaning="whether the run goes on after a liquidation",
        ),
        Key(name="intrabar", kind=Gone(replacement="leave it out: `--base` chooses the bars")),
    ),
)

DEPLOY = Section(
    path="deploy",
    keys=(
        Key(
            name="capital",
            kind=Number(above=0, parameter=False),
            meaning="equity that a session sizes by; that of the backtest if absent",
        ),
        Key(
            name="settle_coin",
            kind=Word(words=("USDT", "USDC")),
            default="USDT",
            meaning="the coin of margin and profit",
        ),
        Key(
            name="dcp_window",
            kind=Number(integer=True, low=3, high=300, parameter=False),
            default="30",
            meaning="seconds after which the exchange cancels the orders of a lost connection",
        ),
    ),
)

_COUNT = Number(integer=True, low=1, parameter=False)
_TRADES = Number(integer=True, low=0, parameter=False)
_DIRECTION = Word(words=("long", "short", "both"))
_SHARE = Number(low=0, high=100, parameter=False)

EXPECT = Section(
    path="validation.expect",
    keys=(
        Key(name="min_trades", kind=_TRADES, meaning="at least so many positions"),
        Key(name="direction", kind=_DIRECTION, meaning="the sides that are traded"),
        Key(name="min_win_rate", kind=_SHARE, meaning="percent of the positions that gain"),
        Key(name="max_drawdown_pct", kind=_SHARE, meaning="the deepest drawdown"),
    ),
)


def _shape(name: str, default: str, meaning: str) -> Key:
    return Key(name=name, kind=Number(above=0, parameter=False), default=default, meaning=meaning)


SHAPE = Section(
    path="validation.params",
    keys=(
        _shape("trend_magnitude", "0.20", "size of a trend, as a ratio of the base price"),
        _shape("pullback_depth", "0.30", "part of a trend that is given back"),
        Key(
            name="stairs_steps",
            kind=Number(integer=True, low=1, parameter=False),
            default="4",
            meaning="steps of a staircase",
        ),
        _shape("volatility_base", "0.02", "standard deviation of a day"),
        _shape("volatility_spike", "0.10", "that of a violent day"),
        _shape("volatility_squeeze", "0.005", "that of a quiet day"),
        _shape("range_width", "0.08", "width of a range, as a ratio of the base price"),
        _shape("noise_level", "0.3", "share of noise in a shape"),
        _shape("hunt_depth", "0.02", "how far a hunt for stops goes beyond a range"),
        _shape("hunt_recovery", "0.8", "how much of it is recovered"),
    ),
)

_MARKET = (
    Key(name="pattern", kind=Text(), meaning="the synthetic market"),
    Key(name="bars", kind=_COUNT, default="2000", meaning="exec bars after the warm-up"),
    Key(
        name="seed",
        kind=Number(integer=True, low=0, parameter=False),
        default="42",
        meaning="of the random numbers",
    ),
)

VALIDATION = Section(
    path="validation",
    keys=(
        *_MARKET,
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
        Key(name="params", kind=Inner(section=SHAPE), meaning="the shape of the market"),
        Key(name="expect", kind=Inner(section=EXPECT), meaning="what the run should show"),
        Key(
            name="expect_entries",
            kind=Alias(of="expect: {min_trades: ...}", kind=Special(what="entries")),
        ),
        Key(
            name="expect_direction",
            kind=Alias(of="expect: {direction: ...}", kind=_DIRECTION),
        ),
        Key(name="min_win_rate", kind=Alias(of="expect: {min_win_rate: ...}", kind=_SHARE)),
        Key(
            name="max_drawdown_pct",
            kind=Alias(of="expect: {max_drawdown_pct: ...}", kind=_SHARE),
        ),
    ),
)

SYNTHETIC = Section(path="synthetic", keys=_MARKET)
"""What `validation` was called."""

EXPECTED = Section(
    path="expected",
    keys=(Key(name="min_trades", kind=_TRADES, meaning="at least so many positions"),),
)
"""What `validation.expect` was called."""

DATE_RANGE = Section(path="date_range", keys=WINDOW.keys)
"""What `backtest.window` was called."""
