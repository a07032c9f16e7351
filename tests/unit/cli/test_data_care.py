"""`tradec data gaps|fix|heal|verify|query|export|delete` against the loopback server."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from commandline import tradec
from fakebybit.server import FakeBybit
from fakebybit.worlds import MINUTE_MS, T0, market
from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog

MINUTES = 1500
HOLE = (T0 + 100 * MINUTE_MS, T0 + 130 * MINUTE_MS)
KLINE = ("--symbol", "BTCUSDT", "--kind", "kline_1m")


@pytest.fixture(scope="module")
def server() -> Iterator[FakeBybit]:
    end = T0 + MINUTES * MINUTE_MS
    with FakeBybit(market(MINUTES), now_ms=end + 3_600_000) as running:
        yield running


@pytest.fixture(autouse=True)
def catalog(server: FakeBybit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRADEC_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TRADEC_EXCHANGE_REST_BASE", server.rest_base)
    said = tradec(
        "data", "sync", "--symbols", "BTCUSDT", "--kinds", "kline,funding",
        "--start", "2025-01-01", "--period", f"{MINUTES}m",
    )  # fmt: skip
    assert said.code == 0, said.err
    return Catalog(tmp_path / "data")


def test_gaps_are_listed_and_fixed(catalog: Catalog) -> None:
    assert tradec("data", "gaps").code == 0
    catalog.remove(DEFAULT_VENUE, "BTCUSDT", "kline_1m", (HOLE,))
    said = tradec("data", "gaps", "--json")
    assert said.code == 7
    assert [(g["start"], g["end"]) for g in said.data["gaps"]] == [HOLE]
    assert tradec("data", "fix", "--dry").code == 7
    said = tradec("data", "fix", *KLINE)
    assert said.code == 0, said.err
    assert "1 findings, 1 mended, 30 rows replaced, 0 left" in said.out
    assert tradec("data", "gaps").code == 0


def test_a_damaged_file_is_healed(catalog: Catalog) -> None:
    (file,) = catalog.files(DEFAULT_VENUE, "BTCUSDT", "kline_1m")
    file.write_bytes(b"rubbish")
    assert tradec("data", "status", "--verify").code == 7
    said = tradec("data", "heal", "--symbol", "BTCUSDT", "--json")
    assert said.code == 0, said.out
    assert [one["reason"] for one in said.data["findings"]] == ["damaged"]
    assert tradec("data", "status", "--verify").code == 0
    assert "nothing is wrong" in tradec("data", "heal").out


def test_verify_compares_with_the_bars_of_the_exchange(server: FakeBybit) -> None:
    said = tradec("data", "verify", "--symbol", "BTCUSDT", "--tf", "15m,1h,D", "--json")
    assert said.code == 0, said.out
    compared = {name: one["compared"] for name, one in said.data["timeframes"].items()}
    assert compared == {"15m": 100, "1h": 25, "D": 1}
    table = server.markets["BTCUSDT"].minutes
    before = table[7, 2]
    try:
        table[7, 2] = before + 100.0
        said = tradec("data", "verify", "--symbol", "BTCUSDT", "--tf", "1h")
        assert said.code == 7
        assert "2025-01-01 00:00 high" in said.out
    finally:
        table[7, 2] = before
    assert tradec("data", "verify", "--symbol", "BTCUSDT", "--tf", "7m").code == 2


def test_query_shows_rows_and_rolls_up(server: FakeBybit) -> None:
    said = tradec("data", "query", "--symbol", "BTCUSDT", "--tf", "1h", "--json")
    assert len(said.data["rows"]) == 25
    first = said.data["rows"][0]
    hour = server.markets["BTCUSDT"].minutes[:60]
    assert first[:5] == [T0, hour[0, 1], hour[:, 2].max(), hour[:, 3].min(), hour[-1, 4]]
    assert first[5] == pytest.approx(hour[:, 5].sum())
    assert (
        len(tradec("data", "query", "--symbol", "BTCUSDT", "--tf", "W", "--json").data["rows"]) == 0
    )
    assert "20 rows" in tradec("data", "query", "--symbol", "BTCUSDT").out
    assert tradec("data", "query", "--symbol", "BTCUSDT", "--kind", "funding").code == 0


def test_query_answers_sql(tmp_path: Path) -> None:
    question = "SELECT count(*) AS n, max(high) AS top FROM kline_1m"
    said = tradec("data", "query", "--symbol", "BTCUSDT", "--sql", question, "--format", "csv")
    assert said.out.startswith("n,top\n1500,")
    said = tradec("data", "query", "--symbol", "BTCUSDT", "--sql", "SELEKT")
    assert said.code == 2
    assert "the question cannot be answered" in said.err
    out = tmp_path / "rows.json"
    tradec("data", "query", "--symbol", "BTCUSDT", "--limit", "3", "--format", "json", "-o", out)
    assert len(json.loads(out.read_text())) == 3


@pytest.mark.parametrize("form", ["parquet", "csv", "feather"])
def test_export_writes_what_is_there(tmp_path: Path, form: str) -> None:
    out = tmp_path / f"minutes.{form}"
    said = tradec("data", "export", "--symbol", "BTCUSDT", "--out", out)
    assert said.code == 0, said.err
    if form == "csv":
        assert len(out.read_text().splitlines()) == MINUTES + 1
        return
    found = pq.read_table(out) if form == "parquet" else pyarrow.feather.read_table(out)
    assert np.all(np.diff(found["ts"].to_numpy()) == MINUTE_MS)


def test_an_export_comes_back_by_import(tmp_path: Path, catalog: Catalog) -> None:
    out = tmp_path / "minutes.parquet"
    tradec("data", "export", "--symbol", "BTCUSDT", "--out", out)
    said = tradec("data", "import", out, "--symbol", "COPYUSDT", "--json")
    assert said.data["written"] == MINUTES
    columns = ["ts", "open", "high", "low", "close", "volume"]
    ours = catalog.read_rows(DEFAULT_VENUE, "BTCUSDT", "kline_1m").select(columns)
    assert catalog.read_rows(DEFAULT_VENUE, "COPYUSDT", "kline_1m").select(columns).equals(ours)


def test_export_needs_a_format(tmp_path: Path) -> None:
    said = tradec("data", "export", "--symbol", "BTCUSDT", "--out", tmp_path / "minutes")
    assert said.code == 2
    assert "names no format" in said.err


def test_delete_asks_first(catalog: Catalog) -> None:
    arguments = ("data", "delete", *KLINE, "--end", "2025-01-01T01:00")
    said = tradec(*arguments)
    assert said.code == 4
    assert "60 rows would be deleted; add --confirm" in said.out
    assert tradec(*arguments, "--confirm").code == 0
    assert (
        catalog.read_rows(DEFAULT_VENUE, "BTCUSDT", "kline_1m")["ts"][0].as_py() == T0 + 3_600_000
    )


def test_what_is_not_there_ends_with_seven() -> None:
    for verb in ("gaps", "heal", "fix"):
        assert tradec("data", verb, "--symbol", "NONEUSDT").code == 7
    assert tradec("data", "query", "--symbol", "NONEUSDT").code == 7
