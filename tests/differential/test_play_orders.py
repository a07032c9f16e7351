"""From the text of a play to its fills: every order, rule and assumption that a play can write.

The play enters at a close of 100 and fills in the minutes that a test scripts. What the exchange
makes of a word stands in the tables of orders.
"""

from decimal import Decimal

import numpy as np
import pytest

from differential.both import Left, Minutes, quiet
from differential.native_cases import trading_rules, values_of, warmup_of
from differential.told import told
from frontend import typed
from generators.minute_play import ACCOUNT, LEAD, LONG_AT_100, assuming, entry, market, text
from tradec.compiler.catalog import standard
from tradec.compiler.interpreted import strategy_of
from tradec.runtime import backtest
from tradec.runtime.data.bars import Bars, from_columns
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.marks import Funding
from tradec.runtime.sim.instrument import Instrument


def played(play: str, bars: Bars, instrument: Instrument | None = None) -> Left:
    """Return what a play leaves on these bars."""
    one = typed(play)
    outcome = backtest.run(
        strategy_of(one, standard(), values_of(one)),
        bars,
        trading_rules(one),
        instrument or Instrument.unconstrained(),
        exec_tf=one.exec,
        warmup=warmup_of(one),
    )
    return Left(
        outcome.stop_reason,
        outcome.entries_disabled,
        told(outcome.orders),
        told(outcome.fills),
        told(outcome.legs),
        told(outcome.payments),
        outcome.equity.tolist(),
    )


def after(rows: Minutes, **sections: str) -> Left:
    """Return what is left of the plain play, or of one with other sections."""
    return played(text(**sections), market(rows))


STILL, FALLS, RISES = quiet(99.5), (99.5, 99.5, 98.0, 99.5), (99.5, 102.0, 99.5, 99.5)

ENTRIES = [
    # the section `entry`, minutes from the arrival on, kind, time in force, price, its end
    ("", [STILL], "MARKET", "GTC", 99.5, ""),
    ("order_type: LIMIT, limit_offset_pct: 1", [STILL, FALLS], "LIMIT", "GTC", 99.0, ""),
    ("order_type: limit, limit_offset_pct: 1", [STILL], "LIMIT", "GTC", None, "END_OF_DATA"),
    ("order_type: LIMIT, time_in_force: IOC", [STILL], "LIMIT", "IOC", 99.5, ""),
    (
        "order_type: LIMIT, limit_offset_pct: 1, time_in_force: IOC",
        [STILL],
        "LIMIT",
        "IOC",
        None,
        "IOC_CANCEL",
    ),
    (
        "order_type: LIMIT, limit_offset_pct: 1, time_in_force: FOK",
        [STILL],
        "LIMIT",
        "FOK",
        None,
        "FOK_CANCEL",
    ),
    (
        "order_type: LIMIT, time_in_force: PostOnly",
        [STILL],
        "LIMIT",
        "PostOnly",
        None,
        "POST_ONLY_REJECT",
    ),
    (
        "order_type: LIMIT, limit_offset_pct: 1, expire_after_bars: 2",
        [STILL, STILL, FALLS],
        "LIMIT",
        "GTC",
        None,
        "EXPIRED",
    ),
    (
        "order_type: LIMIT, limit_offset_pct: 1, expire_after_bars: 2",
        [STILL, FALLS],
        "LIMIT",
        "GTC",
        99.0,
        "",
    ),
    ("order_type: STOP, trigger_offset_pct: 1", [STILL, RISES], "STOP_MARKET", "GTC", 101.0, ""),
    (
        "order_type: STOP_LIMIT, trigger_offset_pct: 1, limit_offset_pct: 0.5",
        [STILL, RISES],
        "STOP_LIMIT",
        "GTC",
        101.0,
        "",
    ),
    (
        "order_type: STOP_LIMIT, trigger_offset_pct: 1, limit_offset_pct: 0, expire_after_bars: 2",
        [STILL, quiet(102.0), RISES],
        "STOP_LIMIT",
        "GTC",
        None,
        "EXPIRED",
    ),
]


@pytest.mark.parametrize(("words", "rows", "kind", "in_force", "price", "code"), ENTRIES)
def test_entries(
    words: str, rows: Minutes, kind: str, in_force: str, price: float | None, code: str
) -> None:
    left = after(rows, **(entry(words) if words else {}))
    order = left.orders[0]
    assert (order["kind"], order["in_force"], order["code"]) == (kind, in_force, code)
    assert [fill["price"] for fill in left.fills[:1]] == ([] if price is None else [price])


