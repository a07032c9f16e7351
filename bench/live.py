"""What a session costs: from a minute's message to the end of its step, and over a long run.

The clock of a minute starts when its message is put into the queue and stops when its step is
journalled and every order that follows from it is made; the network and the disk's sync are not in
it. `memory` is the resident size after so many minutes, of which the columns and the journal's own
records are the only things that grow.
"""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench import plays
from tradec.compiler.artifact import compile_play
from tradec.dsl.span import Source
from tradec.runtime import backtest
from tradec.runtime.data.synthetic import synthesize
from tradec.runtime.live.events import Bar, End
from tradec.runtime.live.journal import Identity
from tradec.runtime.live.market import closed_minutes
from tradec.runtime.live.opening import Plan, run_session
from tradec.runtime.live.options import Options
from tradec.runtime.live.protocols import Minute
from tradec.runtime.live.queue import EventQueue
from tradec.runtime.live.simulated import Traded
from tradec.runtime.live.sources import DataClock, minutes_of, warm_part
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.timeframe import MINUTE_MS

MINUTES = 20_000
SYMBOL = "BTCUSDT"
WHO = Identity(inst="bench", mode="replay", play="bench", ph="0" * 8, sym=SYMBOL)


class _Paced:
    """Messages of the exchange, each once the step of the one before is done."""

    def __init__(self, minutes: list[Minute]) -> None:
        self.links: dict[str, bool] = {}
        self.taken: list[float] = []
        self.memory: list[int] = []
        self._texts = [_message(minute) for minute in minutes]
        self._done = threading.Event()

    def start(self, queue: EventQueue, next_ts: int) -> None:
        del next_ts
        threading.Thread(target=self._tell, args=(queue,), daemon=True).start()

    def _tell(self, queue: EventQueue) -> None:
        for number, text in enumerate(self._texts):
            self._done.clear()
            begun = time.perf_counter()
            for minute in closed_minutes(text, SYMBOL):
                queue.put(Bar(minute, minute.ts + MINUTE_MS))
            self._done.wait()
            self.taken.append(time.perf_counter() - begun)
            if number % 1_000 == 0:
                self.memory.append(_resident())
        queue.put(End())

    def heard(self, minute: Minute) -> None:
        del minute
        self._done.set()

    def fetch(self, start: int, end: int) -> None:
        raise AssertionError(f"nothing is missing of {start} to {end}")

    def close(self) -> None:
        self._done.set()


def _message(minute: Minute) -> str:
    names = ("open", "high", "low", "close", "volume")
    row = {name: repr(getattr(minute, name)) for name in names}
    data = [{"start": minute.ts, "interval": "1", **row, "turnover": "0", "confirm": True}]
    return json.dumps({"topic": f"kline.1.{SYMBOL}", "type": "snapshot", "data": data})


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def report(folder: Path, minutes: int) -> dict[str, Any]:
    """Return latencies in ms, the slope of memory, and what is left open."""
    artifact = compile_play(Source("w1.yml", plays.W1), build_dir=folder)
    bars = synthesize("range_wide", minutes=minutes, seed=42)
    start = backtest.trade_start(bars, artifact.exec, artifact.warmup, None)
    first = (start - bars.ts0) // MINUTE_MS - 1
    source = _Paced(list(minutes_of(bars, first)))
    threads, files = threading.active_count(), _open_files()
    ran = run_session(
        Plan(
            identity=WHO,
            traded=Traded(
                strategy=artifact.strategy(),
                rules=artifact.trading_rules(),
                instrument=Instrument.built_in(float(bars.open[0])),
                exec_tf=artifact.exec,
                warmup=artifact.warmup,
            ),
            warm=lambda: (warm_part(bars, first), start),
            source=source,
            clock=DataClock(start),
            folder=folder / "session",
            facts={},
            start={},
            options=Options(heard=source.heard),
            durable=False,
        )
    )
    assert ran.ending.outcome is not None
    ms = np.array(source.taken) * 1000.0
    steps = np.arange(len(source.memory)) * 1_000
    slope = np.polyfit(steps[1:], source.memory[1:], 1)[0] if len(steps) > 2 else 0.0
    return {
        "minutes": len(ms),
        "trades": len(ran.ending.outcome.legs),
        "ms": {f"p{q}": float(np.percentile(ms, q)) for q in (50, 90, 99)}
        | {"max": float(ms.max())},
        "memory_bytes_per_minute": float(slope),
        "threads_left": threading.active_count() - threads,
        "files_left": _open_files() - files,
    }
