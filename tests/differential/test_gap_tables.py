"""Exits row by row: gaps at the open, order inside the minute, entry minutes (simulation.md 6.3).

Every row goes through the compiled exchange and through the reference, long and short; a short
sees the market mirrored. A position is entered at 100 at the open of minute 1.
"""

from typing import Any

import numpy as np
import pytest

from differential.both import LONG, SHORT, Left, Minutes, at, flip, minutes, mirrored, quiet
from generators.exchange_cases import START_MS
from generators.money import rules
from tradec.runtime.data.marks import Mark
from tradec.runtime.sim.instrument import Instrument, Tier

SIDES = (pytest.param(1, id="long"), pytest.param(-1, id="short"))
Minute = tuple[float, float, float, float]
STILL: Minute = (100.0, 100.0, 100.0, 100.0)
TIERED = Instrument(
    tick=None,
    step=None,
    tiers=(Tier(limit_usdt=None, maintenance_margin_rate=0.0),),
    source="test",
)
LEVERAGE = 5.0
"""Without maintenance margin the liquidation of both sides lies at 80 and 120: BP = LP."""

STOP, TARGET = ("fixed_points", 4.0), ("fixed_points", 6.0)


def held(side: int, rows: Minutes, **changed: Any) -> Left:
    """Return what is left of a position entered at 100 at minute 1; rows are those of a long."""
    market = {name: changed.pop(name) for name in ("mark", "flags") if name in changed}
    free = {"taker_rate": 0.0, "maker_rate": 0.0, "slippage_rate": 0.0}
    known: dict[str, Any] = {"leverage": LEVERAGE, "position_pct": 10.0, "stop": STOP}
    given = rules(**(free | known | {"target": TARGET} | changed))
    rows = [STILL, *rows]
    rows = rows if side > 0 else mirrored(rows)
    return minutes(rows, [LONG if side > 0 else SHORT], given, instrument=TIERED, **market)


def exit_of(left: Left, side: int) -> tuple[Any, ...]:
    """Return why, at what price (as of a long), as maker or taker, and when it was left."""
    fill = next(fill for fill in left.fills if fill["purpose"] != "entry")
    price = fill["price"] if side > 0 else flip(fill["price"])
    maker = bool(fill["is_maker"])
    return fill["purpose"], pytest.approx(price, abs=1e-9), maker, fill["ts"] - START_MS


GAPS = [
    # what changes, the minute after the entry, the exit: purpose, price, maker, minute
    ({}, quiet(95), ("sl", 95.0, False, 2)),
    ({}, quiet(96), ("sl", 96.0, False, 2)),
    ({}, quiet(78), ("liquidation", 80.0, False, 2)),
    ({}, quiet(80), ("liquidation", 80.0, False, 2)),
    ({}, quiet(107), ("tp", 107.0, False, 2)),
    ({}, quiet(106), ("tp", 106.0, False, 2)),
    ({"tp_order_type": "limit"}, quiet(107), ("tp", 106.0, True, 2)),
    ({"tp_order_type": "limit"}, quiet(106), ("end_of_data", 100.0, False, 4)),
    ({"tp_order_type": "limit", "limit_fill": "touch"}, quiet(106), ("tp", 106.0, True, 2)),
    ({"sl_order_type": "limit"}, quiet(95), ("end_of_data", 100.0, False, 4)),
    ({"sl_order_type": "limit"}, (95, 97, 95, 95), ("sl", 96.0, True, 2.5)),
    ({"sl_order_type": "limit"}, (95, 96, 95, 95), ("end_of_data", 100.0, False, 4)),
    (
        {"sl_order_type": "limit", "limit_fill": "touch"},
        (95, 96, 95, 95),
        ("sl", 96.0, True, 2.5),
    ),
    ({"stop": None, "target": None}, quiet(78), ("liquidation", 80.0, False, 2)),
    ({"stop": None, "target": None}, quiet(190), ("end_of_data", 100.0, False, 4)),
]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("changed", "minute", "expected"), GAPS)
def test_the_open_is_beyond_a_level(
    side: int, changed: dict[str, Any], minute: Minute, expected: tuple[Any, ...]
) -> None:
    last = quiet(95) if "sl_order_type" in changed else STILL
    left = held(side, [STILL, minute, last], **changed)
    if expected[0] == "end_of_data":
        expected = ("end_of_data", last[3], False, 4)
    assert exit_of(left, side) == (*expected[:3], at(expected[3]))
    gone = "liquidated" if expected[0] == "liquidation" else "end_of_data"
    assert left.stop_reason == gone


