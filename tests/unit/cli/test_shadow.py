"""`run --mode shadow` against the loopback server: what it fetches, what it trades, its proof."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

import tradec.cli.shadow as shadow_command
from commandline import Said, tradec
from complete import complete
from fakebybit.server import FakeBybit
from fakebybit.worlds import MINUTE_MS, T0, client, market
from generators.lockstep import SYMBOL, TOPIC, kline_message
from tradec.runtime.live.control import ControlError, ask
from tradec.runtime.live.instances import listed

MINUTES = 1_440
BEGIN = 600
TEXT = """
name: minutely
timeframes: {low_tf: 1m, med_tf: 5m, high_tf: 15m, exec: low_tf}
features:
  fast: {indicator: ema, params: {length: 3}}
  slow: {indicator: ema, params: {length: 9}, tf: med_tf}
actions:
  entry_long: fast > slow
  exit_long: fast < slow
position_policy: {mode: long_only, exit_mode: first_hit}
"""
TIERS = [
    {
        "id": 1, "symbol": SYMBOL, "riskLimitValue": "2000000", "maintenanceMargin": "0.005",
        "initialMargin": "0.01", "isLowestRisk": 1, "maxLeverage": "100.00", "mmDeduction": "",
    }
]  # fmt: skip


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBybit]:
    monkeypatch.setenv("TRADEC_STATE_DIR", str(tmp_path / "state"))
    with FakeBybit(market(MINUTES), now_ms=T0 + BEGIN * MINUTE_MS) as running:
        running.markets[SYMBOL].tiers = TIERS
        monkeypatch.setenv("TRADEC_EXCHANGE_REST_BASE", running.rest_base)
        monkeypatch.setenv("TRADEC_EXCHANGE_WS_PUBLIC_BASE", running.ws_base)
        monkeypatch.setattr(shadow_command, "connector", lambda _: lambda: client(running)[0])
        yield running


class _Run:
    """A shadow session in a thread, minute by minute."""

    def __init__(self, server: FakeBybit, state: Path, *arguments: object) -> None:
        self.server, self.state = server, state
        self.said: list[Said] = []
        self._thread = threading.Thread(
            target=lambda: self.said.append(
                tradec("run", "minutely.yml", "--mode", "shadow", "--json", *arguments)
            )
        )

    def __enter__(self) -> Self:
        self._thread.start()
        assert self.server.streams.wait_for(TOPIC, 20.0), self.said
        return self

    def __exit__(self, *_: object) -> None:
        ask(self.socket(), "stop")
        self._thread.join(30)
        assert not self._thread.is_alive()

    def socket(self) -> Path:
        return next(Path(one.socket) for one in listed(self.state) if one.is_alive)

    def minute(self, i: int) -> dict[str, Any]:
        close = T0 + (i + 1) * MINUTE_MS
        self.server.clock.set(close)
        self.server.streams.push(TOPIC, kline_message(self.server.markets[SYMBOL].minutes[i]))
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            assert not self.said, self.said
            try:
                status = ask(self.socket(), "status")
                if status["last_minute"] == close:
                    return status
            except ControlError:
                pass
            time.sleep(0.002)
        raise AssertionError("the session does not come so far")


def test_a_shadow_session_trades_and_is_proved(server: FakeBybit, tmp_path: Path) -> None:
    Path("minutely.yml").write_text(complete(TEXT))
    with _Run(server, tmp_path / "state") as running:
        for i in range(BEGIN, BEGIN + 40):
            status = running.minute(i)
        assert status["state"] == "RUNNING"
        assert status["flags"]["entries_blocked"] == []
        server.streams.drop(abort=True)  # the session ends without its socket
    (said,) = running.said
    assert said.code == 0, said.out
    assert said.data["trades"] > 0
    heard = list((tmp_path / "data" / "ingest").rglob("shadow-BTCUSDT-minutely-*.jsonl"))
    assert sum(len(path.read_text().splitlines()) for path in heard) == 40
    before = tradec("audit", "last", "--json").data["backtest"]
    assert (before["same"], before["revised"], before["absent"]) == (True, 0, None)
    arguments = ("--start", T0 + BEGIN * MINUTE_MS, "--end", T0 + (BEGIN + 40) * MINUTE_MS)
    assert tradec("data", "sync", "--symbols", SYMBOL, *arguments).code == 0
    proof = tradec("audit", "last", "--json")
    assert proof.code == 0, proof.out
    assert proof.data["minutes"] == 40
    assert (proof.data["backtest"]["same"], proof.data["backtest"]["revised"]) == (True, 0)
    for mode in ("backtest", "replay"):  # what it heard, again
        same = tradec(
            "run", "minutely.yml", "--journal", said.data["run_id"], "--mode", mode, "--json"
        )
        assert same.code == 0, same.out
        for name in ("digest", "final_equity", "trades", "bars"):
            assert same.data[name] == said.data[name], (mode, name)
    assert not any(one.signed for one in server.register.seen)


def test_a_shadow_session_goes_on_after_an_outage(server: FakeBybit, tmp_path: Path) -> None:
    Path("minutely.yml").write_text(complete(TEXT))
    with _Run(server, tmp_path / "state") as running:
        for i in range(BEGIN, BEGIN + 10):
            running.minute(i)
    with _Run(server, tmp_path / "state", "--resume") as running:
        for i in range(BEGIN + 15, BEGIN + 20):  # five minutes nobody listened to
            running.minute(i)
    assert [said.code for said in running.said] == [0]
    proof = tradec("audit", "last", "--no-backtest", "--json")
    assert (proof.data["identical"], proof.data["minutes"]) == (True, 20)
