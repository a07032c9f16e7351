"""Random plays on random markets: native code, its steps, the interpreter and plain Python agree.

A play is never shrunk, since each attempt would cost a run of the C compiler; a failure tells the
play, the market and the first difference, and leaves both in `build/tests/failures`.
Plays by profile: 48, in CI 360, deep 3000.
"""

import multiprocessing
import os
import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from differential.native_batch import BUILD, UncompilableError, compiled
from differential.native_cases import Case, collected
from differential.three_ways import compare
from generators.passes import CONTEXT
from tradec.compiler.catalog import standard
from tradec.compiler.emit import emit
from tradec.compiler.pipeline import plan_of

BATCH = 24
BATCHES = {"default": 2, "ci": 15, "deep": 125}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a batch: the plays that traded, and the failures."""

    plays: int
    traded: int
    stopped: int
    failures: tuple[str, ...]


def judge(batch: list[Case]) -> Verdict:
    """Return how a batch went; runs in a process of its own."""
    plans = [case.plan for case in batch]
    BUILD.mkdir(parents=True, exist_ok=True)
    traded, stopped, failures = 0, 0, []
    with TemporaryDirectory(dir=BUILD, prefix="batch-") as folder:
        classes = compiled(plans, [case.text for case in batch], BUILD.joinpath(folder))
        for case, native in zip(batch, classes, strict=True):
            try:
                _same_module(case)
                outcomes = [compare(native, case.play, market) for market in case.markets]
            except Exception as error:  # noqa: BLE001  whatever it is, it is told with the play
                failures.append(_story(case, error))
                continue
            traded += any(len(outcome.legs) for outcome in outcomes)
            stopped += any(outcome.stop_reason != "end_of_data" for outcome in outcomes)
    return Verdict(len(batch), traded, stopped, tuple(failures))


def _same_module(case: Case) -> None:
    """Raise if the values of a case, which are parameters, change the code (rulings A1)."""
    own, changed = (
        emit(plan, standard()).text for plan in (case.plan, plan_of(case.play, CONTEXT))
    )
    assert own == changed, "the values of variables change the module"


def _story(case: Case, error: Exception) -> str:
    """Return what failed, and keep the case."""
    data = pickle.dumps(case)
    file = BUILD / "failures" / f"{sha256(data).hexdigest()[:12]}.pickle"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    markets = "\n".join(map(repr, case.markets))
    return f"{type(error).__name__}: {error}\nset {case.set}\n{markets}\n{file}\n{case.text}"


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
    assert sum(verdict.traded for verdict in verdicts) >= 0.35 * len(drawn)


def test_a_play_that_does_not_compile_is_named(tmp_path: Path) -> None:
    drawn = collected(2, fixed=True, runs=0)
    plans = [case.plan for case in drawn]
    broken = replace(plans[1].play, exec="W", params=())
    plans[1] = replace(plans[1], play=broken)
    with pytest.raises(UncompilableError) as caught:
        compiled(plans, [f"play {k}" for k in range(2)], tmp_path)
    assert str(caught.value).endswith("\nplay 1")
    assert str(caught.value).startswith("E901 ")
