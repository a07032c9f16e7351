"""The loop between a strategy and the exchange: orders, holes, stops, interruptions."""

import signal
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tradec.runtime.engine import Engine
from tradec.runtime.sim.exchange import Exchange

from complete import complete
from differential.native_batch import compiled
from differential.native_cases import read
from differential.sample import Specimen, sample
from differential.three_ways import Outcome, same_records
from effort import examples
from generators.driving import MIDNIGHT
from generators.markets import Market, with_holes
from generators.money import stop, target
from generators.passes import CONTEXT
from generators.scripted import LEAVE, LONG, SHORT, Script, exchange_for, free_rules, plain_bars
from tradec.compiler.pipeline import plan_of
from tradec.runtime import backtest
from tradec.runtime.data.bars import Bars
from tradec.runtime.sim.records import SOURCES
from tradec.runtime.sim.rules import Rules
from tradec.runtime.timeframe import MINUTE_MS

FIRST = 1


def engine(script: Script, bars: Bars, rules: Any = None, **how: Any) -> tuple[Engine, Exchange]:
    """Return an engine that trades from the close of bar 1 on, and its exchange."""
    exchange = exchange_for(rules or free_rules(), bars.n + 1)
    return Engine(script.strategy(), exchange, bars, how.pop("first", FIRST), **how), exchange


def traded(actions: dict[int, int], bars: Bars, rules: Any = None, **how: Any) -> Exchange:
    """Return the exchange after a run of what is scripted."""
    made, exchange = engine(Script(actions), bars, rules, **how)
    made.run()
    return exchange


