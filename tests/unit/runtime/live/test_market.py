"""A live market over the loopback server: shadow in lock-step is the backtest of its minutes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from differential.told import told
from fakebybit.server import FakeBybit
from fakebybit.worlds import T0, market
from frontend import typed
from generators.lockstep import SYMBOL, Lockstep, kline_message
from generators.sessions import Recording, recording, session
from tradec.compiler import ir
from tradec.compiler.catalog import standard
from tradec.compiler.interpreted import strategy_of
from tradec.compiler.rules_of import rules_of
from tradec.compiler.settings import play_values
from tradec.runtime import backtest
from tradec.runtime.data.bars import from_columns
from tradec.runtime.data.marks import Funding, Mark, OpenInterest
from tradec.runtime.live.audit import audit
from tradec.runtime.live.journal import records
from tradec.runtime.live.market import Facts, closed_minutes
from tradec.runtime.live.simulated import Traded
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.rules import Rules
from tradec.runtime.timeframe import MINUTE_MS

MINUTES = 600
WARMUP = {"1m": 30, "5m": 4, "15m": 2}
ALL = Facts(mark=True, funding=True, open_interest=True)
TEXT = """
timeframes: {low_tf: 1m, med_tf: 5m, high_tf: 15m, exec: low_tf}
features:
  fast: {indicator: ema, params: {length: 3}}
  slow: {indicator: ema, params: {length: 9}, tf: med_tf}
actions:
  entry_long: funding_rate > -1 and open_interest > 0 and mark_price > 0
  exit_long: fast crosses below slow
