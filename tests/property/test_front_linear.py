"""The front end's work grows with the play and not with its square."""

import cProfile
import pstats
import runpy
import time
from collections.abc import Callable
from pathlib import Path

from tradec.compiler.pipeline import check_source
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source

# `bench` is the name of a folder of the tests as well.
LARGE = Path(__file__).resolve().parents[2] / "bench" / "large.py"
large: Callable[[int], str] = runpy.run_path(str(LARGE))["large"]


def checked(text: str) -> None:
    found = Diagnostics()
    assert check_source(Source("large.yml", text), found) is not None
    assert found.all == ()


def calls(text: str) -> int:
    """Return how many functions a check calls: its time without the noise of a clock."""
    profile = cProfile.Profile()
    profile.runcall(checked, text)
    total: int = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
    return total


def test_twice_the_play_is_twice_the_work() -> None:
    checked(large(10))
    once, twice, four_times = (calls(large(size)) for size in (100, 200, 400))
    assert 1.8 * (twice - once) < four_times - twice < 2.2 * (twice - once)


def quickest(text: str) -> float:
    """Return the CPU seconds of the best of five checks."""
    taken = []
    for _ in range(5):
        begun = time.process_time()
        checked(text)
        taken.append(time.process_time() - begun)
    return min(taken)
