"""A session that trades on the loopback exchange over both sockets steps as the replay does."""

import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tradec.runtime.sim.figures import Figures

from fakebybit.desk_cases import CASES
from fakebybit.exchange import LoopbackExchange, kline, ticker
from fakebybit.path import bars_of, instrument_of
from fakebybit.server import TEST_KEY, TEST_SECRET
from fakebybit.trader import INSTANCE, SYMBOL, broker
from fakebybit.walks import walk
from fakebybit.worlds import MINUTE_MS, T0, client
from generators.scripted import LEAVE, LONG, SHORT, Script
from generators.sessions import WHO
from tradec.runtime.bybit.desk import Desk
from tradec.runtime.bybit.securing import Closing
from tradec.runtime.bybit.session import Key
from tradec.runtime.bybit.stream import Supervisor
from tradec.runtime.bybit.tickets import Hooks
from tradec.runtime.live.events import Control, Signalled
from tradec.runtime.live.guard import Guard
from tradec.runtime.live.journal import Journal, records
from tradec.runtime.live.market import Facts, LiveMarket
from tradec.runtime.live.options import Options
from tradec.runtime.live.queue import EventQueue
from tradec.runtime.live.rebuilding import problems_of, trades_of
from tradec.runtime.live.safety import layers
from tradec.runtime.live.safety.situation import Limits
from tradec.runtime.live.session import Session
from tradec.runtime.live.simulated import Simulated, Traded
from tradec.runtime.live.sources import LiveClock, minutes_of, warm_part
from tradec.runtime.live.steps import NOTHING, Step, of_record
from tradec.runtime.live.store import Store
from tradec.runtime.live.trading import Books, Teller, Trading, WithAccount

WARM, MINUTES = 5, 40
START = T0 + WARM * MINUTE_MS


class Kept(Script):
    """A script that can be broken off: its state is the number of bars and the digest."""

    def snapshot(self) -> bytes:
        return f"{self.bars} {self.digest}".encode()

    def restore(self, state: bytes) -> None:
        self.bars, self.digest = map(int, state.split())


def script() -> Script:
    actions = {6: LONG, 9: LEAVE, 12: SHORT, 20: LEAVE, 21: LONG, 30: LEAVE}
    return Kept(actions)


def seen(step: Step) -> Any:
    """Return what of a step must be the same; the percent of no decision means nothing."""
    decision = step.decision if step.decision[0] else NOTHING
    return step.ts, step.account, decision, step.digest


def replayed(place: Any) -> tuple[list[Step], int]:
    """Return the steps of the simulated session, and how many fills it had."""
    bars = bars_of(place)
    traded = Traded(
        strategy=script().strategy(),
        rules=CASES["market"],
        instrument=instrument_of(place),
        exec_tf="1m",
        warmup={},
    )
    machine = Simulated(traded, warm_part(bars, WARM - 1), START)
    machine.warm_up()
    steps = [machine.step(one, may_enter=True) for one in minutes_of(bars, WARM - 1)]
    return steps, len(machine.happened().fills)