def test_a_new_signal_replaces_a_working_entry() -> None:
    rows = [STILL, quiet(100.0), FALLS]
    plain = entry("order_type: LIMIT, limit_offset_pct: 1")
    assert after(rows, **plain).codes()[:2] == ["filled", "filled"]
    again = entry("order_type: LIMIT, limit_offset_pct: 1, on_resignal: replace")
    assert after(rows, **again).codes()[:2] == ["REPLACED", "filled"]


@pytest.mark.parametrize(("rule", "filled"), [("through", False), ("touch", True)])
def test_how_far_the_price_must_come(rule: str, *, filled: bool) -> None:
    rows = [STILL, (99.5, 99.5, 99.0, 99.5)]
    how = entry("order_type: LIMIT, limit_offset_pct: 1") | assuming(f"limit_fill: {rule}")
    assert bool(after(rows, **how).fills) == filled


def test_the_maker_fee_of_the_play_is_paid() -> None:
    fees = "fee_model: {taker_bps: 10, maker_bps: 3}, slippage_bps: 0"
    account = {"account": f"account: {{starting_equity_usdt: 10000, max_leverage: 1, {fees}}}\n"}
    left = after([STILL, FALLS], **account, **entry("order_type: LIMIT, limit_offset_pct: 1"))
    rested, closed = left.fills
    assert rested["fee"] / (rested["qty"] * rested["price"]) == pytest.approx(3e-4)
    assert closed["fee"] / (closed["qty"] * closed["price"]) == pytest.approx(10e-4)


# --- assumptions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "price"),
    [
        ("{model: linear, k: 0.1}", 100 * (1 + 0.1 * 0.5)),
        ("{model: sqrt, k: 0.1}", 100 * (1 + 0.1 * 0.5**0.5)),
        ("{model: linear, k: 0.1, cap_bps: 25}", 100.25),
    ],
)
def test_impact(model: str, price: float) -> None:
    bars = market([quiet(100.0)], volume=100.0)  # the order has 50 of 100
    left = played(text(**assuming(f"impact: {model}")), bars)
    assert left.fills[0]["price"] == pytest.approx(price)


def test_liquidity() -> None:
    bars = market([quiet(100.0)] * 3, volume=100.0)
    left = played(text(**assuming("liquidity: {max_volume_fraction: 0.2}")), bars)
    bought = [fill["qty"] for fill in left.fills if fill["purpose"] == "entry"]
    assert bought == [20.0, 20.0, 10.0]


def test_a_band_around_the_mark() -> None:
    account = {"account": ACCOUNT.replace("slippage_bps: 0", "slippage_bps: 200")}
    wide, narrow = (
        after([quiet(100.0)], **account, **assuming(f"market_band: {band}"))
        for band in ("0.05", "0.01")
    )
    assert wide.codes()[0] == "filled"
    assert (narrow.fills, narrow.codes()[0]) == ([], "MARKET_BAND")


def test_a_share_of_equity_caps_the_margin() -> None:
    left = after([quiet(100.0)], **assuming("max_position_equity_pct: 4"))
    assert (left.orders[0]["qty"], left.orders[0]["cap"]) == (20.0, "margin_share")


@pytest.mark.parametrize(
    ("words", "qty", "cap"),
    [
        ("max_notional_usdt: 700", 7.0, "max_notional_usdt"),
        ("max_margin_usdt: 200", 10.0, "max_margin_usdt"),
    ],
)
def test_caps_of_the_account(words: str, qty: float, cap: str) -> None:
    account = {"account": ACCOUNT.replace("max_leverage: 5", f"max_leverage: 5, {words}")}
    left = after([quiet(100.0)], **account)
    assert (left.orders[0]["qty"], left.orders[0]["cap"]) == (qty, cap)


def test_the_equity_floor() -> None:
    left = after([quiet(100.0), quiet(95.0), quiet(94.0)], **assuming("stop_equity_usdt: 9800"))
    assert left.stop_reason == "equity_floor_hit"
    assert left.exit()[:2] == ("equity_floor", 94.0)


