"""`tradec data sync` against the loopback server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from commandline import tradec
from fakebybit.faults import Fault
from fakebybit.server import FakeBybit
from fakebybit.worlds import MINUTE_MS, T0, market
from tradec.cli.config import load_config
from tradec.cli.exchange import connector

MINUTES = 2 * 1440
END = T0 + MINUTES * MINUTE_MS
PLAY = Path(__file__).parents[3] / "plays" / "ema_cross.yml"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBybit]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRADEC_DATA_DIR", str(tmp_path / "data"))
    with FakeBybit(market(MINUTES), now_ms=END + 3_600_000) as running:
        monkeypatch.setenv("TRADEC_EXCHANGE_REST_BASE", running.rest_base)
        running.markets["BTCUSDT"].tiers = [
            {
                "id": 1, "symbol": "BTCUSDT", "riskLimitValue": "2000000",
                "maintenanceMargin": "0.005", "initialMargin": "0.01", "isLowestRisk": 1,
                "maxLeverage": "100.00", "mmDeduction": "",
            }
        ]  # fmt: skip
        yield running


def day(number: int) -> str:
    return f"2025-01-0{number}"


@pytest.mark.usefixtures("server")
def test_a_window_is_fetched_and_status_shows_it() -> None:
    said = tradec("data", "sync", "--symbols", "btcusdt", "--start", day(1), "--end", day(3))
    assert said.code == 0, said.err
    assert "still missing" in said.out
    held = {one["kind"]: one for one in tradec("data", "status", "--json").data["series"]}
    assert held["kline_1m"]["rows"] == held["mark_1m"]["rows"] == MINUTES
    assert held["instrument"]["rows"] == held["risk_tier"]["rows"] == 1


@pytest.mark.usefixtures("server")
def test_json_tells_each_series() -> None:
    arguments = ("data", "sync", "--symbols", "BTCUSDT", "--kinds", "kline,oi,ls")
    said = tradec(*arguments, "--start", day(1), "--period", "1d", "--json")
    assert said.code == 0
    series = {one["kind"]: one["written"] for one in said.data["series"]}
    assert series == {"kline_1m": 1440, "open_interest": 288, "ls_ratio": 288}
    assert said.answer["schema"] == "tradec/data-sync/1"


def test_a_play_says_what_it_needs_and_runs_on_it(server: FakeBybit) -> None:
    said = tradec("data", "sync", "--play", PLAY, "--start", day(2), "--end", day(3))
    assert said.code == 0, said.err
    first = min(int(one.params["start"]) for one in server.register.of("/v5/market/kline"))
    assert T0 - 86_400_000 < first < T0 + 86_400_000
    ran = tradec("run", PLAY, "--start", f"{day(2)}T06:00", "--engine", "interpreter", "--json")
    assert ran.code == 0, ran.err


def test_to_now_goes_on_from_the_last_row(server: FakeBybit) -> None:
    tradec("data", "sync", "--symbols", "BTCUSDT", "--start", day(1), "--period", "1d")
    server.register.clear()
    said = tradec("data", "sync", "--symbols", "BTCUSDT", "--kinds", "kline", "--to-now", "--json")
    assert said.code == 0
    assert said.data["series"][0]["written"] == 1440
    assert min(int(o.params["start"]) for o in server.register.of("/v5/market/kline")) == (
        T0 + 1440 * MINUTE_MS
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing is named to be synced"),
        (("--symbols", "BTCUSDT", "--kinds", "klin"), "`klin` is not a kind"),
        (("--symbols", "BTCUSDT", "--period", "soon"), "`soon` is no period"),
        (("--symbols", "BTCUSDT", "--to-now", "--period", "1d"), "--to-now stands alone"),
        (("--symbols", "BTCUSDT", "--play", "x"), "exclude each other"),
        (("--symbols", "BTCUSDT", "--start", "2025-01-02", "--end", "2025-01-01"), "not after"),
        (("--symbols", "../x"), "is not a symbol"),
    ],
)
def test_what_cannot_be_asked_for_is_said(
    server: FakeBybit, arguments: tuple[str, ...], said: str
) -> None:
    answer = tradec("data", "sync", *arguments)
    assert answer.code == 2
    assert said in answer.err
    assert server.register.seen == []


def test_an_unknown_symbol_and_a_dead_host_have_their_exit_codes(
    server: FakeBybit, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tradec("data", "sync", "--symbols", "NOPEUSDT", "--period", "1d", "--json")
    assert (said.code, said.answer["error"]["code"]) == (1, "REFUSED")
    server.faults.always("/v5/market/time", Fault(status=403))
    said = tradec("data", "sync", "--symbols", "BTCUSDT", "--period", "1d", "--json")
    assert (said.code, said.answer["error"]["code"]) == (8, "FORBIDDEN")
    monkeypatch.setenv("TRADEC_EXCHANGE_REST_BASE", "http://example.com")
    said = tradec("data", "sync", "--symbols", "BTCUSDT")
    assert said.code == 2
    assert "only an address of this machine" in said.err


def test_rows_that_cannot_be_true_end_with_seven(server: FakeBybit) -> None:
    server.markets["BTCUSDT"].minutes[5, 2] = 1.0
    said = tradec(
        "data", "sync", "--symbols", "BTCUSDT", "--start", day(1), "--period", "1h",
        "--kinds", "kline",
    )  # fmt: skip
    assert said.code == 7
    assert "low <= min(open, close)" in said.err


@pytest.mark.usefixtures("server")
def test_series_other_than_minutes_are_shown() -> None:
    for verb in ("funding", "oi", "instruments", "tiers"):
        assert tradec("data", verb, "--symbol", "BTCUSDT").code == 7
    kinds = "funding,oi,instruments,tiers"
    window = ("--start", day(1), "--end", day(3))
    assert tradec("data", "sync", "--symbols", "BTCUSDT", "--kinds", kinds, *window).code == 0
    paid = tradec("data", "funding", "--symbol", "BTCUSDT", "--json").data
    assert paid["sum"] == pytest.approx(sum(row["rate"] for row in paid["rows"]))
    assert "0.10" in tradec("data", "instruments", "--symbol", "btcusdt").out
    assert "0.005" in tradec("data", "tiers", "--symbol", "BTCUSDT").out
    assert tradec("data", "oi", "--symbol", "BTCUSDT", "--limit", 3).code == 0


def test_backfill_begins_at_the_launch(server: FakeBybit) -> None:
    said = tradec("data", "backfill", "btcusdt", "--json")
    assert said.code == 0, said.err
    assert said.data["series"][0]["written"] == MINUTES
    assert min(int(o.params["start"]) for o in server.register.of("/v5/market/kline")) == T0


def test_all_clients_of_a_command_keep_one_limit() -> None:
    connect = connector(load_config(None))
    one, other = connect(), connect()
    assert one.limiter is other.limiter
    assert connector(load_config(None))().limiter is not one.limiter
