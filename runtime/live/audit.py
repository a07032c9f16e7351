"""Proves a session afterwards: the same minutes through the same module give the same digests.

The journal is the only input: its record `warm` holds the strategy's state before the first step,
its records `step` what was fed, the account as it was passed, and what came of it (rulings C10).
"""

import base64
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tradec.runtime.live.stepping import Stepper
from tradec.runtime.strategy import Strategy

from tradec.runtime.live.resuming import bars_of
from tradec.runtime.live.steps import Step, of_record, outputs_hash
from tradec.runtime.timeframe import MINUTE_MS

What = Literal["input", "state", "decision", "digest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first minute that differs, and what of it: the input, the state, or the decision."""

    ts: int
    what: What
    recorded: Any
    computed: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an audit found: how many minutes were proved, and the first difference, if any."""

    minutes: int
    decisions: int
    difference: Difference | None


def warm_record(strategy: Strategy, mark_source: str, next_ts: int) -> dict[str, Any]:
    """Return the record that an audit begins with; the first minute opens at `next_ts`."""
    state = base64.b64encode(zlib.compress(strategy.snapshot())).decode()
    return {"state": state, "mark_source": mark_source, "first": next_ts + MINUTE_MS}


def audit(strategy: Strategy, records: Iterable[Mapping[str, Any]]) -> Verdict:
    """Step a fresh `strategy` of the same module through the records of a session."""
    warm, steps = _parts(records)
    if warm is None or not steps:
        return Verdict(minutes=0, decisions=0, difference=None)
    strategy.restore(zlib.decompress(base64.b64decode(warm["state"])))
    before = bars_of((), steps[0].minute.ts, is_marked=warm["mark_source"] == "mark_kline")
    stepper = Stepper(strategy, before, mark_source=warm["mark_source"])
    decisions = 0
    for number, step in enumerate(steps):
        due = steps[number - 1].ts + MINUTE_MS if number else warm["first"]
        found = _input(step, due) or _stepped(stepper, step)
        if found is not None:
            return Verdict(minutes=number, decisions=decisions, difference=found)
        decisions += step.decision[0] != 0
    return Verdict(minutes=len(steps), decisions=decisions, difference=None)


def _parts(records: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any] | None, list[Step]]:
    warm, steps = None, []
    for record in records:
        if record["ev"] == "warm" and warm is None:
            warm = record
        elif record["ev"] == "step":
            steps.append(of_record(record))
    return warm, steps


def _input(step: Step, due: int) -> Difference | None:
    """Tell of a minute that does not follow the one before it."""
    if step.ts == due:
        return None
    return Difference(ts=due, what="input", recorded=step.ts, computed=due)


def _stepped(stepper: Stepper, step: Step) -> Difference | None:
    """Step a minute; return what of it differs, the earliest cause first."""
    minute, strategy = step.minute, stepper.strategy
    stepper.columns.append(
        *(minute.open, minute.high, minute.low, minute.close, minute.volume),
        mark=minute.mark,
        is_flat=minute.is_flat,
        funding_seen=step.seen.funding,
        open_interest_seen=step.seen.open_interest,
    )
    decision = stepper.step(step.account)
    outputs = outputs_hash(strategy.words()) if step.outputs else ""
    if outputs != step.outputs:
        return Difference(ts=step.ts, what="state", recorded=step.outputs, computed=outputs)
    if decision[0] != step.decision[0] or (decision[0] and decision != step.decision):
        return Difference(ts=step.ts, what="decision", recorded=step.decision, computed=decision)
    if strategy.digest != step.digest:
        recorded, computed = f"{step.digest:016x}", f"{strategy.digest:016x}"
        return Difference(ts=step.ts, what="digest", recorded=recorded, computed=computed)
    return None
