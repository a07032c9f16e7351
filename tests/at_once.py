"""Calls a function of a test module in several fresh processes at once.

pytest imports test modules by their files, so that a fresh process does not find them by name.
"""

import importlib.util
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any


def at_once(function: Callable[[Path], Any], folder: Path, times: int) -> list[Any]:
    """Return what `times` processes, begun together, make of `function(folder)`."""
    job = (function.__code__.co_filename, function.__name__, folder)
    with ProcessPoolExecutor(times, mp_context=get_context("spawn")) as pool:
        return list(pool.map(_call, [job] * times))


def _call(job: tuple[str, str, Path]) -> Any:
    file, name, folder = job
    spec = importlib.util.spec_from_file_location("module_of_the_test", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return getattr(module, name)(folder)
