"""The core loop of a session: the one writer of machine, journal, state and files.

Sockets, timers, signals and other processes only put events into the queue (live-runtime.md 0).
"""

import signal
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from tradec.runtime.live.breakers import (
    MISSED_BARS,
    MISSED_MINUTES,
    RECONNECT_STORM,
    Reconnects,
    missed_minutes,
)
from tradec.runtime.live.events import (
    Bar,
    Control,
    End,
    Event,
    Fetched,
    Signalled,
    Ticks,
)
from tradec.runtime.live.journal import Journal
from tradec.runtime.live.machine import Machine
from tradec.runtime.live.minutes import Admitted, Gate, Note
from tradec.runtime.live.options import Ending, Options, Tally
from tradec.runtime.live.protocols import Clock, Frame, Link, Minute
from tradec.runtime.live.queue import EventQueue
from tradec.runtime.live.sources import Source
from tradec.runtime.live.states import State, States
from tradec.runtime.live.steps import Step, as_record
from tradec.runtime.live.store import Store
from tradec.runtime.live.summary import summary_of
from tradec.runtime.live.told import signal_records
from tradec.runtime.timeframe import MINUTE_MS

GRACE_MS: Final = 3_000
"""A closed minute that has not come by then is fetched (live-runtime.md 4)."""

ABSENT_MS: Final = 15_000
"""A minute that the exchange does not have by then was not there."""

ASK_EVERY: Final = 1.0
LOOP_SECONDS: Final = 0.2


@dataclass(slots=True)
class Ask:
    """What was asked of the source: the span, and when."""

    span: tuple[int, int] | None = None
    at: float = float("-inf")


