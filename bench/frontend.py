"""The front end, from text to typed rules, on plays of growing size: its time is linear."""

import gc
import resource
import statistics
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.large import large
from bench.timing import child_cpu
from tradec.compiler.pipeline import check_source
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source

SIZES = (125, 250, 500, 1000, 2000)


def checked(text: str) -> float:
    """Return the user CPU seconds of one check, without the collector's share."""
    gc.collect()
    gc.disable()
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    found = Diagnostics()
    assert check_source(Source("large.yml", text), found) is not None, found.all[:3]
    taken = resource.getrusage(resource.RUSAGE_SELF).ru_utime - begun
    gc.enable()
    return taken


def measured(repeats: int, sizes: tuple[int, ...] = SIZES) -> dict[int, float]:
    """Return the median seconds for each number of features, the sizes taken in turns."""
    texts = {size: large(size) for size in sizes}
    checked(texts[sizes[0]])
    taken: dict[int, list[float]] = {size: [] for size in sizes}
    for _ in range(repeats):
        for size, text in texts.items():
            taken[size].append(checked(text))
    return {size: statistics.median(seconds) for size, seconds in taken.items()}


def report(folder: Path, repeats: int) -> dict[str, Any]:
    """Return the seconds per size, what doubling costs, and one `tradec check` from the shell."""
    seconds = measured(repeats)
    sizes = list(seconds)
    play = folder / "large.yml"
    play.write_text(large(500), encoding="utf-8")
    command = [sys.executable, "-m", "tradec", "check", str(play), "--json"]
    return {
        "seconds": {str(size): taken for size, taken in seconds.items()},
        "us_per_feature": {str(size): 1e6 * taken / size for size, taken in seconds.items()},
        "doubling": {
            f"{small} to {big}": seconds[big] / seconds[small] for small, big in pairwise(sizes)
        },
        "check_500_cpu_s": statistics.median(child_cpu(command, folder) for _ in range(5)),
        "repeats": repeats,
    }
