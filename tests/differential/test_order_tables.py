"""Entries row by row: time in force, resting, stops, expiry (simulation.md 4 and 5.3).

Every row goes through the compiled exchange and through the reference, long and short; a short
sees the market mirrored. Orders are decided at the close of minute 0, at 100.
"""

from decimal import Decimal
from math import isnan
from typing import Any

import pytest

from differential.both import (
    EXIT,
    LONG,
    SHORT,
    Left,
    Minutes,
    at,
    both,
    flip,
    minutes,
    mirrored,
    quiet,
)
from generators.exchange_cases import START_MS, bars_of, case_of, play
from generators.money import rules
from tradec.runtime.sim.instrument import Instrument

TAKER, MAKER = 0.001, 0.0002
SIDES = (pytest.param(1, id="long"), pytest.param(-1, id="short"))


def entered(side: int, rows: Minutes, **changed: Any) -> Left:
    """Return what is left of an entry at the close of minute 0; rows are those of a long.

    `actions` are those of the minutes from the first one on, if there are more.
    """
    actions = changed.pop("actions", [LONG if side > 0 else SHORT])
    market = {
        name: changed.pop(name) for name in ("volume", "flags", "instrument") if name in changed
    }
    costs: dict[str, Any] = {"taker_rate": TAKER, "maker_rate": MAKER, "slippage_rate": 0.0}
    known = {"limit_offset_pct": 1.0, "sizing": ("fixed_notional", 990.0)}
    given = rules(min_trade_notional_usdt=0.0, **(costs | known | changed))
    rows = [quiet(100), *rows]
    return minutes(rows if side > 0 else mirrored(rows), actions, given, **market)


def entry_of(left: Left, side: int) -> tuple[Any, ...]:
    """Return price (as of a long), whether it was maker, and when the entry filled."""
    fill = left.fills[0]
    assert (fill["purpose"], fill["side"]) == ("entry", side)
    rate = MAKER if fill["is_maker"] else TAKER
    assert fill["fee"] == fill["qty"] * fill["price"] * rate
    price = fill["price"] if side > 0 else flip(fill["price"])
    return pytest.approx(price, abs=1e-9), bool(fill["is_maker"]), fill["ts"] - START_MS


# --- 4.2: the arrival ---------------------------------------------------------------------------

ARRIVALS = [
    # time in force, open of the minute of arrival, what becomes of it; the limit is 99
    ("GTC", 98.0, 98.0),
    ("GTC", 99.0, 99.0),
    ("GTC", 99.5, "rests"),
    ("IOC", 98.0, 98.0),
    ("IOC", 99.0, 99.0),
    ("IOC", 99.5, "IOC_CANCEL"),
    ("FOK", 98.0, 98.0),
    ("FOK", 99.0, 99.0),
    ("FOK", 99.5, "FOK_CANCEL"),
    ("PostOnly", 98.0, "POST_ONLY_REJECT"),
    ("PostOnly", 99.0, "POST_ONLY_REJECT"),
    ("PostOnly", 99.5, "rests"),
]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("in_force", "opens", "outcome"), ARRIVALS)
def test_limit_entries_meet_the_open(
    side: int, in_force: str, opens: float, outcome: float | str
) -> None:
    left = entered(side, [quiet(opens), quiet(99.5)], order_type="limit", time_in_force=in_force)
    order = left.orders[0]
    assert order["in_force"] == in_force
    assert order["price"] == (99.0 if side > 0 else 101.0)
    if isinstance(outcome, float):
        assert entry_of(left, side) == (outcome, False, at(1))
        assert order["code"] == ""
    elif outcome == "rests":
        assert left.fills == []
        assert (order["status"], order["code"]) == ("cancelled", "END_OF_DATA")
        assert order["ts_end"] - START_MS == at(3)
    else:
        assert left.fills == []
        assert (order["status"], order["code"]) == ("cancelled", outcome)
        assert order["ts_end"] - START_MS == at(1)