class Session:
    """One session over a simulated exchange; `run` returns when it has ended."""

    def __init__(
        self,
        machine: Machine,
        source: Source,
        queue: EventQueue,
        clock: Clock,
        store: Store,
        options: Options,
    ) -> None:
        self.machine, self.source, self.queue, self.clock = machine, source, queue, clock
        self.store, self.options = store, options
        self.states = States(self._changed, strict=options.strict)
        self.tally = Tally()
        self.blocked: set[str] = set()
        self.epochs: dict[str, int] = {}
        self.last: Step | None = None
        self._ask = Ask()
        self._gate = Gate(machine.next_ts, machine.last_close)
        self._ending: tuple[str, bool] | None = None
        self._reconnects = Reconnects()
        self._begun = clock.monotonic()

    @property
    def journal(self) -> Journal:
        """Return the journal."""
        return self.store.journal

    # --- the loop -------------------------------------------------------------------------------

    def run(self, start: Mapping[str, Any], opened: Callable[[], None]) -> Ending:
        """Start, handle events until the session stops, and shut down.

        `start` is journalled; `opened` may journal what comes before the first minute.
        """
        self.clock_at(self._gate.next_ts)
        self.states.is_paused = self.store.is_paused
        self.states.change(State.STARTING, "start")
        self._write("start", **start)
        opened()
        failed = False
        try:
            self.source.start(self.queue, self._gate.next_ts)
            if not self.source.links:
                self.states.ready("warmed up")
            while self._ending is None:
                self._turn()
        except Exception as defect:
            failed = True
            self.tally.errors += 1
            self._write("error", kind=type(defect).__name__, msg=str(defect))
            self.states.fail(str(defect))
            raise
        finally:
            ending = self._shut_down(failed=failed)
        return ending

    def _turn(self) -> None:
        event = self.queue.get(LOOP_SECONDS)
        if event is not None:
            self._handle(event)
        if not self.queue.hears:
            self.machine.act()
        if self.options.watch_late and self._ending is None:
            self._watch_late()
            self._break()
        self.store.beat(self.status)

    def _handle(self, event: Event) -> None:
        match event:
            case Bar(minute=minute):
                self._admit(self._gate.offer(minute))
                self._close_gap()
            case Fetched():
                self._fetched(event)
            case Link():
                self._linked(event)
            case Control():
                self._controlled(event)
            case Signalled():
                self._signalled(event)
            case End():
                self.stop("end_of_data")
            case Frame(socket="private"):
                self.machine.hear(event)
            case Ticks(frames=frames):
                self.machine.ticks(frames)
            case Frame():
                pass  # of a topic that nothing reads

    # --- minutes --------------------------------------------------------------------------------

    def _admit(self, found: Admitted) -> None:
        for note in found.notes:
            self._write(note.kind, **_noted(note))
        for minute in found.minutes:
            if self._ending is not None:
                return
            self._step(minute)

    def _step(self, minute: Minute) -> None:
        close = minute.ts + MINUTE_MS
        self.clock_at(close)
        late_ms = max(0, self.clock.now_ms() - close)
        codes = self.refusals(late_ms)
        step = self.machine.step(minute, may_enter=not codes, late_ms=late_ms)
        self.last = step
        if step.decision[0]:
            self.tally.signals += 1
        for ev, fields in (
            *signal_records(step, codes),
            *self.machine.news(),
            ("step", as_record(step)),
        ):
            self._write(ev, **fields)
        if self.machine.is_trading and self.machine.closes_bar(close):
            self.store.keep(self.machine, step)
        self._keep(minute)
        if self.machine.is_stopped:
            self.stop("terminal", terminal=True)

    def _keep(self, minute: Minute) -> None:
        try:
            self.options.heard(minute)
        except OSError as problem:
            self.tally.errors += 1
            self._write("error", kind="ingest", msg=str(problem))

    def refusals(self, late_ms: int = 0) -> tuple[str, ...]:
        """Return why an entry that is decided now comes to nothing."""
        codes = sorted(self.blocked)
        if self.states.now is not State.RUNNING:
            codes.append(self.states.now.value)
        limit = self.options.max_signal_age_ms
        if limit is not None and late_ms > limit:
            codes.append("SIGNAL_STALE")
        return tuple(codes)

    def clock_at(self, close: int) -> None:
        """Let a clock that follows the data follow."""
        follow: Callable[[int], None] | None = getattr(self.clock, "follow", None)
        if follow is not None:
            follow(close)

    def _fetch_missing(self) -> None:
        if self._gate.missing is not None:
            self._request(*self._gate.missing)

    def _request(self, start: int, end: int) -> None:
        """Ask the source for minutes, not twice within a second for the same."""
        now = self.clock.monotonic()
        if self._ask.span == (start, end) and now - self._ask.at < ASK_EVERY:
            return
        self._ask = Ask((start, end), now)
        self.source.fetch(start, end)

    def _fetched(self, event: Fetched) -> None:
        if event.failed:
            self.tally.errors += 1
            self._write("error", kind="fetch", msg=event.failed)
            if self.states.now is not State.RECONNECTING:
                self.states.lost(event.failed)
            return
        for minute in event.minutes:
            self._admit(self._gate.offer(minute))
        known_until = min(event.end, event.asked_ms - MINUTE_MS - ABSENT_MS + 1)
        later = max((one.ts for one in event.minutes), default=0)
        known_until = max(known_until, min(event.end, later))
        if event.start <= self._gate.next_ts < known_until:
            absent = (known_until - self._gate.next_ts) // MINUTE_MS
            self.tally.missed += absent
            self._write("bar_missed", tf="1m", start=self._gate.next_ts, end=known_until, n=absent)
            self._admit(self._gate.absent(self._gate.next_ts, known_until))
        self._close_gap()

    def _close_gap(self) -> None:
        """Go on where nothing is missing any more."""
        self._fetch_missing()
        behind = self.clock.now_ms() - (self._gate.next_ts + MINUTE_MS)
        is_whole = behind < GRACE_MS and self._gate.missing is None
        waits = self.states.now in {State.STARTING, State.RECONNECTING}
        if waits and is_whole and all(self.source.links.values()):
            self.states.ready("nothing is missing")

    def _watch_late(self) -> None:
        """Fetch a minute that has closed and not come."""
        due = self._gate.next_ts + MINUTE_MS
        now = self.clock.now_ms()
        if now >= due + GRACE_MS:
            self._request(self._gate.next_ts, now // MINUTE_MS * MINUTE_MS)

    def _break(self) -> None:
        """Block entries while the feed flaps or minutes do not come, and tell of each change."""
        missed = missed_minutes(self.clock.now_ms(), self._gate.next_ts)
        standing = {
            RECONNECT_STORM: self._reconnects.is_storm(self.clock.monotonic()),
            MISSED_BARS: missed >= MISSED_MINUTES,
        }
        for code, stands in standing.items():
            if stands is not (code in self.blocked):
                (self.blocked.add if stands else self.blocked.discard)(code)
                action = "entries_blocked" if stands else "entries_admitted"
                self._write("risk", layer=code, value=missed, action=action)

    # --- what others say ------------------------------------------------------------------------

    def _linked(self, link: Link) -> None:
        self._write(
            "feed", feed=link.socket, epoch=link.epoch, status=link.status, detail=link.detail
        )
        if link.status == "refused" and not link.detail.startswith("kline."):
            return  # what is left without is told above
        before = self.epochs.get(link.socket)
        self.source.links[link.socket] = link.status == "up"
        if link.status != "up":
            self.states.lost(f"{link.socket} {link.status}")
            return
        self.epochs[link.socket] = link.epoch
        if link.socket == "private":
            self.machine.reconcile()
        if before is None:
            self._request(self._gate.next_ts, self.clock.now_ms() // MINUTE_MS * MINUTE_MS)
        elif before != link.epoch:
            self.tally.reconnects += 1
            self._reconnects.connected(self.clock.monotonic())
            self.states.lost(f"{link.socket} epoch {link.epoch}")
            self._request(self._gate.next_ts, self.clock.now_ms() // MINUTE_MS * MINUTE_MS)
        self._close_gap()

    def _controlled(self, event: Control) -> None:
        self._write("control", cmd=event.command, options=dict(event.options))
        match event.command:
            case "pause":
                self.store.pause(paused=True)
                self.states.pause("asked")
            case "resume":
                self.store.pause(paused=False)
                self.states.resume("asked")
            case "stop":
                self.stop("asked")
            case "status":
                pass
            case _:
                event.reply({"ok": False, "error": f"unknown command `{event.command}`"})
                return
        event.reply({"ok": True, **self.status()})

    def _signalled(self, event: Signalled) -> None:
        if event.number == signal.SIGUSR1:
            self.store.tell(self.status)
        elif event.number != signal.SIGHUP:
            self.stop(f"signal {event.number}")

    def stop(self, reason: str, *, terminal: bool = False) -> None:
        """Stop after this event."""
        if self._ending is None:
            self._ending = (reason, terminal)

    # --- the end --------------------------------------------------------------------------------

    def _shut_down(self, *, failed: bool) -> Ending:
        reason, terminal = self._ending or ("error", False)
        self.states.stop(reason)
        self.source.close()
        self.queue.close()
        if self.last is not None and self.machine.is_trading and not failed:
            self.store.keep(self.machine, self.last, now=True)
        outcome = None if failed else self.machine.finish()
        for ev, fields in self.machine.news():
            self._write(ev, **fields, at_end=True)
        if outcome is not None:
            seconds = round(self.clock.monotonic() - self._begun, 3)
            self._write("summary", seconds=seconds, **summary_of(outcome, self._counts()))
        self._write("stop", reason=reason, exit="error" if failed else "ok")
        self.states.change(State.STOPPED, reason)
        self.store.close(self.status)
        return Ending(reason=reason, outcome=outcome, terminal=terminal, failed=failed)

    # --- telling --------------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """Return what the session is doing, for any process that asks."""
        step = self.last
        return {
            "state": self.states.now.value,
            "flags": {"entries_blocked": sorted(self.blocked), "paused": self.states.is_paused},
            "now": self.clock.now_ms(),
            "last_minute": step.ts if step else None,
            "late_ms": step.late_ms if step else None,
            "digest": f"{step.digest:016x}" if step else None,
            "position": self.machine.position,
            "equity": self.machine.equity(),
            "queue": {"depth": self.queue.depth, "age": self.queue.age},
            "epochs": dict(self.epochs),
            "counts": self._counts(),
            "seq": self.journal.seq,
        }

    def _counts(self) -> dict[str, int]:
        return {**asdict(self.tally), **asdict(self._gate.counts)}

    def write(self, ev: str, **fields: Any) -> None:
        """Write a record of the journal at the session's time."""
        self._write(ev, **fields)

    def _write(self, ev: str, **fields: Any) -> None:
        self.journal.write(ev, self.clock.now_ms(), **fields)
        if self.journal.failed:
            self.blocked.add("JOURNAL")
        else:
            self.blocked.discard("JOURNAL")

    def _changed(self, before: State, to: State, reason: str, refused: bool) -> None:  # noqa: FBT001
        fields = {"from": before.value, "to": to.value, "reason": reason}
        self._write("state", **fields, **({"refused": True} if refused else {}))
        self.store.tell(self.status)


def _noted(note: Note) -> dict[str, Any]:
    """Return a note of the gate as a record."""
    if note.old is None or note.new is None:
        return {"tf": "1m", "start": note.ts, "end": note.end}
    rows = [[one.open, one.high, one.low, one.close, one.volume] for one in (note.old, note.new)]
    return {"tf": "1m", "start": note.ts, "old": rows[0], "new": rows[1]}