INSIDE = [
    ({}, (100, 101, 96, 100), ("sl", 96.0, False, 2.5)),
    ({}, (100, 101, 96.1, 100), ("end_of_data", 100.0, False, 4)),
    ({}, (100, 101, 70, 100), ("sl", 96.0, False, 2.5)),  # the stop is nearer than 80
    ({}, (100, 106, 99, 100), ("tp", 106.0, False, 2.5)),
    ({}, (100, 106, 96, 100), ("sl", 96.0, False, 2.5)),  # both are in range
    ({}, (100, 106, 70, 100), ("sl", 96.0, False, 2.5)),
    ({"tp_order_type": "limit"}, (100, 106, 99, 100), ("end_of_data", 100.0, False, 4)),
    ({"tp_order_type": "limit"}, (100, 106.1, 99, 100), ("tp", 106.0, True, 2.5)),
    (
        {"tp_order_type": "limit", "limit_fill": "touch"},
        (100, 106, 99, 100),
        ("tp", 106.0, True, 2.5),
    ),
    (
        {"stop": ("fixed_points", 25.0), "on_sl_beyond_liq": "warn"},
        (100, 101, 70, 100),
        ("liquidation", 80.0, False, 2.5),
    ),
    (
        {"stop": ("fixed_points", 20.0), "on_sl_beyond_liq": "warn"},
        (100, 101, 80, 100),
        ("sl", 80.0, False, 2.5),  # at one level the stop acts
    ),
    ({"stop": None}, (100, 107, 80, 100), ("liquidation", 80.0, False, 2.5)),
]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("changed", "minute", "expected"), INSIDE)
def test_levels_inside_a_minute(
    side: int, changed: dict[str, Any], minute: Minute, expected: tuple[Any, ...]
) -> None:
    left = held(side, [STILL, minute, STILL], **changed)
    assert exit_of(left, side) == (*expected[:3], at(expected[3]))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        ((100, 101, 96, 100), ("sl", 96.0, False, 1.5)),
        ((100, 107, 99, 100), ("tp", 106.0, False, 1.5)),
        ((100, 107, 95, 100), ("sl", 96.0, False, 1.5)),
    ],
)
def test_an_entry_at_the_open_lives_through_its_whole_minute(
    side: int, minute: Minute, expected: tuple[Any, ...]
) -> None:
    assert exit_of(held(side, [minute, STILL]), side) == (*expected[:3], at(expected[3]))


FRESH = [
    # minutes 1 and 2; the limit of 99 rests from the open of minute 1 on, stop 95, target 105
    ((100, 100, 98, 100), (105, 105, 105, 105), ("tp", 105.0, False, 2)),
    ((100, 100, 95, 100), STILL, ("sl", 95.0, False, 1.5)),
    ((100, 106, 98, 100), (100, 105, 100, 100), ("tp", 105.0, False, 2.5)),
    ((100, 106, 98, 100), STILL, ("end_of_data", 100.0, False, 3)),
    ((100, 106, 94, 100), STILL, ("sl", 95.0, False, 1.5)),
]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("one", "two", "expected"), FRESH)
def test_an_entry_inside_a_minute_has_no_target_in_it(
    side: int, one: Minute, two: Minute, expected: tuple[Any, ...]
) -> None:
    how = {"order_type": "limit", "limit_offset_pct": 1.0, "target": ("fixed_points", 6.0)}
    left = held(side, [one, two], **how)
    entry = left.fills[0]
    assert (entry["is_maker"], entry["ts"] - START_MS) == (1, at(1.5))
    assert exit_of(left, side) == (*expected[:3], at(expected[3]))


def marked(prices: Minutes) -> Mark:
    columns = np.array(prices, np.float64).T
    names = ("open", "high", "low", "close")
    return Mark(
        **{name: np.ascontiguousarray(column) for name, column in zip(names, columns, strict=True)}
    )


MARKED = [
    # minute 2 of the last price, of the mark, and the exit
    (quiet(70), STILL, ("liquidation", 80.0, False, 2)),  # the stop would lose more than the margin
    (STILL, quiet(79), ("liquidation", 80.0, False, 2)),  # by the mark alone
    (STILL, (100, 100, 80, 100), ("liquidation", 80.0, False, 2.5)),
    (STILL, (100, 100, 80.1, 100), ("end_of_data", 100.0, False, 4)),
    ((100, 100, 96, 100), (100, 100, 70, 100), ("sl", 96.0, False, 2.5)),
    ((100, 107, 100, 100), (100, 100, 80, 100), ("liquidation", 80.0, False, 2.5)),
]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("last", "mark", "expected"), MARKED)
def test_liquidation_is_judged_by_the_mark(
    side: int, last: Minute, mark: Minute, expected: tuple[Any, ...]
) -> None:
    beside = [STILL, STILL, mark, STILL]
    prices = marked(beside if side > 0 else mirrored(beside))
    left = held(side, [STILL, last, STILL], mark=prices)
    assert exit_of(left, side) == (*expected[:3], at(expected[3]))
    if expected[0] == "liquidation":
        assert left.legs[0]["realized"] == pytest.approx(-1000.0)  # the margin, and no more


@pytest.mark.parametrize("side", SIDES)
def test_a_limit_stop_loses_no_more_than_the_margin(side: int) -> None:
    """The last price leaves the mark behind; the stop at 75 rests beyond the 80 of bankruptcy."""
    how = {"stop": ("fixed_points", 25.0), "on_sl_beyond_liq": "warn", "sl_order_type": "limit"}
    prices = marked([STILL] * 4 if side > 0 else mirrored([STILL] * 4))
    left = held(side, [STILL, (70, 76, 70, 76), STILL], mark=prices, target=None, **how)
    assert exit_of(left, side) == ("liquidation", 80.0, False, at(2.5))
    assert left.legs[0]["realized"] == pytest.approx(-1000.0)


def test_a_stop_gains_nothing_from_the_slippage_of_its_entry() -> None:
    """An entry at 101 slips to 103.02; its stop of 102.52 lies above what trades.

    It sells from 101, where the entry traded, not from its own level.
    """
    how = {"order_type": "stop", "trigger_offset_pct": 1.0, "slippage_rate": 0.02}
    left = held(1, [(100, 101.5, 100, 101)], stop=("fixed_points", 0.5), target=None, **how)
    entry, out = left.fills
    assert entry["price"] == pytest.approx(101 * 1.02)
    assert (out["purpose"], out["reference"]) == ("sl", 101.0)
    assert out["price"] == pytest.approx(101 * 0.98)


def test_nothing_happens_in_a_minute_that_is_absent() -> None:
    flags = [0, 0, 1, 0, 0]
    left = held(1, [STILL, quiet(90), quiet(93), STILL], flags=flags)
    assert exit_of(left, 1) == ("sl", 93.0, False, at(3))
