"""Syncs from the loopback server: complete, never twice, the same whatever goes wrong."""

import itertools
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fakebybit import requests_seen
from fakebybit.faults import Fault
from fakebybit.market import Market
from fakebybit.server import FakeBybit
from fakebybit.worlds import MINUTE_MS, T0, Pauses, client, market
from tradec.runtime.bybit.endpoints import TIME
from tradec.runtime.bybit.limiter import LIMITS, Limiter
from tradec.runtime.bybit.market import Span
from tradec.runtime.data import fetching
from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog
from tradec.runtime.data.ingest import IngestWriter
from tradec.runtime.data.syncing import Done, Sync, Want, lacking_of

MINUTES = 3_300
END = T0 + MINUTES * MINUTE_MS
NOW = END + 3_600_000
KINDS = ("kline_1m", "mark_1m", "funding", "open_interest", "ls_ratio")
HOLES = ((200, 203), (998, 1002), (2_000, 2_150))
KLINE, RATIO = "/v5/market/kline", "/v5/market/account-ratio"


def holed() -> Market:
    """Return a market that lacks some minutes, one of them where two pages meet."""
    made = market(MINUTES)
    keep = np.ones(MINUTES, np.bool_)
    for start, end in HOLES:
        keep[start:end] = False
    made.minutes = made.minutes[keep]
    return made


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "BATCH_ROWS", 1_500)


@pytest.fixture
def server() -> Iterator[FakeBybit]:
    with FakeBybit(holed(), market(600, "ETHUSDT"), now_ms=NOW) as running:
        yield running


def wants(symbol: str = "BTCUSDT", start: int = T0, end: int = END) -> list[Want]:
    return [Want(symbol=symbol, kind=kind, span=Span(start=start, end=end)) for kind in KINDS]


def synced(server: FakeBybit, root: Path, asked: list[Want], jobs: int = 1) -> list[Done]:
    catalog = Catalog(root, clock=server.clock.now_ms)
    return Sync(catalog, DEFAULT_VENUE, lambda: client(server)[0]).run(asked, jobs)


def contents(root: Path) -> dict[str, Any]:
    """Return everything a reader can see of a catalogue."""
    catalog = Catalog(root)
    assert catalog.verify() == []
    seen: dict[str, Any] = {}
    for one in catalog.status():
        manifest = catalog.manifest(one.venue, one.symbol, one.kind)
        rows = catalog.read_rows(one.venue, one.symbol, one.kind)
        seen[f"{one.symbol}/{one.kind}"] = (
            manifest.coverage,
            manifest.known_gaps,
            manifest.checked,
            [file.sha256 for file in manifest.files],
            rows.to_pydict() if one.kind != "open_interest" else len(rows),
        )
    return seen


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Counter[str]]:
    """Return the contents after a sync in which nothing went wrong, and what it asked for."""
    root = tmp_path_factory.mktemp("clean")
    with pytest.MonkeyPatch.context() as patch, FakeBybit(holed(), now_ms=NOW) as server:
        patch.setattr(fetching, "BATCH_ROWS", 1_500)
        synced(server, root, wants())
        return contents(root), server.register.counts()


@pytest.fixture(scope="module")
def clean(undisturbed: tuple[dict[str, Any], Counter[str]]) -> dict[str, Any]:
    return undisturbed[0]


def test_a_sync_brings_every_row_and_knows_what_is_absent(
    server: FakeBybit, tmp_path: Path
) -> None:
    done = {one.kind: one for one in synced(server, tmp_path, wants())}
    world = server.markets["BTCUSDT"]
    catalog = Catalog(tmp_path)
    rows = catalog.read_rows(DEFAULT_VENUE, "BTCUSDT", "kline_1m")
    real = rows.filter(rows["flags"].to_numpy() == 0)
    for place, name in enumerate(("ts", "open", "high", "low", "close", "volume", "turnover")):
        np.testing.assert_array_equal(real[name].to_numpy(), world.minutes[:, place])
    absent = sum(end - start for start, end in HOLES)
    assert done["kline_1m"].absent == absent
    assert done["kline_1m"].written == MINUTES - absent
    assert all(one.missing == () for one in done.values())
    manifest = catalog.manifest(DEFAULT_VENUE, "BTCUSDT", "kline_1m")
    at = [(T0 + a * MINUTE_MS, T0 + b * MINUTE_MS) for a, b in HOLES]
    assert list(manifest.known_gaps) == at
    assert len(catalog.read_rows(DEFAULT_VENUE, "BTCUSDT", "mark_1m")) == MINUTES
    funding = catalog.read_rows(DEFAULT_VENUE, "BTCUSDT", "funding")
    assert funding["interval_min"].to_pylist()[1:] == [480] * (len(funding) - 1)


