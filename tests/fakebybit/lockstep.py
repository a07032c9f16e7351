"""A desk on the loopback exchange in lock-step: decisions at closes, messages heard in between."""

import json
from decimal import Decimal
from typing import Any

from tradec.runtime.sim.figures import Figures

from fakebybit.exchange import LoopbackExchange
from fakebybit.inbox import Kept
from fakebybit.path import instrument_of
from fakebybit.trader import INSTANCE, SYMBOL, broker
from tradec.runtime.bybit.desk import Desk
from tradec.runtime.bybit.securing import Closing
from tradec.runtime.bybit.tickets import Hooks
from tradec.runtime.live.protocols import Frame, Minute, OrderRequest
from tradec.runtime.sim.rules import Rules

Seen = tuple[float, float, float, float]


class Wired:
    """Messages as the private socket brings them, or straight from the exchange."""

    def __init__(self, exchange: LoopbackExchange, kept: Kept | None = None) -> None:
        self.exchange, self.kept = exchange, kept
        self.frames: list[Frame] = []
        self._taken = self._marks = 0
        self.epoch = 1
        if kept is None:
            exchange.account._post = self._post

    def _post(self, topic: str, message: dict[str, Any]) -> None:
        self.frames.append(Frame("private", 1, 0.0, json.dumps({"topic": topic, **message})))

    def drain(self) -> list[Frame]:
        """Return every message that the exchange has sent since the last time."""
        if self.kept is None:
            frames, self.frames = self.frames, []
            return frames
        self._marks += 1
        mark = f"mark-{self._marks}"
        self.exchange.streams.push("wallet", {"id": mark, "data": []})
        self.kept.wait(lambda kept: self._is_through(kept, mark))
        frames = self.kept.frames
        taken, self._taken = self._taken, len(frames)
        return frames[taken:]

    def _is_through(self, kept: Kept, mark: str) -> bool:
        """Tell whether a mark has come, or cannot come any more: a new connection is up."""
        links = kept.links
        if links[-1].status == "up" and links[-1].epoch != self.epoch:
            self.epoch = links[-1].epoch
            return True
        return any(mark in one.text for one in kept.frames[-1:])


class Lockstep:
    """An exchange and a desk that trades it; nothing moves unless `close` is called."""

    def __init__(
        self, exchange: LoopbackExchange, rules: Rules, wired: Wired | None = None
    ) -> None:
        self.exchange, self.rules = exchange, rules
        self.broker, self.pauses = broker(exchange)
        self.wired = wired or Wired(exchange)
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.objection: Any = lambda _: ""
        market = exchange.markets[SYMBOL]
        how = Closing(
            symbol=SYMBOL,
            instance=INSTANCE,
            step=Decimal(market.step),
            most=Decimal(market.max_market_qty),
            now_ms=exchange.clock.now_ms,
            pause=self.pauses.sleep,
            intend=lambda order: self.told.append(("intent", {"order": order})),
            goes_on=lambda: len(self.told) < 5_000,
        )
        hooks = Hooks(
            admits=self._admits,
            tell=lambda ev, **fields: self.told.append((ev, fields)),
        )
        figures = Figures(rules, instrument_of(market))
        self.desk = Desk(self.broker, figures, rules, how, Decimal(market.tick), hooks)
        self.venue = exchange.account.venues[SYMBOL]

    def _admits(self, order: OrderRequest) -> str:
        return str(self.objection(order))

    def settle(self) -> None:
        """Hear everything, act, and again, until nothing more is said."""
        while True:
            frames = self.wired.drain()
            for frame in frames:
                for said in self.broker.read(frame):
                    self.desk.hear(said)
            self.desk.act()
            if not [frame for frame in frames if '"data": []' not in frame.text]:
                return

    def close(self, action: int = 0, percent: float = 100.0, seen: Any = None) -> None:
        """Let the next minute happen, and decide at its close; `seen` has five values."""
        minute = self.release()
        shown = [float("nan")] * 5 if seen is None else [float(x) for x in seen]
        self.desk.minute(minute, shown[4])
        if action:
            self.desk.decide(action, percent, minute, (shown[0], shown[1], shown[2], shown[3]))
        self.settle()

    def release(self) -> Minute:
        """Let the next minute happen, hear of it and act; return it."""
        bar = self.venue.bar
        assert bar is not None
        self.exchange.release()
        self.settle()
        return Minute(
            ts=bar["t0"],
            open=bar["open"],
            high=bar["high"],
            low=bar["low"],
            close=bar["close"],
            volume=bar["volume"],
            is_flat=not bar["present"],
        )

    def tells(self, ev: str) -> list[dict[str, Any]]:
        """Return what was told of one kind."""
        return [fields for name, fields in self.told if name == ev]