@pytest.mark.parametrize("in_force", ["GTC", "IOC", "FOK"])
@pytest.mark.parametrize(("slippage", "paid"), [(0.005, 98.49), (0.02, 99.0)])
def test_a_marketable_limit_slips_but_never_beyond_its_limit(
    in_force: str, slippage: float, paid: float
) -> None:
    how = {"order_type": "limit", "time_in_force": in_force, "slippage_rate": slippage}
    left = entered(1, [quiet(98), quiet(98)], **how)
    assert entry_of(left, 1) == (paid, False, at(1))


THIN = [("GTC", 5.0, "LIQUIDITY_EXCEEDED"), ("IOC", 5.0, "IOC_CANCEL")]


@pytest.mark.parametrize(("in_force", "part", "code"), THIN)
def test_what_a_minute_does_not_take_is_cancelled(in_force: str, part: float, code: str) -> None:
    how = {"order_type": "limit", "time_in_force": in_force, "max_volume_fraction": 0.5}
    left = entered(1, [quiet(98), quiet(98)], volume=10.0, **how)
    assert [fill["qty"] for fill in left.fills[:1]] == [part]
    order = left.orders[0]
    assert (order["filled"], order["qty"]) == (part, 10.0)
    assert (order["status"], order["code"]) == ("cancelled", code)


def test_fill_or_kill_takes_all_or_nothing() -> None:
    how = {"order_type": "limit", "time_in_force": "FOK", "max_volume_fraction": 0.5}
    left = entered(1, [quiet(98), quiet(98)], volume=19.0, **how)
    assert (left.fills, left.codes()) == ([], ["LIQUIDITY_EXCEEDED"])
    assert len(entered(1, [quiet(98), quiet(98)], volume=20.0, **how).fills) == 2


# --- 4.3: at rest -------------------------------------------------------------------------------

RESTING = [
    # limit_fill, the minute after the arrival, when the limit of 99 fills
    ("through", (99.5, 99.5, 99.0, 99.5), None),
    ("through", (99.5, 99.5, 98.9, 99.5), 2.5),
    ("through", (99.0, 99.5, 99.0, 99.5), None),
    ("through", (98.0, 99.5, 98.0, 99.5), 2),
    ("touch", (99.5, 99.5, 99.1, 99.5), None),
    ("touch", (99.5, 99.5, 99.0, 99.5), 2.5),
    ("touch", (99.0, 99.5, 99.0, 99.5), 2),
    ("touch", (98.0, 99.5, 98.0, 99.5), 2),
]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("in_force", ["GTC", "PostOnly"])
@pytest.mark.parametrize(("rule", "minute", "when"), RESTING)
def test_a_resting_limit_fills_at_its_own_price(
    side: int, in_force: str, rule: str, minute: tuple[float, ...], when: float | None
) -> None:
    how = {"order_type": "limit", "time_in_force": in_force, "limit_fill": rule}
    left = entered(side, [quiet(99.5), minute, quiet(99.5)], slippage_rate=0.01, **how)
    if when is None:
        assert (left.fills, left.codes()) == ([], ["END_OF_DATA"])
    else:
        assert entry_of(left, side) == (99.0, True, at(when))


EXPIRIES = [(1, 1, True), (1, 2, False), (2, 2, True), (2, 3, False), (0, 6, True)]
"""Exec bars that an entry works, the one in which its price trades, and whether it fills."""


@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize(("bars", "touched", "fills"), EXPIRIES)
def test_an_entry_works_for_so_many_exec_bars(
    every: int, bars: int, touched: int, *, fills: bool
) -> None:
    rows = [quiet(100)] * every + [quiet(99.5)] * (7 * every)
    rows[(touched + 1) * every - 1] = (99.5, 99.5, 98.0, 99.5)  # the last minute of the bar
    how = {"order_type": "limit", "limit_offset_pct": 1.0, "expire_after_bars": bars}
    actions = [0] * (every - 1) + [LONG]
    left = minutes(rows, actions, rules(**how), every=every, first=every - 1)
    if fills:
        assert left.fills[0]["ts"] - START_MS == at((touched + 1) * every - 0.5)
    else:
        assert (left.fills, left.codes()) == ([], ["EXPIRED"])
        assert left.orders[0]["ts_end"] - START_MS == at((bars + 1) * every)


