"""`tradec run --mode replay|shadow|demo|live`: the machine of a play in the live loop."""

import contextlib
import gzip
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.market import Market
from tradec.cli.record import Done

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradec.cli.machine import Machine
    from tradec.cli.market import Wanted
    from tradec.cli.progress import Show
    from tradec.runtime.live.instances import Entry
    from tradec.runtime.live.opening import Plan, Ran
    from tradec.runtime.live.protocols import Minute
    from tradec.runtime.live.session import Session

JOURNAL, HISTORY = "journal.jsonl.gz", "history.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line says of a session."""

    mode: str
    speed: float | None = None
    resume: bool = False
    state_dir: Path | None = None


def refuse_unfit(asked: Asked, wanted: "Wanted", emit: frozenset[str]) -> None:
    """Refuse what a mode cannot do, before anything is compiled."""
    if asked.mode in {"demo", "live"}:
        raise CommandError(
            f"--mode {asked.mode} does not trade yet: orders on Bybit are not part of this version",
            code="MODE_UNAVAILABLE",
            helps=("--mode shadow runs on live prices with the simulated exchange",),
        )
    if asked.mode == "backtest":
        _refuse(
            {"--speed": asked.speed, "--resume": asked.resume or None},
            "is for sessions: --mode replay or --mode shadow",
        )
    if asked.mode != "backtest" and "features" in emit:
        raise CommandError("a session emits no features; a backtest of its minutes does")
    if asked.mode != "backtest" and wanted.base not in {None, "1m"}:
        raise CommandError("a session is fed minutes; --base is for backtests")
    if asked.mode == "shadow":
        given = {
            "--data": wanted.file,
            "--journal": wanted.session,
            "--synthetic": wanted.synthetic or None,
            "--start": wanted.start,
            "--end": wanted.end,
            "--speed": asked.speed,
        }
        _refuse(given, "is not for --mode shadow, which trades what the exchange sends")


def _refuse(given: Mapping[str, Any], why: str) -> None:
    for option, value in given.items():
        if value is not None:
            raise CommandError(f"{option} {why}")


# --- replay ---------------------------------------------------------------------------------------


def replayed(
    machine: "Machine", market: Market, asked: Asked, overrides: Mapping[str, str], show: "Show"
) -> Done:
    """Return what came of a market's minutes pushed through the live loop."""
    from tradec.runtime import backtest
    from tradec.runtime.data.bars import require_whole
    from tradec.runtime.live.options import Options
    from tradec.runtime.live.sources import DataClock, Recorded, minutes_of, warm_part
    from tradec.runtime.timeframe import MINUTE_MS

    window = backtest.Window(start=market.start, end=market.end)
    bars = backtest.cut(market.bars, window, machine.warmup)
    require_whole(bars)
    begin = backtest.trade_start(bars, machine.exec, machine.warmup, market.start)
    first = (begin - bars.ts0) // MINUTE_MS - 1
    show("replaying")
    with _instance(machine, asked) as entry:
        plan = _plan(
            (machine, market, asked),
            entry,
            warm=lambda: (warm_part(bars, first), begin),
            source=Recorded(minutes_of(bars, first), asked.speed),
            clock=DataClock(bars.ts_open(first)),
            options=Options(heard=_counting(show, bars.n - first)),
            durable=False,
            keeps_old=False,  # its run keeps what it wrote
        )
        return _done(plan, machine, market, overrides)


def _counting(show: "Show", total: int) -> "Callable[[Minute], None]":
    """Return what shows how many minutes are done, now and then."""
    done = 0

    def heard(minute: "Minute") -> None:
        nonlocal done
        del minute
        done += 1
        if done % 500 == 0:
            show("replaying", done, total)

    return heard


def shadowed(machine: "Machine", asked: Asked, overrides: Mapping[str, str], show: "Show") -> Done:
    """Return what came of a session on the live market, with simulated fills."""
    from tradec.cli.shadow import keeper, open_market
    from tradec.runtime.backtest import trade_start
    from tradec.runtime.data.bars import require_whole
    from tradec.runtime.live.options import Options
    from tradec.runtime.live.sources import LiveClock
    from tradec.runtime.timeframe import MINUTE_MS, TIMEFRAMES

    with _instance(machine, asked) as entry:
        live = open_market(machine, show)
        bars = live.market.bars
        require_whole(bars)
        trade_start(bars, machine.exec, machine.warmup, live.trade_start)
        exec_ms = (TIMEFRAMES[machine.exec].minutes or 1) * MINUTE_MS
        heard = keeper(machine.symbol, entry.id)
        plan = _plan(
            (machine, live.market, asked),
            entry,
            warm=lambda: (bars, live.trade_start),
            source=live.source,
            clock=LiveClock(live.client.now_ms),
            options=Options(
                max_signal_age_ms=min(exec_ms, MINUTE_MS), watch_late=True, heard=heard
            ),
        )
        show("running")
        return _done(plan, machine, live.market, overrides)


