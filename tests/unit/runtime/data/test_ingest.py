"""Minutes that sessions heard: appended, read beside the catalogue, taken into it."""

import json
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradec.runtime.data.bars import Bars
from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.ingest import IngestWriter, folder_of, read_ingest, take_in
from tradec.runtime.data.kinds import SOURCE_WS
from tradec.runtime.data.perpetual import perpetual
from tradec.runtime.data.synthetic import synthesize

VENUE, SYMBOL, MINUTE_MS, DAY_MS = "bybit-linear", "BTCUSDT", 60_000, 86_400_000
T0 = 1_738_281_600_000  # 2025-01-31
NAMES = ("open", "high", "low", "close", "volume")
INSTANCE = "demo-BTCUSDT-ema_cross"
BAR = (1.0, 2.0, 0.5, 1.5, 3.0)


def heard(
    root: Path, bars: Bars, places: Iterable[int], instance: str = INSTANCE, *, scale: float = 1.0
) -> None:
    with closing(IngestWriter(root, VENUE, SYMBOL, instance, durable=False)) as writer:
        for i in places:
            row = [scale * getattr(bars, name)[i].item() for name in NAMES]
            writer.append(bars.ts_open(i), (row[0], row[1], row[2], row[3], row[4]))


def stored(catalog: Catalog, bars: Bars, places: list[int]) -> None:
    columns: dict[str, Any] = {name: getattr(bars, name)[places] for name in NAMES}
    columns["turnover"] = np.full(len(places), np.nan)
    none = np.zeros(len(places), np.uint8)
    ts = bars.ts0 + MINUTE_MS * np.array(places, np.int64)
    table = pa.table({"ts": ts, **columns, "src": none, "flags": none})
    catalog.write(VENUE, SYMBOL, "kline_1m", table, "test")


def file_of(root: Path, day: str = "2025-01-31") -> Path:
    return folder_of(root, VENUE, SYMBOL) / f"{INSTANCE}-{day}.jsonl"


def test_what_was_appended_is_read_bit_for_bit(tmp_path: Path, market: Bars) -> None:
    heard(tmp_path, market, range(1430, 1450))
    with closing(IngestWriter(tmp_path, VENUE, SYMBOL, INSTANCE)) as writer:
        writer.append(T0 + 1450 * MINUTE_MS, (0.1, 0.1, 0.1, 0.1, 0.0), is_flat=True)
    files = sorted(path.name for path in folder_of(tmp_path, VENUE, SYMBOL).iterdir())
    assert files == [f"{INSTANCE}-2025-01-31.jsonl", f"{INSTANCE}-2025-02-01.jsonl"]
    found = read_ingest(tmp_path, VENUE, SYMBOL)
    assert found.damaged == 0
    assert found.spans == ((T0 + 1430 * MINUTE_MS, T0 + 1450 * MINUTE_MS),)
    assert found.flat.tolist() == [False] * 20 + [True]
    for name in NAMES:
        column = getattr(found.bars, name)[:20]
        np.testing.assert_array_equal(column, getattr(market, name)[1430:1450], strict=True)
    later = read_ingest(tmp_path, VENUE, SYMBOL, T0 + DAY_MS, T0 + DAY_MS + 2 * MINUTE_MS)
    assert later.bars.ts.tolist() == [T0 + DAY_MS, T0 + DAY_MS + MINUTE_MS]
    assert read_ingest(tmp_path, VENUE, "ETHUSDT").spans == ()


def test_a_line_that_a_crash_cut_short_is_lost_alone(tmp_path: Path, market: Bars) -> None:
    heard(tmp_path, market, range(5))
    path = file_of(tmp_path)
    path.write_bytes(path.read_bytes()[:-9])
    assert read_ingest(tmp_path, VENUE, SYMBOL).spans == ((T0, T0 + 4 * MINUTE_MS),)
    assert read_ingest(tmp_path, VENUE, SYMBOL).damaged == 0  # perhaps it is being written
    heard(tmp_path, market, range(5, 7))
    found = read_ingest(tmp_path, VENUE, SYMBOL)
    assert found.damaged == 1
    assert len(found.bars.ts) == 6
    heard(tmp_path, market, [4])
    assert read_ingest(tmp_path, VENUE, SYMBOL).spans == ((T0, T0 + 7 * MINUTE_MS),)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "null",
        '{"ts": 1738281600000}',
        json.dumps({"ts": "1738281600000", **dict(zip(NAMES, BAR, strict=True))}),
        json.dumps({"ts": True, **dict(zip(NAMES, BAR, strict=True))}),
        json.dumps({"ts": T0 + 1, **dict(zip(NAMES, BAR, strict=True))}),
        json.dumps({"ts": 10**30, **dict(zip(NAMES, BAR, strict=True))}),
        json.dumps({"ts": T0, **dict(zip(NAMES, BAR, strict=True)), "flat": 1}),
        json.dumps({"ts": T0, **dict(zip(NAMES, BAR, strict=True)), "low": 1.25}),
        json.dumps({"ts": T0, **dict(zip(NAMES, BAR, strict=True)), "close": 0}),
        json.dumps({"ts": T0, **dict(zip(NAMES, BAR, strict=True)), "close": None}),
        json.dumps({"ts": T0, **dict(zip(NAMES, BAR, strict=True)), "volume": -1}),
        json.dumps({"ts": T0, **dict(zip(NAMES, BAR, strict=True)), "high": float("nan")}),
        "\xff",
    ],
)
def test_a_line_that_is_no_bar_is_counted_and_left_out(line: str, tmp_path: Path) -> None:
    with closing(IngestWriter(tmp_path, VENUE, SYMBOL, INSTANCE, durable=False)) as writer:
        writer.append(T0 + MINUTE_MS, BAR)
        with file_of(tmp_path).open("a", encoding="latin-1") as file:
            file.write(f"{line}\n")
        writer.append(T0 + 2 * MINUTE_MS, BAR)
    found = read_ingest(tmp_path, VENUE, SYMBOL)
    assert found.damaged == 1
    assert found.bars.ts.tolist() == [T0 + MINUTE_MS, T0 + 2 * MINUTE_MS]


