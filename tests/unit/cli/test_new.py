"""`new` and `completion`: plays that check, editors that follow, shells that complete."""

from pathlib import Path

import pytest

from commandline import tradec
from tradec.cli.new import BLANK, TEMPLATES


@pytest.mark.parametrize("template", [*TEMPLATES, BLANK])
def test_a_new_play_checks_clean(template: str) -> None:
    said = tradec("new", "mine", "--template", template, "--symbol", "ETHUSDT")
    assert said.code == 0, said.err
    text = Path("plays/mine.yml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=play.schema.json\n")
    assert "\nname: mine\n" in text
    assert "\nsymbol: ETHUSDT\n" in text
    assert Path("plays/play.schema.json").is_file()
    assert tradec("check", "plays/mine.yml", "--json").data["diagnostics"] == []


def test_nothing_is_overwritten_without_force() -> None:
    assert tradec("new", "mine").code == 0
    before = Path("plays/mine.yml").read_text(encoding="utf-8")
    said = tradec("new", "mine", "--template", "mtf")
    assert said.code == 2
    assert "exists already" in said.err
    assert Path("plays/mine.yml").read_text(encoding="utf-8") == before
    assert tradec("new", "mine", "--template", "mtf", "--force").code == 0
    assert Path("plays/mine.yml").read_text(encoding="utf-8") != before


@pytest.mark.parametrize("words", [("a/b",), ("mine", "--symbol", "nothing")])
def test_what_cannot_be_a_play_leaves_nothing(words: tuple[str, ...]) -> None:
    assert tradec("new", *words).code == 2
    assert not Path("plays").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_script(shell: str) -> None:
    said = tradec("completion", shell)
    assert said.code == 0
    assert "_TRADEC_COMPLETE" in said.out
