"""Random plays on random markets: native code, its steps, the interpreter and plain Python agree.

A play is never shrunk, since each attempt would cost a run of the C compiler; a failure tells the
play, the market and the first difference, and leaves both in `build/tests/failures`.
Plays by profile: 48, in CI 240, deep 3000.
"""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings

from differential.judging import judge
from differential.native_batch import BUILD, UncompilableError, compiled
from differential.native_cases import collected
from differential.three_ways import compare
from tradec.compiler import native

BATCH = 24
BATCHES = {"default": 2, "ci": 10, "deep": 125}
OPTIMISED = {"default": 6, "ci": 24, "deep": 100}


def test_every_way_of_running_a_play_agrees() -> None:
    profile = settings.get_current_profile_name()
    drawn = collected(BATCH * BATCHES.get(profile, BATCHES["default"]))
    batches = [drawn[k : k + BATCH] for k in range(0, len(drawn), BATCH)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        verdicts = list(pool.map(judge, batches))
    failures = [story for verdict in verdicts for story in verdict.failures]
    assert not failures, f"{len(failures)} of {len(drawn)} plays\n\n" + "\n\n".join(failures[:3])
    assert sum(verdict.plays for verdict in verdicts) == len(drawn)
    assert sum(verdict.traded for verdict in verdicts) >= 0.25 * len(drawn)


def test_optimised_code_is_the_same() -> None:
    """What users run is built with other flags; always the same plays, so built once."""
    profile = settings.get_current_profile_name()
    drawn = collected(OPTIMISED.get(profile, OPTIMISED["default"]), fixed=True, runs=3)
    texts = [case.text for case in drawn]
    classes = compiled([case.plan for case in drawn], texts, BUILD, native.FLAGS)
    outcomes = [
        compare(made, case.play, market)
        for case, made in zip(drawn, classes, strict=True)
        for market in case.markets
    ]
    assert sum(len(outcome.legs) > 0 for outcome in outcomes) >= 0.2 * len(outcomes)


def test_a_play_that_does_not_compile_is_named(tmp_path: Path) -> None:
    drawn = collected(2, fixed=True, runs=0)
    plans = [case.plan for case in drawn]
    broken = replace(plans[1].play, exec="W", params=())
    plans[1] = replace(plans[1], play=broken)
    with pytest.raises(UncompilableError) as caught:
        compiled(plans, [f"play {k}" for k in range(2)], tmp_path)
    assert str(caught.value).endswith("\nplay 1")
    assert str(caught.value).startswith("E901 ")
