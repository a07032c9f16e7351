"""Files in the formats that Bybit publishes, and a database of TRADE."""

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from tradec.runtime.data.catalog import DEFAULT_VENUE as VENUE
from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.formats import FORMATS, Hints, detect, read_format
from tradec.runtime.data.importing import import_file

T0 = 1_735_689_600_000  # 2025-01-01T00:00Z
MINUTE = 60_000
SYMBOL = "BTCUSDT"


def packed(path: Path, text: str) -> Path:
    path.write_bytes(gzip.compress(text.encode()))
    return path


def read(path: Path, **hints: Any) -> Any:
    return read_format(path, Hints(symbol=SYMBOL, **hints))


def table(found: Any) -> list[tuple[float, ...]]:
    rows = found.rows
    columns = (rows.times.ms, rows.open, rows.high, rows.low, rows.close, rows.volume)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_metatrader_files_are_on_a_clock_three_hours_ahead(tmp_path: Path) -> None:
    text = "2025.01.01 03:00,10,12,9,11,5\n2025.01.01 03:01,11,11,10,10.5,2\n"
    path = packed(tmp_path / "BTCUSDT_1_2025-01-01_2025-01-31.csv.gz", text)
    assert detect(path) == "bybit-mt4"
    found = read(path)
    assert table(found) == [(T0, 10, 12, 9, 11, 5), (T0 + MINUTE, 11, 11, 10, 10.5, 2)]
    assert found.first == "2025.01.01 03:00 read as 2025-01-01T00:00:00Z"
    assert read(path, offset_ms=0).rows.times.ms[0] == T0 + 3 * 60 * MINUTE


TRADES = """timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,a,b
1735689660.5000,BTCUSDT,Buy,1,101,PlusTick,d,0,0,0
1735689600.1000,BTCUSDT,Sell,2,100,PlusTick,a,0,0,0
1735689659.9999,BTCUSDT,Buy,3,103,PlusTick,c,0,0,0
1735689630.2,BTCUSDT,Buy,0.5,99.5,PlusTick,b,0,0,0
1735689630.2,BTCUSDT,Buy,0.5,99.5,PlusTick,b,0,0,0
1735689630.2,BTCUSDT,Buy,0.25,104,PlusTick,b2,0,0,0
1735689780,BTCUSDT,Buy,1,102,PlusTick,e,0,0,0
"""


def test_trades_become_minutes_whatever_their_order(tmp_path: Path) -> None:
    path = packed(tmp_path / "BTCUSDT2025-01-01.csv.gz", TRADES)
    assert detect(path) == "bybit-trades"
    found = read(path)
    assert table(found) == [
        (T0, 100, 104, 99.5, 103, 5.75),
        (T0 + MINUTE, 101, 101, 101, 101, 1),
        (T0 + 3 * MINUTE, 102, 102, 102, 102, 1),
    ]
    assert found.rows.turnover[0] == pytest.approx(2 * 100 + 3 * 103 + 0.5 * 99.5 + 0.25 * 104)
    assert found.src == 3


def test_trades_of_another_symbol_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "x.csv.gz", TRADES.replace("BTCUSDT,Sell", "ETHUSDT,Sell"))
    with pytest.raises(DataError, match="holds trades of"):
        read(path)


def test_trades_in_milliseconds_are_told_by_magnitude(tmp_path: Path) -> None:
    lines = ["timestamp,symbol,side,size,price", f"{T0 + 5},BTCUSDT,Buy,1,7"]
    path = tmp_path / "ms.csv"
    path.write_text("\n".join(lines))
    assert table(read(path)) == [(T0, 7, 7, 7, 7, 1)]


def test_spot_trades(tmp_path: Path) -> None:
    text = f"id,timestamp,price,volume,side\n2,{T0 + 9},11,1,buy\n1,{T0 + 5},10,2,sell\n"
    path = packed(tmp_path / "BTCUSDT_2025-01-01.csv.gz", text)
    assert detect(path) == "bybit-spot-trades"
    assert table(read(path)) == [(T0, 10, 11, 10, 11, 3)]


ROWS = [
    [str(T0 + MINUTE), "11", "12", "10", "11", "1", "11"],
    [str(T0), *["9", "12", "9", "11", "2", "22"]],
]


