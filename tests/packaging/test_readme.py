"""The README tells the truth: its lines, its play, its outputs, the places it names."""

import re
from pathlib import Path

import pytest

from commandline import tradec
from tradec.cli.exits import Exit

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "plays" / "ema_cross.yml").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(?:\w*)\n(.*?)```", README, re.DOTALL)
VENV = "python3 -m venv .venv && .venv/bin"
RUN_LINE = re.compile(r"^run +.*$", re.MULTILINE)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRADEC_BUILD_DIR", str(ROOT / "build" / "tests" / "cli"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plays").mkdir()
    (tmp_path / "plays" / "ema_cross.yml").write_text(EXAMPLE, encoding="utf-8")
    return tmp_path


def test_the_two_lines_stand_as_promised() -> None:
    assert BLOCKS[0].splitlines() == [
        f"{VENV}/pip install . && .venv/bin/tradec run plays/ema_cross.yml --synthetic",
        f"{VENV}/pip install -e '.[dev]' && .venv/bin/pytest",
    ]


def test_the_play_is_the_one_in_plays() -> None:
    assert BLOCKS[1] == EXAMPLE


def test_the_result_is_what_the_run_prints() -> None:
    said = tradec("run", "plays/ema_cross.yml", "--synthetic")
    assert said.code == 0
    assert RUN_LINE.sub("", BLOCKS[2]).strip() == RUN_LINE.sub("", said.out).strip()


def test_the_diagnostic_is_what_check_prints(here: Path) -> None:
    wrong = EXAMPLE.replace("max_drawdown_pct: 50", "max_drawdwn_pct: 50")
    (here / "plays" / "mine.yml").write_text(wrong, encoding="utf-8")
    said = tradec("check", "plays/mine.yml")
    assert said.code == 2
    assert BLOCKS[4].strip() == said.err.strip()


@pytest.mark.parametrize("path", ["plays", "dsl", "compiler", "templates", "runtime", "src/tradec"])
def test_the_places_exist(path: str) -> None:
    assert f"`{path}/`" in README
    assert (ROOT / path).is_dir()


def test_every_command_it_names_exists() -> None:
    named = re.findall(r"`tradec ([a-z]+(?: (?:import|status|list|show))?)", README)
    assert named
    for command in named:
        assert tradec(*command.split(), "--help").code == 0, command


def test_it_fits_on_a_few_screens() -> None:
    assert len(README.splitlines()) < 200


def test_the_documented_exit_codes_are_those_there_are() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\d, ]+) \|", text, re.MULTILINE)
    assert {int(code) for row in rows for code in row.split(",")} == {int(code) for code in Exit}
