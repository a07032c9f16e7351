"""The whole loopback exchange in lock-step: a minute is released when a test asks for it."""

from typing import Any

from fakebybit.account import Account
from fakebybit.market import MINUTE_MS, Market
from fakebybit.private import PrivateRest
from fakebybit.server import FakeBybit
from fakebybit.wire import text
from tradec.runtime.sim.rules import Rules


class LoopbackExchange(FakeBybit):
    """A server with an account; `release` lets the next minute of every market happen.

    The clock stands at the close of the last minute released; nothing moves in between.
    """

    def __init__(
        self, *markets: Market, now_ms: int, rules: Rules | None = None, **more: Any
    ) -> None:
        super().__init__(*markets, now_ms=now_ms, **more)
        self.account = Account(self.markets, self.clock.now_ms, self.streams.post, rules)
        self.rest = PrivateRest(self.account)
        self._private = self.rest

    def release(self) -> int:
        """Run the next minute, push what happened and the closed kline; return its close, ms."""
        with self.account.lock:
            bars = {symbol: venue.release() for symbol, venue in self.account.venues.items()}
            ts = max(bar["t1"] for bar in bars.values())
            self.clock.set(ts)
        self.account.flush()
        for symbol, bar in bars.items():
            if bar["present"]:
                self.streams.post(f"kline.1.{symbol}", kline(bar))
            self.streams.post(f"tickers.{symbol}", ticker(symbol, bar))
        self.streams.settle()
        return int(ts)


def kline(bar: dict[str, Any], *, confirm: bool = True) -> dict[str, Any]:
    """Return the message of the topic `kline.1` that closes a bar."""
    row = {
        "start": bar["t0"],
        "end": bar["t0"] + MINUTE_MS - 1,
        "interval": "1",
        **{name: text(bar[name]) for name in ("open", "close", "high", "low", "volume")},
        "turnover": text(bar["volume"] * bar["close"]),
        "confirm": confirm,
        "timestamp": bar["t1"],
    }
    return {"type": "snapshot", "data": [row]}


def ticker(symbol: str, bar: dict[str, Any]) -> dict[str, Any]:
    """Return a snapshot of the topic `tickers`."""
    last, mark = text(bar["close"]), text(bar["mark_close"])
    data = {"symbol": symbol, "lastPrice": last, "markPrice": mark, "indexPrice": mark}
    data |= {"bid1Price": last, "ask1Price": last, "fundingRate": "0.0001"}
    return {"type": "snapshot", "cs": bar["t1"], "data": data}
