"""The warm-up of a play is enough: with twice the history it decides the same (10.4, rulings A5).

Each play is run from its warm-up and from twice as much on. Finite memories give the same bits,
sums over windows but for the last ones; fading ones come as close as the tolerance says; anchored
ones agree from the first event that both have seen. What the report promises is what is compared.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from differential.native_cases import trading_rules, values_of
from frontend import typed
from generators.passes import CONTEXT
from tradec.cli.market import history_start
from tradec.compiler.catalog import standard
from tradec.compiler.interpreted import strategy_of
from tradec.compiler.passes.compute_warmup import compute_warmup
from tradec.compiler.pipeline import plan_of
from tradec.compiler.plan import Warmup
from tradec.compiler.warmup_report import needs
from tradec.runtime import backtest
from tradec.runtime.backtest import Window
from tradec.runtime.data.bars import Bars
from tradec.runtime.data.synthetic import START_MS, synthesize
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.timeframe import MINUTE_MS, TIMEFRAMES

AFTER = 700
"""Minutes that are traded."""

BITS, DIGITS, FADES, EVENTS = "bits", "digits", "fades", "events"
PROMISES = {
    BITS: "more history changes nothing, but for last bits before twice as many bars",
    DIGITS: "more history changes nothing, but for last bits before twice as many bars",
    FADES: "more history changes values within the tolerance",
    EVENTS: "more history may change values: they depend on events before the start",
}

FRAMES = "timeframes: {low_tf: 1m, med_tf: 5m, high_tf: 15m, exec: low_tf}\n"
PLAYS: dict[str, tuple[str, str]] = {
    "extremes on three timeframes": (
        BITS,
        """
        features:
          top: {indicator: donchian, params: {lower_length: 7, upper_length: 9}}
          slow: {indicator: donchian, params: {lower_length: 4, upper_length: 3}, tf: 5m}
          slowest: {indicator: roc, params: {length: 3}, tf: 15m}
        actions:
          entry_long: close > top.upper[1] or (close > slow.middle and slowest > 0)
          exit_long: close < top.lower[2]
        """,
    ),
    "windows, far apart, within windows": (
        BITS,
        """
        features:
          top: {indicator: donchian, params: {lower_length: 3, upper_length: 3}}
        actions:
          entry_long: "holds(close > open[1], 3) or count(close > top.middle, 12) >= 9
            or occurred(holds(high > high[4], 2), 20m)"
          exit_long: "occurred(close crosses below top.middle[5], 4, every 5m)"
        """,
    ),
    "every minute": (
        BITS,
        """
        timeframes: {low_tf: 5m, med_tf: 5m, high_tf: 15m, exec: low_tf}
        features:
          top: {indicator: donchian, params: {lower_length: 3, upper_length: 3}}
        actions:
          entry_long: holds(last_price > top.middle, 7) and last_price > last_price[3]
          exit_long: last_price crosses below top.lower or changed(top.upper)
        """,
    ),
    "chained": (
        BITS,
        """
        features:
          first: {indicator: mom, params: {length: 5}}
          second: {indicator: roc, params: {length: 4}, source: hl2, tf: 5m}
          third: {indicator: mom, params: {length: 3}, source: first}
        actions:
          entry_long: third > 0 and second[2] < second
          exit_long: third crosses below first
        """,
    ),
    "sums over windows": (
        DIGITS,
        """
        features:
          mean: {indicator: sma, params: {length: 20}}
          band: {indicator: bbands, params: {length: 10, std: 2.0}, tf: 5m}
        actions:
          entry_long: close crosses above mean
          exit_long: close < band.lower or close crosses below mean
        """,
    ),
    "averages that fade": (
        FADES,
        """
        features:
          fast: {indicator: ema, params: {length: 9}}
          slow: {indicator: ema, params: {length: 21}, tf: 5m}
          range: {indicator: atr, params: {length: 14}}
          double: {indicator: ema, params: {length: 5}, source: fast}
        actions:
          entry_long: holds(fast > slow, 3) and close > double + 0.1 * range
          exit_long: fast crosses below slow
        """,
    ),
    "pivots": (
        EVENTS,
        """
        structures:
          exec:
            - {type: swing, key: swing, params: {left: 3, right: 2}}
            - {type: trend, key: trend, uses: swing}
        actions:
          entry_long: close > swing.high_level and trend.direction == 1
          exit_long: close < swing.low_level
        """,
    ),
}
TOLERANCES = (0.05, 1e-3, 1e-6)


@dataclass(frozen=True)
class Run:
    """What a run decided, and its outputs at the instants of trading, one row each."""

    decisions: list[Any]
    values: NDArray[np.float64]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """A play with its warm-up and what it promises, run on that and on twice as much."""

    warmup: tuple[Warmup, ...]
    promises: frozenset[str]
    once: Run
    twice: Run


def text_of(name: str, tolerance: float) -> str:
    lines = [line[8:] for line in PLAYS[name][1].splitlines()]
    sections = "\n".join(lines)
    frames = "" if "timeframes:" in sections else FRAMES
    policy = "position_policy: {mode: long_only, exit_mode: first_hit}\n"
    return f"{frames}{policy}warmup: {{tolerance: {tolerance}}}\n{sections}"


@cache
def pair(name: str, tolerance: float = 1e-3) -> Pair:
    """Return a play run with its warm-up before the start, and with twice as much."""
    play = typed(text_of(name, tolerance))
    plan = plan_of(play, CONTEXT)
    needed = {one.timeframe: one.bars for one in plan.warmup}
    doubled = {frame: 2 * bars for frame, bars in needed.items()}
    start = START_MS + 7 * MINUTE_MS * TIMEFRAMES[play.exec].minutes
    lead = (start - history_start(start, doubled)) // MINUTE_MS
    bars = synthesize(
        "range_wide", minutes=AFTER, lead=lead, start_ms=start, seed=5, volatility=0.08
    )
    found = [run(play, bars, start, have, needed) for have in (needed, doubled)]
    promises = frozenset(one.promise for one in needs(compute_warmup(play, CONTEXT)))
    return Pair(plan.warmup, promises, *found)


def run(play: Any, bars: Bars, start: int, have: dict[str, int], needed: dict[str, int]) -> Run:
    """Return a run on as many bars before the start as `have` says."""
    first = (history_start(start, have) - bars.ts0) // MINUTE_MS
    machine = strategy_of(play, standard(), values_of(play))
    outcome = backtest.run(
        machine,
        bars.slice(first, bars.n),
        trading_rules(play),
        Instrument.built_in(50_000.0),
        exec_tf=play.exec,
        warmup=needed,
        window=Window(start=start),
        emit_features=True,
    )
    assert outcome.trade_start == start, "it trades from the start on"
    assert outcome.features is not None
    kept = outcome.features.ts_close >= start
    floats = [k for k, (_, kind, _) in enumerate(machine.COLUMNS) if kind == "float"]
    words = np.ascontiguousarray(outcome.features.words[kept][:, floats])
    names = tuple(machine.COLUMNS[k][0] for k in floats)
    decisions = outcome.signals[["ts", "word"]].tolist()
    return Run(decisions, words.view(np.float64), names)


def of_kind(*kinds: str) -> list[str]:
    return [name for name, (kind, _) in PLAYS.items() if kind in kinds]


@pytest.mark.parametrize("name", of_kind(BITS, DIGITS, FADES))
def test_it_decides_the_same(name: str) -> None:
    found = pair(name)
    assert found.once.decisions == found.twice.decisions
    assert len(found.once.decisions) >= 10, "it decides often"


@pytest.mark.parametrize("name", PLAYS)
def test_the_report_says_what_holds(name: str) -> None:
    assert PROMISES[PLAYS[name][0]] in pair(name).promises


@pytest.mark.parametrize("name", of_kind(BITS))
def test_finite_memories_give_the_same_bits(name: str) -> None:
    found = pair(name)
    assert np.isfinite(found.once.values).all()
    assert found.once.values.tobytes() == found.twice.values.tobytes()


@pytest.mark.parametrize("name", of_kind(DIGITS))
def test_sums_over_windows_agree_but_for_last_bits_and_then_in_all(name: str) -> None:
    found = pair(name)
    np.testing.assert_allclose(found.once.values, found.twice.values, rtol=1e-12)
    settled = max(one.bars * TIMEFRAMES[one.timeframe].minutes for one in found.warmup)
    assert found.once.values[settled:].tobytes() == found.twice.values[settled:].tobytes()


@pytest.mark.parametrize("tolerance", TOLERANCES)
@pytest.mark.parametrize("name", of_kind(FADES))
def test_fading_memories_come_within_the_tolerance(name: str, tolerance: float) -> None:
    """Of the prices' spread in the history, which is the most that a seed can be off."""
    found = pair(name, tolerance)
    apart = np.abs(found.once.values - found.twice.values)
    spread = np.ptp(pair(name, TOLERANCES[-1]).twice.values[:, 0])
    assert 0 < apart.max() <= tolerance * spread


def test_a_smaller_tolerance_asks_for_more_bars() -> None:
    (name,) = of_kind(FADES)
    bars = [sum(one.bars for one in pair(name, tolerance).warmup) for tolerance in TOLERANCES]
    assert bars == sorted(set(bars))


@pytest.mark.parametrize("name", of_kind(EVENTS))
def test_anchored_memories_agree_from_a_common_event_on(name: str) -> None:
    found = pair(name)
    levels = [k for k, column in enumerate(found.once.names) if column.endswith("_level")]
    assert levels
    for k in levels:
        mine, other = found.once.values[:, k], found.twice.values[:, k]
        known = np.flatnonzero(np.isfinite(mine) & (mine == other))
        assert known.size
        assert mine[known[0] :].tobytes() == other[known[0] :].tobytes()
