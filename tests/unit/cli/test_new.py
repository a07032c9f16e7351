"""`new` and `completion`: plays that check, editors that follow, shells that complete."""

import io
import sys
from pathlib import Path

import pytest
from click.shell_completion import get_completion_class

from commandline import tradec
from tradec.cli.app import tradec_
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


def answering(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    text = "".join(f"{line}\n" for line in lines)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


@pytest.mark.parametrize("template", [*TEMPLATES, BLANK])
def test_answers_go_into_every_template(template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, template, "SOLUSDT", "2500.5", "3", "25")
    said = tradec("new", "mine", "--interactive", "--json")
    assert said.code == 0, said.err
    assert said.data["template"] == template
    text = Path("plays/mine.yml").read_text(encoding="utf-8")
    for line in (
        "symbol: SOLUSDT",
        "  starting_equity_usdt: 2500.5",
        "  max_leverage: 3",
        "  max_drawdown_pct: 25",
    ):
        assert f"\n{line}\n" in text
    assert tradec("check", "plays/mine.yml", "--json").data["diagnostics"] == []


def test_what_is_given_is_not_asked_and_enter_takes_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answering(monkeypatch, "1234567.89", "", "")
    said = tradec("new", "mine", "--template", "mtf", "--symbol", "BTCUSDT", "-i")
    assert "template" not in said.err
    assert "market" not in said.err
    assert "equity in USDT [10000]" in said.err
    assert tradec("new", "other", "--template", "mtf").code == 0
    mine, other = (Path(f"plays/{n}.yml").read_text(encoding="utf-8") for n in ("mine", "other"))
    assert (
        mine.replace("mine", "other").replace("equity_usdt: 1234567.89", "equity_usdt: 10000")
        == other
    )


def test_answers_that_end_leave_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "mtf", "ETHUSDT")
    assert tradec("new", "mine", "--interactive").code != 0
    assert not Path("plays").exists()


def completed(monkeypatch: pytest.MonkeyPatch, *words: str) -> list[str]:
    """Return what bash is offered for the last word."""
    monkeypatch.setenv("COMP_WORDS", "tradec " + " ".join(words))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))
    complete = get_completion_class("bash")
    assert complete is not None
    offered = complete(tradec_, {}, "tradec", "_TRADEC_COMPLETE").complete()
    return [line.partition(",")[2] for line in offered.splitlines()]


def test_plays_units_and_codes_are_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("plays").mkdir()
    Path("plays/ema_mine.yml").write_text("", encoding="utf-8")
    for command in ("check", "run", "fmt", "compile"):
        assert completed(monkeypatch, command, "ema_") == ["ema_cross", "ema_mine", "ema_"]
    assert completed(monkeypatch, "describe", "bb") == ["bbands"]
    assert completed(monkeypatch, "explain", "e50")[:2] == ["E501", "E502"]
    assert "ema_cross" in completed(monkeypatch, "explain", "ema_c")
    assert completed(monkeypatch, "play", "show", "rsi_r")[0] == "rsi_revert"
