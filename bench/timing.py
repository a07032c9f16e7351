"""CPU seconds of calls in this process and of child processes; contenders are run in turns."""

import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path


def cpu(work: Callable[[], object]) -> float:
    """Return the user CPU seconds of one call."""
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    work()
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime - begun


def short_cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds of one call of milliseconds, user and system, by the fine clock."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def measure(
    contenders: Mapping[str, Callable[[], object]],
    repeats: int,
    clock: Callable[[Callable[[], object]], float] = cpu,
) -> dict[str, float]:
    """Return the median seconds of each contender, taken in turns."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for work in contenders.values():
        work()
    for _ in range(repeats):
        for name, work in contenders.items():
            taken[name].append(clock(work))
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def child_cpu(command: list[str], folder: Path) -> float:
    """Return the CPU seconds, user and system, of one child process run in `folder`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, cwd=folder, capture_output=True)  # noqa: S603  our own
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