def test_two_instances(tmp_path: Path, market: Bars) -> None:
    heard(tmp_path, market, range(4), "a")
    heard(tmp_path, market, range(2, 6), "b")
    heard(tmp_path, market, [5], "c", scale=1.5)
    with closing(IngestWriter(tmp_path, VENUE, SYMBOL, "d", durable=False)) as writer:
        for i in (0, 8):
            writer.append(T0 + i * MINUTE_MS, (9.0, 9.0, 9.0, 9.0, 0.0), is_flat=True)
    found = read_ingest(tmp_path, VENUE, SYMBOL)
    assert found.spans == ((T0, T0 + 5 * MINUTE_MS),)  # on minute 5 they differ
    assert found.bars.ts[found.flat].tolist() == [T0 + 8 * MINUTE_MS]
    assert found.bars.open[0] == market.open[0]  # a real minute counts more than a flat one


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_catalogue_and_what_was_heard_are_one_market(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """However the minutes are shared out between them, they read as the market itself."""
    bars = synthesize("trending", minutes=60, start_ms=T0 + DAY_MS - 30 * MINUTE_MS)
    owner = data.draw(st.lists(st.sampled_from("csb"), min_size=60, max_size=60))
    root = tmp_path_factory.mktemp("data")
    if mine := [i for i, who in enumerate(owner) if who in "cb"]:
        stored(Catalog(root), bars, mine)
    heard(root, bars, [i for i, who in enumerate(owner) if who in "sb"])
    start, end = sorted(data.draw(st.tuples(st.integers(0, 59), st.integers(1, 60))))
    if start < end:
        window = bars.ts_open(start), bars.ts_open(end)
        got = Catalog(root).read_bars(VENUE, SYMBOL, *window, with_heard=True)
        assert got.data_hash == bars.slice(start, end).data_hash
    take_in(Catalog(root), VENUE, SYMBOL, bars.end)
    assert Catalog(root).read_bars(VENUE, SYMBOL).data_hash == bars.data_hash


def test_the_catalogue_is_believed_before_what_was_heard(catalog: Catalog, market: Bars) -> None:
    stored(catalog, market, list(range(10)))
    heard(catalog.root, market, range(5, 15), scale=2.0)
    bars = perpetual(catalog, VENUE, SYMBOL, with_heard=True)
    np.testing.assert_array_equal(bars.close[:10], market.close[:10])
    np.testing.assert_array_equal(bars.close[10:], 2.0 * market.close[10:15])
    assert catalog.read_bars(VENUE, SYMBOL).n == 10
    with pytest.raises(DataError, match="the data cover"):
        catalog.read_bars(VENUE, SYMBOL, T0, T0 + 15 * MINUTE_MS)


def test_a_hole_that_nobody_heard_stays_one(catalog: Catalog, market: Bars) -> None:
    stored(catalog, market, [0, 1, 9])
    heard(catalog.root, market, [2, 3])
    bars = catalog.read_bars(VENUE, SYMBOL, with_heard=True)
    assert [(h.start, h.end) for h in bars.holes] == [(T0 + 4 * MINUTE_MS, T0 + 9 * MINUTE_MS)]


def test_what_was_heard_is_taken_in_once_and_old_files_go(catalog: Catalog, market: Bars) -> None:
    stored(catalog, market, list(range(1000)))
    heard(catalog.root, market, range(990, 1500))
    with closing(IngestWriter(catalog.root, VENUE, SYMBOL, INSTANCE, durable=False)) as writer:
        writer.append(T0 + 1500 * MINUTE_MS, (9.0, 9.0, 9.0, 9.0, 0.0), is_flat=True)
    report = take_in(catalog, VENUE, SYMBOL, T0 + 3 * DAY_MS)
    assert report is not None
    assert (report.written, report.unchanged) == (500, 10)
    assert not file_of(catalog.root).exists()  # of the day before the last two
    assert file_of(catalog.root, "2025-02-01").exists()
    rows = catalog.read_rows(VENUE, SYMBOL, "kline_1m", T0 + 1000 * MINUTE_MS)
    assert set(rows["src"].to_pylist()) == {SOURCE_WS}
    assert rows["flags"].to_pylist() == [0] * 500 + [1]
    manifest = catalog.manifest(VENUE, SYMBOL, "kline_1m")
    again = take_in(catalog, VENUE, SYMBOL, T0 + 3 * DAY_MS)
    assert again is not None
    assert again.written == 0
    assert catalog.manifest(VENUE, SYMBOL, "kline_1m") == manifest
    assert catalog.verify() == []


def test_nothing_heard_is_nothing_to_take_in(catalog: Catalog) -> None:
    assert take_in(catalog, VENUE, SYMBOL, T0) is None
    assert not catalog.root.exists()


@pytest.mark.parametrize("instance", ["", "a/b", "../x"])
def test_an_instance_names_a_file(instance: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot name a file"):
        IngestWriter(tmp_path, VENUE, SYMBOL, instance)