@pytest.mark.parametrize(("goes_on", "reason"), [("true", "end_of_data"), ("false", "liquidated")])
def test_after_a_liquidation(goes_on: str, reason: str) -> None:
    rows = [quiet(100.0), quiet(79.0), quiet(100.0), quiet(101.0)]
    risk = {"risk": "risk: {stop_loss: {type: fixed_points, value: 40}, max_position_pct: 10}\n"}
    account = {"account": ACCOUNT.replace("slippage_bps", "on_sl_beyond_liq: warn, slippage_bps")}
    left = after(rows, **risk, **account, **assuming(f"continue_after_liquidation: {goes_on}"))
    assert left.exit()[:2] == ("liquidation", pytest.approx(80.0))
    assert left.stop_reason == reason
    entries = [order for order in left.orders if order["purpose"] == "entry"]
    assert len(entries) == (2 if goes_on == "true" else 1)


@pytest.mark.parametrize(
    ("how", "reason"), [("last_extreme", "liquidation"), ("last_close", "end_of_data")]
)
def test_what_marks(how: str, reason: str) -> None:
    rows = [quiet(100.0), (100.0, 100.0, 79.0, 100.0)]
    risk = {"risk": "risk: {max_position_pct: 10}\n"}
    left = after(rows, **risk, **assuming(f"mark_source: {how}"))
    assert left.exit()[0] == reason


@pytest.mark.parametrize(("how", "price"), [("mark_value", 84.0), ("entry_value", 85.0)])
def test_how_maintenance_is_asked(how: str, price: float) -> None:
    """5 % of 80 / 0.95 = 84.21 by the mark; of 100: 100 - (20 - 5) = 85."""
    account = {
        "account": ACCOUNT.replace("slippage_bps", "maintenance_margin_rate: 0.05, slippage_bps")
    }
    risk = {"risk": "risk: {max_position_pct: 10}\n"}
    low = price + 0.3
    rows = [quiet(100.0), (100.0, 100.0, low, 100.0)]
    assert after(rows, **risk, **account, **assuming(f"liq_formula: {how}")).exit()[0] == (
        "end_of_data"
    )
    rows = [quiet(100.0), (100.0, 100.0, price, 100.0)]
    assert after(rows, **risk, **account, **assuming(f"liq_formula: {how}")).exit()[0] == (
        "liquidation"
    )


@pytest.mark.parametrize(("how", "qty"), [("instrument", 16.5), ("none", 16.65)])
def test_constraints(how: str, qty: float) -> None:
    coarse = Instrument(tick=None, step=Decimal("0.5"), source="test")
    words = assuming(f"constraints: {how}, max_position_equity_pct: 3.33")
    left = played(text(**words), market([quiet(100.0)]), coarse)
    assert left.orders[0]["qty"] == pytest.approx(qty)


@pytest.mark.parametrize(("how", "settled"), [("on", 1), ("off", 0)])
def test_funding(how: str, settled: int) -> None:
    bars = market([quiet(100.0)] * 3)
    ts = np.array([bars.ts_open(LEAD + 3)])
    funded = Bars(
        **{name: getattr(bars, name) for name in bars.__dataclass_fields__ if name != "funding"},
        funding=Funding(ts=ts, rate=np.array([0.001])),
    )
    left = played(text(**assuming(f"funding: {how}")), funded)
    assert len(left.payments) == settled
    assert sum(row["pnl"] for row in left.payments) == pytest.approx(-5.0 * settled)


def test_gaps_are_filled_where_the_play_allows_them() -> None:
    whole = market([quiet(100.0)] * 8)
    kept = np.r_[0 : LEAD + 3, LEAD + 8 : whole.n]
    bars, holes = from_columns(
        whole.ts0 + whole.base_ms * kept,
        *(whole.open[kept], whole.high[kept], whole.low[kept], whole.close[kept]),
        whole.volume[kept],
        whole.base_ms,
    )
    assert len(holes) == 1
    with pytest.raises(DataError, match="lacks 5 bars"):
        played(text(), bars)
    assert played(text(**assuming("allow_gaps: true")), bars).codes() == ["filled", "filled"]


# --- protection, exits, sizes -------------------------------------------------------------------

