"""A run that stops at any bar and goes on in another instance ends as the one that did not."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from differential.native_cases import Case, cases, values_of
from differential.sample import sample
from differential.seam import Continuation, accounts, drive, go_on
from generators.driving import Trader, trade
from generators.markets import candles_of
from tradec.compiler.catalog import standard
from tradec.compiler.interpreter import Interpreter

CUTS = 3


def test_a_compiled_play_goes_on_in_another_process() -> None:
    """At any bar: the same decisions, outputs, digest and, at the end, state."""
    noise = np.random.default_rng(20250106)
    jobs, expected = [], []
    for specimen in sample():
        for market in specimen.case.markets:
            bars, given_ = market.bars, accounts(noise, market.bars.n)
            whole = specimen.fresh()
            told = drive(whole, bars, 0, bars.n, given_)
            for cut in (0, *noise.integers(1, bars.n, CUTS)):
                early = specimen.fresh()
                assert drive(early, bars, 0, int(cut), given_) == told[:cut]
                snapshot = early.snapshot()
                assert early.snapshot() == snapshot
                jobs.append(
                    Continuation(
                        module=specimen.file,
                        key=specimen.key,
                        name=specimen.name,
                        values=specimen.values,
                        snapshot=snapshot,
                        bars=bars,
                        first=int(cut),
                        accounts=given_,
                    )
                )
                expected.append((specimen, told[cut:], whole.snapshot()))
    assert any(row[1] for _, told, _ in expected for row in told), "some play decides something"
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as process:
        outcomes = list(process.map(go_on, jobs))
    for job, outcome, (specimen, rest, state) in zip(jobs, outcomes, expected, strict=True):
        with specimen.told(cut=job.first, bars=job.bars):
            assert outcome[0] == rest
            assert outcome[1] == state


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
