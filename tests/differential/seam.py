"""Drives a strategy from outside of an engine, one call of the seam at a time."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from differential.native_batch import BUILD, FLAGS
from tradec.compiler import native
from tradec.compiler.artifact import load_artifact
from tradec.compiler.catalog import standard
from tradec.runtime.data.bars import Bars

TEXT = '''# cython: language_level=3, boundscheck=False, wraparound=False
"""What tests ask of a strategy."""
from libc.stdint cimport int64_t
from tradec.runtime.feed cimport Columns
from tradec.runtime.strategy cimport Account, Decision, Feed, Strategy, Watch

def drive(Strategy strategy, bars, Py_ssize_t first, Py_ssize_t stop, int64_t[:, ::1] accounts,
          bint wordless):
    """Return (exec_closed, action, word, percent, digest, words) of each bar in [first, stop)."""
    cdef Columns columns = Columns(bars, needs=strategy.NEEDS)
    cdef Feed feed = columns.feed
    cdef Account account
    cdef Decision decision
    cdef bint exec_closed
    told = []
    for i in range(first, stop):
        account.side, account.may_enter = accounts[i, 0], accounts[i, 1]
        account.may_exit = accounts[i, 2]
        decision.percent = 0.0
        exec_closed = strategy.step(&feed, i, &account, &decision)
        told.append((exec_closed, decision.action, decision.word, decision.percent, strategy.digest,
                     None if wordless else tuple(strategy.words())))
    return told


def scan(Strategy strategy, bars, Py_ssize_t i, Py_ssize_t stop, tuple account, dict watch,
         double[::1] curve, bint by_step):
    """Return (first bar not scanned, decision, watch) of one scan of bars [i, stop)."""
    cdef Columns columns = Columns(bars, needs=strategy.NEEDS)
    cdef Feed feed = columns.feed
    cdef Account given
    cdef Decision decision
    cdef Watch w
    given.side, given.may_enter, given.may_exit = account
    w.low, w.high = watch["low"], watch["high"]
    w.max_high, w.min_low = watch["max_high"], watch["min_low"]
    w.cash, w.entry, w.signed_qty = watch["cash"], watch["entry"], watch["signed_qty"]
    w.floor, w.peak, w.keep = watch["floor"], watch["peak"], watch["keep"]
    w.curve, w.points = &curve[0], 0
    w.rows, w.times, w.row, w.why = NULL, NULL, 0, -1
    if by_step:
        i = strategy.scan_by_step(&feed, i, stop, &given, &w, &decision)
    else:
        i = strategy.scan(&feed, i, stop, &given, &w, &decision)
    return (i, (decision.action, decision.word, decision.percent if decision.action else 0.0), {
        "why": w.why, "max_high": w.max_high, "min_low": w.min_low, "floor": w.floor,
        "peak": w.peak, "points": w.points, "row": w.row, "low": w.low, "high": w.high,
    })
'''

Accounts: TypeAlias = NDArray[np.int64]
Told: TypeAlias = list[tuple[Any, ...]]
AT_END, TOUCHED, DECIDED, BREACHED = range(4)


@cache
def driver() -> ModuleType:
    """Return the module that calls the seam, compiled once."""
    layout = (Path(native.__file__).parents[1] / "runtime" / "feed.pxd").read_bytes()
    seen = f"# with the feed {sha256(layout).hexdigest()}\n"  # an older one has another layout
    built = native.build(TEXT + seen, standard(), BUILD, FLAGS)
    return native.load(built.file, built.key)


def accounts(noise: np.random.Generator, bars: int) -> Accounts:
    """Return (side, may_enter, may_exit) for every bar, each for a stretch of bars."""
    columns = [
        np.repeat(noise.integers(low, 2, bars), noise.integers(1, 40, bars))[:bars]
        for low in (-1, 0, 0)
    ]
    return np.ascontiguousarray(np.stack(columns, axis=1), np.int64)


def drive(
    strategy: Any, bars: Bars, first: int, stop: int, given: Accounts, *, wordless: bool = False
) -> Told:
    """Return (exec_closed, action, word, percent, digest, words) of each bar in [first, stop)."""
    told: Told = driver().drive(strategy, bars, first, stop, given, wordless)
    return told


class Maker(Protocol):
    """What makes instances of a compiled play, in any process."""

    def fresh(self) -> Any:
        """Return a new instance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InModule:
    """A class of a built module."""

    file: Path
    key: str
    name: str
    values: dict[str, int | float]

    def fresh(self) -> Any:
        """Return a new instance."""
        return getattr(native.load(self.file, self.key), self.name)(dict(self.values))


@dataclass(frozen=True, slots=True, kw_only=True)
class InFolder:
    """A compiled play's folder."""

    directory: Path

    def fresh(self) -> Any:
        """Return a new instance."""
        return load_artifact(self.directory).strategy()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Continuation:
    """What another process needs to go on with a compiled play from a snapshot."""

    maker: Maker
    snapshot: bytes
    bars: Bars
    first: int
    accounts: Accounts

    def go_on(self) -> tuple[Told, bytes]:
        """Return what comes of the rest of the bars, and the state at the end."""
        strategy = self.maker.fresh()
        strategy.restore(self.snapshot)
        told = drive(strategy, self.bars, self.first, self.bars.n, self.accounts)
        return told, strategy.snapshot()


def go_on_elsewhere(jobs: Sequence[Continuation]) -> list[tuple[Told, bytes]]:
    """Return what each comes to in one new process, which knows nothing but the files."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as process:
        return list(process.map(Continuation.go_on, jobs))