def test_a_second_sync_asks_for_nothing_and_a_longer_one_for_the_rest(
    server: FakeBybit, tmp_path: Path
) -> None:
    synced(server, tmp_path, wants(end=T0 + 2_000 * MINUTE_MS))
    server.register.clear()
    synced(server, tmp_path, wants(end=T0 + 2_000 * MINUTE_MS))
    assert set(server.register.counts()) <= {"/v5/market/time"}
    synced(server, tmp_path, wants())
    first = min(int(one.params["start"]) for one in server.register.of(KLINE))
    assert first == T0 + 2_000 * MINUTE_MS


def test_nothing_is_fetched_twice(server: FakeBybit, tmp_path: Path) -> None:
    world = server.markets["BTCUSDT"]
    world.minutes = market(MINUTES).minutes
    synced(server, tmp_path, wants())
    spans = sorted(
        (int(one.params["start"]), int(one.params["end"])) for one in server.register.of(KLINE)
    )
    assert all(before[1] < after[0] for before, after in itertools.pairwise(spans))
    assert len(spans) == math.ceil(MINUTES / 1000)
    assert server.register.broken == []


@pytest.mark.parametrize("rate", [None, 10_000.0])
def test_the_server_counts_whether_the_limits_are_kept(
    server: FakeBybit, monkeypatch: pytest.MonkeyPatch, rate: float | None
) -> None:
    """The limiter lets 20 a second through, and 20 at once: within five seconds at most 120."""
    monkeypatch.setattr(requests_seen, "IP_REQUESTS", 120)
    limits = {**LIMITS, "market": (rate, 0.0), "global": (rate, 0.0)} if rate else LIMITS
    pauses = Pauses()
    limiter = Limiter(clock=pauses.monotonic, sleep=pauses.sleep, limits=limits)
    one, _ = client(server, limiter=limiter)
    server.register.clocks.append(pauses.monotonic)
    for _ in range(200):
        one.call(TIME)
    assert bool(server.register.broken) == bool(rate)


def test_the_absent_minutes_of_a_page_are_asked_for_at_once(
    server: FakeBybit, tmp_path: Path
) -> None:
    for path in (KLINE, "/v5/market/mark-price-kline"):
        server.faults.add(path, Fault(change=_partial))
    synced(server, tmp_path, wants())
    pages = math.ceil(MINUTES / 1000)
    assert len(server.register.of(KLINE)) <= 2 * pages + 1


def test_what_sessions_heard_is_not_asked_for(server: FakeBybit, tmp_path: Path) -> None:
    server.markets["BTCUSDT"].minutes = world = market(MINUTES).minutes
    with closing(IngestWriter(tmp_path, DEFAULT_VENUE, "BTCUSDT", "demo", durable=False)) as writer:
        for ts, *prices, volume, _ in world[500:2_000].tolist():
            writer.append(int(ts), (*prices, volume))
    (done,) = synced(server, tmp_path, wants()[:1])
    assert done.written == MINUTES
    asked = [
        (int(one.params["start"]), int(one.params["end"])) for one in server.register.of(KLINE)
    ]
    heard = T0 + 500 * MINUTE_MS, T0 + 2_000 * MINUTE_MS
    assert all(end < heard[0] or start >= heard[1] for start, end in asked)
    bars = Catalog(tmp_path).read_bars(DEFAULT_VENUE, "BTCUSDT")
    np.testing.assert_array_equal(bars.close, world[:, 4])
    np.testing.assert_array_equal(bars.volume, world[:, 5])


def _partial(result: dict[str, Any]) -> dict[str, Any]:
    return {**result, "list": result["list"][::2]}


def _doubled(result: dict[str, Any]) -> dict[str, Any]:
    return {**result, "list": [row for row in result["list"] for _ in (0, 1)]}


def _revised(result: dict[str, Any]) -> dict[str, Any]:
    """Return every second row within, in a first version that the next answer corrects."""
    rows = result["list"][1:-1:2]
    if len(rows) and isinstance(rows[0], list):
        rows = [[*row[:2], repr(float(row[2]) + 1.0), *row[3:]] for row in rows]
    return {**result, "list": rows}


