"""The front end's work grows with the play and not with its square."""

import cProfile
import pstats
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

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


def rule(conjuncts: int, shape: str) -> str:
    """Return a play whose one rule has so many parts, each about a number of its own."""
    lengths = range(2, conjuncts + 2)
    head = large(2).split("features:")[0]
    features = "".join(f"  ema_{n}: {{indicator: ema, params: {{length: {n}}}}}\n" for n in lengths)
    parts = "".join(f"      - {shape.format(n=n)}\n" for n in lengths)
    return f"{head}features:\n{features}actions:\n  entry_long:\n    all:\n{parts}"


@pytest.mark.parametrize(
    "shape",
    [
        "close > ema_{n}",
        "close > ema_{n} * 1.0{n}",
        "close > ema_{n} or open < ema_{n}",
        "close crosses above ema_{n}",
    ],
)
def test_a_rule_of_twice_as_many_parts_is_twice_the_work(shape: str) -> None:
    checked(rule(4, shape))
    once, twice, four_times = (calls(rule(size, shape)) for size in (30, 60, 120))
    assert four_times - twice < 2.3 * (twice - once)
