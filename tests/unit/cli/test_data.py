"""`data import` and `data status`: real minutes in, what they say, what they refuse."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commandline import tradec
from shared import need_shared

MINUTE = 60_000
START = 1_735_689_600_000


@pytest.fixture(autouse=True)
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "data"
    monkeypatch.setenv("TRADEC_DATA_DIR", str(root))
    monkeypatch.chdir(tmp_path)
    return root


def _columns(rows: int) -> dict[str, np.ndarray]:
    close = 100.0 + np.arange(rows) % 7
    return {
        "ts": START + MINUTE * np.arange(rows),
        "open": close,
        "high": close + 1,
        "low": close - 1,
        "close": close,
        "volume": np.ones(rows),
    }


def _file(path: Path, columns: dict[str, np.ndarray]) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def test_import_then_status(tmp_path: Path, catalogue: Path) -> None:
    source = _file(tmp_path / "minutes.parquet", _columns(500))
    said = tradec("data", "import", source, "--symbol", "btcusdt")
    assert said.code == 0
    assert "BTCUSDT: 500 of 500 minutes written" in said.out
    answer = tradec("data", "status", "--json").answer
    assert answer["schema"] == "tradec/data-status/1"
    (series,) = answer["data"]["series"]
    assert (series["symbol"], series["rows"], series["first"]) == ("BTCUSDT", 500, START)
    assert answer["data"]["root"] == str(catalogue)
    assert "BTCUSDT" in tradec("data", "status").out


def test_import_is_idempotent(tmp_path: Path) -> None:
    source = _file(tmp_path / "minutes.parquet", _columns(50))
    assert tradec("data", "import", source, "--symbol", "A1USDT", "--json").data["written"] == 50
    again = tradec("data", "import", source, "--symbol", "A1USDT", "--json").data
    assert (again["written"], again["unchanged"]) == (0, 50)


def test_the_data_folder_is_an_option_too(tmp_path: Path) -> None:
    source = _file(tmp_path / "minutes.parquet", _columns(50))
    other = tmp_path / "other"
    tradec("data", "import", source, "--symbol", "A1USDT", "--data-dir", other)
    assert tradec("data", "status", "--json").data["series"] == []
    assert len(tradec("--data-dir", other, "data", "status", "--json").data["series"]) == 1


def test_a_file_with_a_bad_row_is_refused_whole(tmp_path: Path) -> None:
    columns = _columns(100)
    columns["high"][7] = 1.0
    source = _file(tmp_path / "bad.parquet", columns)
    said = tradec("data", "import", source, "--symbol", "BTCUSDT")
    assert said.code == 7
    assert "1 of 100 rows of bad.parquet are refused" in said.err
    assert tradec("data", "status", "--json").data["series"] == []


def test_refused_rows_may_be_left_out(tmp_path: Path) -> None:
    columns = _columns(100)
    columns["high"][7] = 1.0
    source = _file(tmp_path / "bad.parquet", columns)
    said = tradec("data", "import", source, "--symbol", "BTCUSDT", "--max-refused", "2", "--json")
    assert said.code == 0
    assert any("refused: 1 low <= min" in warning for warning in said.answer["warnings"])


def test_other_column_names_can_be_mapped(tmp_path: Path) -> None:
    columns = _columns(20)
    columns["last"] = columns.pop("close")
    source = _file(tmp_path / "mapped.parquet", columns)
    assert tradec("data", "import", source, "--symbol", "BTCUSDT").code == 7
    assert tradec("data", "import", source, "--symbol", "BTCUSDT", "--map", "close=last").code == 0
    assert tradec("data", "import", source, "--symbol", "BTCUSDT", "--map", "close").code == 2


@pytest.mark.parametrize("name", ["absent.parquet", "garbage.parquet", "garbage.csv", "folder"])
def test_what_is_no_data_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "garbage.parquet").write_bytes(b"\x00\x01garbage")
    (tmp_path / "garbage.csv").write_bytes(bytes(range(256)))
    (tmp_path / "folder").mkdir()
    said = tradec("data", "import", tmp_path / name, "--symbol", "BTCUSDT", "--json")
    assert said.code == 7
    assert said.answer["status"] == "error"
    assert name in said.answer["message"]


def test_a_bad_symbol_is_a_wrong_command_line(tmp_path: Path) -> None:
    source = _file(tmp_path / "minutes.parquet", _columns(20))
    assert tradec("data", "import", source, "--symbol", "../x").code == 2


def test_status_of_a_symbol_without_data_is_exit_7() -> None:
    said = tradec("data", "status", "--symbol", "BTCUSDT", "--json")
    assert said.code == 7
    assert said.answer["status"] == "fail"
    assert said.answer["error"]["code"] == "HISTORY_UNAVAILABLE"


def test_verify_finds_a_broken_file(tmp_path: Path, catalogue: Path) -> None:
    source = _file(tmp_path / "minutes.parquet", _columns(50))
    tradec("data", "import", source, "--symbol", "BTCUSDT")
    assert tradec("data", "status", "--verify").code == 0
    (stored,) = catalogue.rglob("*.parquet")
    stored.write_bytes(stored.read_bytes()[:-1])
    said = tradec("data", "status", "--verify", "--json")
    assert said.code == 7
    assert said.data["defects"][0]["file"] == stored.name


def test_real_minutes() -> None:
    source = need_shared("data", "bybit_linear_BTCUSDT_1m_2025-05_06.parquet")
    assert (
        tradec("data", "import", source, "--symbol", "BTCUSDT", "--json").data["written"] == 44_613
    )


def test_a_misspelled_file_is_answered_with_the_nearest(tmp_path: Path) -> None:
    _file(tmp_path / "minutes.parquet", _columns(20))
    said = tradec("data", "import", "minuets.parquet", "--symbol", "BTCUSDT")
    assert said.code == 7
    assert "did you mean `minutes.parquet`?" in said.err
    play = Path(__file__).parents[3] / "plays" / "ema_cross.yml"
    said = tradec("run", play, "--data", "minuets.parquet")
    assert said.code == 7
    assert "did you mean `minutes.parquet`?" in said.err
