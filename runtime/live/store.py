"""The files of an instance: journal, state, status, heartbeat (live-runtime.md 9)."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tradec.runtime.live.journal import Journal
from tradec.runtime.live.machine import Machine
from tradec.runtime.live.snapshot import Snapshot, write_snapshot
from tradec.runtime.live.steps import Step
from tradec.runtime.live.systemd import WATCHDOG, notify

EVERY: Final = 1.0
"""Seconds between two writings of the status, and at least between two of the state."""

STATUS, HEARTBEAT, PAUSE = "status.json", "heartbeat", "pause"
Status = Callable[[], Mapping[str, Any]]


class Store:
    """Writes what others read, and what a restart goes on from.

    `facts` identify the machine whose state it is; a state with other facts is never taken.
    """

    def __init__(
        self,
        folder: Path,
        journal: Journal,
        facts: Mapping[str, Any],
        *,
        monotonic: Callable[[], float],
        durable: bool = True,
    ) -> None:
        self.folder = folder
        self.journal = journal
        self._facts = dict(facts)
        self._durable = durable
        self._monotonic = monotonic
        self._told = self._kept = float("-inf")

    def keep(self, machine: Machine, step: Step, *, now: bool = False) -> None:
        """Write the state after a step, unless that was done within the last second."""
        if not now and self._monotonic() - self._kept < EVERY:
            return
        self._kept = self._monotonic()
        facts = {
            **self._facts,
            "at": step.ts,
            "seq": self.journal.seq,
            "trade_start": machine.trade_start,
            "mark_source": machine.mark_source,
        }
        write_snapshot(self.folder, Snapshot(facts, machine.snapshot()), durable=self._durable)

    @property
    def is_paused(self) -> bool:
        """Tell whether entries were paused by somebody, in this session or before."""
        return (self.folder / PAUSE).exists()

    def pause(self, *, paused: bool) -> None:
        """Remember that entries are paused, or no longer."""
        if paused:
            (self.folder / PAUSE).touch()
        else:
            (self.folder / PAUSE).unlink(missing_ok=True)

    def beat(self, status: Status) -> None:
        """Write status and heartbeat, each second once."""
        if self._monotonic() - self._told >= EVERY:
            self.tell(status)

    def tell(self, status: Status) -> None:
        """Write status and heartbeat now."""
        self._told = self._monotonic()
        write_json(self.folder / STATUS, {**status(), "pid": os.getpid()})
        (self.folder / HEARTBEAT).touch()
        notify(WATCHDOG)

    def close(self, status: Status) -> None:
        """Write the last status and close the journal."""
        self.tell(status)
        self.journal.close()


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Replace a file by one of JSON."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(value), encoding="utf-8")
    part.replace(path)
