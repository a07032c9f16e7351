"""Funding on real minutes: what is booked is what the exchange's own series say (simulation.md 12).

A strategy flips, halves and leaves on a fixed schedule. What it owes at each settlement is worked
out from its fills, the minutes and the series alone.
"""

from dataclasses import replace
from functools import cache
from math import fsum

import numpy as np
import pyarrow.parquet as pq
import pytest

from differential.both import EXIT, LONG, SHORT, Left, in_python, left_by
from generators.exchange_cases import Case, case_of, play
from generators.money import rules
from shared import need_shared
from tradec.runtime.data.bars import Bars
from tradec.runtime.data.importing import read_file
from tradec.runtime.data.marks import Funding
from tradec.runtime.sim.instrument import Instrument

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
EIGHT_HOURS = 480
"""Minutes between two settlements of these series."""


@cache
def market(symbol: str) -> Bars:
    """Return a month of real minutes with the settlements that fell due in it."""
    minutes = read_file(need_shared("data", f"bybit_linear_{symbol}_1m_2025-05_06.parquet"))
    series = pq.read_table(
        need_shared("data", f"bybit_linear_{symbol}_funding_8h_2023-12_2026-02.parquet")
    )
    ts = np.asarray(series["ts"].to_numpy(), np.int64)
    rate = np.asarray(series["funding_rate"].to_numpy(), np.float64)
    return replace(minutes, funding=Funding(ts=ts, rate=rate).between(minutes.ts0, minutes.end))


def scheduled(bars: Bars) -> Case:
    """Return a run that enters, turns, halves and leaves at, before and after settlements."""
    actions = np.zeros(bars.n, np.int64)
    percents = np.full(bars.n, 100.0)
    first = (-bars.ts0 // bars.base_ms) % EIGHT_HOURS
    settled = range(first, bars.n - EIGHT_HOURS, EIGHT_HOURS)
    for k, minute in enumerate(settled):
        # decided at a close, filled at the open of the next minute: -1 arrives at the settlement
        side, shift = (LONG, SHORT)[k % 2], (-1, -2, 0, -180, -30)[k % 5]
        actions[minute + shift] = side
        actions[minute + 60], percents[minute + 60] = EXIT, 50.0
        actions[minute + (240, EIGHT_HOURS - 1, EIGHT_HOURS - 2)[k % 3]] = EXIT
    given = rules(sizing=("fixed_notional", 5_000.0), on_opposite="reverse", leverage=2.0)
    instrument = Instrument.built_in(float(bars.open[0]))
    case = case_of(bars, [], given, instrument=instrument, percents=percents)
    return replace(case, actions=actions)


def owed(left: Left, bars: Bars) -> dict[int, float]:
    """Return what each settlement comes to: -(what is held just before it) * mark * rate.

    Of the last price alone: the mark is the close of the minute before.
    """
    assert bars.funding is not None
    ts = np.array([fill["ts"] for fill in left.fills])
    change = np.array([fill["side"] * fill["qty"] for fill in left.fills])
    found = {}
    for instant, rate in zip(bars.funding.ts.tolist(), bars.funding.rate.tolist(), strict=True):
        held = float(change[ts < instant].sum())
        if abs(held) > 1e-9:
            close = float(bars.close[(instant - bars.ts0) // bars.base_ms - 1])
            found[instant] = -held * close * rate
    return found


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_what_is_booked_is_what_the_series_say(symbol: str) -> None:
    bars = market(symbol)
    assert bars.funding is not None
    left = left_by(play(scheduled(bars)))
    expected = owed(left, bars)
    booked = {row["ts"]: row["pnl"] for row in left.payments}
    assert len(bars.funding.ts) >= 90
    assert len(booked) >= 30
    assert len(booked) < len(bars.funding.ts)
    assert booked == {ts: pytest.approx(pnl, rel=1e-9) for ts, pnl in expected.items()}
    assert {np.sign(row["signed_qty"]) for row in left.payments} == {-1.0, 1.0}
    total = fsum(expected.values())
    assert fsum(booked.values()) == pytest.approx(total, rel=1e-12)
    assert fsum(leg["funding"] for leg in left.legs) == pytest.approx(total, rel=1e-9)
    change = left.equity[-1] - left.equity[0]
    costs = fsum(leg["realized"] for leg in left.legs) - fsum(fill["fee"] for fill in left.fills)
    assert change - costs == pytest.approx(total, abs=1e-7)


def test_the_reference_books_the_same() -> None:
    case = scheduled(market("SOLUSDT").slice(0, 3_000))
    left_by(play(case)).same_as(in_python(case))


def test_positions_that_open_at_a_settlement_are_not_charged() -> None:
    """The schedule has them, so that the tests above would see it."""
    bars = market("BTCUSDT")
    assert bars.funding is not None
    left = left_by(play(scheduled(bars)))
    at_once = {fill["ts"] for fill in left.fills} & set(bars.funding.ts.tolist())
    assert len(at_once) >= 10
    charged = {row["ts"] for row in left.payments}
    assert at_once - charged
    assert at_once & charged
