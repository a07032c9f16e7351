"""A run that stops at any bar and goes on in another instance ends as the one that did not."""

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from complete import complete
from differential.native_cases import Case, cases, values_of
from differential.sample import sample
from differential.seam import (
    Accounts,
    Continuation,
    InFolder,
    accounts,
    drive,
    go_on_elsewhere,
)
from effort import examples
from generators.driving import Trader, trade
from generators.markets import candles_of
from generators.scripted import plain_bars
from tradec.compiler.artifact import Artifact, compile_play
from tradec.compiler.catalog import standard
from tradec.compiler.interpreter import Interpreter
from tradec.dsl.span import Source
from tradec.runtime.data.bars import Bars

# A structure, a ring, a history, a crossing and a slower timeframe: every kind of state.
PLAY = complete("""
name: kinds_of_state
timeframes: {low_tf: 1m, med_tf: 5m, high_tf: 1h, exec: low_tf}
variables: {length: 6}
features:
  fast: {indicator: ema, params: {length: 4}}
  slow: {indicator: sma, params: {length: "${length}"}, tf: med_tf}
structures:
  med_tf: [{type: swing, key: swing, params: {left: 2, right: 1}}]
actions: {entry_long: "fast crosses above slow[1] and close > swing.low_level"}
""")


def test_a_compiled_play_goes_on_in_another_process() -> None:
    """At any bar: the same decisions, outputs, digest and, at the end, state."""
    noise = np.random.default_rng(20250106)
    jobs, expected = [], []
    for specimen in sample():
        for market in specimen.case.markets:
            bars, given_ = market.bars, accounts(noise, market.bars.n)
            whole = specimen.fresh()
            told = drive(whole, bars, 0, bars.n, given_)
            for cut in (0, *noise.integers(1, bars.n, examples(3)).tolist()):
                early = specimen.fresh()
                assert drive(early, bars, 0, cut, given_) == told[:cut]
                snapshot = early.snapshot()
                assert early.snapshot() == snapshot
                jobs.append(
                    Continuation(
                        maker=specimen.maker,
                        snapshot=snapshot,
                        bars=bars,
                        first=cut,
                        accounts=given_,
                    )
                )
                expected.append((specimen, told[cut:], whole.snapshot()))
    assert any(row[1] for _, told, _ in expected for row in told), "some play decides something"
    outcomes = go_on_elsewhere(jobs)
    for job, outcome, (specimen, rest, state) in zip(jobs, outcomes, expected, strict=True):
        with specimen.told(cut=job.first, bars=job.bars):
            assert outcome[0] == rest
            assert outcome[1] == state


def test_a_snapshot_goes_with_its_play_to_another_toolchain(tmp_path: Path) -> None:
    """Other flags give another module, but the same state; it is found by its folder."""
    source = Source("play.yml", PLAY)
    here, there = (
        compile_play(source, build_dir=tmp_path / name, flags=(name, "-ffp-contract=off"))
        for name in ("-O0", "-O1")
    )
    assert here.key != there.key
    k = np.arange(700)
    bars = plain_bars(100.0 + 9.0 * np.sin(k / 31.0) + 2.0 * np.sin(k / 2.0))
    given_ = np.tile(np.array([0, 1, 1], np.int64), (bars.n, 1))
    whole = here.strategy()
    told = drive(whole, bars, 0, bars.n, given_)
    decided = [bar for bar, row in enumerate(told) if row[1]]
    cuts = (1, 97, decided[0], decided[0] + 1, decided[-1], 699)
    jobs = [
        Continuation(
            maker=InFolder(directory=there.directory),
            snapshot=snapshot_at(here, bars, cut, given_),
            bars=bars,
            first=cut,
            accounts=given_,
        )
        for cut in cuts
    ]
    assert go_on_elsewhere(jobs) == [(told[cut:], whole.snapshot()) for cut in cuts]


def snapshot_at(artifact: Artifact, bars: Bars, cut: int, given_: Accounts) -> bytes:
    strategy = artifact.strategy()
    drive(strategy, bars, 0, cut, given_)
    return bytes(strategy.snapshot())


@given(cases(runs=1, high=300), st.data())
@settings(max_examples=10)
def test_the_interpreter_goes_on_from_a_snapshot(case: Case, data: st.DataObject) -> None:
    candles = candles_of(case.markets[0].bars)
    cut = data.draw(st.integers(0, len(candles.rows) - 1))
    whole = Interpreter(case.play, standard(), values_of(case.play))
    trader = Trader()
    early = type(candles)(candles.rows[:cut], candles.start, candles.base_ms)
    trade(whole, early, trader=trader)
    other = Interpreter(case.play, standard(), values_of(case.play))
    other.restore(whole.snapshot())
    twin = Trader(trader.side, trader.held, trader.patience)
    assert trade(other, candles, first=cut, trader=twin) == trade(
        whole, candles, first=cut, trader=trader
    )
