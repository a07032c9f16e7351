"""Windows, commits, collection, verification and the status of the catalogue."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from tradec.runtime.data.bars import Bars, Hole
from tradec.runtime.data.catalog import Catalog, default_root
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.importing import import_file
from tradec.runtime.data.synthetic import synthesize

MINUTE = 60_000
VENUE, SYMBOL = "bybit-linear", "BTCUSDT"
Writer = Callable[..., Path]
Columns = dict[str, Any]


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: int = 2_000_000_000_000) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def rows_of(columns: Columns, rows: Any) -> Columns:
    return {name: column[rows] for name, column in columns.items()}


def kline(columns: Columns, rows: Any = slice(None)) -> pa.Table:
    part = rows_of(columns, rows)
    n = len(part["ts"])
    turnover, codes = np.full(n, np.nan), np.zeros(n, np.uint8)
    return pa.table(part | {"turnover": turnover, "src": codes, "flags": codes})


def put(catalog: Catalog, columns: Columns, rows: Any = slice(None)) -> None:
    catalog.write(VENUE, SYMBOL, "kline_1m", kline(columns, rows), "test")


def folder_of(catalog: Catalog) -> Path:
    return catalog.root / VENUE / SYMBOL / "kline_1m"


def parquets(catalog: Catalog) -> set[str]:
    return {path.name for path in folder_of(catalog).glob("*.parquet")}


@pytest.mark.parametrize(("begin", "stop"), [(0, 2880), (1, 2), (1439, 1441), (700, 2000)])
def test_window_is_the_slice(
    catalog: Catalog, market: Bars, columns: Columns, begin: int, stop: int
) -> None:
    put(catalog, columns)
    bars = catalog.read_bars(VENUE, SYMBOL, market.ts_open(begin), market.ts_open(stop))
    assert bars.data_hash == market.slice(begin, stop).data_hash


def test_window_is_made_of_whole_minutes(catalog: Catalog, market: Bars, columns: Columns) -> None:
    put(catalog, columns)
    bars = catalog.read_bars(VENUE, SYMBOL, market.ts_open(5) + 1, market.ts_open(9) + 59_999)
    assert (bars.ts0, bars.end) == (market.ts_open(6), market.ts_open(9))


@pytest.mark.parametrize("window", [(11, 13), (10, 14), (11, 30), (0, 12), (13, 14)])
def test_window_within_a_hole_is_flat_at_the_close_before_it(
    catalog: Catalog, market: Bars, columns: Columns, window: tuple[int, int]
) -> None:
    put(catalog, columns, [i for i in range(60) if not 10 <= i < 14])
    begin, stop = window
    whole = catalog.read_bars(VENUE, SYMBOL)
    bars = catalog.read_bars(VENUE, SYMBOL, market.ts_open(begin), market.ts_open(stop))
    assert bars.data_hash == whole.slice(begin, stop).data_hash
    assert bars.close[max(10 - begin, 0)] == market.close[9]
    ends = (market.ts_open(max(begin, 10)), market.ts_open(min(stop, 14)))
    assert bars.holes == (Hole(start=ends[0], end=ends[1]),)


def test_months_come_back_in_order(catalog: Catalog) -> None:
    bars = synthesize("range_wide", minutes=300_000)
    ts = bars.ts0 + MINUTE * np.arange(bars.n)
    prices = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    put(catalog, {"ts": ts, **prices})
    assert len(parquets(catalog)) == 7
    assert catalog.read_bars(VENUE, SYMBOL).data_hash == bars.data_hash


def test_window_beyond_the_data_is_refused(
    catalog: Catalog, market: Bars, columns: Columns
) -> None:
    put(catalog, columns)
    for start, end in (
        (market.ts0 - MINUTE, None),
        (None, market.end + MINUTE),
        (market.end, None),
        (None, market.ts0),
    ):
        with pytest.raises(DataError, match="the data cover 2025-01-31T00:00:00Z to") as caught:
            catalog.read_bars(VENUE, SYMBOL, start, end)
        assert caught.value.code == "INSUFFICIENT_COVERAGE"
        assert caught.value.exit_code == 7


def test_window_that_ends_before_it_begins_is_refused(
    catalog: Catalog, market: Bars, columns: Columns
) -> None:
    put(catalog, columns)
    with pytest.raises(DataError, match="holds no minute") as caught:
        catalog.read_bars(VENUE, SYMBOL, market.end, market.ts0)
    assert caught.value.code == "BAD_WINDOW"


def test_absent_series_is_refused(catalog: Catalog) -> None:
    with pytest.raises(DataError, match="no kline_1m of BTCUSDT on bybit-linear") as caught:
        catalog.read_bars(VENUE, SYMBOL)
    assert caught.value.code == "HISTORY_UNAVAILABLE"
    assert catalog.status() == []
    assert catalog.verify() == []


def test_path_with_pattern_characters(tmp_path: Path, market: Bars, columns: Columns) -> None:
    catalog = Catalog(tmp_path / "da[t]a*?")
    put(catalog, columns)
    assert catalog.read_bars(VENUE, SYMBOL).data_hash == market.data_hash
    assert len(catalog.status()) == 1


def test_status_tells_rows_holes_bytes_and_age(
    tmp_path: Path, market: Bars, columns: Columns
) -> None:
    catalog = Catalog(tmp_path, clock=Clock(market.end + 90_000))
    put(catalog, columns, [i for i in range(2880) if not 1430 <= i < 1450])
    (status,) = catalog.status()
    assert (status.venue, status.symbol, status.kind) == (VENUE, SYMBOL, "kline_1m")
    assert (status.rows, status.flat, status.age_ms) == (2860, 0, 90_000)
    assert (status.first, status.last) == (market.ts0, market.end - MINUTE)
    assert status.holes == (Hole(start=market.ts_open(1430), end=market.ts_open(1450)),)
    assert status.bytes == sum(path.stat().st_size for path in folder_of(catalog).glob("*.parquet"))


def test_manifest_is_what_the_rulings_say(catalog: Catalog, market: Bars, columns: Columns) -> None:
    put(catalog, columns)
    content = json.loads((folder_of(catalog) / "manifest.json").read_text())
    assert content["coverage"] == [[market.ts0, market.end]]
    for file in content["files"]:
        assert file["name"] == f"{file['period']}.{file['sha256'][:8]}.parquet"
        assert {"rows", "first", "last", "sha256", "source"} <= file.keys()
    table = pa.parquet.read_table(folder_of(catalog) / content["files"][0]["name"])
    assert " ".join(table.column_names) == "ts open high low close volume turnover src flags"


def test_replaced_file_stays_ten_minutes(tmp_path: Path, columns: Columns) -> None:
    clock = Clock()
    catalog = Catalog(tmp_path, clock=clock)
    put(catalog, columns, slice(0, 100))
    first = parquets(catalog)
    put(catalog, columns, slice(100, 200))
    second = parquets(catalog) - first
    assert parquets(catalog) == first | second
    clock.now += 600_000
    put(catalog, columns, slice(200, 300))
    assert first | second < parquets(catalog)
    clock.now += 1
    put(catalog, columns, slice(300, 300))
    assert first.isdisjoint(parquets(catalog))
    assert second < parquets(catalog)
    assert catalog.verify() == []
    assert catalog.read_bars(VENUE, SYMBOL).n == 300


def test_leftovers_of_a_crash_are_collected_after_ten_minutes(
    tmp_path: Path, columns: Columns
) -> None:
    clock = Clock()
    catalog = Catalog(tmp_path, clock=clock)
    put(catalog, columns, slice(0, 100))
    orphans = [folder_of(catalog) / name for name in ("2025-01.0.parquet", ".x.parquet.7.tmp")]
    for orphan in orphans:
        orphan.write_bytes(b"half")
        os.utime(orphan, (clock.now / 1000, clock.now / 1000))
    put(catalog, columns, slice(0, 100))
    assert all(orphan.exists() for orphan in orphans)
    clock.now += 600_001
    put(catalog, columns, slice(0, 100))
    assert not any(orphan.exists() for orphan in orphans)
    assert len(parquets(catalog)) == 1


def test_reader_that_holds_an_old_manifest_finds_its_files(
    catalog: Catalog, columns: Columns, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tradec.runtime.data import manifest  # noqa: PLC0415 - to be replaced below

    put(catalog, columns, slice(0, 100))
    old = manifest.load(folder_of(catalog))
    put(catalog, columns, slice(100, 200))
    monkeypatch.setattr(manifest, "load", lambda _folder: old)
    assert catalog.read_bars(VENUE, SYMBOL).n == 100


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda path: path.unlink(), "absent"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "bytes"),
        (lambda path: path.write_bytes(b"\0" + path.read_bytes()[1:]), "hash"),
    ],
)
def test_verify_finds_damage(
    catalog: Catalog, columns: Columns, damage: Callable[[Path], Any], problem: str
) -> None:
    put(catalog, columns)
    name = min(parquets(catalog))
    damage(folder_of(catalog) / name)
    (defect,) = catalog.verify()
    assert (defect.symbol, defect.file) == (SYMBOL, name)
    assert problem in defect.problem
    with pytest.raises(DataError, match=f"{name} of BTCUSDT is absent or damaged") as caught:
        put(catalog, columns, slice(0, 5))
    assert caught.value.code == "CATALOG_CORRUPT"
    if problem != "hash":
        with pytest.raises(DataError, match=r"manifest|unreadable"):
            catalog.read_bars(VENUE, SYMBOL)


def test_verify_finds_a_manifest_that_lies(catalog: Catalog, columns: Columns) -> None:
    put(catalog, columns)
    path = folder_of(catalog) / "manifest.json"
    content = json.loads(path.read_text())
    content["files"][0]["rows"] += 1
    path.write_text(json.dumps(content))
    assert ["rows" in defect.problem for defect in catalog.verify()] == [True]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "other"}', '{"schema": 1}'])
def test_broken_manifest_is_named(catalog: Catalog, columns: Columns, text: str) -> None:
    put(catalog, columns)
    (folder_of(catalog) / "manifest.json").write_text(text)
    for use in (catalog.status, catalog.verify, lambda: catalog.read_bars(VENUE, SYMBOL)):
        with pytest.raises(DataError, match="bybit-linear/BTCUSDT/kline_1m is unreadable"):
            use()


def test_failure_between_files_and_manifest_commits_nothing(
    catalog: Catalog, market: Bars, columns: Columns, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tradec.runtime.data import manifest  # noqa: PLC0415 - to be replaced below

    put(catalog, columns, slice(0, 100))

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(manifest, "publish", fail)
    with pytest.raises(DataError, match="No space left on device"):
        put(catalog, columns)
    monkeypatch.undo()
    assert catalog.read_bars(VENUE, SYMBOL).n == 100
    assert catalog.verify() == []
    put(catalog, columns)
    assert catalog.read_bars(VENUE, SYMBOL).data_hash == market.data_hash


def test_other_kinds_have_their_own_manifest_and_periods(catalog: Catalog) -> None:
    ts = np.arange(4) * 28_800_000 + 1_735_660_800_000
    table = pa.table({"ts": ts, "rate": [1e-4] * 4, "interval_min": [480] * 4})
    report = catalog.write(VENUE, SYMBOL, "funding", table, "test")
    assert [name[:5] for name in report.files] == ["2024.", "2025."]
    again = catalog.write(VENUE, SYMBOL, "funding", table, "test")
    assert (again.unchanged, again.files) == (4, ())
    changed = table.set_column(1, "rate", pa.array([1e-4, 2e-4, 1e-4, 1e-4]))
    assert catalog.write(VENUE, SYMBOL, "funding", changed, "test", "replace").replaced == 1
    assert [(s.kind, s.rows, s.holes) for s in catalog.status()] == [("funding", 4, ())]
    assert catalog.verify() == []


def test_unsorted_tables_are_sorted_and_doubled_ones_refused(
    catalog: Catalog, market: Bars, columns: Columns
) -> None:
    put(catalog, columns, slice(None, None, -1))
    assert catalog.read_bars(VENUE, SYMBOL).data_hash == market.data_hash
    with pytest.raises(DataError, match="a time twice"):
        put(catalog, columns, [0, 0])


def test_tables_of_another_form_are_refused(catalog: Catalog, columns: Columns) -> None:
    with pytest.raises(DataError, match="lacks volume"):
        catalog.write(VENUE, SYMBOL, "kline_1m", kline(columns).drop(["volume"]), "test")
    holey = kline(columns, [0]).set_column(1, "open", pa.array([None], pa.float64()))
    with pytest.raises(DataError, match="has nulls"):
        catalog.write(VENUE, SYMBOL, "kline_1m", holey, "test")
    with pytest.raises(DataError, match="`klines` is not a kind of series: kline_1m"):
        catalog.write(VENUE, SYMBOL, "klines", kline(columns), "test")


def test_default_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRADEC_DATA_DIR", str(tmp_path))
    assert default_root() == tmp_path == Catalog().root
    monkeypatch.delenv("TRADEC_DATA_DIR")
    assert default_root().parts[-2:] == ("tradec", "data")


def test_replaced_rows_carry_the_flag_of_revision(
    catalog: Catalog, columns: Columns, parquet: Writer
) -> None:
    put(catalog, columns, slice(0, 10))
    changed = columns | {"volume": columns["volume"] + 1}
    import_file(parquet(rows_of(changed, slice(0, 4))), catalog, SYMBOL, on_conflict="replace")
    (name,) = [file["name"] for file in _files(catalog)]
    flags = pa.parquet.read_table(folder_of(catalog) / name)["flags"].to_pylist()
    assert flags == [2] * 4 + [0] * 6
    assert catalog.read_bars(VENUE, SYMBOL).flags.tolist() == [0] * 10


def _files(catalog: Catalog) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = json.loads((folder_of(catalog) / "manifest.json").read_text())[
        "files"
    ]
    return files