position_policy: {mode: long_only, exit_mode: first_hit}
"""


@cache
def play() -> ir.Play:
    return typed(TEXT)


def traded() -> Traded:
    values = play_values(play(), {})
    return Traded(
        strategy=strategy_of(play(), standard(), values),
        rules=Rules.of(rules_of(play(), values)),
        instrument=Instrument.built_in(50_000.0),
        exec_tf=play().exec,
        warmup=WARMUP,
    )


@pytest.fixture
def server() -> Iterator[FakeBybit]:
    served = market(MINUTES)
    with FakeBybit(served, now_ms=T0) as running:
        yield running


def recorded(server: FakeBybit, start: int, end: int) -> Recording:
    """Return the market that the server has, to be traded from minute `start` on."""
    served = server.markets[SYMBOL]
    rows, mark = served.minutes[:end], served.mark[:end]
    ts = rows[:, 0].astype(np.int64)
    opened, high, low, close, volume = (np.ascontiguousarray(rows[:, k]) for k in range(1, 6))
    plain, _ = from_columns(ts, opened, high, low, close, volume, MINUTE_MS)
    marks = Mark(
        **{
            name: np.ascontiguousarray(mark[:, k + 1])
            for k, name in enumerate(("open", "high", "low", "close"))
        }
    )
    funding, interest = served.funding, served.interest
    bars = replace(
        plain,
        mark=marks,
        funding=Funding(
            ts=funding[:, 0].astype(np.int64), rate=np.ascontiguousarray(funding[:, 1])
        ).between(T0, plain.end),
        open_interest=OpenInterest(
            ts=interest[:, 0].astype(np.int64), value=np.ascontiguousarray(interest[:, 1])
        ).between(T0, plain.end),
    )
    found = recording(bars, play().exec, WARMUP)
    return Recording(bars=found.bars, trade_start=bars.ts_close(start))


def backtested(minutes: Recording) -> backtest.Outcome:
    made = traded()
    return backtest.run(
        made.strategy,
        minutes.bars,
        made.rules,
        made.instrument,
        exec_tf=made.exec_tf,
        warmup=WARMUP,
        window=backtest.Window(start=minutes.trade_start),
        notes=True,
    )


def cut(minutes: Recording) -> Recording:
    """Return the recording as a backtest cuts it, so that both are fed from the same first bar."""
    window = backtest.Window(start=minutes.trade_start)
    return Recording(
        bars=backtest.cut(minutes.bars, window, WARMUP), trade_start=minutes.trade_start
    )


def test_shadow_in_lock_step_is_the_backtest(server: FakeBybit, tmp_path: Path) -> None:
    whole = recorded(server, 420, 560)  # a settlement of funding falls due in it
    minutes = cut(whole)
    server.clock.set(minutes.bars.ts_open(minutes.first))
    with Lockstep(server, minutes, traded(), tmp_path, ALL) as running:
        for i in range(minutes.first, minutes.bars.n):
            running.minute(i)
    assert running.ran is not None
    outcome, expected = running.ran.ending.outcome, backtested(whole)
    assert outcome is not None
    assert len(expected.legs) > 0
    assert len(expected.payments) > 0
    for name in ("orders", "fills", "legs", "payments", "signals"):
        mine, other = (told(getattr(one, name)) for one in (outcome, expected))
        assert repr(mine) == repr(other), name
    assert outcome.equity.tolist() == expected.equity.tolist()
    assert (outcome.digest, outcome.final_equity) == (expected.digest, expected.final_equity)
    verdict = audit(traded().strategy, records(tmp_path))
    assert (verdict.minutes, verdict.difference) == (minutes.bars.n - minutes.first, None)


def test_faults_of_the_feed_change_no_output(server: FakeBybit, tmp_path: Path) -> None:
    minutes = cut(recorded(server, 100, 160))
    server.clock.set(minutes.bars.ts_open(minutes.first))
    faults = {3: "lost", 5: "twice", 9: "revised", 12: "lost", 13: "lost", 20: "cut", 30: "drop"}
    with Lockstep(server, minutes, traded(), tmp_path, ALL) as running:
        for k, i in enumerate(range(minutes.first, minutes.bars.n)):
            _minute(running, i, faults.get(k, "as it is"))
    steps = list(records(tmp_path, "step"))
    assert [one["t"] for one in steps] == [
        minutes.bars.ts_close(i) for i in range(minutes.first, minutes.bars.n)
    ]
    with_all = _outputs_by_step(minutes, tmp_path / "clean")
    assert [one["outputs"] for one in steps] == with_all
    kinds = {record["ev"] for record in records(tmp_path)}
    assert {"bar_gap", "bar_revised", "feed", "state"} <= kinds
    epochs = {record["epoch"] for record in records(tmp_path, "feed")}
    assert epochs == {1, 2, 3}
    assert audit(traded().strategy, records(tmp_path)).difference is None


def _minute(running: Lockstep, i: int, fault: str) -> None:
    close = running.close_of(i)
    match fault:
        case "lost":
            return
        case "twice":
            running.push(i)
            running.push(i)
        case "revised":
            running.push(i)
            running.push(i, volume="0.5")
        case "cut" | "drop":
            running.server.streams.drop(abort=fault == "cut")
            assert running.session is not None
            epoch = running.session.epochs["public"]
            running.wait(lambda: running.session.epochs["public"] > epoch)  # type: ignore[union-attr]
            assert running.server.streams.wait_for(f"kline.1.{SYMBOL}")
            running.push(i)
        case _:
            running.push(i)
    running.acknowledged(close)


def _outputs_by_step(minutes: Recording, folder: Path) -> list[str]:
    session(minutes, traded(), folder)
    return [record["outputs"] for record in records(folder, "step")]


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "{}",
        json.dumps({"topic": "kline.5.BTCUSDT", "data": []}),
        json.dumps({"topic": "kline.1.BTCUSDT", "data": [{"confirm": True}]}),
        json.dumps({"topic": "kline.1.BTCUSDT", "data": None}),
    ],
)
def test_a_message_that_is_not_whole_tells_nothing(text: str) -> None:
    assert closed_minutes(text, SYMBOL) == []


def test_only_a_confirmed_bar_is_closed() -> None:
    row = (T0, 1.0, 2.0, 0.5, 1.5, 10.0, 15.0)
    message: dict[str, Any] = {"topic": "kline.1.BTCUSDT", **kline_message(row)}
    message["data"].append({**message["data"][0], "start": T0 + MINUTE_MS, "confirm": False})
    (one,) = closed_minutes(json.dumps(message), SYMBOL)
    assert (one.ts, one.open, one.high, one.low, one.close, one.volume) == row[:6]
    message["data"][0]["close"] = "nan"
    assert closed_minutes(json.dumps(message), SYMBOL) == []
