"""What one minute gave: the record `step`, from which a session can be proved (rulings C10)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from struct import pack
from typing import Any, TypeAlias

from tradec.runtime.live.protocols import Minute
from tradec.runtime.timeframe import MINUTE_MS

Account: TypeAlias = tuple[int, bool, bool]
"""Side of the position, whether an entry is admitted, whether an exit is."""

Decision: TypeAlias = tuple[int, int, float]
"""Action (0: none), word, percent: as `runtime/strategy.pxd`."""

NOTHING: Decision = (0, 0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known at the close of a minute beside its prices; NaN: nothing."""

    funding: float = math.nan
    open_interest: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A minute as it was fed, the account as it was passed, and what came of them.

    `digest` is the chain of rulings A8, `outputs` the hash of every output where an exec bar
    closed, else empty. A `barred` step's entry comes to nothing.
    """

    minute: Minute
    seen: Seen
    account: Account
    decision: Decision
    digest: int
    outputs: str = ""
    barred: bool = False
    late_ms: int = 0

    @property
    def ts(self) -> int:
        """Return the close of the minute, ms UTC."""
        return self.minute.ts + MINUTE_MS


def outputs_hash(words: list[int]) -> str:
    """Return the hash of the outputs, as 16 hex digits."""
    return blake2b(pack(f"<{len(words)}q", *words), digest_size=8).hexdigest()


def as_record(step: Step) -> dict[str, Any]:
    """Return a step as it stands in the journal; floats keep every bit."""
    minute = step.minute
    record: dict[str, Any] = {
        "t": step.ts,
        "o": minute.open,
        "h": minute.high,
        "l": minute.low,
        "c": minute.close,
        "vol": minute.volume,
        "flat": minute.is_flat,
        "mark": minute.mark,
        "funding": _plain(step.seen.funding),
        "oi": _plain(step.seen.open_interest),
        "settled": minute.settled,
        "interest": minute.interest,
        "account": step.account,
        "decision": step.decision if step.decision[0] else None,
        "digest": f"{step.digest:016x}",
        "outputs": step.outputs,
        "barred": step.barred,
        "src": minute.source,
        "late_ms": step.late_ms,
    }
    return {name: value for name, value in record.items() if not _is_empty(value)}


def of_record(record: Mapping[str, Any]) -> Step:
    """Return the step of a record of the journal."""
    mark = record.get("mark")
    minute = Minute(
        ts=record["t"] - MINUTE_MS,
        open=record["o"],
        high=record["h"],
        low=record["l"],
        close=record["c"],
        volume=record["vol"],
        mark=None if mark is None else (mark[0], mark[1], mark[2], mark[3]),
        settled=_pairs(record.get("settled", ())),
        interest=_pairs(record.get("interest", ())),
        is_flat=record.get("flat", False),
        source=record["src"],
    )
    side, may_enter, may_exit = record["account"]
    action, word, percent = record.get("decision", NOTHING)
    return Step(
        minute=minute,
        seen=Seen(
            funding=record.get("funding", math.nan),
            open_interest=record.get("oi", math.nan),
        ),
        account=(side, may_enter, may_exit),
        decision=(action, word, percent),
        digest=int(record["digest"], 16),
        outputs=record.get("outputs", ""),
        barred=record.get("barred", False),
        late_ms=record.get("late_ms", 0),
    )


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value in {(), ""}


def _pairs(rows: Any) -> tuple[tuple[int, float], ...]:
    return tuple((int(ts), float(value)) for ts, value in rows)
