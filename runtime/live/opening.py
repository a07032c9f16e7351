"""Opens a session of a simulated mode and runs it: journal, machine, files, loop."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tradec.runtime.data.bars import Bars
from tradec.runtime.live.audit import warm_record
from tradec.runtime.live.history import write_warm
from tradec.runtime.live.journal import Identity, Journal, files_of
from tradec.runtime.live.options import Ending, Options
from tradec.runtime.live.protocols import Clock
from tradec.runtime.live.queue import EventQueue
from tradec.runtime.live.resuming import Resumed, resume
from tradec.runtime.live.session import Session
from tradec.runtime.live.simulated import Simulated, Traded
from tradec.runtime.live.snapshot import BEFORE, NAME
from tradec.runtime.live.sources import Source
from tradec.runtime.live.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a session is to be.

    `warm` makes the bars before its first minute and `trade_start`; a session that goes on from a
    state does not ask for them. `facts` are what a state must agree with. `begin` is called with
    the session before it runs, for signals and a control socket, and left when it has ended.
    """

    identity: Identity
    traded: Traded
    warm: Callable[[], tuple[Bars, int]]
    source: Source
    clock: Clock
    folder: Path
    facts: Mapping[str, Any]
    start: Mapping[str, Any]
    options: Options
    resumes: bool = False
    durable: bool = True
    keeps_old: bool = True
    begin: Callable[[Session], AbstractContextManager[Any]] = field(default=lambda _: nullcontext())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A session that has ended, and its stretch of the journal: the numbers of its records."""

    ending: Ending
    session: Session
    first_seq: int
    last_seq: int


def run_session(plan: Plan) -> Ran:
    """Run a session to its end."""
    resumed = resume(plan.folder, plan.facts, plan.traded) if plan.resumes else None
    if resumed is None:
        forget(plan.folder, keeps=plan.keeps_old)
    journal = Journal(plan.folder, plan.identity, durable=plan.durable)
    machine = resumed.machine if resumed else _fresh(plan)
    since = resumed.since if resumed else journal.seq
    queue = EventQueue(monotonic=plan.clock.monotonic)
    store = Store(
        plan.folder,
        journal,
        {**plan.facts, "since": since},
        monotonic=plan.clock.monotonic,
        durable=plan.durable,
    )
    session = Session(machine, plan.source, queue, plan.clock, store, plan.options)
    with plan.begin(session):
        ending = session.run(plan.start, lambda: _opened(session, resumed))
    return Ran(ending=ending, session=session, first_seq=since + 1, last_seq=journal.seq)


def forget(folder: Path, *, keeps: bool) -> None:
    """Begin anew: state and journal of a former session are put aside, or taken away."""
    old = [folder / name for name in (NAME, BEFORE)]
    old = [path for path in (*old, *files_of(folder)) if path.exists()]
    if not keeps:
        for path in old:
            path.unlink()
        return
    if not old:
        return
    number = 1
    while (aside := folder / f"before-{number}").exists():
        number += 1
    aside.mkdir(parents=True)
    for path in old:
        path.rename(aside / path.name)


def _fresh(plan: Plan) -> Simulated:
    bars, trade_start = plan.warm()
    write_warm(plan.folder, bars)
    machine = Simulated(plan.traded, bars, trade_start)
    machine.warm_up()
    return machine


def _opened(session: Session, resumed: Resumed | None) -> None:
    """Journal what an audit begins with, or what the exchange did before the restart."""
    if resumed is None:
        machine = session.machine
        session.write("warm", **warm_record(machine.strategy, machine.mark_source, machine.next_ts))
        return
    session.last = resumed.last
    for ev, fields in resumed.unsaid:
        session.write(ev, **fields)
