"""`fmt`: in place, checked, shown, from standard input; never another meaning or half a file."""

import io
import sys
from pathlib import Path

import pytest

from commandline import tradec

GOOD = (Path(__file__).parents[3] / "plays" / "ema_cross.yml").read_text(encoding="utf-8")
UGLY = GOOD.replace("  ema_9: {", "    ema_9:   { ").replace("  ema_21: {", "    ema_21: {")
UGLY = UGLY.replace("  rsi_14: {", "    rsi_14: {  ")


@pytest.fixture
def play(tmp_path: Path) -> Path:
    path = tmp_path / "play.yml"
    path.write_text(UGLY, encoding="utf-8")
    return path


def test_a_play_is_rewritten_in_place(play: Path) -> None:
    play.chmod(0o640)
    said = tradec("fmt", play)
    assert (said.code, said.out, said.err) == (0, "1 play rewritten\n", "")
    assert play.read_text(encoding="utf-8") == GOOD
    assert play.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in play.parent.iterdir() if path.name.startswith(".")] == []
    before = play.stat().st_mtime_ns
    assert tradec("fmt", play).code == 0
    assert play.stat().st_mtime_ns == before


def test_a_link_stays_a_link(play: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yml"
    link.symlink_to(play)
    assert tradec("fmt", link).code == 0
    assert link.is_symlink()
    assert play.read_text(encoding="utf-8") == GOOD


def test_check_shows_a_diff_and_writes_nothing(play: Path) -> None:
    said = tradec("fmt", play, "--check")
    assert said.code == 1
    assert "-    ema_9:   { indicator: ema" in said.out
    assert "+  ema_9: {indicator: ema" in said.out
    assert said.out.endswith("1 play differs\n")
    assert play.read_text(encoding="utf-8") == UGLY
    answer = tradec("fmt", play, "--check", "--json").answer
    assert (answer["status"], answer["error"]["code"]) == ("fail", "NOT_NORMAL")
    assert answer["data"]["plays"] == [{"file": str(play), "changed": True, "notes": []}]
    assert tradec("fmt", play, "--diff").code == 0
    assert play.read_text(encoding="utf-8") == UGLY


def test_a_folder_and_several_files(play: Path, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    other = tmp_path / "deep" / "other.yaml"
    other.write_text(GOOD, encoding="utf-8")
    assert tradec("fmt", tmp_path, "--check").out.endswith("2 plays: 1 differs\n")
    assert tradec("fmt", play, other).out == "2 plays: 1 rewritten\n"
    assert tradec("fmt", tmp_path, "--check").out == "2 plays: all in normal form\n"


def test_standard_input_is_answered_on_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments, shown in ((("fmt", "-"), "out"), (("fmt", "-", "--json"), "text")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(UGLY.encode())))
        said = tradec(*arguments)
        assert said.code == 0
        assert (said.out if shown == "out" else said.data["text"]) == GOOD


def test_a_play_with_errors_is_laid_out_but_not_respelled(play: Path) -> None:
    play.write_text('actions: {entry_long:   "a>b"}\nnonsense: 1\n', encoding="utf-8")
    assert tradec("fmt", play).code == 0
    assert play.read_text(encoding="utf-8") == "actions: {entry_long: a>b}\n\nnonsense: 1\n"


def test_what_is_no_yaml_is_located_and_left(play: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text("a: [1\nb: 2\n", encoding="utf-8")
    said = tradec("fmt", broken)
    assert said.code == 2
    assert "error[E107]" in said.err
    assert "broken.yml:2:" in said.err
    said = tradec("fmt", broken, play)
    assert said.code == 2
    assert broken.read_text(encoding="utf-8") == "a: [1\nb: 2\n"
    assert play.read_text(encoding="utf-8") == GOOD


def test_packaged_examples_are_not_rewritten() -> None:
    said = tradec("fmt", "ema_cross")
    assert said.code == 2
    assert "`ema_cross` is one of the packaged examples" in said.err
    assert tradec("fmt", "ema_cross", "--check").code == 0


def test_a_play_that_would_mean_something_else_is_left(
    play: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*_: object, **__: object) -> str:
        return GOOD.replace("length: 9", "length: 8")

    monkeypatch.setattr("tradec.dsl.normal.form.laid_out", wrong)
    said = tradec("fmt", play)
    assert said.code == 9
    assert "would mean something else" in said.err
    assert play.read_text(encoding="utf-8") == UGLY