def test_an_order_at_rest_is_the_only_one() -> None:
    how = {"order_type": "limit"}
    left = entered(1, [quiet(99.5)] * 3, actions=[LONG, LONG, SHORT], **how)
    assert left.codes() == ["END_OF_DATA", "ENTRY_ORDER_WORKING", "ENTRY_ORDER_WORKING"]
    again = entered(1, [quiet(99.5)] * 3, actions=[LONG, LONG, SHORT], on_resignal="replace", **how)
    assert again.codes() == ["REPLACED", "REPLACED", "END_OF_DATA"]
    assert [order["side"] for order in again.orders] == [1, 1, -1]


# --- 4.1: stop entries --------------------------------------------------------------------------

STILL = quiet(100)
STOPS = [
    # minute 1, minute 2, price and when; the trigger is 101
    (STILL, (100, 100.9, 100, 100), None),
    (quiet(101), STILL, (101.0, 1)),
    (quiet(103), STILL, (103.0, 1)),
    (STILL, quiet(103), (103.0, 2)),
    (STILL, (100, 101, 100, 100), (101.0, 2.5)),
]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("one", "two", "expected"), STOPS)
def test_a_stop_entry_becomes_a_market_order(
    side: int, one: tuple[float, ...], two: tuple[float, ...], expected: Any
) -> None:
    left = entered(side, [one, two, STILL], order_type="stop", trigger_offset_pct=1.0)
    order = left.orders[0]
    assert (order["kind"], order["trigger"]) == ("STOP_MARKET", 100.0 + side)
    assert isnan(order["price"])
    if expected is None:
        assert (left.fills, left.codes()) == ([], ["END_OF_DATA"])
    else:
        assert entry_of(left, side) == (expected[0], False, at(expected[1]))


STOP_LIMITS = [
    # minute 1, minute 2, price, maker and when; the trigger is 101, the limit 102.01
    (STILL, (100, 100.9, 100, 100), None),
    (quiet(101.5), STILL, (101.5, False, 1)),
    (STILL, quiet(101.5), (101.5, False, 2)),
    (STILL, (100, 103, 100, 100), (101.0, False, 2.5)),
    (quiet(103), (103, 103, 102.01, 103), None),
    (quiet(103), (103, 103, 102, 103), (102.01, True, 2.5)),
    (quiet(103), quiet(101), (102.01, True, 2)),
    (STILL, quiet(103), None),
]


@pytest.mark.parametrize(("one", "two", "expected"), STOP_LIMITS)
def test_a_stop_limit_entry_becomes_a_limit_order(
    one: tuple[float, ...], two: tuple[float, ...], expected: Any
) -> None:
    how = {"order_type": "stop_limit", "trigger_offset_pct": 1.0}
    instrument = Instrument(tick=Decimal("0.01"), step=None, source="test")
    left = entered(1, [one, two], instrument=instrument, **how)
    order = left.orders[0]
    assert (order["kind"], order["trigger"], order["price"]) == ("STOP_LIMIT", 101.0, 102.01)
    if expected is None:
        assert (left.fills, left.codes()) == ([], ["END_OF_DATA"])
    else:
        assert entry_of(left, 1) == (*expected[:2], at(expected[2]))


def test_a_short_stop_limit_lies_below() -> None:
    how = {"order_type": "stop_limit", "trigger_offset_pct": 1.0}
    left = entered(-1, [quiet(100), (100, 101.5, 100, 100)], **how)  # it falls to 98.5
    order = left.orders[0]
    assert (order["trigger"], order["price"]) == (99.0, pytest.approx(98.01))
    assert (left.fills[0]["price"], left.fills[0]["ts"] - START_MS) == (99.0, at(2.5))


@pytest.mark.parametrize(
    ("in_force", "code"), [("IOC", "IOC_CANCEL"), ("FOK", "FOK_CANCEL"), ("PostOnly", "filled")]
)
def test_a_triggered_limit_keeps_its_time_in_force(in_force: str, code: str) -> None:
    how = {"order_type": "stop_limit", "trigger_offset_pct": 1.0, "time_in_force": in_force}
    left = entered(1, [quiet(103), quiet(101)], **how)
    assert left.orders[0]["code"] == ("" if code == "filled" else code)
    assert len(left.fills) == (2 if code == "filled" else 0)