def _shuffled(result: dict[str, Any]) -> dict[str, Any]:
    return {**result, "list": result["list"][1::2] + result["list"][::2]}


FAULTS = {
    "slow": Fault(delay=0.05),
    "429": Fault(status=429),
    "500": Fault(status=500),
    "10006 with headers": Fault(
        ret_code=10006, headers={"X-Bapi-Limit-Reset-Timestamp": str(NOW + 300)}
    ),
    "10006 without headers": Fault(ret_code=10006),
    "10016": Fault(ret_code=10016),
    "half of the JSON": Fault(truncate=True),
    "reset": Fault(reset=True),
    "partial page": Fault(change=_partial),
    "rows that are revised": Fault(change=_revised),
    "duplicate rows": Fault(change=_doubled),
    "rows in another order": Fault(change=_shuffled),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_sync_under_a_fault_ends_like_a_clean_one(
    server: FakeBybit,
    tmp_path: Path,
    undisturbed: tuple[dict[str, Any], Counter[str]],
    name: str,
) -> None:
    faults = dict.fromkeys((KLINE, "/v5/market/mark-price-kline"), 2)
    faults |= dict.fromkeys(("/v5/market/funding/history", "/v5/market/open-interest", RATIO), 1)
    for path, times in faults.items():
        server.faults.add(path, *(FAULTS[name], None, FAULTS[name])[: 2 * times - 1])
    synced(server, tmp_path, wants())
    assert server.faults.left == 0
    assert contents(tmp_path) == undisturbed[0]
    assert server.register.broken == []
    for path, times in faults.items():  # a fault costs a retry, and what it left out one more
        assert server.register.counts()[path] <= undisturbed[1][path] + 2 * times, path


def test_a_clock_that_is_wrong_changes_nothing(
    server: FakeBybit, tmp_path: Path, clean: dict[str, Any]
) -> None:
    catalog = Catalog(tmp_path)

    def skewed() -> Any:
        return client(server, wall=lambda: (server.clock.now_ms() - 7_200_000) / 1000.0)[0]

    Sync(catalog, DEFAULT_VENUE, skewed).run(wants())
    assert contents(tmp_path) == clean


def test_a_403_stops_the_sync_and_keeps_what_was_written(
    server: FakeBybit, tmp_path: Path, clean: dict[str, Any]
) -> None:
    server.faults.add(KLINE, *[None] * 5, Fault(status=403))
    with pytest.raises(Exception, match="403"):
        synced(server, tmp_path, wants())
    kept = Catalog(tmp_path).manifest(DEFAULT_VENUE, "BTCUSDT", "kline_1m")
    assert kept.coverage
    synced(server, tmp_path, wants())
    assert contents(tmp_path) == clean


def test_an_interrupted_sync_goes_on_where_it_was(
    server: FakeBybit, tmp_path: Path, clean: dict[str, Any]
) -> None:
    catalog = Catalog(tmp_path, clock=server.clock.now_ms)

    def interrupt(_symbol: str, kind: str, done: int, _total: int) -> None:
        if kind == "kline_1m" and done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Sync(catalog, DEFAULT_VENUE, lambda: client(server)[0], interrupt).run(wants())
    kept = catalog.manifest(DEFAULT_VENUE, "BTCUSDT", "kline_1m").known
    server.register.clear()
    synced(server, tmp_path, wants())
    assert contents(tmp_path) == clean
    assert max(int(one.params["end"]) for one in server.register.of(KLINE)) < kept[0][0]


def test_the_open_bar_and_what_may_still_be_published_stay_open(
    server: FakeBybit, tmp_path: Path
) -> None:
    now = T0 + 500 * MINUTE_MS + 20_000
    server.clock.set(now)
    world = server.markets["BTCUSDT"]
    late = world.minutes[:, 0] == T0 + 497 * MINUTE_MS
    row, world.minutes = world.minutes[late], world.minutes[~late]
    asked = [Want(symbol="BTCUSDT", kind="kline_1m", span=Span(start=T0, end=END))]
    (done,) = synced(server, tmp_path, asked)
    catalog = Catalog(tmp_path)
    assert catalog.manifest(DEFAULT_VENUE, "BTCUSDT", "kline_1m").coverage[-1] == (
        T0 + 498 * MINUTE_MS,
        T0 + 500 * MINUTE_MS,
    )
    assert done.missing == ((T0 + 497 * MINUTE_MS, T0 + 498 * MINUTE_MS),)
    order = np.argsort(np.concatenate([world.minutes[:, 0], row[:, 0]]))
    world.minutes = np.concatenate([world.minutes, row])[order]
    server.clock.set(NOW)
    (done,) = synced(server, tmp_path, asked)
    assert done.missing == ()
    assert T0 + 497 * MINUTE_MS not in {
        start for start, _ in catalog.manifest(DEFAULT_VENUE, "BTCUSDT", "kline_1m").known_gaps
    }


def test_rows_that_cannot_be_true_are_refused_and_asked_for_again(
    server: FakeBybit, tmp_path: Path
) -> None:
    world = server.markets["BTCUSDT"]
    good = world.minutes.copy()
    world.minutes[50, 2], world.minutes[60, 3] = 1.0, -5.0
    asked = [Want(symbol="BTCUSDT", kind="kline_1m", span=Span(start=T0, end=END))]
    (done,) = synced(server, tmp_path, asked)
    assert sorted(group.reason for group in done.refused) == ["not_positive", "ohlc_order"]
    at = [int(world.minutes[place, 0]) for place in (50, 60)]
    assert done.missing == tuple((ts, ts + MINUTE_MS) for ts in at)
    world.minutes = good
    (done,) = synced(server, tmp_path, asked)
    assert (done.refused, done.missing, done.written) == ([], (), 2)


def test_several_symbols_at_once_share_the_limits(server: FakeBybit, tmp_path: Path) -> None:
    asked = [*wants(), *wants("ETHUSDT", end=T0 + 600 * MINUTE_MS)]
    done = synced(server, tmp_path, asked, jobs=2)
    assert {one.symbol for one in done} == {"BTCUSDT", "ETHUSDT"}
    assert all(one.missing == () for one in done)


def test_snapshots_are_stored_when_they_change(server: FakeBybit, tmp_path: Path) -> None:
    world = server.markets["BTCUSDT"]
    world.tiers = [
        {
            "id": 1, "symbol": "BTCUSDT", "riskLimitValue": "2000000", "maintenanceMargin": "0.5",
            "initialMargin": "1", "isLowestRisk": 1, "maxLeverage": "100.00", "mmDeduction": "",
        }
    ]  # fmt: skip
    kinds = ("instrument", "risk_tier")
    asked = [Want(symbol="BTCUSDT", kind=k, span=Span(start=T0, end=END)) for k in kinds]
    assert [one.written for one in synced(server, tmp_path, asked)] == [1, 1]
    assert [one.written for one in synced(server, tmp_path, asked)] == [0, 0]
    tier = Catalog(tmp_path).read_rows(DEFAULT_VENUE, "BTCUSDT", "risk_tier").to_pylist()[0]
    assert (tier["imr"], tier["mmr"], tier["mm_deduction"]) == ("0.01", "0.005", "0")
    world.tick = "0.05"
    server.clock.advance(86_400_000)
    assert [one.written for one in synced(server, tmp_path, asked)] == [1, 0]
    rows = Catalog(tmp_path).read_rows(DEFAULT_VENUE, "BTCUSDT", "instrument").to_pylist()
    assert [row["tick"] for row in rows] == ["0.10", "0.05"]


def test_a_tier_whose_unit_cannot_be_told_is_refused(server: FakeBybit, tmp_path: Path) -> None:
    world = server.markets["BTCUSDT"]
    world.tiers = [
        {
            "symbol": "BTCUSDT", "riskLimitValue": "1", "maintenanceMargin": "0.5",
            "initialMargin": "0.3", "maxLeverage": "100.00", "mmDeduction": "0",
        }
    ]  # fmt: skip
    asked = [Want(symbol="BTCUSDT", kind="risk_tier", span=Span(start=T0, end=END))]
    with pytest.raises(Exception, match="a risk tier of BTCUSDT lacks or garbles"):
        synced(server, tmp_path, asked)


def test_what_is_lacking_is_told_without_asking(tmp_path: Path) -> None:
    tasks = lacking_of(Catalog(tmp_path), DEFAULT_VENUE, wants())
    assert [(task.kind, task.span) for task in tasks] == [
        (kind, Span(start=T0, end=END)) for kind in KINDS
    ]
    assert tasks[0].rows == MINUTES
