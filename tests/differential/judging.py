"""Judges a batch of random plays; a module of its own, which a fresh process can import."""

import pickle
from dataclasses import dataclass
from hashlib import sha256
from tempfile import TemporaryDirectory

from differential.native_batch import BUILD, compiled
from differential.native_cases import Case
from differential.three_ways import compare
from generators.passes import CONTEXT
from tradec.compiler.catalog import standard
from tradec.compiler.emit import emit
from tradec.compiler.pipeline import plan_of


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
