"""`tradec play preflight` and `tradec data status --play`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from commandline import tradec
from fakebybit.server import FakeBybit
from fakebybit.worlds import MINUTE_MS, T0, market
from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog

MINUTES = 3 * 1440
PLAY = Path(__file__).parents[3] / "plays" / "ema_cross.yml"
WINDOW = ("--start", "2025-01-02", "--end", "2025-01-03")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBybit]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRADEC_DATA_DIR", str(tmp_path / "data"))
    world = market(MINUTES, ts0=T0 - 1440 * MINUTE_MS)
    world.tiers = [
        {
            "symbol": "BTCUSDT", "riskLimitValue": "2000000", "maintenanceMargin": "0.005",
            "initialMargin": "0.01", "maxLeverage": "100.00", "mmDeduction": "",
        }
    ]  # fmt: skip
    with FakeBybit(world, now_ms=T0 + MINUTES * MINUTE_MS) as running:
        monkeypatch.setenv("TRADEC_EXCHANGE_REST_BASE", running.rest_base)
        yield running


def series(said: object) -> dict[str, dict[str, object]]:
    return {one["kind"]: one for one in said.data["series"]}  # type: ignore[attr-defined]


def test_an_empty_catalogue_cannot_run_and_sync_mends_it(server: FakeBybit) -> None:
    said = tradec("play", "preflight", PLAY, *WINDOW)
    assert said.code == 7
    assert "a run lacks kline_1m" in said.out
    assert server.register.seen == []
    said = tradec("play", "preflight", PLAY, *WINDOW, "--sync", "--json")
    assert said.code == 0, said.err
    found = series(said)
    assert set(found) == {"kline_1m", "mark_1m", "funding", "instrument", "risk_tier"}
    assert all(one["ok"] for one in found.values()), found
    assert tradec("play", "preflight", PLAY, *WINDOW).code == 0
    assert tradec("data", "status", "--play", PLAY).code == 0
    ran = tradec("run", PLAY, *WINDOW, "--engine", "interpreter")
    assert ran.code == 0, ran.err


@pytest.mark.usefixtures("server")
def test_what_a_run_can_do_without_is_said_and_stops_nothing(tmp_path: Path) -> None:
    tradec("play", "preflight", PLAY, *WINDOW, "--sync")
    catalog = Catalog(tmp_path / "data")
    everything = ((-(2**62), 2**62),)
    catalog.remove(DEFAULT_VENUE, "BTCUSDT", "funding", everything)
    said = tradec("play", "preflight", PLAY, *WINDOW)
    assert said.code == 0
    assert "no funding is booked" in said.out


@pytest.mark.usefixtures("server")
def test_a_hole_in_the_warm_up_stops_a_run(tmp_path: Path) -> None:
    tradec("play", "preflight", PLAY, *WINDOW, "--sync")
    catalog = Catalog(tmp_path / "data")
    hole = (T0 - 60 * MINUTE_MS, T0 - 40 * MINUTE_MS)
    catalog.remove(DEFAULT_VENUE, "BTCUSDT", "kline_1m", (hole,))
    said = tradec("play", "preflight", PLAY, *WINDOW, "--json")
    assert said.code == 7
    assert series(said)["kline_1m"]["missing"] == [list(hole)]
    said = tradec("data", "status", "--play", PLAY, *WINDOW)
    assert said.code == 7
    assert "MISSING" in said.out


def test_a_long_hole_of_the_exchange_itself_stops_a_run(server: FakeBybit, tmp_path: Path) -> None:
    world = server.markets["BTCUSDT"]
    inside = (world.minutes[:, 0] >= T0) & (world.minutes[:, 0] < T0 + 10 * MINUTE_MS)
    world.minutes = world.minutes[~inside]
    said = tradec("play", "preflight", PLAY, *WINDOW, "--sync", "--json")
    assert said.code == 7
    assert series(said)["kline_1m"]["holes"] == [[T0, T0 + 10 * MINUTE_MS]]
    assert Catalog(tmp_path / "data").verify() == []
