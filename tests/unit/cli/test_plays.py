"""The example plays: no findings, in normal form, and each trades on its own synthetic market."""

from pathlib import Path

import pytest

from commandline import tradec

PLAYS = sorted((Path(__file__).parents[3] / "plays").glob("*.yml"))


def test_there_are_twelve() -> None:
    assert len(PLAYS) == 12


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.stem)
def test_an_example_is_clean_and_named_as_its_file(play: Path) -> None:
    said = tradec("check", play, "--json")
    assert said.data["diagnostics"] == []
    assert f"name: {play.stem}\n" in play.read_text(encoding="utf-8")
    assert play.read_text(encoding="utf-8").startswith("# "), "it says what it does"


def test_the_examples_are_in_normal_form() -> None:
    said = tradec("fmt", "--check", *PLAYS)
    assert (said.code, said.out) == (0, "12 plays: all in normal form\n")


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.stem)
def test_an_example_trades_on_its_own_market(play: Path) -> None:
    data = tradec("run", play, "--synthetic", "--json").data
    assert data["trades"] >= 5
    assert data["stop_reason"] == "end_of_data"