def _plan(what: "tuple[Machine, Market, Asked]", entry: "Entry", **parts: Any) -> "Plan":
    """Return the plan of a session on a market."""
    import tradec
    from tradec.runtime.live.journal import Identity
    from tradec.runtime.live.opening import Plan
    from tradec.runtime.live.simulated import Traded

    machine, market, asked = what
    traded = Traded(
        strategy=machine.strategy,
        rules=machine.trading_rules(),
        instrument=market.instrument,
        exec_tf=machine.exec,
        warmup=machine.warmup,
    )
    identity = Identity(
        inst=entry.id,
        mode=asked.mode,
        play=machine.name,
        ph=machine.play_hash[:8],
        sym=machine.symbol,
    )
    facts = {
        "play_hash": machine.play_hash,
        "tradec": tradec.__version__,
        "engine": machine.engine,
        "data": None if market.kind == "shadow" else market.bars.data_hash,
    }
    start = {
        **facts,
        "module_hash": machine.module_hash,
        "exec": machine.exec,
        "warmup": dict(machine.warmup),
        "instrument": market.instrument.as_dict(),
        "equity": traded.rules.starting_equity_usdt,
        "resumed": asked.resume,
        "pid": os.getpid(),
    }
    return Plan(
        identity=identity,
        traded=traded,
        folder=Path(entry.folder),
        facts=facts,
        start=start,
        resumes=asked.resume,
        begin=lambda session: _reached(session, Path(entry.socket)),
        **parts,
    )


def _done(plan: "Plan", machine: "Machine", market: Market, overrides: Mapping[str, str]) -> Done:
    """Run a session to its end and return what it left."""
    from tradec.runtime.live.history import packed
    from tradec.runtime.live.opening import run_session

    begun = time.perf_counter()
    ran = run_session(plan)
    outcome = ran.ending.outcome
    if outcome is None:
        raise CommandError(
            f"the session ended ({ran.ending.reason}) before its first decision",
            code="NOTHING_TRADED",
            exit_code=Exit.OK if ran.ending.reason != "end_of_data" else Exit.DATA,
        )
    return Done(
        machine=machine,
        market=replace(market, bars=outcome.history) if market.kind == "shadow" else market,
        outcome=outcome,
        overrides=overrides,
        seconds=time.perf_counter() - begun,
        mode=plan.identity.mode,
        session={
            "instance": plan.identity.inst,
            "ended_by": ran.ending.reason,
            **ran.session.status()["counts"],
        },
        others={JOURNAL: _stretch(plan.folder, ran), HISTORY: packed(outcome.history)},
    )


def _stretch(folder: Path, ran: "Ran") -> bytes:
    """Return the records of a session, compressed."""
    from tradec.runtime.live.journal import stretch

    lines = stretch(folder, ran.first_seq, ran.last_seq)
    return gzip.compress(b"".join(lines), compresslevel=6, mtime=0)


# --- the process ----------------------------------------------------------------------------------


@contextlib.contextmanager
def _instance(machine: "Machine", asked: Asked) -> "Iterator[Entry]":
    """Hold the slot of the instance that this process is."""
    from tradec.runtime.live.instances import Entry, instance_id, reserved, state_root

    name = instance_id(asked.mode, machine.symbol, machine.name)
    wanted = Entry(
        id=name,
        mode=asked.mode,
        symbol=machine.symbol,
        play=machine.name,
        play_hash=machine.play_hash,
        pid=os.getpid(),
        folder="",
        socket="",
        started_at=int(time.time() * 1000),
    )
    with reserved(state_root(asked.state_dir), wanted) as entry:
        yield entry


@contextlib.contextmanager
def _reached(session: "Session", socket: Path) -> Iterator[None]:
    """Let signals and the control socket reach a session while it runs."""
    from tradec.runtime.live.control import listening
    from tradec.runtime.live.events import Signalled

    def handle(number: int, frame: object) -> None:
        del frame
        session.queue.put(Signalled(number))
        if number in ending:
            signal.signal(number, before[number])  # a second one ends the process at once

    is_main = threading.current_thread() is threading.main_thread()
    ending = (signal.SIGTERM, signal.SIGINT)
    numbers = (*ending, signal.SIGHUP, signal.SIGUSR1) if is_main else ()
    before: dict[int, Any] = {number: signal.getsignal(number) for number in numbers}
    with listening(socket, session.queue):
        for number in numbers:
            signal.signal(number, handle)
        try:
            yield
        finally:
            for number in numbers:
                signal.signal(number, before[number])
