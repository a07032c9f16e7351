"""`convert`: printed, written, checked; the hash stays."""

from pathlib import Path

import pytest

from commandline import tradec

PLAYS = Path(__file__).parents[3] / "plays"
GOOD = (PLAYS / "mtf_trend.yml").read_text(encoding="utf-8")


@pytest.fixture
def play(tmp_path: Path) -> Path:
    path = tmp_path / "play.yml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_conversion_is_printed(play: Path) -> None:
    said = tradec("convert", play, "--to", "expressions")
    assert said.code == 0
    assert "  exit_long: close crosses below ema_20\n" in said.out
    assert play.read_text(encoding="utf-8") == GOOD
    data = tradec("convert", play, "--to", "expressions", "--json").data
    assert data["text"] == said.out
    assert data["plays"] == [{"file": str(play), "changed": True, "notes": []}]


def test_there_and_back_in_place(play: Path, tmp_path: Path) -> None:
    said = tradec("convert", play, "--to", "expressions", "-w")
    assert (said.code, said.out) == (0, "1 play rewritten\n")
    assert tradec("convert", play, "--to", "lists", "-w").code == 0
    other = tmp_path / "other.yml"
    other.write_text(GOOD, encoding="utf-8")
    assert tradec("diff", play, other, "--level", "ir").code == 0


def test_check_shows_a_diff_and_writes_nothing(play: Path) -> None:
    said = tradec("convert", play, "--to", "expressions", "--check")
    assert said.code == 1
    assert "+  exit_long: close crosses below ema_20\n" in said.out
    assert play.read_text(encoding="utf-8") == GOOD
    assert tradec("convert", play, "--to", "lists", "--check").code == 0
    answer = tradec("convert", play, "--to", "expressions", "--check", "--json").answer
    assert (answer["status"], answer["error"]["code"]) == ("fail", "OTHER_FORM")


def test_what_stays_is_a_located_warning(play: Path) -> None:
    commented = GOOD.replace('[close, ">", ema_50_1h]', '[close,  # why\n         ">", ema_50_1h]')
    play.write_text(commented, encoding="utf-8")
    said = tradec("convert", play, "--to", "expressions", "--json")
    line = 1 + commented[: commented.index("# why")].count("\n")
    (warning,) = said.answer["warnings"]
    assert warning.startswith(f"{play}:{line}:9: stays as it is: a comment")
    assert "[close,  # why" in said.data["text"]
    assert "- 4h.close > ema_21_4h\n" in said.data["text"]


def test_an_invalid_play_is_told_and_left(play: Path) -> None:
    play.write_text(GOOD.replace("ema_20]", "ema_21]"), encoding="utf-8")
    said = tradec("convert", play, "--to", "expressions", "-w")
    assert said.code == 2
    assert "error[E401]" in said.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a", "--to", "lists", "-w", "--check"), "--write and --check exclude each other"),
        (("ema_cross", "mtf_trend", "--to", "lists"), "several plays need --write or --check"),
        (("ema_cross",), "missing option '--to'"),
        (("ema_cross", "--to", "lists", "-w"), "packaged examples"),
    ],
)
def test_what_cannot_be_asked(arguments: tuple[str, ...], message: str) -> None:
    said = tradec("convert", *arguments)
    assert said.code == 2
    assert message in said.err


def test_another_meaning_is_never_written(play: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> str:
        return "close < ema_20"

    monkeypatch.setattr("tradec.dsl.normal.rewriting.print_condition", wrong)
    monkeypatch.setattr("tradec.dsl.normal.convert._misread", lambda *_: set())
    said = tradec("convert", play, "--to", "expressions", "-w")
    assert said.code == 9
    assert play.read_text(encoding="utf-8") == GOOD
