"""`tradec data synth`."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from commandline import tradec
from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.patterns import PATTERNS


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRADEC_DATA_DIR", str(tmp_path / "data"))


def test_every_pattern_is_listed_with_a_sentence() -> None:
    listed = tradec("data", "synth", "--list", "--json").data["patterns"]
    assert set(listed) == set(PATTERNS)
    assert all(listed.values())


def test_a_file_holds_what_a_run_would_see(tmp_path: Path) -> None:
    out = tmp_path / "a.parquet"
    said = tradec("data", "synth", "--pattern", "trend_stairs", "--bars", 500, "--out", out)
    assert said.code == 0, said.err
    assert len(pq.read_table(out)) == 500
    again = tradec(
        "data", "synth", "--pattern", "trend_stairs", "--bars", 500, "--out", "b.parquet", "--json"
    )
    assert Path("b.parquet").read_bytes() == out.read_bytes()
    assert len(again.data["data_hash"]) == 64


def test_gaps_are_left_out_and_import_reports_them(tmp_path: Path) -> None:
    out = tmp_path / "gappy.csv"
    tradec("data", "synth", "--pattern", "volatile", "--bars", 900, "--gaps", 2, "--out", out)
    said = tradec("data", "import", out, "--symbol", "GAPUSDT", "--json")
    assert said.data["read"] == 900 - 5 - 6
    assert len(said.data["holes"]) == 2


def test_slower_bars_go_into_a_file_only(tmp_path: Path) -> None:
    out = tmp_path / "slow.parquet"
    arguments = ("data", "synth", "--pattern", "ranging", "--tf", "15m", "--bars", 40)
    assert tradec(*arguments, "--out", out).code == 0
    assert len(pq.read_table(out)) == 40
    assert tradec(*arguments, "--symbol", "XUSDT").code == 2


def test_the_catalogue_takes_it_under_a_venue_of_its_own(tmp_path: Path) -> None:
    said = tradec("data", "synth", "--pattern", "ranging", "--bars", 300, "--symbol", "xusdt")
    assert said.code == 0, said.err
    assert Catalog(tmp_path / "data").read_bars("synthetic", "XUSDT").n == 300


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no pattern is named"),
        (("--pattern", "trend_up", "--out", "a.csv"), "unknown synthetic pattern `trend_up`"),
        (("--pattern", "ranging"), "say where it goes"),
        (("--pattern", "ranging", "--out", "a.xls"), "neither .parquet nor .csv"),
    ],
)
def test_what_is_wrong_is_said(arguments: tuple[str, ...], said: str) -> None:
    answer = tradec("data", "synth", *arguments)
    assert answer.code == 2
    assert said in answer.err
