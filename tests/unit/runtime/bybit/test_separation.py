"""Each mode speaks to its own hosts and to nothing else: unmodified clients behind a proxy.

bybit.md 7, way B.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from fakebybit.exchange import LoopbackExchange
from fakebybit.inbox import Kept
from fakebybit.proxy import Certificates, RecordingProxy
from fakebybit.server import TEST_KEY, TEST_SECRET
from fakebybit.trader import SYMBOL, request
from fakebybit.worlds import T0, market
from tradec.runtime.bybit.broker import BybitBroker
from tradec.runtime.bybit.client import Client
from tradec.runtime.bybit.endpoints import KLINE
from tradec.runtime.bybit.errors import UnreachableError
from tradec.runtime.bybit.hosts import Environment, hosts_of
from tradec.runtime.bybit.session import Key
from tradec.runtime.bybit.stream import Supervisor

DEMO = {"api-demo.bybit.com", "stream-demo.bybit.com", "stream.bybit.com"}
LIVE = {"api.bybit.com", "stream.bybit.com"}


@dataclass
class Net:
    """The whole internet of a test: the exchange behind the proxy."""

    exchange: LoopbackExchange
    proxy: RecordingProxy
    bundle: str

    def client(self, environment: Environment, region: str = "global", **more: object) -> Client:
        return Client(
            hosts_of(environment, region),
            ca_bundle=self.bundle,
            wall=lambda: self.exchange.clock.now_ms() / 1000.0,
            **more,  # type: ignore[arg-type]
        )

    def listen(self, base: str, topic: str, key: Key | None = None) -> None:
        """Connect a socket, subscribe, and close it again."""
        kept = Kept()
        one = Supervisor(base, [topic], key=key, now_ms=self.exchange.clock.now_ms)
        one.start(kept)
        try:
            kept.wait_for("up")
        finally:
            one.close()


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Net]:
    certificates = Certificates(tmp_path)
    place = market(60)
    with (
        LoopbackExchange(place, now_ms=T0 + 600_000, tls=certificates.context) as exchange,
        RecordingProxy(exchange.port) as proxy,
    ):
        for name, value in proxy.environment(certificates).items():
            monkeypatch.setenv(name, value)
        yield Net(exchange, proxy, str(certificates.bundle))


def trade(net: Net, environment: Environment) -> None:
    """Do what a session does: both sockets, facts, an order, the position."""
    key = Key(TEST_KEY, TEST_SECRET)
    client = net.client(environment, key=key)
    broker = BybitBroker(client, SYMBOL)
    net.listen(client.hosts.ws_public, f"kline.1.{SYMBOL}")
    net.listen(client.hosts.ws_private, "execution", key)
    broker.facts()
    assert broker.send(request(stop="49000")).outcome == "accepted"
    assert broker.position().qty
    client.close()


def test_demo_names_no_live_host(net: Net) -> None:
    trade(net, "demo")
    assert net.proxy.hosts == DEMO
    assert set(net.exchange.streams.paths) == {"/v5/public/linear", "/v5/private"}


def test_live_names_no_demo_host(net: Net) -> None:
    trade(net, "live")
    assert net.proxy.hosts == LIVE


def test_without_a_key_no_private_path_is_asked(net: Net) -> None:
    """Shadow: public data alone, and nothing is signed."""
    client = net.client("live")
    client.call(KLINE, category="linear", symbol=SYMBOL, interval="1")
    net.listen(client.hosts.ws_public, f"kline.1.{SYMBOL}")
    client.close()
    assert net.proxy.hosts == LIVE
    assert {one.path.split("/")[2] for one in net.exchange.register.seen} == {"market"}
    assert not any(one.signed for one in net.exchange.register.seen)
    assert net.exchange.streams.paths == ["/v5/public/linear"]


def test_a_region_changes_every_host(net: Net) -> None:
    """T22: no region of ours falls back to another one's host; the proxy knows none of them."""
    client = net.client("live", "nl", sleep=lambda _: None)
    with pytest.raises(UnreachableError):
        client.call(KLINE, deadline=0.5, category="linear", symbol=SYMBOL, interval="1")
    assert net.proxy.hosts == {"api.bybit.nl"}
    assert client.hosts.ws_public == "wss://stream.bybit.nl"


def test_another_host_is_out_of_reach(net: Net) -> None:
    with pytest.raises(requests.exceptions.ProxyError):
        requests.get("https://example.com/", timeout=5)
    assert net.proxy.hosts == {"example.com"}