class Live:
    """A session over both sockets of the loopback exchange, in a thread."""

    def __init__(
        self,
        exchange: LoopbackExchange,
        place: Any,
        folder: Path,
        limits: Limits = Limits(),  # noqa: B008  frozen
    ) -> None:
        self.exchange, self.place, self.folder, self.limits = exchange, place, folder, limits
        self.broker, pauses = broker(exchange)
        self.teller = Teller()
        how = Closing(
            symbol=SYMBOL,
            instance=INSTANCE,
            step=Decimal(place.step),
            most=Decimal(place.max_market_qty),
            now_ms=exchange.clock.now_ms,
            pause=pauses.sleep,
            intend=self.teller.intend,
        )
        hooks = Hooks(admits=self.teller.admits, tell=self.teller.tell)
        rules = CASES["market"]
        figures = Figures(rules, instrument_of(place))
        desk = Desk(self.broker, figures, rules, how, Decimal(place.tick), hooks)
        bars = warm_part(bars_of(place), WARM - 1)
        self.machine = Trading(script().strategy(), desk, bars, START, "1m")
        self.machine.teller = self.teller
        self.machine.books = Books(
            broker=self.broker, margin_mode="ISOLATED_MARGIN", now_ms=exchange.clock.now_ms
        )
        self.machine.warm_up()
        self.session = self._session()
        self.failure: BaseException | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _session(self) -> Session:
        rest, _ = client(self.exchange)
        topics = (f"kline.1.{SYMBOL}", f"tickers.{SYMBOL}")
        public = Supervisor(self.exchange.ws_base, topics)
        private = Supervisor(
            self.exchange.ws_base,
            ("order", "execution", "position", "wallet"),
            key=Key(TEST_KEY, TEST_SECRET),
            now_ms=self.exchange.clock.now_ms,
        )
        source = WithAccount(LiveMarket(SYMBOL, public, rest, Facts()), private)
        journal = Journal(self.folder, WHO)
        store = Store(self.folder, journal, {}, monotonic=time.monotonic, durable=False)
        clock = LiveClock(self.exchange.clock.now_ms)
        made = Session(self.machine, source, EventQueue(), clock, store, Options(strict=True))
        self.teller.session = made
        self.teller.guard = Guard(
            session=made,
            machine=self.machine,
            rules=CASES["market"],
            instrument=instrument_of(self.place),
            limits=self.limits,
            mode="demo",
            host="demo",
            panic_file=self.folder / "panic-demo.json",
        )
        return made

    def _run(self) -> None:
        try:
            self.session.run({}, lambda: None)
        except BaseException as failure:  # noqa: BLE001  raised where the thread is joined
            self.failure = failure

    def __enter__(self) -> "Live":  # noqa: PYI034
        self.thread.start()
        self.wait(lambda: self.session.states.now.value == "RUNNING")
        return self

    def __exit__(self, *_: object) -> None:
        self.session.queue.put(Signalled(15))
        self.thread.join(30)
        if self.failure is not None:
            raise self.failure

    def wait(self, holds: Callable[[], bool]) -> None:
        limit = time.monotonic() + 20.0
        while not holds():
            assert self.failure is None, self.failure
            assert time.monotonic() < limit, self.session.status()
            time.sleep(0.001)

    def ask(self, command: str) -> None:
        """Have the core carry out a command; all that was there before is done by then."""
        answered = threading.Event()
        self.session.queue.put(Control(command, {}, lambda _: answered.set()))
        self.wait(answered.is_set)

    def heard(self) -> bool:
        """Tell whether the desk knows of every execution that there was."""
        venue = self.exchange.account.venues[SYMBOL]
        mine = self.machine.desk.account.booked
        return not self.session.queue.depth and len(mine) >= len(venue.executions)

    def marked(self) -> float | None:
        assert self.teller.guard is not None
        quote = self.teller.guard.ticker.quote(time.monotonic())
        return None if quote is None else quote.mark

    def minute(self) -> None:
        """Let a minute happen: what fills in it is heard, then its kline."""
        exchange = self.exchange
        with exchange.account.lock:
            bar = exchange.account.venues[SYMBOL].release()
            exchange.clock.set(bar["t1"])
        exchange.account.flush()
        exchange.streams.settle()
        exchange.streams.post(f"tickers.{SYMBOL}", ticker(SYMBOL, bar))
        exchange.streams.settle()
        self.wait(lambda: self.marked() == bar["mark_close"])
        self.wait(self.heard)
        exchange.streams.post(f"kline.1.{SYMBOL}", kline(bar))
        exchange.streams.settle()
        self.wait(lambda: self.session.last is not None and self.session.last.ts == bar["t1"])
        for _ in range(3):  # an answer comes before its turn acts, and private frames come first
            self.wait(self.heard)
            self.ask("status")
        self.wait(self.heard)


