"""Opening a session's machine: warmed up anew, or from the state that a former one left.

A usable state always wins (rulings C8). The minutes after it that the journal holds are fed again
and must give the digests that stand there; what the exchange did in them is journalled once.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tradec.runtime.data.bars import FLAT, Bars
from tradec.runtime.data.marks import MARK_PRICES, Funding, Mark
from tradec.runtime.live.history import read_warm
from tradec.runtime.live.journal import records
from tradec.runtime.live.protocols import Minute
from tradec.runtime.live.simulated import Simulated, Traded
from tradec.runtime.live.snapshot import Snapshot, read_snapshot
from tradec.runtime.live.steps import Step, of_record
from tradec.runtime.timeframe import MINUTE_MS

Unsaid: TypeAlias = list[tuple[str, dict[str, Any]]]


class ResumeError(Exception):
    """A state that cannot be gone on from; `code` and `exit_code` as the command line has them."""

    code = "STATE_UNUSABLE"
    exit_code = 1
    hint = "start without --resume for a new session; the state is kept beside"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """A machine that goes on, the last step, where its session began in the journal, what is new.

    `unsaid` are records of what the exchange did that the journal lacks.
    """

    machine: Simulated
    last: Step
    since: int
    unsaid: Unsaid


def resume(folder: Path, facts: Mapping[str, Any], traded: Traded) -> Resumed:
    """Return the machine of the state in `folder`; ResumeError where there is none to go on from.

    `facts` must be those of the state: the play, its values, the version.
    """
    snapshot, problems = read_snapshot(folder, facts)
    if snapshot is None:
        raise ResumeError("; ".join(problems) or f"there is no state in `{folder}`")
    since, at = int(snapshot.facts["since"]), int(snapshot.facts["at"])
    steps = [
        of_record(record)
        for record in records(folder, "step")
        if record["seq"] > since and record["t"] >= snapshot.facts["trade_start"]
    ]
    before = [step for step in steps if step.ts <= at]
    if not before or before[-1].ts != at:
        raise ResumeError(f"the journal in `{folder}` does not reach the state")
    machine = _restored(traded, snapshot, before, read_warm(folder))
    said = {
        (record["ev"], record["n"], record.get("status"))
        for record in records(folder, "order", "exec", "funding", "trade")
        if record["seq"] > snapshot.facts["seq"] and not record.get("at_end")
    }
    last, unsaid = before[-1], []
    for step in steps[len(before) :]:
        last = _again(machine, step)
        for ev, fields in machine.news():
            if (ev, fields["n"], fields.get("status")) not in said:
                unsaid.append((ev, fields))
    return Resumed(machine=machine, last=last, since=since, unsaid=unsaid)


def _restored(
    traded: Traded, snapshot: Snapshot, before: Sequence[Step], warm: Bars | None
) -> Simulated:
    is_marked = snapshot.facts["mark_source"] == "mark_kline"
    bars = bars_of([step.minute for step in before], before[0].minute.ts, is_marked=is_marked)
    machine = Simulated(traded, bars, int(snapshot.facts["trade_start"]), warm)
    machine.restored(snapshot.body, before)
    return machine


def _again(machine: Simulated, step: Step) -> Step:
    done = machine.step(step.minute, may_enter=not step.barred, late_ms=step.late_ms)
    if (done.digest, done.outputs) != (step.digest, step.outputs):
        raise ResumeError(f"the minute that closed at {step.ts} gives another state than before")
    return done


def bars_of(minutes: Sequence[Minute], ts0: int, *, is_marked: bool) -> Bars:
    """Return contiguous minutes, the first opening at `ts0`, with their marks and settlements."""
    if any(b.ts - a.ts != MINUTE_MS for a, b in pairwise(minutes)):
        raise ResumeError("the journal lacks minutes")
    end = ts0 + len(minutes) * MINUTE_MS
    settled = [pair for one in minutes for pair in one.settled if pair[0] < end]
    return Bars(
        ts0=ts0,
        base_ms=MINUTE_MS,
        open=_column(minutes, "open"),
        high=_column(minutes, "high"),
        low=_column(minutes, "low"),
        close=_column(minutes, "close"),
        volume=_column(minutes, "volume"),
        flags=np.array([FLAT if one.is_flat else 0 for one in minutes], np.uint8),
        source="journal",
        mark=_marks(minutes) if is_marked else None,
        funding=Funding(
            ts=np.array([ts for ts, _ in settled], np.int64),
            rate=np.array([rate for _, rate in settled], np.float64),
        ),
    )


def _column(minutes: Sequence[Minute], name: str) -> NDArray[np.float64]:
    return np.array([getattr(one, name) for one in minutes], np.float64)


def _marks(minutes: Sequence[Minute]) -> Mark:
    missing = (math.nan,) * len(MARK_PRICES)
    table = np.array([one.mark or missing for one in minutes], np.float64)
    table = table.reshape(len(minutes), len(MARK_PRICES))
    columns = {name: np.ascontiguousarray(table[:, k]) for k, name in enumerate(MARK_PRICES)}
    return Mark(**columns)