def minutes(rows: Any) -> list[int]:
    """Return the times of records in minutes since the first bar opened."""
    return [int(ts - MIDNIGHT) // MINUTE_MS for ts in rows["ts"]]


# --- one trade by hand ----------------------------------------------------------------------------


def test_an_order_fills_at_the_next_open() -> None:
    exchange = traded({2: LONG, 5: LEAVE}, plain_bars([10, 10, 10, 20, 20, 20, 25, 25]))
    fills = exchange.fills_made()
    assert minutes(exchange.orders_made()) == [3, 6]
    assert minutes(fills) == [3, 6]
    assert fills["price"].tolist() == [20.0, 25.0]
    assert fills["qty"].tolist() == [100.0, 100.0]  # 1000 USDT at the decision's close of 10
    assert exchange.cash == 10_500.0
    assert exchange.equity().tolist() == [10_000.0] * 5 + [10_500.0] * 2


def test_nothing_is_decided_in_the_warm_up() -> None:
    script = Script(dict.fromkeys(range(8), LONG))
    made, exchange = engine(script, plain_bars([10] * 8), first=4)
    made.run()
    assert [may for _, _, may, _ in script.seen] == [False] * 4 + [True] + [False] * 3
    assert [flag for *_, flag in script.seen] == [False] * 5 + [True] * 3
    assert [side for _, side, _, _ in script.seen] == [0] * 5 + [1] * 3
    assert minutes(exchange.orders_made())[0] == 5
    assert len(exchange.equity()) == 4


def test_the_first_bar_of_all_may_decide() -> None:
    exchange = traded({0: LONG}, plain_bars([10, 10, 20]), first=0)
    assert minutes(exchange.fills_made()) == [1, 3]
    assert exchange.equity().tolist() == [10_000.0, 10_000.0, 11_000.0]


def test_an_end_of_data_closes_at_the_last_close() -> None:
    exchange = traded({2: SHORT}, plain_bars([10, 10, 10, 10, 8]))
    assert exchange.fills_made()["price"].tolist() == [10.0, 8.0]
    assert exchange.cash == 10_200.0
    assert exchange.stop_reason == "end_of_data"
    assert minutes(exchange.fills_made()) == [3, 5]


@pytest.mark.parametrize("first", [-1, 3])
def test_a_bar_outside_of_the_data_is_refused(first: int) -> None:
    with pytest.raises(IndexError, match=f"bar {first} is outside of 3 bars"):
        engine(Script({}), plain_bars([10] * 3), first=first)


# --- holes ----------------------------------------------------------------------------------------


def test_an_entry_waits_for_the_next_present_bar() -> None:
    bars = plain_bars([100.0, 101.0, 102.0, 102.0, 102.0, 107.0, 108.0], absent=(3, 4))
    script = Script({2: LONG, 5: LEAVE})
    made, exchange = engine(script, bars)
    made.run()
    fills = exchange.fills_made()
    assert fills["ts"].tolist() == [bars.ts_open(5), bars.ts_open(6)]
    assert fills["price"].tolist() == [107.0, 108.0]
    assert [may for _, _, may, _ in script.seen] == [False, True, True] + [False] * 3 + [True]


def test_an_exit_waits_too_and_the_strategy_still_steps() -> None:
    script = Script({2: LONG, 4: LEAVE, 5: LEAVE})
    made, exchange = engine(script, plain_bars([10, 10, 10, 10, 10, 10, 10, 40], absent=[5, 6]))
    made.run()
    assert len(script.seen) == 8
    assert minutes(exchange.fills_made()) == [3, 7]
    assert exchange.fills_made()["price"].tolist() == [10.0, 40.0]
    assert len(exchange.orders_made()) == 2


def test_no_stop_is_hit_in_a_hole() -> None:
    rules = free_rules(stop=("price_percent", 50.0))
    prices = [10, 10, 10, 10, 4, 10, 10]
    assert minutes(traded({2: LONG}, plain_bars(prices), rules).fills_made()) == [3, 4]
    held = traded({2: LONG}, plain_bars(prices, absent=[4]), rules)
    assert minutes(held.fills_made()) == [3, 7]


def test_an_order_that_waits_at_the_end_is_cancelled() -> None:
    exchange = traded({3: LONG}, plain_bars([10] * 6, absent=[4, 5]))
    assert len(exchange.fills_made()) == 0
    assert len(exchange.orders_made()) == 1
    assert exchange.equity().tolist() == [10_000.0] * 5


# --- the drawdown stop ----------------------------------------------------------------------------


def test_a_drawdown_stop_ends_the_loop_and_the_curve() -> None:
    rules = free_rules(max_drawdown_pct=5.0, position_pct=50.0)
    script = Script({2: LONG, 7: LONG, 8: LONG})
    bars = plain_bars([10, 10, 10, 10, 9.5, 8, 7, 10, 10, 10])
    made, exchange = engine(script, bars, rules)
    made.run()
    assert exchange.stop_reason == "max_drawdown_hit"
    assert minutes(exchange.fills_made()) == [3, 6]  # 500 * 2 lost at the close of bar 5
    assert exchange.fills_made()["price"].tolist() == [10.0, 7.0]
    # the last point is the account after the close at 7, not what bar 5 showed
    assert exchange.equity().tolist() == [10_000.0, 10_000.0, 10_000.0, 9_750.0, 8_500.0]
    assert exchange.cash == 8_500.0
    assert len(script.seen) == 6


def test_a_drawdown_stop_while_flat_ends_at_once() -> None:
    rules = free_rules(max_drawdown_pct=5.0, position_pct=50.0, stop=("price_percent", 20.0))
    script = Script({2: LONG, 4: LONG})
    made, exchange = engine(script, plain_bars([10, 10, 10, 10, 5, 5, 5, 5]), rules)
    made.run()
    assert exchange.stop_reason == "max_drawdown_hit"
    assert minutes(exchange.orders_made()) == [3, 4, 5]
    assert len(exchange.fills_made()) == 2
    assert exchange.equity().tolist() == [10_000.0, 10_000.0, 10_000.0, 7_500.0]
    assert len(script.seen) == 5


# --- features -------------------------------------------------------------------------------------


def test_rows_are_written_at_exec_closes_from_the_first_bar_on() -> None:
    rows, times = np.zeros((4, 2), np.int64), np.zeros(4, np.int64)
    bars = plain_bars([10] * 10)
    made, exchange = engine(Script({}, every=3), bars, first=5, rows=rows, times=times)
    made.run()
    assert made.row == 3
    assert rows.tolist() == [[3, 6], [6, 12], [9, 18], [0, 0]]
    assert ((times[:3] - MIDNIGHT) // MINUTE_MS).tolist() == [3, 6, 9]
    assert len(exchange.equity()) == 2


def test_a_play_without_outputs_has_rows_without_columns() -> None:
    rows, times = np.zeros((5, 0), np.int64), np.zeros(5, np.int64)
    made, _ = engine(Script({}, outputs=False), plain_bars([10] * 5), rows=rows, times=times)
    made.run()
    assert made.row == 5
    assert (np.diff(times) == MINUTE_MS).all()


def test_progress_is_told_up_to_the_end() -> None:
    told: list[int] = []
    made, _ = engine(Script({}), plain_bars([10] * 7), first=3)
    made.run(told.append)
    assert told == sorted(told)
    assert told[-1] == 7


# --- exceptions -----------------------------------------------------------------------------------


class MishapError(RuntimeError):
    """What a test raises."""


def fail_at(bar: int, error: BaseException) -> Any:
    def hook(k: int) -> None:
        if k == bar:
            raise error

    return hook


@pytest.mark.parametrize("bar", [0, 1, 4])
@pytest.mark.parametrize("error", [MishapError("at last"), KeyboardInterrupt(), SystemExit(3)])
def test_what_a_strategy_raises_comes_out(bar: int, error: BaseException) -> None:
    script = Script({1: LONG}, hook=fail_at(bar, error))
    made, _ = engine(script, plain_bars([10] * 9))
    with pytest.raises(type(error)) as caught:
        made.run()
    assert caught.value is error
    assert len(script.seen) == bar, "it is not stepped again"


class Speechless(Script):
    """A machine whose outputs cannot be told."""

    def words(self) -> list[int]:
        raise MishapError


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_the_outputs_raise_comes_out() -> None:
    rows, times = np.zeros((5, 2), np.int64), np.zeros(5, np.int64)
    made, _ = engine(Speechless({}), plain_bars([10] * 5), rows=rows, times=times)
    with pytest.raises(MishapError):
        made.run()


def test_what_progress_raises_comes_out() -> None:
    made, _ = engine(Script({}), plain_bars([10] * 5))
    with pytest.raises(MishapError):
        made.run(lambda _: fail_at(0, MishapError())(0))


def test_an_interrupt_stops_a_long_run() -> None:
    """Ctrl-C is seen between blocks of bars, though no Python code runs in the loop."""
    bars = plain_bars(np.full(4_000_000, 10.0))
    play = read(complete("timeframes: {low_tf: 1m, med_tf: 1m, high_tf: 1m, exec: low_tf}\n"), {})
    (native,) = compiled([plan_of(play, CONTEXT)], ["the plain play"])
    exchange = exchange_for(free_rules(), bars.n)
    run = Engine(native({}), exchange, bars, FIRST)
    timer = threading.Timer(0.02, signal.raise_signal, [signal.SIGINT])
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012  it may arrive before the run begins
        timer.start()
        run.run()
    timer.join()
    assert len(exchange.equity()) < bars.n - FIRST


# --- random plays ---------------------------------------------------------------------------------


def random_run(specimen: Specimen, bars: Bars, market: Market, rules: Rules, **how: Any) -> Outcome:
    return backtest.run(
        specimen.fresh(),
        bars,
        rules,
        market.instrument,
        exec_tf=specimen.play.exec,
        warmup=market.warmup,
        **how,
    )


def stopping(rules: Rules, noise: np.random.Generator) -> Rules:
    """Return rules under which most runs stop, now and then for a rounding error."""
    level = ("price_percent", float(noise.choice((0.1, 1.0, 5.0))))
    return replace(
        rules,
        max_drawdown_pct=float(noise.choice((1e-13, 0.01, 0.1, 1.0, 5.0))),
        stop=stop(*level) if noise.random() < 0.5 else rules.stop,
        target=target(*level) if noise.random() < 0.5 else rules.target,
    )


def test_the_fast_path_is_the_plain_one_when_a_drawdown_stops_it() -> None:
    noise, reasons = np.random.default_rng(11), set()
    for specimen in sample():
        for market in specimen.case.markets:
            for _ in range(examples(12)):
                rules = stopping(specimen.rules, noise)
                with specimen.told(rules=rules):
                    fast, plain = (
                        random_run(specimen, market.bars, market, rules, by_step=by_step)
                        for by_step in (False, True)
                    )
                    same_records(fast, plain, "scanned and by step")
                reasons.add(fast.stop_reason)
    assert reasons - {"liquidated"} == {"max_drawdown_hit", "end_of_data"}


def test_nothing_fills_in_a_hole_and_what_works_waits_for_its_end() -> None:
    noise, waited = np.random.default_rng(12), 0
    for specimen in sample():
        market = specimen.case.markets[0]
        bars = with_holes(market.bars, noise.random(market.bars.n) < 0.4)
        with specimen.told():
            outcome = random_run(specimen, bars, market, specimen.rules)
            fills, orders = outcome.fills, outcome.orders
            inside = fills[fills["ts"] < bars.end]
            places = (inside["ts"] - bars.ts0) // bars.base_ms
            assert not bars.flags[places].any()
            if specimen.rules.backtest.max_volume_fraction is not None:
                continue  # the rest of an order waits for volume, too
            present = bars.ts0 + np.flatnonzero(bars.flags == 0) * bars.base_ms
            for fill in inside[inside["source"] == SOURCES.index("open")]:
                ordered = orders["ts"][fill["order"] - 1]
                assert fill["ts"] == present[np.searchsorted(present, ordered)]
                waited += fill["ts"] > ordered
    assert waited, "some order meets a hole"


def test_after_a_terminal_stop_nothing_counts() -> None:
    noise, stopped = np.random.default_rng(13), 0
    for specimen in sample():
        for market in specimen.case.markets:
            bars, rules = market.bars, replace(specimen.rules, max_drawdown_pct=0.2)
            whole = random_run(specimen, bars, market, rules)
            last = max(int(whole.ts_close[-1]), int(whole.fills["ts"].max(initial=0)))
            over = (last - bars.ts0) // bars.base_ms + 1
            if whole.stop_reason == "end_of_data" or over >= bars.n:
                continue
            later = np.arange(bars.n) >= over
            scale = np.where(later, noise.choice((0.25, 4.0), bars.n), 1.0)
            changed = {name: getattr(bars, name) * scale for name in ("open", "high", "low")}
            with specimen.told(over=over):
                other = replace(bars, close=bars.close * scale, **changed)
                same_records(
                    whole, random_run(specimen, other, market, rules), "one and another end"
                )
            assert whole.equity[-1] == whole.final_equity
            assert whole.ts_close[-1] <= last
            stopped += 1
    assert stopped, "some run stops early"


def test_rows_of_another_width_are_refused() -> None:
    rows, times = np.zeros((8, 3), np.int64), np.zeros(8, np.int64)
    with pytest.raises(ValueError, match="a row has"):
        engine(Script({}), plain_bars([10] * 8), rows=rows, times=times)