EXITS = [
    # the section `risk`, minutes from the arrival on, why and at what price it is left
    ("stop_loss: {type: fixed_points, value: 2}", [(100, 100, 97, 100)], "sl", 98.0),
    ("stop_loss: {type: price_percent, value: 2}", [(100, 100, 97, 100)], "sl", 98.0),
    ("stop_loss: {type: percent, value: 10}", [(100, 100, 97, 100)], "sl", 98.0),
    (
        "stop_loss: {type: fixed_points, value: 2}, take_profit: {type: rr_ratio, value: 2}",
        [(100, 105, 99, 100)],
        "tp",
        104.0,
    ),
    (
        "take_profit: {type: price_percent, value: 3}, tp_order_type: Limit",
        [quiet(100), quiet(105)],
        "tp",
        103.0,
    ),
    (
        "stop_loss: {type: fixed_points, value: 2}, sl_order_type: Limit",
        [quiet(100), quiet(95), (95, 99, 95, 95)],
        "sl",
        98.0,
    ),
    (
        "stop_loss: {type: trailing_pct, trail_pct: 1}",
        [(100, 102, 99.5, 102), (102, 102, 100, 102)],
        "trailing",
        102 * 0.99,
    ),
    (
        "stop_loss_pct: 25, break_even: {activation_pct: 1, offset_pct: 0.5}",
        [(100, 101.5, 100, 101.5), (101.5, 101.5, 99, 100)],
        "break_even",
        100.5,
    ),
]


@pytest.mark.parametrize(("words", "rows", "purpose", "price"), EXITS)
def test_exits(words: str, rows: Minutes, purpose: str, price: float) -> None:
    left = after(rows, risk=f"risk: {{{words}, max_position_pct: 10}}\n")
    assert left.exit()[:2] == (purpose, pytest.approx(price))


def test_a_trailing_stop_is_given_its_atr() -> None:
    features = "features: {atr_2: {indicator: atr, params: {length: 2}}}\n"
    stop = "{type: trailing_atr, atr_multiplier: 1, atr_feature_id: atr_2}"
    rows = [(100, 104, 100, 104), (104, 108, 104, 108), (108, 108, 90, 90)]
    left = after(rows, features=features, risk=f"risk: {{stop_loss: {stop}}}\n")
    assert left.legs[0]["last_stop"] > left.legs[0]["stop"] + 4
    assert left.exit()[0] == "trailing"


def test_partial_exits() -> None:
    actions = """
actions:
  - id: enter
    cases: [{when: close between 99.99 and 100.01, emit: [entry_long]}]
  - id: leave
    cases: [{when: close between 100.99 and 101.01, emit: [{action: exit_long, percent: 40}]}]
"""
    left = after([quiet(100.0), quiet(101.0), quiet(102.0), quiet(102.0)], actions=actions)
    assert [leg["is_final"] for leg in left.legs] == [0, 1]
    assert left.fills[1]["qty"] == pytest.approx(20.0)
    assert left.fills[1]["price"] == 102.0


SIZES = [
    ("{model: percent_equity, value: 20}", 100.0),
    ("{model: risk_based, value: 1}", 50.0),
    ("{model: fixed_usdt, value: 300}", 15.0),
    ("{model: fixed_notional, value: 300}", 3.0),
]


@pytest.mark.parametrize(("sizing", "qty"), SIZES)
def test_sizes(sizing: str, qty: float) -> None:
    risk = f"risk_model: {{stop_loss: {{type: fixed_points, value: 2}}, sizing: {sizing}}}\n"
    left = after([quiet(100.0)], risk=risk)
    assert left.orders[0]["qty"] == pytest.approx(qty)


@pytest.mark.parametrize(
    ("how", "code", "stop"),
    [("reject", "SL_BEYOND_LIQUIDATION", None), ("adjust", "", 80.02), ("warn", "", 60.0)],
)
def test_a_stop_beyond_the_liquidation(how: str, code: str, stop: float | None) -> None:
    account = ACCOUNT.replace("slippage_bps", f"on_sl_beyond_liq: {how}, slippage_bps")
    risk = "risk: {stop_loss: {type: fixed_points, value: 40}, max_position_pct: 10}\n"
    left = after([quiet(100.0)], account=account, risk=risk)
    assert left.orders[0]["code"] == code
    assert [leg["stop"] for leg in left.legs] == ([] if stop is None else [pytest.approx(stop)])


@pytest.mark.parametrize(("turn", "sides"), [("ignore", [1]), ("close", [1]), ("reverse", [1, -1])])
def test_an_entry_of_the_other_side(turn: str, sides: list[int]) -> None:
    policy = f"position_policy: {{mode: long_short, exit_mode: first_hit, on_opposite: {turn}}}\n"
    actions = f"{LONG_AT_100}  entry_short: close between 100.99 and 101.01\n"
    left = after([quiet(100), quiet(101), quiet(102)], position_policy=policy, actions=actions)
    entries = [fill for fill in left.fills if fill["purpose"] == "entry"]
    assert [fill["side"] for fill in entries] == sides
    assert left.exit()[0] == ("end_of_data" if turn == "ignore" else "opposite")