@pytest.fixture(autouse=True)
def _slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a mark price be as old as a busy machine makes it."""
    monkeypatch.setattr(layers, "STALE_MS", 60_000)


@pytest.fixture
def place() -> Any:
    return walk(41, MINUTES)


def test_a_trading_session_steps_as_the_replay(place: Any, tmp_path: Path) -> None:
    steps, fills = replayed(place)
    rules = CASES["market"]
    with LoopbackExchange(place, now_ms=T0, rules=rules) as exchange:
        exchange.account.venues[SYMBOL].set_leverage(rules.leverage)
        for _ in range(WARM - 1):
            exchange.release()
        with Live(exchange, place, tmp_path) as live:
            for _ in range(MINUTES - WARM):
                live.minute()
        told = list(records(tmp_path))
        mine = [of_record(one) for one in told if one["ev"] == "step"]
        assert [seen(one) for one in mine] == [seen(one) for one in steps[: len(mine)]]
        assert len(mine) == MINUTES - WARM
        kinds = [one["ev"] for one in told]
        assert kinds.count("exec") == len(exchange.account.venues[SYMBOL].executions) >= fills - 1
        assert kinds.count("intent") == kinds.count("order") >= 3
        assert "reconcile" in kinds
        rebuilt = trades_of(told)
        account = live.machine.desk.account
        assert all(one.is_closed for one in rebuilt)
        earned = account.cash - rules.starting_equity_usdt
        assert sum(one.net for one in rebuilt) == pytest.approx(earned)
        assert list(problems_of(told)) == []
        fill = next(one for one in told if one["ev"] == "exec")
        assert len(list(problems_of([*told, {**fill, "seq": told[-1]["seq"] + 1}]))) == 1
        for place_, one in enumerate(told):  # no order without its intent on the disk before it
            if one["ev"] == "order":
                before = [b["order"]["link_id"] for b in told[:place_] if b["ev"] == "intent"]
                assert one["cid"] in before


@pytest.mark.parametrize(
    ("limits", "panic", "code"),
    [
        (Limits(max_notional_usdt=100.0), False, "FAT_FINGER"),
        (Limits(max_daily_loss_usdt=1_000.0), False, "DAILY_LOSS"),  # the day is not known
        (Limits(), True, "PANIC"),
    ],
)
def test_a_layer_that_objects_keeps_an_entry_from_the_wire(
    place: Any,
    tmp_path: Path,
    limits: Limits,
    panic: bool,  # noqa: FBT001
    code: str,
) -> None:
    rules = CASES["market"]
    if panic:
        (tmp_path / "panic-demo.json").touch()
    with LoopbackExchange(place, now_ms=T0, rules=rules) as exchange:
        exchange.account.venues[SYMBOL].set_leverage(rules.leverage)
        for _ in range(WARM - 1):
            exchange.release()
        with Live(exchange, place, tmp_path, limits) as live:
            for _ in range(5):
                live.minute()
        assert exchange.account.venues[SYMBOL].executions == []
        assert "/v5/order/create" not in exchange.register.counts()
        assert {one["layer"] for one in records(tmp_path, "risk")} == {code}
        assert {one["code"] for one in records(tmp_path, "blocked")} == {code}


def test_a_paused_session_enters_nothing(place: Any, tmp_path: Path) -> None:
    rules = CASES["market"]
    with LoopbackExchange(place, now_ms=T0, rules=rules) as exchange:
        exchange.account.venues[SYMBOL].set_leverage(rules.leverage)
        for _ in range(WARM - 1):
            exchange.release()
        with Live(exchange, place, tmp_path) as live:
            live.ask("pause")
            for _ in range(8):
                live.minute()
        assert exchange.account.venues[SYMBOL].executions == []
        assert [one["code"] for one in records(tmp_path, "blocked")] == ["PAUSED"]