@pytest.mark.parametrize(
    "content",
    [
        {"retCode": 0, "result": {"symbol": SYMBOL, "category": "linear", "list": ROWS}},
        [{"result": {"list": ROWS[:1]}}, {"result": {"list": ROWS[1:]}}],
        ROWS,
    ],
    ids=["an answer", "answers", "rows"],
)
def test_saved_answers(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "kline.json"
    path.write_text(json.dumps(content))
    rows = sorted(table(read(path)))
    assert rows == [(T0, 9, 12, 9, 11, 2), (T0 + MINUTE, 11, 12, 10, 11, 1)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON"),
        ('{"result": {}}', "is no answer"),
        ('{"result": {"symbol": "ETHUSDT", "list": []}}', "answers for ETHUSDT"),
        ('[["a"]]', "row of another form"),
        ("[[1, 2]]", "no rows of seven figures"),
        ("[]", "no rows of seven figures"),
    ],
)
def test_a_json_that_is_something_else_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "kline.json"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        read(path)


def test_a_database_of_trade(tmp_path: Path) -> None:
    path = tmp_path / "market.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE ohlcv_live (symbol VARCHAR, timeframe VARCHAR, timestamp TIMESTAMP, "
            "open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, volume DOUBLE)"
        )
        connection.execute(
            "INSERT INTO ohlcv_live VALUES "
            "('BTCUSDT', '1m', '2025-01-01 00:01:00', 11, 12, 10, 11, 1), "
            "('BTCUSDT', '1m', '2025-01-01 00:00:00', 9, 12, 9, 11, 2), "
            "('BTCUSDT', '15m', '2025-01-01 00:00:00', 1, 1, 1, 1, 1), "
            "('ETHUSDT', '1m', '2025-01-01 00:00:00', 1, 1, 1, 1, 1)"
        )
    assert table(read(path)) == [(T0, 9, 12, 9, 11, 2), (T0 + MINUTE, 11, 12, 10, 11, 1)]
    with pytest.raises(DataError, match="minutes of SOLUSDT in no table"):
        read_format(path, Hints(symbol="SOLUSDT"))
    (tmp_path / "no.duckdb").write_bytes(b"rubbish" * 900)
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path / "no.duckdb")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("payload", [b"", b"\x00\xff" * 50, b"a,b\n1,2\n", b"{}\n"])
def test_rubbish_in_any_format_is_a_data_error(tmp_path: Path, form: Any, payload: bytes) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(payload)
    catalog = Catalog(tmp_path / "data")
    with pytest.raises(DataError):
        import_file(path, catalog, SYMBOL, hints=Hints(symbol=SYMBOL, form=form))
    assert catalog.status() == []


def _stored(tmp_path: Path) -> Catalog:
    """Return a catalogue that has 2,000 minutes from Bybit itself."""
    n = 2_000
    price = 100.0 + np.arange(n) % 7
    columns: dict[str, Any] = {"ts": T0 + MINUTE * np.arange(n)}
    columns |= dict.fromkeys(("open", "high", "low", "close"), price)
    columns |= {"volume": np.ones(n), "turnover": np.ones(n)}
    columns |= {"src": np.zeros(n, np.uint8), "flags": np.zeros(n, np.uint8)}
    catalog = Catalog(tmp_path / "data")
    catalog.write(VENUE, SYMBOL, "kline_1m", pa.table(columns), "rest")
    return catalog


def _csv(path: Path, shift: int, n: int = 2_000) -> Path:
    lines = ["ts,open,high,low,close,volume"]
    for place in range(n):
        price = 100.0 + place % 7
        lines.append(f"{T0 + MINUTE * (place + shift)},{price},{price},{price},{price},1")
    path.write_text("\n".join(lines))
    return path


def test_a_file_that_agrees_with_bybit_is_taken(tmp_path: Path) -> None:
    report = import_file(_csv(tmp_path / "a.csv", 0, 2_500), _stored(tmp_path), SYMBOL)
    assert (report.overlap, report.disagree, report.written) == (2_000, 0, 500)


def test_a_file_on_another_clock_is_refused(tmp_path: Path) -> None:
    catalog = _stored(tmp_path)
    before = catalog.manifest(VENUE, SYMBOL, "kline_1m")
    with pytest.raises(DataError, match="its clock or its symbol is another one") as caught:
        import_file(_csv(tmp_path / "a.csv", 60), catalog, SYMBOL)
    assert caught.value.code == "CONFLICTING_ROWS"
    assert catalog.manifest(VENUE, SYMBOL, "kline_1m") == before


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "data")
    report = import_file(_csv(tmp_path / "a.csv", 0), catalog, SYMBOL, dry=True)
    assert (report.read, report.written) == (2_000, 0)
    assert catalog.status() == []
