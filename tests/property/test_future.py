"""What comes later changes nothing that was decided before; nor does what is long past.

Everything dated up to an instant t is told from a run: what was decided up to t, and what filled
before t. The open of the bar that begins at t comes after t. Simulation.md 13.15, rulings A5.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from differential.native_cases import Case, cases, trading_rules, values_of, warmup_of
from differential.sample import Specimen, finite_sample, sample
from differential.three_ways import Outcome, same_records
from effort import examples
from generators.base_series import base_of
from generators.driving import MIDNIGHT, trade
from generators.markets import Market, candles_of, dividing, with_holes
from tradec.compiler.catalog import standard
from tradec.compiler.interpreter import Interpreter
from tradec.runtime import backtest
from tradec.runtime.backtest import MIN_EXEC_BARS, Window
from tradec.runtime.data.bars import Bars
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.records import PURPOSES
from tradec.runtime.timeframe import DAY_MS, MINUTE_MS, TIMEFRAMES

Facts = dict[str, list[Any]]
DECIDED = tuple(PURPOSES.index(name) for name in ("entry", "signal", "max_drawdown"))
TRIGGERED = tuple(PURPOSES.index(name) for name in ("sl", "tp"))
FATE = ("position", "fill", "filled", "ts_end", "status", "code")


def run(specimen: Specimen, bars: Bars, market: Market, **how: Any) -> Outcome:
    """Return the outcome of a play on other bars of a market."""
    return backtest.run(
        specimen.fresh(),
        bars,
        trading_rules(specimen.play),
        market.instrument,
        exec_tf=specimen.play.exec,
        **{"warmup": market.warmup} | how,
    )


# --- what is dated up to an instant ---------------------------------------------------------------


def facts(outcome: Outcome, bars: Bars, t: int) -> Facts:
    """Return everything that a run knew at the instant t, in a form that tells all bits."""
    fills, legs, signals = outcome.fills, outcome.legs, outcome.signals
    told: Facts = {
        "signals": signals[signals["ts"] <= t].tolist(),
        "orders": _orders(outcome, bars, t),
        "fills": fills[fills["ts"] < t].tolist(),
        "legs": legs[fills["ts"][legs["exit_fill"] - 1] < t].tolist(),
        "instants": outcome.ts_close[outcome.ts_close <= t].tolist(),
        # an account that has ended settles its last point, which is then another
        "equity": outcome.equity[outcome.ts_close <= t][:-1].tolist(),
    }
    if outcome.features is not None:
        known = outcome.features.ts_close <= t
        told["features"] = outcome.features.words[known].tolist()
        told["closes"] = outcome.features.ts_close[known].tolist()
    return {name: [repr(row) for row in rows] for name, rows in told.items()}


def _orders(outcome: Outcome, bars: Bars, t: int) -> list[Any]:
    """Return the orders up to t; what becomes of those that arrive or end later is not known."""
    present = bars.ts0 + np.flatnonzero(bars.flags == 0) * bars.base_ms
    rows = []
    for order in outcome.orders:
        decided = order["purpose"] in DECIDED and order["ts"] <= t
        if not decided and not (order["purpose"] in TRIGGERED and order["ts"] < t):
            continue
        named = dict(zip(order.dtype.names, order.tolist(), strict=True))
        waits = decided and not np.any((present >= order["ts"]) & (present < t))
        if waits or order["ts_end"] >= t:
            named |= dict.fromkeys(FATE)
        rows.append(named)
    return rows


def ended_before(outcome: Outcome, t: int) -> bool:
    """Return whether a terminal stop has ended a run and its last position before t."""
    fills = outcome.fills["ts"]
    last = max(int(outcome.ts_close[-1]), int(fills[-1]) if len(fills) else 0)
    return outcome.stop_reason != "end_of_data" and last < t


def runs_to(specimen: Specimen, market: Market, outcome: Outcome) -> int:
    """Return how many bars leave the fewest exec bars that are a run."""
    exec_ = TIMEFRAMES[specimen.play.exec]
    instant = exec_.open_of(exec_.bar_number(outcome.trade_start) + MIN_EXEC_BARS)
    return (instant - market.bars.ts0) // market.bars.base_ms


# --- the future -----------------------------------------------------------------------------------


def test_data_that_end_sooner_change_nothing_before() -> None:
    noise, told = np.random.default_rng(1), 0
    for specimen in sample():
        for market in specimen.case.markets:
            bars = market.bars
            wholes = [run(specimen, bars, market, emit_features=full) for full in (True, False)]
            shortest = runs_to(specimen, market, wholes[0])
            for k in (shortest, *noise.integers(shortest, bars.n, examples(20))):
                t = bars.ts_open(int(k))
                for whole in wholes:
                    full = whole.features is not None
                    with specimen.told(bars=int(k), full=full):
                        part = run(specimen, bars.slice(0, int(k)), market, emit_features=full)
                        known = facts(whole, bars, t)
                        assert facts(part, bars, t) == known
                        told += len(known["legs"])
                        if ended_before(whole, t):
                            same_records(whole, part, "whole and shorter")
    assert told, "some play has traded before a cut"


def test_a_window_that_ends_sooner_is_data_that_end_sooner() -> None:
    noise = np.random.default_rng(2)
    for specimen in sample():
        market = specimen.case.markets[0]
        shortest = runs_to(specimen, market, run(specimen, market.bars, market))
        k = int(noise.integers(shortest, market.bars.n + 1))
        window = Window(end=market.bars.ts_open(k) + int(noise.integers(0, market.bars.base_ms)))
        with specimen.told(bars=k, window=window):
            ended = run(specimen, market.bars, market, window=window)
            same_records(ended, run(specimen, market.bars.slice(0, k), market), "window and cut")


def another_future(bars: Bars, k: int, noise: np.random.Generator) -> Bars:
    """Return bars with other prices, volumes and holes from bar k on."""
    later = np.arange(bars.n) >= k
    path = np.exp(np.clip(np.cumsum(noise.normal(0.0, 0.02, bars.n) * later), -2.0, 2.0))
    absent = np.where(later, noise.random(bars.n) < noise.choice((0.0, 0.3)), bars.flags > 0)
    changed = replace(
        bars,
        open=bars.open * path,
        high=bars.high * path,
        low=bars.low * path,
        close=bars.close * path,
        volume=np.where(later, noise.random(bars.n) * 100.0, bars.volume),
    )
    return with_holes(changed, absent)


def test_another_future_changes_nothing_before() -> None:
    noise, told, differ = np.random.default_rng(3), 0, 0
    for specimen in sample():
        for market in specimen.case.markets:
            bars = market.bars
            whole = run(specimen, bars, market, emit_features=True)
            for k in noise.integers(1, bars.n, examples(20)):
                t, changed = bars.ts_open(int(k)), another_future(bars, int(k), noise)
                with specimen.told(bars=int(k)):
                    other = run(specimen, changed, market, emit_features=True)
                    known = facts(whole, bars, t)
                    assert facts(other, changed, t) == known
                    fast = run(specimen, changed, market)
                    same_records(fast, other, "another future: scanned and by step")
                    told += len(known["legs"])
                    differ += whole.digest != other.digest
    assert told, "some play has traded before the change"
    assert differ, "the change is felt by some play"


# --- the past -------------------------------------------------------------------------------------


def test_an_earlier_start_changes_no_decision_of_a_finite_memory() -> None:
    noise, checked, decided = np.random.default_rng(4), 0, 0
    for specimen in finite_sample():
        warmup = warmup_of(specimen.play)
        minutes = base_of(specimen.play)
        base_ms = dividing(MINUTE_MS * (minutes if minutes >= 15 else 1), specimen.play)
        before = max(bars_before(name, 4 * count, base_ms) for name, count in warmup.items())
        after = 40 * bars_before(specimen.play.exec, 1, base_ms)
        if before + after > 200_000:
            continue
        bars = walk(noise, before + after, base_ms)
        start = bars.ts_open(before)
        market = Market(bars=bars, warmup=warmup, instrument=Instrument.built_in(100.0))
        outcomes = [
            run(
                specimen,
                bars,
                market,
                warmup={name: times * count for name, count in warmup.items()},
                window=Window(start=start),
                emit_features=True,
            )
            for times in (4, 2)
        ]
        with specimen.told(warmup=warmup, seed=checked):
            same_from(*outcomes)
        checked += 1
        decided += len(outcomes[0].signals)
    assert checked >= len(finite_sample()) // 2
    assert decided, "some play decides"


def bars_before(name: str, count: int, base_ms: int) -> int:
    """Return how many base bars hold so many bars of a timeframe, their reserve and a part."""
    length = (TIMEFRAMES[name].minutes or 31 * 1440) * MINUTE_MS
    return (count + max(10, count // 20 + 1) + 2) * length // base_ms


def walk(noise: np.random.Generator, n: int, base_ms: int) -> Bars:
    """Return bars on a grid of prices: a walk with flat stretches, ties and holes."""
    steps = noise.integers(-5, 6, n) * (noise.random(n) < 0.8)
    steps[np.repeat(noise.random(n // 25 + 1) < 0.2, 25)[:n]] = 0
    close = 100.0 + np.abs(np.cumsum(steps)) * 0.1
    opened = np.concatenate((close[:1], close[:-1]))
    bars = Bars(
        ts0=MIDNIGHT - 40 * DAY_MS + int(noise.integers(0, DAY_MS // base_ms)) * base_ms,
        base_ms=base_ms,
        open=opened,
        high=np.maximum(opened, close) + noise.integers(0, 3, n) * 0.1,
        low=np.minimum(opened, close) - noise.integers(0, 3, n) * 0.1,
        close=close,
        volume=np.asarray(noise.integers(0, 4, n) * 2.5, np.float64),
        flags=np.zeros(n, np.uint8),
        source="walk",
    )
    return with_holes(bars, noise.random(n) < 0.01)


def same_from(longer: Outcome, shorter: Outcome) -> None:
    """Raise unless two runs agree from trade_start on, bit for bit; digests have another past."""
    assert longer.trade_start == shorter.trade_start
    same_records(replace(longer, digest=0), replace(shorter, digest=0), "more and less history")
    rows = []
    for outcome in (longer, shorter):
        assert outcome.features is not None
        rows.append(outcome.features.words[outcome.features.ts_close >= outcome.trade_start])
    assert rows[0].tolist() == rows[1].tolist()


# --- the interpreter ------------------------------------------------------------------------------


@given(cases(runs=1, high=300), st.data())
@settings(max_examples=10)
def test_the_interpreter_knows_no_future(case: Case, data: st.DataObject) -> None:
    bars = case.markets[0].bars
    k = data.draw(st.integers(0, bars.n))
    noise = np.random.default_rng(data.draw(st.integers(0, 1000)))
    steps = [
        trade(Interpreter(case.play, standard(), values_of(case.play)), candles_of(one))
        for one in (bars, another_future(bars, k, noise))
    ]
    assert steps[0][:k] == steps[1][:k]