# --- 5.1, 5.3: what a market order pays ---------------------------------------------------------


@pytest.mark.parametrize("side", SIDES)
def test_market_orders_slip_and_pay_the_taker(side: int) -> None:
    left = entered(side, [quiet(100), quiet(100)], slippage_rate=0.01)
    assert entry_of(left, side)[1:] == (False, at(1))
    assert left.fills[0]["price"] == pytest.approx(100 + side)
    assert left.fills[1]["price"] == pytest.approx(100 - side)
    assert left.fills[1]["purpose"] == "end_of_data"


IMPACTS = [
    # model, k, cap_bps, volume, extra slippage of 990 USDT
    ("linear", 0.5, None, 99.0, 0.05),
    ("sqrt", 0.05, None, 39.6, 0.025),
    ("linear", 0.5, 100.0, 99.0, 0.01),
    ("sqrt", 0.05, 20.0, 0.0, 0.002),
]


@pytest.mark.parametrize(("model", "k", "cap", "volume", "extra"), IMPACTS)
def test_impact_grows_with_the_share_of_the_minute(
    model: str, k: float, cap: float | None, volume: float, extra: float
) -> None:
    left = entered(1, [quiet(100)] * 2, volume=volume, impact=(model, k, cap), slippage_rate=0.001)
    assert left.fills[0]["price"] == pytest.approx(100 * (1 + 0.001 + extra))


def test_a_market_entry_goes_on_while_minutes_are_thin() -> None:
    left = entered(1, [quiet(100), quiet(102), quiet(104)], volume=8.0, max_volume_fraction=0.5)
    entries = [fill for fill in left.fills if fill["purpose"] == "entry"]
    assert [fill["qty"] for fill in entries] == pytest.approx([4.0, 4.0, 1.9])
    assert [fill["price"] for fill in entries] == [100.0, 102.0, 104.0]
    assert left.orders[0]["status"] == "filled"
    assert left.legs[0]["entry"] == pytest.approx((400 + 408 + 1.9 * 104) / 9.9)


def test_without_leverage_nothing_is_kept_for_a_price_below_nothing() -> None:
    """The average of parts is rounded, and so the bankruptcy price of a long comes out near 0."""
    given = rules(
        min_trade_notional_usdt=0.0,
        taker_rate=TAKER,
        maker_rate=MAKER,
        slippage_rate=0.0,
        leverage=1.0,
        sizing=("fixed_notional", 990.0),
        max_volume_fraction=0.5,
    )
    seen: list[float] = []
    for k in range(40):
        rows = [quiet(97.31 + 0.37 * k * step) for step in range(9)]
        case = case_of(bars_of(rows, volume=2.9 + 0.013 * k), [LONG], given)
        both(case)
        seen += play(case).states_kept()["reserve"].tolist()
    assert min(seen) >= 0.0


def test_a_market_exit_goes_on_while_minutes_are_thin() -> None:
    given = {"max_volume_fraction": 0.5, "sizing": ("fixed_notional", 400.0)}
    volume = [100.0, 100.0, 6.0, 6.0, 6.0]
    rows = [quiet(100), quiet(98), quiet(96), quiet(94)]
    left = entered(1, rows, actions=[LONG, EXIT], volume=volume, **given)
    out = [(fill["qty"], fill["price"]) for fill in left.fills if fill["purpose"] == "signal"]
    assert out == [(3.0, 98.0), (1.0, 96.0)]
    assert [leg["is_final"] for leg in left.legs] == [0, 1]


def test_a_band_around_the_mark_stops_a_market_entry() -> None:
    wide = entered(1, [quiet(100)] * 2, slippage_rate=0.02, market_band=0.02)
    assert wide.codes() == ["filled", "filled"]
    narrow = entered(1, [quiet(100)] * 2, slippage_rate=0.02, market_band=0.0199)
    assert (narrow.fills, narrow.codes()) == ([], ["MARKET_BAND"])
