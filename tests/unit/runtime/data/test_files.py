"""Columns of files: names, types, times in every form, and files that are none."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tradec.runtime.data.errors import DataError
from tradec.runtime.data.files import read_rows

T0 = 1_748_538_300_000
Writer = Callable[..., Path]
HEADER = "ts,open,high,low,close,volume"
PRICES = "1,3,0.5,2,7"


def one(path: Path, **mapping: str) -> tuple[int | None, float, float]:
    """The time of the first row, where it has one, its open and its volume."""
    rows = read_rows(path, mapping)
    ts = int(rows.times.ms[0]) if rows.times.valid[0] else None
    return ts, float(rows.open[0]), float(rows.volume[0])


@pytest.mark.parametrize(
    "header",
    [
        "ts,open,high,low,close,volume",
        "ts_open,Open,High,Low,Close,Volume",
        "TIMESTAMP,o,h,l,c,v",
        "open_time, OPEN , HIGH, LOW, CLOSE, VOLUME",
        "time,o,high,l,close,v",
        "date,open,high,low,close,volume",
        "\ufeffts,open,high,low,close,volume",
    ],
)
def test_columns_are_found_by_any_usual_name(csv: Writer, header: str) -> None:
    assert one(csv(header, f"{T0},{PRICES}")) == (T0, 1.0, 7.0)


def test_columns_in_another_order_with_more_beside_them(csv: Writer) -> None:
    path = csv("close,symbol,volume,ts,low,high,open,turnover", f"2,BTCUSDT,7,{T0},0.5,3,1,14")
    assert one(path) == (T0, 1.0, 7.0)
    assert read_rows(path).turnover.tolist() == [14.0]


def test_earlier_name_wins(csv: Writer) -> None:
    path = csv("time,ts,open,high,low,close,volume", f"5,{T0},{PRICES}")
    assert one(path)[0] == T0


def test_mapping_names_the_columns(csv: Writer) -> None:
    path = csv("When,first,high,low,close,volume", f"{T0},{PRICES}")
    assert one(path, ts="when", open="First") == (T0, 1.0, 7.0)


def test_mapping_of_an_unknown_column_is_refused(csv: Writer) -> None:
    with pytest.raises(DataError, match="`opne` is not a column") as caught:
        one(csv(HEADER, f"{T0},{PRICES}"), opne="open")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "text",
    [
        "1748538300",
        "1748538300.0",
        "1748538300000",
        "1748538300000000",
        "1748538300000000000",
        "2025-05-29T17:05:00Z",
        "2025-05-29 17:05:00",
        "2025-05-29 17:05",
        "2025-05-29T19:05:00+02:00",
        "2025-05-29T11:35:00-05:30",
        '"2025-05-29T17:05:00.000000Z"',
        " 1748538300 ",
    ],
)
def test_time_in_text_is_utc_whatever_its_form(
    csv: Writer, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    assert one(csv(HEADER, f"{text},{PRICES}"))[0] == T0


@pytest.mark.parametrize("text", ["yesterday", "", "2025-02-30", "-1748538300", "12", "nan"])
def test_text_that_is_no_time(csv: Writer, text: str) -> None:
    assert one(csv(HEADER, f"{text},{PRICES}"))[0] is None


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_arrow_times(parquet: Writer, unit: str, zone: str | None) -> None:
    moment = pa.array([T0], pa.timestamp("ms")).cast(pa.timestamp(unit))
    prices = {name: [1.0] for name in ("open", "high", "low", "close", "volume")}
    path = parquet({"ts": moment.cast(pa.timestamp(unit, zone)), **prices})
    assert one(path)[0] == T0


@pytest.mark.parametrize("dtype", ["int64", "uint64", "float64"])
def test_numbers_of_any_type(parquet: Writer, dtype: str) -> None:
    prices = {name: np.array([1], "float32") for name in ("open", "high", "low", "close", "volume")}
    assert one(parquet({"ts": np.array([T0], dtype), **prices}))[0] == T0


def test_times_of_mixed_forms_in_one_text_column(csv: Writer) -> None:
    path = csv(HEADER, f"{T0},{PRICES}", f"2025-05-29T17:06:00Z,{PRICES}", f"x,{PRICES}")
    times = read_rows(path).times
    assert times.valid.tolist() == [True, True, False]
    assert times.ms[:2].tolist() == [T0, T0 + 60_000]


def test_text_of_a_number_keeps_every_bit(csv: Writer) -> None:
    values = [0.1 + 0.2, 1e-8, 106_631.1, 5e-324, 1.7976931348623157e308]
    path = csv(HEADER, *(f"{T0},{value!r},1,1,1,1" for value in values))
    assert read_rows(path).open.tolist() == values


def test_unreadable_and_absent_cells_are_nan(csv: Writer) -> None:
    path = csv(HEADER, f"{T0},abc,,0.5,2,7", f"{T0},1", f"{T0},1_000,1,1,1,1e3")
    rows = read_rows(path)
    assert np.isnan(rows.open[:1]).all()
    assert np.isnan(rows.high[:2]).all()
    assert rows.volume.tolist()[-1] == 1000.0


def test_compressed_csv(tmp_path: Path) -> None:
    path = tmp_path / "BTC.CSV.gz"
    path.write_bytes(gzip.compress(f"{HEADER}\n{T0},{PRICES}\n".encode()))
    assert one(path) == (T0, 1.0, 7.0)


def test_path_with_pattern_characters_names_one_file(tmp_path: Path) -> None:
    folder = tmp_path / "a[1]*"
    folder.mkdir()
    path = folder / "b?.csv"
    path.write_text(f"{HEADER}\n{T0},{PRICES}\n")
    (folder / "bx.csv").write_text(f"{HEADER}\n{T0},{PRICES}\n{T0},{PRICES}\n")
    assert read_rows(path).n == 1


def truncated(path: Path) -> None:
    prices: dict[str, Any] = {name: np.ones(500) for name in ("open", "high", "low", "close", "v")}
    pq.write_table(pa.table({"ts": np.arange(500), **prices}), path)
    path.write_bytes(path.read_bytes()[:-200])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.parquet", b""),
        ("empty.csv", b""),
        ("garbage.parquet", bytes(range(256)) * 9),
        ("garbage.csv", bytes(range(256)) * 9),
        ("garbage.csv.gz", bytes(range(256)) * 9),
        ("half.csv.gz", gzip.compress((HEADER + f"\n{T0},{PRICES}" * 2000).encode(), mtime=0)[:60]),
        ("half.parquet", truncated),
        ("bars.xlsx", b"PK"),
        ("bars", b"ts"),
        ("bars.parquet.gz", b"PAR1"),
    ],
)
def test_file_that_is_none_is_refused(tmp_path: Path, name: str, content: Any) -> None:
    path = tmp_path / name
    if callable(content):
        content(path)
    else:
        path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_rows(path)
    assert caught.value.code in {"FILE_UNREADABLE", "COLUMNS_MISSING"}
    assert path.name in caught.value.message


def test_absent_file_and_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(DataError, match="there is no file"):
            read_rows(path)


def test_missing_columns_are_listed_with_those_that_are_there(csv: Writer) -> None:
    with pytest.raises(DataError, match="no column high, volume; it has ts, open, low") as caught:
        read_rows(csv("ts,open,low,close,vol", f"{T0},1,1,1,1"))
    assert caught.value.code == "COLUMNS_MISSING"
    assert caught.value.details["missing"] == ["high", "volume"]
