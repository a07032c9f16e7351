"""A past run repeats, wherever its bars came from; what has changed since is said."""

from collections.abc import Callable
from pathlib import Path

import click
import pyarrow.parquet as pq
import pytest

from commandline import tradec
from marketfile import write_minutes
from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.rerun import Again, again
from tradec.cli.run_folder import find_run
from tradec.cli.settings import Settings

EXAMPLE = Path(__file__).parents[3] / "plays" / "ema_cross.yml"


def _again(name: str = "last") -> Again:
    with click.Context(click.Command("x"), obj=Settings(quiet=True)):
        return again(find_run(name, Path("runs")), lambda *_: None, features=True)


def _synthetic(folder: Path) -> tuple[object, ...]:
    del folder
    return ("--synthetic", "--bars", 300, "--seed", 5)


def _filed(folder: Path) -> tuple[object, ...]:
    return ("--data", write_minutes(folder / "minutes.parquet").name)


def _cut_out(folder: Path) -> tuple[object, ...]:
    return (*_filed(folder), "--start", "2025-01-03", "--end", "2025-01-06")


def _catalogued(folder: Path) -> tuple[object, ...]:
    tradec("data", "import", write_minutes(folder / "minutes.parquet"), "--symbol", "BTCUSDT")
    return ()


def _catalogued_window(folder: Path) -> tuple[object, ...]:
    return (*_catalogued(folder), "--start", "2025-01-03", "--end", "2025-01-06")


SOURCES: list[Callable[[Path], tuple[object, ...]]] = [
    _synthetic,
    _filed,
    _cut_out,
    _catalogued,
    _catalogued_window,
]


@pytest.mark.parametrize("source", SOURCES)
def test_a_run_repeats(tmp_path: Path, source: Callable[[Path], tuple[object, ...]]) -> None:
    said = tradec("run", EXAMPLE, *source(tmp_path), "--json")
    assert said.code == 0, said.out
    repeated = _again()
    assert f"{repeated.outcome.digest:016x}" == said.data["digest"]
    assert repeated.outcome.final_equity == said.data["final_equity"]
    assert repeated.outcome.bars == said.data["bars"]
    assert repeated.outcome.features is not None


def test_older_minutes_that_came_later_change_nothing(tmp_path: Path) -> None:
    rows = pq.read_table(write_minutes(tmp_path / "all.parquet"))
    pq.write_table(rows.slice(1440), tmp_path / "late.parquet")
    tradec("data", "import", tmp_path / "late.parquet", "--symbol", "BTCUSDT")
    said = tradec("run", EXAMPLE, "--json")
    tradec("data", "import", tmp_path / "all.parquet", "--symbol", "BTCUSDT")
    assert f"{_again().outcome.digest:016x}" == said.data["digest"]


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    tradec("run", EXAMPLE, *_filed(tmp_path))
    write_minutes(tmp_path / "minutes.parquet", scale=1.001)
    with pytest.raises(CommandError) as refusal:
        _again()
    assert (refusal.value.code, refusal.value.exit_code) == ("DATA_CHANGED", Exit.DATA)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    tradec("run", EXAMPLE, *_filed(tmp_path))
    (tmp_path / "minutes.parquet").unlink()
    with pytest.raises(CommandError) as refusal:
        _again()
    assert (refusal.value.code, refusal.value.exit_code) == ("FILE_UNREADABLE", Exit.DATA)


def test_an_edited_play_is_refused() -> None:
    tradec("run", EXAMPLE, "--synthetic", "--bars", 300)
    play = find_run("last", Path("runs")).path / "play.yml"
    play.write_text(play.read_text().replace("rsi_14 < 70", "rsi_14 < 60"))
    with pytest.raises(CommandError) as refusal:
        _again()
    assert refusal.value.code == "PLAY_CHANGED"
