"""A session on the loopback server's market, in lock-step: a minute is released once the one before
is acknowledged."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from fakebybit.server import FakeBybit
from fakebybit.worlds import client
from generators.sessions import WHO, Recording
from tradec.runtime.bybit.stream import Supervisor
from tradec.runtime.live.events import Signalled
from tradec.runtime.live.market import Facts, LiveMarket
from tradec.runtime.live.opening import Plan, Ran, run_session
from tradec.runtime.live.options import Options
from tradec.runtime.live.session import Session
from tradec.runtime.live.simulated import Traded
from tradec.runtime.live.sources import LiveClock, warm_part
from tradec.runtime.timeframe import MINUTE_MS

SYMBOL = "BTCUSDT"
TOPIC = f"kline.1.{SYMBOL}"


def kline_message(row: Any, *, confirm: bool = True) -> dict[str, Any]:
    """Return what the server pushes of a minute, as (ts, open, high, low, close, volume, ...)."""
    ts = int(row[0])
    words = ("open", "high", "low", "close", "volume", "turnover")
    data = {
        "start": ts,
        "end": ts + MINUTE_MS - 1,
        "interval": "1",
        **{name: repr(float(value)) for name, value in zip(words, row[1:7], strict=True)},
        "confirm": confirm,
        "timestamp": ts + MINUTE_MS,
    }
    return {"type": "snapshot", "data": [data]}


@dataclass
class Lockstep:
    """A shadow session in a thread, fed minute by minute from the market that a server has."""

    server: FakeBybit
    recorded: Recording
    traded: Traded
    folder: Path
    facts: Facts
    options: Options = field(default_factory=lambda: Options(watch_late=True, strict=True))
    resumes: bool = False
    session: Session | None = None
    ran: Ran | None = None
    failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self.server.streams.wait_for(TOPIC)
        self.wait(lambda: self.session is not None and self.state() == "RUNNING")
        return self

    def __exit__(self, *_: object) -> None:
        if self.session is not None:
            self.session.queue.put(Signalled(15))
        self._thread.join(30)
        assert not self._thread.is_alive()
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        try:
            rest, _ = client(self.server)
            stream = Supervisor(self.server.ws_base, (TOPIC, f"tickers.{SYMBOL}"))
            plan = Plan(
                identity=WHO,
                traded=self.traded,
                warm=lambda: (
                    warm_part(self.recorded.bars, self.recorded.first),
                    self.recorded.trade_start,
                ),
                source=LiveMarket(SYMBOL, stream, rest, self.facts),
                clock=LiveClock(rest.now_ms),
                folder=self.folder,
                facts={"play": "p"},
                start={},
                options=self.options,
                resumes=self.resumes,
                durable=False,
                begin=self._begin,
            )
            self.ran = run_session(plan)
        except BaseException as failure:  # noqa: BLE001  raised where the thread is joined
            self.failure = failure

    def _begin(self, session: Session) -> Any:
        self.session = session
        return nullcontext()

    def state(self) -> str:
        assert self.session is not None
        return self.session.states.now.value

    def wait(self, holds: Callable[[], bool], seconds: float = 30.0) -> None:
        limit = time.monotonic() + seconds
        while not holds():
            assert self.failure is None, self.failure
            assert time.monotonic() < limit, "the session does not come so far"
            time.sleep(0.001)

    def close_of(self, i: int) -> int:
        """Let the exchange's clock come to the close of minute i; return that instant."""
        close = self.recorded.bars.ts_close(i)
        self.server.clock.set(close)
        return close

    def push(self, i: int, **changed: Any) -> None:
        """Send minute i to who listens."""
        minutes = self.server.markets[SYMBOL].minutes
        row = minutes[minutes[:, 0] == self.recorded.bars.ts_open(i)][0]
        message = kline_message(row)
        message["data"][0].update(changed)
        self.server.streams.push(TOPIC, json.loads(json.dumps(message)))

    def acknowledged(self, close: int) -> None:
        """Wait until the session has stepped the minute that closed then."""

        def is_stepped() -> bool:
            assert self.session is not None
            return self.session.last is not None and self.session.last.ts >= close

        self.wait(is_stepped)

    def minute(self, i: int) -> None:
        """Let minute i close, be sent, and be acknowledged."""
        close = self.close_of(i)
        self.push(i)
        self.acknowledged(close)
